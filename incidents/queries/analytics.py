"""What the incidents of a period say: what adds up first, then distributions, counts and months, beside the period before."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from incidents.domain.periods import Days
from incidents.domain.statistics import (
    UNKNOWN,
    Distribution,
    Interval,
    Trend,
    count_interval,
    counts_changed,
    distribution,
    durations_changed,
    median,
    share_interval,
    shares_changed,
    sums_changed,
)
from incidents.models import ActionItem, Detection, Severity
from incidents.queries.behind import Behind, Scope, behind, counted, durations
from incidents.queries.repeats import Repeats, repeats
from relportal.core import company
from relportal.core.models import User

SELF_DETECTED: Final = frozenset({Detection.SLO_ALERT.value, Detection.OTHER_ALERT.value, Detection.STAFF.value})
"""Noticed by us, before a customer or a third party said so."""


class Duration(StrEnum):
    DETECT = "time_to_detect"
    ACKNOWLEDGE = "time_to_acknowledge"
    MITIGATE = "time_to_mitigate"
    RESOLVE = "time_to_resolve"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """`value` over `n` of the incidents; `missing` of them have none. None: not known of any. `before` is the value of the
    period before."""

    value: float | None
    before: float | None
    n: int
    missing: int = 0
    interval: Interval | None = None
    trend: Trend = UNKNOWN


@dataclass(frozen=True, slots=True)
class Spread:
    """`before` is the median of the period before, in seconds."""

    duration: Duration
    now: Distribution
    before: float | None
    trend: Trend


@dataclass(frozen=True, slots=True)
class Count:
    """`key` None: said of none of these incidents. `impact_minutes` None: not known of any."""

    key: str | None
    label: str
    n: int
    before: int
    impact_minutes: float | None


@dataclass(frozen=True, slots=True)
class Month:
    """`counts` in the order of `Analytics.severities`."""

    first: dt.date
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Analytics:
    """`rows` are the incidents of the period, the newest first; `severities` the levels that there are, None last."""

    days: Days
    days_before: Days
    rows: tuple[Behind, ...]
    incidents: Figure
    impact_minutes: Figure
    customer_minutes: Figure
    budget_spent: Figure
    self_detected: Figure
    overdue_actions: int
    repeats: Repeats
    spreads: tuple[Spread, ...]
    severities: tuple[int | None, ...]
    by_severity: tuple[Count, ...]
    by_failure_mode: tuple[Count, ...]
    by_service: tuple[Count, ...]
    by_detection: tuple[Count, ...]
    months: tuple[Month, ...]


@dataclass(frozen=True, slots=True)
class _Compared:
    """The rows of both periods, and the part of their time that lies in the new one."""

    now: tuple[Behind, ...]
    before: tuple[Behind, ...]
    exposure: float


def analytics(user: User, scope: Scope, *, days: Days, before: Days, at: dt.datetime) -> Analytics:
    """An incident belongs to the period in which its impact started, or else in which it was declared."""
    both = _compared(user, scope, days=days, before=before, at=at)
    levels = tuple(Severity.objects.values_list("level", flat=True))
    kinds = dict(Detection.choices)
    return Analytics(
        days=days,
        days_before=before,
        rows=both.now,
        incidents=Figure(
            value=len(both.now),
            before=len(both.before),
            n=len(both.now),
            interval=count_interval(len(both.now)),
            trend=counts_changed(len(both.now), len(both.before), exposure=both.exposure),
        ),
        impact_minutes=_sum(both, lambda row: row.impact_minutes),
        customer_minutes=_sum(both, lambda row: row.customer_minutes),
        budget_spent=_sum(both, lambda row: row.budget_spent),
        self_detected=_self_detected(both),
        overdue_actions=_overdue(user, scope, at),
        repeats=repeats(user, *days.bounds(company.zone()), scope=scope),
        spreads=tuple(_spread(both, each) for each in Duration),
        severities=(*levels, None),
        by_severity=_in_order(
            _counts(both, lambda row: () if row.severity is None else ((str(row.severity), f"SEV-{row.severity}"),))
        ),
        by_failure_mode=_counts(both, lambda row: row.failure_modes),
        by_service=_counts(both, lambda row: row.services),
        by_detection=_counts(
            both, lambda row: ((row.detected_by, str(kinds[row.detected_by])),) if row.detected_by else ()
        ),
        months=_months(both.now, days, (*levels, None)),
    )


def _compared(user: User, scope: Scope, *, days: Days, before: Days, at: dt.datetime) -> _Compared:
    start, end = days.bounds(company.zone())
    old_start, old_end = before.bounds(company.zone())
    rows = behind(user, scope, start=old_start, end=end)
    elapsed, old = (min(end, max(at, start)) - start).total_seconds(), (old_end - old_start).total_seconds()
    return _Compared(
        tuple(each for each in rows if each.began >= start),
        tuple(each for each in rows if each.began < old_end),
        elapsed / (elapsed + old),
    )


def _sum(both: _Compared, of: Callable[[Behind], float | None]) -> Figure:
    now, before = [of(each) for each in both.now], [of(each) for each in both.before]
    known = [each for each in now if each is not None]
    return Figure(
        value=_total(now),
        before=_total(before),
        n=len(known),
        missing=len(now) - len(known),
        trend=sums_changed(now, before, exposure=both.exposure),
    )


def _total(values: Iterable[float | None]) -> float | None:
    known = [each for each in values if each is not None]
    return sum(known) if known else None


def _self_detected(both: _Compared) -> Figure:
    """KPI ttd, its guard: noticed by us of those of which it is known who noticed."""
    (k, n), (k_old, n_old) = _noticed(both.now), _noticed(both.before)
    return Figure(
        value=k / n if n else None,
        before=k_old / n_old if n_old else None,
        n=n,
        missing=len(both.now) - n,
        interval=share_interval(k, n),
        trend=shares_changed((k, n), (k_old, n_old)),
    )


def _noticed(rows: Sequence[Behind]) -> tuple[int, int]:
    known = [each.detected_by for each in rows if each.detected_by]
    return sum(each in SELF_DETECTED for each in known), len(known)


def _overdue(user: User, scope: Scope, at: dt.datetime) -> int:
    """Unfinished now and past the date that holds, of incidents of all times: a promise does not end with a period."""
    today = company.day(at)
    return ActionItem.objects.unfinished().filter(incident__in=counted(user, scope), due_on__lt=today).count()


def _spread(both: _Compared, duration: Duration) -> Spread:
    now, before = durations(both.now, duration), durations(both.before, duration)
    return Spread(duration, distribution(now), median(before), durations_changed(now, before))


def _counts(both: _Compared, of: Callable[[Behind], tuple[tuple[str, str], ...]]) -> tuple[Count, ...]:
    """By what an incident has, the most frequent first and those without any last; one with two counts in both."""
    labels: dict[str | None, str] = {None: ""}
    tallies: list[Counter[str | None]] = [Counter(), Counter()]
    minutes: dict[str | None, list[float | None]] = {}
    for tally, rows in zip(tallies, (both.now, both.before), strict=True):
        for row in rows:
            for key, label in of(row) or ((None, ""),):
                labels[key] = label
                tally[key] += 1
                if rows is both.now:
                    minutes.setdefault(key, []).append(row.impact_minutes)
    now, before = tallies
    keys = sorted(now.keys() | before.keys(), key=lambda key: (key is None, -now[key], -before[key], labels[key]))
    return tuple(Count(key, labels[key], now[key], before[key], _total(minutes.get(key, ()))) for key in keys)


def _in_order(counts: Sequence[Count]) -> tuple[Count, ...]:
    return tuple(sorted(counts, key=lambda each: (each.key is None, each.key or "")))


def _months(rows: Sequence[Behind], days: Days, severities: Sequence[int | None]) -> tuple[Month, ...]:
    tally = Counter((company.day(each.began).replace(day=1), each.severity) for each in rows)
    return tuple(Month(first, tuple(tally[first, level] for level in severities)) for first in days.months())
