"""Page 9: what a year of all risks together may cost, against what is tolerated."""

from __future__ import annotations

from typing import Final

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relportal.core import units
from reports.domain.payload import Chart, Drawing, Figure, Look, Page, Series, Tone
from reports.domain.scopes import ScopeKind
from reports.pages._base import ReportPage, under
from reports.pages.headline import exposure_claim
from reports.queries.facts import Facts
from risks.queries.loss_words import about
from risks.queries.portfolio_result import Points, Result

POINTS: Final = 40
HUNDRED: Final = 100.0
MONEY: Final = "money"


class Exposure(ReportPage):
    key = "exposure"
    number = 9
    topic = gettext_lazy("Exposure")
    about = gettext_lazy(
        "The chance of losing more than an amount in a year: now, a quarter ago and after the plan, against the tolerance."
    )

    def build(self, facts: Facts) -> Page:
        if facts.asked.scope.kind is not ScopeKind.COMPANY:
            return self.page(
                _("What a bad year costs is told of the company as a whole"),
                so_what=_("Read it in the report of the company."),
                notes=[_("Risks are simulated together: a part of the company has no bad year of its own.")],
            )
        found = facts.exposure.now
        if found is None or found.totals is None:
            return self.page(
                _("Nobody can say yet what a bad year costs"),
                so_what=_("Estimate the largest risks in money: two numbers each, as ranges."),
                notes=[_("Before the end of this quarter no risk was estimated and simulated.")],
            )
        claim = exposure_claim(facts)
        return self.page(
            _title(found),
            so_what=_so_what(found),
            claims=[claim] if claim is not None else [],
            figures=_figures(facts, found),
            charts=[_curves(facts, found)],
            notes=[
                _planned(found),
                _("%(n)d of %(all)d open risks are estimated; the others cost something, too.")
                % {"n": len(found.risks), "all": found.open},
                _("Risks are taken as independent: where they share a cause, bad years are worse than shown."),
            ],
        )


def _title(found: Result) -> str:
    totals = found.totals
    if totals is None or not totals.p95:
        return _("By the risks that are estimated, nineteen of twenty years cost nothing")
    said = _("One year in twenty costs more than %(loss)s") % {"loss": about(totals.p95, MONEY, found.currency)}
    if found.beyond:
        return _("%(said)s, beyond what is tolerated") % {"said": said}
    return _("%(said)s, within what is tolerated") % {"said": said} if found.tolerance else said


def _so_what(found: Result) -> str:
    plan = found.after_plan
    if found.beyond and plan is not None and not plan.beyond:
        return _("Fund the plan and hold its dates: if all of it works, losses stay within what is tolerated.")
    if found.beyond and plan is not None:
        worst = about(plan.beyond[0].low, MONEY, found.currency)
        return _("The plan is not enough: even if all of it works, the tolerance is crossed at %(loss)s.") % {
            "loss": worst
        }
    if found.beyond:
        worst = about(found.beyond[0].low, MONEY, found.currency)
        return _("Fund a treatment, or accept more: the tolerance is crossed at %(loss)s.") % {"loss": worst}
    return _("No decision is needed for money alone.") if found.tolerance else _("Say what loss a year is tolerated.")


def _figures(facts: Facts, found: Result) -> list[Figure]:
    totals, before = found.totals, facts.exposure.before
    if totals is None:
        return []
    was = before.totals if before is not None and before.currency == found.currency else None
    plan = found.after_plan
    rows = (
        ("expected", _("Expected a year"), totals.expected, was.expected if was else None),
        ("p50", _("Half of the years stay below"), totals.p50, was.p50 if was else None),
        ("p95", _("One year in twenty is above"), totals.p95, was.p95 if was else None),
    )
    after = {"expected": plan.expected, "p50": plan.p50, "p95": plan.p95} if plan is not None else {}
    return [
        Figure(
            key=key,
            label=label,
            text=about(value, MONEY, found.currency),
            value=value,
            unit=found.currency,
            change="; ".join(
                words % {"loss": about(amount, MONEY, found.currency)}
                for words, amount in ((_("%(loss)s before"), old), (_("%(loss)s after the plan"), after.get(key)))
                if amount is not None
            ),
            tone=Tone.RED if key == "p95" and found.beyond else Tone.NONE,
            word=_("Beyond tolerance") if key == "p95" and found.beyond else "",
            path="/risks/portfolio/",
        )
        for key, label, value, old in rows
    ]


def _curves(facts: Facts, found: Result) -> Chart | None:
    """All on one grid of amounts, which is even on a logarithmic axis."""
    plan = found.after_plan.curve if found.after_plan is not None else ()
    # The plan shortens the losses that are shown and adds none.
    losses = [loss for loss, _chance in (*found.curve, *found.tolerance) if loss > 0]
    if len(losses) < 2:
        return None
    grid = np.geomspace(min(losses), max(losses), POINTS)
    series = [Series(name=_("Now"), values=_on(grid, found.curve))]
    before = facts.exposure.before
    if before is not None and before.curve and before.currency == found.currency:
        series.append(Series(name=_("A quarter ago"), values=_on(grid, before.curve), look=Look.PREVIOUS))
    if plan:
        series.append(Series(name=_("After the plan"), values=_on(grid, plan), look=Look.PLAN))
    if found.tolerance:
        series.append(Series(name=_("Tolerated"), values=_on(grid, found.tolerance), look=Look.TARGET))
    xs = tuple(float(f"{each:.4g}") for each in grid)
    return Chart(
        key="exceedance",
        drawing=Drawing.CURVE,
        title=_("Chance of losing more in a year"),
        summary=_title(found) + ".",
        categories=tuple(units.three_digits(each) for each in xs),
        xs=xs,
        series=tuple(series),
        unit=found.currency,
        note=under(
            _("n = %(n)d estimated risks") % {"n": len(found.risks)},
            source=_("simulated years of all of them together"),
        ),
    )


def _planned(found: Result) -> str:
    """What the curve after the plan rests on."""
    plan = found.after_plan
    if plan is None:
        return _(
            "What the plan would change is not drawn: of no treatment that is planned anybody has said its effect."
        )
    said = _("After the plan: if all %(n)d planned treatments of %(risks)d risks work as their owners expect.") % {
        "n": plan.treatments, "risks": plan.risks,
    }  # fmt: skip
    if not plan.silent:
        return said
    return _("%(said)s Of %(n)d more nobody has said the effect; they change nothing here.") % {
        "said": said, "n": plan.silent,
    }  # fmt: skip


def _on(grid: np.ndarray, points: Points) -> tuple[float | None, ...]:
    """In percent; None where the curve says nothing."""
    known = sorted((loss, chance) for loss, chance in points if loss > 0)
    if not known:
        return (None,) * len(grid)
    xs, ys = np.log([loss for loss, _chance in known]), [chance for _loss, chance in known]
    found = np.interp(np.log(grid), xs, ys, left=np.nan, right=np.nan)
    return tuple(None if np.isnan(each) else float(f"{each * HUNDRED:.4g}") for each in found)


PLUGIN = Exposure()
