"""KPI 2: how fast error budgets are spent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from incidents.domain.statistics import Trend, shares_changed
from relportal.core.models import Service
from reports.domain.periods import Period
from reports.domain.scopes import Seen
from reports.domain.values import Better, Lacking, Lines, Rag, Unit, Value, forced
from reports.kpis._base import TIER_1, Beside, Frame, Heading, Kpi, Row
from reports.kpis._objectives import Kept, said, seen_objectives
from risks.models import ExceptionKind, GovernanceException

LEFT = 0.25
"""Who burns with less than this of the budget left is about to miss."""


@dataclass(frozen=True, slots=True)
class Override:
    """A policy that was set aside by an exception."""


class BudgetBurn(Kpi[Kept | Override]):
    key = "budget_burn"
    number = 2
    title = _("Error budget burn (worst of tier 1)")
    about = _(
        "Bad events by all events over the period, as a multiple of what the target allows: 1 spends exactly the budget. Shown "
        "is the worst objective, and how many burn faster than 1; a mean would hide the one that burns. Beside it stands the "
        "worst over the last hour, six hours and three days before the end of the period. Red also where one burnt faster than "
        "1 over the last three days with less than a quarter of its budget left. Left out are objectives with a bad event and so "
        "few events that one is more than their budget: they have no rate worth the name."
    )
    connect = _("Give tier-1 services objectives, and connect the source of their counts.")
    guard = _("Number of events, and overrides of the policy")
    heading = Heading.CUSTOMERS
    unit = Unit.BURN
    better = Better.DOWN
    lines = Lines(green=0.8, red=1.0, better=Better.DOWN)
    tiers = TIER_1
    definition = 3
    beside = (
        Beside("above_1", _("objectives that burn faster than 1"), listed=True),
        Beside("hour", _("worst over the last hour"), Unit.BURN),
        Beside("six_hours", _("worst over the last six hours"), Unit.BURN),
        Beside("lately", _("worst over the last three days"), Unit.BURN),
        Beside("events", _("events"), guard=True),
        Beside("overrides", _("overrides of the policy"), guard=True),
    )

    def seen(self, frame: Frame) -> Iterator[Seen[Period, Kept | Override]]:
        for seen in frame.once(seen_objectives, lambda: seen_objectives(frame)):
            yield Seen(period=seen.period, fact=seen.fact, services=seen.services)
        of_team: dict[int | None, list[int]] = {}
        for pk, team in Service.objects.values_list("pk", "team_id"):
            of_team.setdefault(team, []).append(pk)
        rows = GovernanceException.objects.filter(
            kind=ExceptionKind.POLICY, in_force_at__gte=frame.start, in_force_at__lt=frame.end
        )
        for at, service, team in rows.values_list("in_force_at", "service_id", "team_id"):
            named = (service,) if service else tuple(of_team.get(team, ()))
            for period in frame.of(at) if at else ():
                yield Seen(period=period, fact=Override(), services=named)

    def value(self, facts: Sequence[Kept | Override]) -> Value:
        kept = _kept(facts)
        measured = [one for one in kept if one.consumed is not None]
        known = _rated(measured)
        few = len(measured) - len(known)
        overrides = float(len(facts) - len(kept))
        if not known:
            return Value(
                lacking=Lacking.FEW if few else Lacking.LOW_COVERAGE if kept else Lacking.NOTHING,
                coverage=few / len(kept) if kept else None,
                excluded=few,
                parts={"overrides": overrides},
            )
        worst = max(known, key=_consumed)
        found = Value(
            value=_consumed(worst),
            numerator=worst.bad,
            denominator=worst.total,
            n=len(known),
            coverage=len(measured) / len(kept),
            excluded=few,
            parts={
                "above_1": float(sum(_consumed(one) > 1 for one in known)),
                "hour": _worst(one.hour for one in known),
                "six_hours": _worst(one.six_hours for one in known),
                "lately": _worst(one.lately for one in known),
                "events": sum(one.total for one in known),
                "overrides": overrides,
            },
        )
        return forced(found, Rag.RED) if any(map(_about_to_miss, known)) else found

    def trend(self, now: Sequence[Kept | Override], before: Sequence[Kept | Override], *, exposure: float) -> Trend:
        """Of how many burn faster than 1."""
        _unused = exposure
        return shares_changed(_above(now), _above(before))

    def rows(self, fact: Kept | Override) -> Sequence[Row]:
        return [Row("objective", fact.pk, said(fact), _consumed(fact) > 1)] if isinstance(fact, Kept) else ()


def _kept(facts: Sequence[Kept | Override]) -> list[Kept]:
    return [one for one in facts if isinstance(one, Kept)]


def _consumed(one: Kept) -> float:
    return one.consumed or 0.0


def _worst(burns: Iterable[float | None]) -> float | None:
    return max((one for one in burns if one is not None), default=None)


def _about_to_miss(one: Kept) -> bool:
    return one.lately is not None and one.lately > 1 and 1 - _consumed(one) < LEFT


def _above(facts: Sequence[Kept | Override]) -> tuple[int, int]:
    known = _rated(_kept(facts))
    return sum(_consumed(one) > 1 for one in known), len(known)


def _rated(facts: Sequence[Kept]) -> list[Kept]:
    """Those that were measured, without those that had a bad event and a budget of less than one: what was spent is `bad` by the
    budget in events, so that it is more than `bad` where the budget is less than one."""
    return [one for one in facts if one.consumed is not None and one.bad >= one.consumed]


PLUGIN = BudgetBurn()
