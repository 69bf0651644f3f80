"""KPI 2: how fast error budgets are spent."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from incidents.domain.statistics import Trend, shares_changed
from reports.domain.values import Better, Lacking, Lines, Unit, Value
from reports.kpis._base import TIER_1, Heading
from reports.kpis._objectives import Kept, ObjectiveKpi


class BudgetBurn(ObjectiveKpi):
    key = "budget_burn"
    number = 2
    title = _("Error budget burn (worst)")
    about = _(
        "Bad events by all events over the period, as a multiple of what the target allows: 1 spends exactly the budget. Shown "
        "is the worst objective, and how many burn faster than 1; a mean would hide the one that burns."
    )
    connect = _("Give tier-1 services objectives, and connect the source of their counts.")
    guard = _("Number of events, and overrides of the policy")
    heading = Heading.CUSTOMERS
    unit = Unit.BURN
    better = Better.DOWN
    lines = Lines(green=0.8, red=1.0, better=Better.DOWN)
    tiers = TIER_1

    def value(self, facts: Sequence[Kept]) -> Value:
        known = [one for one in facts if one.consumed is not None]
        if not known:
            return Value(lacking=Lacking.LOW_COVERAGE if facts else Lacking.NOTHING, coverage=0.0 if facts else None)
        worst = max(known, key=_consumed)
        return Value(
            value=_consumed(worst),
            numerator=worst.bad,
            denominator=worst.total,
            n=len(known),
            coverage=len(known) / len(facts),
            parts={
                "above_1": float(sum(_consumed(one) > 1 for one in known)),
                "events": sum(one.total for one in known),
            },
        )

    def trend(self, now: Sequence[Kept], before: Sequence[Kept], *, exposure: float) -> Trend:
        """Of how many burn faster than 1."""
        _unused = exposure
        return shares_changed(_above(now), _above(before))


def _consumed(one: Kept) -> float:
    return one.consumed or 0.0


def _above(facts: Sequence[Kept]) -> tuple[int, int]:
    known = [one for one in facts if one.consumed is not None]
    return sum(_consumed(one) > 1 for one in known), len(known)


PLUGIN = BudgetBurn()
