"""Page 4: how much of each error budget was spent, by whom, and who was allowed to go on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from relportal.core import units
from reports.domain.payload import Chart, Claim, Drawing, Look, Page, Series, Source, Table, Tone
from reports.pages._base import ReportPage, cell, kpi_claim, kpi_figure, kpi_path, table, under
from reports.pages._drivers import objective_claims
from reports.queries.facts import Facts
from reports.queries.facts.objectives import Promise

BARS: Final = 12
HUNDRED: Final = 100.0


class Budgets(ReportPage):
    key = "budgets"
    number = 4
    topic = gettext_lazy("Error budgets")
    about = gettext_lazy(
        "The budget that each SLO spent, whether incidents, deploys, maintenance or the background spent it, and overrides."
    )

    def build(self, facts: Facts) -> Page:
        known = sorted(
            (one for one in facts.objectives.promises if one.now.consumed is not None),
            key=lambda one: (-(one.now.consumed or 0), one.pk),
        )
        over = [one for one in known if (one.now.consumed or 0) > 1]
        return self.page(
            _title(known, over),
            so_what=_so_what(known, over),
            claims=[
                kpi_claim(facts, "budget_burn"),
                *objective_claims(facts, lambda one: (one.consumed or 0) > 1, whole=_("Budgets overspent")),
                *_spender(facts, known),
            ],
            figures=[kpi_figure(facts, "budget_burn")],
            charts=[_bars(known)],
            tables=[_who(known), _overrides(facts)],
            notes=[
                _("One scale for all: 100 % is the whole budget of the quarter. Maintenance is what failed within announced "
                  "windows and no incident; what is left is background: errors that nobody declared."),
            ],
        )  # fmt: skip


def _title(known: Sequence[Promise], over: Sequence[Promise]) -> str:
    if not known:
        return _("No error budget could be reckoned")
    if not over:
        return _("No error budget was overspent: the most was %(share)s, by %(name)s") % {
            "share": units.percent(known[0].now.consumed, 0), "name": _name(known[0]),
        }  # fmt: skip
    words = ngettext(
        "%(n)d of %(all)d error budgets was overspent", "%(n)d of %(all)d error budgets were overspent", len(over)
    )
    worst = _("%(name)s spent %(share)s of its own") % {
        "name": _name(over[0]), "share": units.percent(over[0].now.consumed, 0),
    }  # fmt: skip
    return f"{words % {'n': len(over), 'all': len(known)}}; {worst}"


def _so_what(known: Sequence[Promise], over: Sequence[Promise]) -> str:
    if not known:
        return _("Give services objectives, and connect the source of their counts.")
    if not over:
        return _("There is room for change: spend it on what customers want.")
    return _("Slow down changes of what is overspent until its budget recovers, or ask for an override.")


def _name(one: Promise) -> str:
    return f"{one.service}: {one.name}"


def _spender(facts: Facts, known: Sequence[Promise]) -> list[Claim]:
    """Of the budgets that were overspent, what spent most; a mean over all would hide one fire."""
    claims = []
    for one in known[:3]:
        if one.spent is None or (one.now.consumed or 0) <= 1:
            continue
        parts = {
            _("changes that caused incidents"): one.spent.deploys,
            _("other incidents"): one.spent.incidents,
            _("announced maintenance"): one.spent.maintenance,
            _("errors that nobody declared"): one.spent.background,
        }
        most = max(parts, key=lambda each: parts[each])
        text = _("%(name)s: most was spent by %(who)s, %(share)s of the budget.") % {
            "name": _name(one), "who": most, "share": units.percent(parts[most], 0),
        }  # fmt: skip
        sources = (
            Source(label=f"SLO-{one.pk}", path=one.path),
            Source(label=_("Burn"), path=kpi_path(facts, "budget_burn")),
        )
        claims.append(Claim(text=text, sources=sources))
    return claims


def _bars(known: Sequence[Promise]) -> Chart | None:
    shown = known[:BARS]
    if not shown:
        return None
    values = tuple((one.now.consumed or 0) * HUNDRED for one in shown)
    return Chart(
        key="spent",
        drawing=Drawing.BARS,
        title=_("Budget spent in the quarter"),
        summary=_("%(name)s spent most: %(share)s.")
        % {"name": _name(shown[0]), "share": units.percent(shown[0].now.consumed, 0)},
        categories=tuple(f"{_name(one)} (SLO-{one.pk})" for one in shown),
        series=(
            Series(
                name=_("Spent"),
                values=values,
                texts=tuple(units.percent(one.now.consumed, 0) for one in shown),
                tones=tuple(Tone.RED if each > HUNDRED else Tone.NONE for each in values),
            ),
            Series(name=_("The whole budget"), values=(HUNDRED,) * len(shown), look=Look.TARGET),
        ),
        unit="%",
        note=under(
            _("n = %(n)d SLOs; the %(shown)d that spent most") % {"shown": len(shown), "n": len(known)},
            source=_("the counts of each SLO, by the target at the end of the quarter"),
        ),
    )


def _who(known: Sequence[Promise]) -> Table:
    rows = [
        (
            cell(_name(one), one.path),
            cell(units.percent(one.now.consumed, 0), value=one.now.consumed),
            cell(units.percent(one.spent.deploys, 0), value=one.spent.deploys),
            cell(units.percent(one.spent.incidents, 0), value=one.spent.incidents),
            cell(units.percent(one.spent.maintenance, 0), value=one.spent.maintenance),
            cell(units.percent(one.spent.background, 0), value=one.spent.background),
        )
        for one in known
        if one.spent is not None
    ]
    return table(
        "who",
        _("Who spent it"),
        [
            (_("SLO"), False),
            (_("All"), True),
            (_("Incidents of a change"), True),
            (_("Other incidents"), True),
            (_("Maintenance"), True),
            (_("Background"), True),
        ],
        rows,
        empty=_("Nothing was measured."),
        most=8,
    )


def _overrides(facts: Facts) -> Table:
    return table(
        "overrides",
        _("Overrides of the budget policy"),
        [(_("Override"), False), (_("Ends"), True), (_("Signed by"), False)],
        [
            (cell(one.label, one.path), cell(one.ends_on.isoformat()), cell(", ".join(one.approvers)))
            for one in facts.exceptions.overrides
        ],
        empty=_("None was granted in this quarter."),
    )


PLUGIN = Budgets()
