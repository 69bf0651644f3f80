"""All risks together, as the page shows and the API gives them: the newest run of a unit, or one of those before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.utils.translation import gettext as _

from relportal.core import company
from relportal.core.exceptions import Missing
from relportal.core.models import User, WorkItem
from risks.models import PortfolioRun, Risk, RiskEstimate, Unit
from risks.queries.portfolio_inputs import WORK
from risks.queries.portfolio_result import Contribution, Points, Result, from_json

COVERED: Final = 0.9
"""Below this share of estimated risks nothing is said to be within tolerance: what is not estimated costs something, too."""
MONTH: Final = dt.timedelta(days=28)
MONTHS: Final = 13


class Standing(StrEnum):
    """What the totals say beside what is tolerated. BEYOND holds whatever is missing: more risks cost more."""

    NOT_RUN = "not_run"
    NOT_ESTIMATED = "not_estimated"
    NOT_COVERED = "not_covered"
    NO_TOLERANCE = "no_tolerance"
    BEYOND = "beyond"
    WITHIN = "within"

    @property
    def band(self) -> str:
        return {Standing.BEYOND: "breached", Standing.WITHIN: "healthy"}.get(self, "no_data")


@dataclass(frozen=True, slots=True)
class Contributor:
    """`risk` None: the reader may not see it; then nothing but its figures is said. `share` of what is expected of all."""

    risk: Risk | None
    estimate: RiskEstimate | None
    figures: Contribution
    share: float
    tail_share: float | None


class Left(StrEnum):
    MISSING = "missing"
    OTHER_CURRENCY = "other_currency"
    UNFIT = "unfit"


@dataclass(frozen=True, slots=True)
class LeftOut:
    risk: Risk
    why: Left


@dataclass(frozen=True, slots=True)
class Move:
    """What a risk was expected to cost before and now; None: it was not in it."""

    risk: Risk | None
    before: float | None
    after: float | None

    @property
    def by(self) -> float:
        return (self.after or 0.0) - (self.before or 0.0)


@dataclass(frozen=True, slots=True)
class Change:
    """Since `since`, in the same currency; `moves` are the risks that made it, the largest first. `curve`: as it was then."""

    since: PortfolioRun
    curve: Points
    expected: float
    p95: float
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Past:
    """A run as a line of the history; figures None: nothing was estimated."""

    pk: int
    at: dt.datetime
    currency: str
    risks: int
    expected: float | None
    p95: float | None


@dataclass(frozen=True, slots=True)
class Shown:
    """`waiting`: a newer run is due. `unseen`: how many risks without an estimate the reader may not see."""

    unit: Unit
    run: PortfolioRun | None
    result: Result | None
    standing: Standing
    contributors: tuple[Contributor, ...]
    left_out: tuple[LeftOut, ...]
    unseen: int
    change: Change | None
    history: tuple[Past, ...]
    waiting: bool


def portfolio(user: User, unit: Unit, *, at: dt.datetime, run: int | None = None) -> Shown:
    """The newest, or `run`. Raises: Missing, where there is no such run of the unit."""
    runs = PortfolioRun.objects.filter(unit=unit, at__lte=at)
    row = runs.first() if run is None else runs.filter(pk=run).first()
    if row is None and run is not None:
        raise Missing(_("There is no such run. It may have been thinned out: the last of each month is kept."))
    waiting = WorkItem.objects.filter(kind=WORK, key=unit.value, due_at__lte=at, state="pending").exists()
    if row is None:
        return Shown(unit, None, None, Standing.NOT_RUN, (), (), 0, None, (), waiting)
    return _shown(user, unit, row, waiting=waiting and run is None)


def contributors(user: User, row: PortfolioRun) -> tuple[Contributor, ...]:
    """Of one run; two statements."""
    return _contributors(from_json(row.result), _seen(user, [each["risk"] for each in row.result["risks"]]))


def standing(found: Result) -> Standing:
    if found.totals is None:
        return Standing.NOT_ESTIMATED
    if found.beyond:
        return Standing.BEYOND
    if (found.coverage or 0.0) < COVERED:
        return Standing.NOT_COVERED
    return Standing.WITHIN if found.tolerance else Standing.NO_TOLERANCE


def _shown(user: User, unit: Unit, row: PortfolioRun, *, waiting: bool) -> Shown:
    found = from_json(row.result)
    before = _month_before(row)
    outside = {risk: why for why in Left for risk in getattr(found, why.value)}
    named = [each.risk for each in found.risks] + list(outside)
    if before is not None:
        named += [each["risk"] for each in before.result["risks"]]
    seen = _seen(user, named)
    return Shown(
        unit=unit,
        run=row,
        result=found,
        standing=standing(found),
        contributors=_contributors(found, seen),
        left_out=tuple(LeftOut(seen[risk], why) for risk, why in outside.items() if risk in seen),
        unseen=len(outside.keys() - seen.keys()),
        change=_change(found, before, seen),
        history=_history(unit, until=row.at),
        waiting=waiting,
    )


def _seen(user: User, pks: Sequence[int]) -> dict[int, Risk]:
    rows = Risk.objects.visible_to(user).filter(pk__in=pks).select_related("owner", "team")
    return {row.pk: row for row in rows}


def _contributors(found: Result, seen: Mapping[int, Risk]) -> tuple[Contributor, ...]:
    if found.totals is None:
        return ()
    rows = RiskEstimate.objects.in_bulk([each.estimate for each in found.risks if each.risk in seen])
    expected, tail = found.totals.expected, found.totals.tail_mean
    return tuple(
        Contributor(
            seen.get(each.risk),
            rows.get(each.estimate),
            each,
            each.expected / expected,
            each.tail / tail if tail else None,
        )
        for each in found.risks
    )


def _month_before(row: PortfolioRun) -> PortfolioRun | None:
    """The last run that is four weeks older; of a younger portfolio the first of all."""
    others = PortfolioRun.objects.filter(unit=row.unit, at__lt=row.at)
    return others.filter(at__lte=row.at - MONTH).first() or others.last()


def _change(found: Result, row: PortfolioRun | None, seen: Mapping[int, Risk]) -> Change | None:
    if row is None or found.totals is None:
        return None
    before = from_json(row.result)
    if before.totals is None or before.currency != found.currency:
        return None
    was, now = ({each.risk: each for each in one.risks} for one in (before, found))
    moves = [
        Move(seen.get(pk), was[pk].expected if pk in was else None, now[pk].expected if pk in now else None)
        for pk in sorted(was.keys() | now.keys())
        if pk not in was or pk not in now or was[pk].estimate != now[pk].estimate
    ]
    return Change(
        row,
        before.curve,
        found.totals.expected - before.totals.expected,
        found.totals.p95 - before.totals.p95,
        tuple(sorted(moves, key=lambda move: -abs(move.by))),
    )


def _history(unit: Unit, *, until: dt.datetime) -> tuple[Past, ...]:
    """The newest, and the last of each month before; without the rest of what they found."""
    rows = PortfolioRun.objects.filter(unit=unit, at__lte=until).values_list(
        "pk", "at", "result__currency", "risks", "result__totals__expected", "result__totals__p95"
    )
    found: dict[tuple[int, int], Past] = {}
    for row in rows:
        past = Past(*row)
        day = company.day(past.at)
        found.setdefault((day.year, day.month), past)
    return tuple(found.values())[:MONTHS]
