"""Page 3: which promises were kept, by tier and journey; what was missed and why; what was promised otherwise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from relportal.core import units
from relportal.core.models import Tier
from reports.domain.payload import Cell, Chart, Drawing, Look, Page, Series, Table, Tone
from reports.pages._base import ReportPage, cell, kpi_claim, kpi_figure, kpi_history, table, under
from reports.pages._drivers import objective_claims
from reports.pages.customer_minutes import fix_words
from reports.queries.claim_words import share_words
from reports.queries.facts import Facts
from reports.queries.facts.incidents import Happened
from reports.queries.facts.objectives import Promise
from reports.queries.kpi_words import period_name

MULTIPLES: Final = 4
HUNDRED: Final = 100.0


class Attainment(ReportPage):
    key = "attainment"
    number = 3
    topic = gettext_lazy("SLO attainment")
    about = gettext_lazy(
        "Which promises were kept, by tier and journey; every miss with its cause; promises that changed."
    )

    def build(self, facts: Facts) -> Page:
        promises = facts.objectives.promises
        return self.page(
            _title(promises),
            so_what=_so_what(promises),
            claims=[
                kpi_claim(facts, "slo_attainment"),
                *objective_claims(facts, lambda one: not one.met, whole=_("SLOs missed")),
                kpi_claim(facts, "journey_availability"),
            ],
            figures=[kpi_figure(facts, "slo_attainment"), kpi_figure(facts, "journey_availability")],
            charts=[
                kpi_history(facts, "slo_attainment", title=_("Tier-1 SLOs met, by quarter")),
                *(_by_month(facts, one) for one in _worst(promises)),
            ],
            tables=[_tiers(promises), _misses(facts, promises), _journeys(facts), _changed(promises)],
            notes=[_("Met or missed is judged over the whole quarter, by the target that held at its end.")],
        )


def _known(promises: Sequence[Promise]) -> list[Promise]:
    return [one for one in promises if one.now.is_known]


def _title(promises: Sequence[Promise]) -> str:
    known = _known(promises)
    if not known:
        return _("No objective was measured well enough to be judged")
    missed = [one for one in known if not one.now.met]
    if not missed:
        return _("All %(n)d SLOs that could be judged were met") % {"n": len(known)}
    first = [one for one in missed if one.tier == 1]
    said = ngettext("%(missed)d of %(n)d SLOs was missed", "%(missed)d of %(n)d SLOs were missed", len(missed)) % {
        "missed": len(missed), "n": len(known),
    }  # fmt: skip
    of = _("%(first)d of tier 1") % {"first": len(first)} if first else _("none of tier 1")
    return f"{said}, {of}"


def _so_what(promises: Sequence[Promise]) -> str:
    if not promises:
        return _("Give services objectives: without a promise nobody can say whether it was kept.")
    missed = [one for one in _known(promises) if not one.now.met and one.tier == 1]
    if missed:
        names = ", ".join(f"{one.service}: {one.name}" for one in missed[:2])
        return _("Decide for each tier-1 miss whether to mend it or to promise less, first: %(names)s.") % {
            "names": names
        }
    blind = [one for one in promises if not one.now.is_known]
    if not blind:
        return _("Keep it so.")
    return ngettext(
        "Connect the objective that nobody can judge.",
        "Connect the %(n)d objectives that nobody can judge.",
        len(blind),
    ) % {"n": len(blind)}


def _worst(promises: Sequence[Promise]) -> list[Promise]:
    known = [one for one in _known(promises) if one.tier == 1 and any(each is not None for each in one.months)]
    return sorted(known, key=lambda one: (-(one.now.consumed or 0), one.pk))[:MULTIPLES]


def _by_month(facts: Facts, one: Promise) -> Chart:
    values = tuple(each * HUNDRED if each is not None else None for each in one.months)
    target = float(one.target) * HUNDRED
    word = _("met") if one.now.met else _("missed")
    return Chart(
        key=f"months-{one.pk}",
        drawing=Drawing.LINES,
        title=f"{one.service}: {one.name}",
        summary=_("%(word)s: %(sli)s of %(target)s over the quarter.")
        % {"word": word, "sli": units.sli(one.now.sli), "target": units.target(one.target)},
        categories=tuple(period_name(each) for each in facts.asked.months),
        series=(
            Series(
                name=_("SLI"),
                values=values,
                texts=tuple(units.sli(each) if each is not None else "" for each in one.months),
            ),
            Series(name=_("Target"), values=(target,) * len(values), look=Look.TARGET),
        ),
        unit="%",
        note=under(
            _("n = %(n)s counted in the quarter") % {"n": units.three_digits(one.now.total)},
            _("The axis does not begin at zero: it is no length"),
            source=_("SLO-%(id)d, its own counts") % {"id": one.pk},
        ),
    )


def _tiers(promises: Sequence[Promise]) -> Table:
    by_tier: defaultdict[int | None, list[Promise]] = defaultdict(list)
    for one in promises:
        by_tier[one.tier].append(one)
    rows = []
    for tier in sorted(by_tier, key=lambda each: each or 9):
        known = _known(by_tier[tier])
        rows.append((
            cell(str(Tier(tier).label) if tier is not None else _("no tier")),
            cell(share_words(sum(one.now.met for one in known), len(known)), value=float(sum(one.now.met for one in known))),
            cell(str(len(by_tier[tier]) - len(known)), value=float(len(by_tier[tier]) - len(known))),
        ))  # fmt: skip
    return table(
        "tiers",
        _("By tier"),
        [(_("Tier"), False), (_("Met"), True), (_("No data"), True)],
        rows,
        empty=_("No service of this scope has an objective."),
    )


def _misses(facts: Facts, promises: Sequence[Promise]) -> Table:
    missed = [one for one in _known(promises) if not one.now.met]
    rows = facts.incidents.of(facts.asked.period)
    return table(
        "misses",
        _("What was missed"),
        [
            (_("SLO"), False),
            (_("Reached"), True),
            (_("Promised"), True),
            (_("Budget spent"), True),
            (_("Cause"), False),
            (_("What changes"), False),
        ],
        [_miss(one, [each for each in rows if one.service in each.services]) for one in missed],
        empty=_("Nothing that could be judged was missed."),
    )


def _miss(one: Promise, hit: Sequence[Happened]) -> tuple[Cell, ...]:
    dearest = max(hit, key=lambda each: (each.customer_minutes or 0, each.pk)) if hit else None
    modes = list(dict.fromkeys(name for each in hit for _slug, name in each.modes))
    return (
        cell(f"{one.service}: {one.name}", one.path),
        cell(units.sli(one.now.sli), value=one.now.sli, tone=Tone.RED),
        cell(units.target(one.target), value=float(one.target)),
        cell(units.percent(one.now.consumed, 0), value=one.now.consumed),
        cell(", ".join(modes[:2]) or _("no incident names it")),
        cell(
            fix_words(dearest.fix) if dearest is not None else "–", dearest.fix.next_path if dearest is not None else ""
        ),
    )


def _journeys(facts: Facts) -> Table:
    return table(
        "journeys",
        _("By journey"),
        [(_("Journey"), False), (_("SLOs met"), True), (_("Missed"), False)],
        [
            (
                cell(one.name, one.path),
                cell(share_words(one.met, one.known), value=float(one.met)),
                cell(", ".join(one.missed[:3]) or "–"),
            )
            for one in facts.objectives.journeys
        ],
        empty=_("No journey goes through a service with an objective."),
    )


def _changed(promises: Sequence[Promise]) -> Table:
    rows = []
    for one in promises:
        was = one.loosened_from or one.tightened_from
        if was is not None:
            word = _("loosened") if one.loosened_from is not None else _("tightened")
            tone = Tone.AMBER if one.loosened_from is not None else Tone.NONE
            rows.append((
                cell(f"{one.service}: {one.name}", one.path),
                cell(units.target(was), value=float(was)),
                cell(units.target(one.target), value=float(one.target)),
                cell(word, tone=tone),
            ))  # fmt: skip
    return table(
        "changed",
        _("Promises that changed"),
        [(_("SLO"), False), (_("From"), True), (_("To"), True), (_("Direction"), False)],
        rows,
        empty=_("No promise changed in this quarter."),
    )


PLUGIN = Attainment()
