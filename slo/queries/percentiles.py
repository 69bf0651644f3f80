"""Percentiles of services over days, from the kept sums of their histograms' buckets."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from django.db.models import F, Func, JSONField, QuerySet, Value

from relportal.core import company
from slo.domain.local_days import DAY
from slo.domain.percentiles import BucketSums, Percentile, percentile, summed
from slo.models import HISTOGRAMS, Indicator, LatencyDay, Objective

SHOWN_DAYS: Final = 28
RANKS: Final = (0.95, 0.99)
Bounds = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """`sums` of `days`, those of which something is kept; None of no day."""

    sums: BucketSums | None
    days: int


@dataclass(frozen=True, slots=True, eq=False)
class _Days:
    """Days of one layout, ascending, with what was counted up to each: one row more than there are days."""

    days: list[dt.date]
    counts: Any


class DailySums:
    """The days of indicators and services, each read once, whatever many spans of them are asked for."""

    def __init__(
        self, rows: Iterable[tuple[int, dt.date, list[list[float]], Mapping[str, tuple[int, list[int]]]]]
    ) -> None:
        found: defaultdict[tuple[int, int], dict[Bounds, tuple[list[dt.date], list[list[int]]]]] = defaultdict(dict)
        for indicator, day, layouts, services in rows:
            bounds = [tuple(each) for each in layouts]
            for service, (place, counts) in services.items():
                days, values = found[indicator, int(service)].setdefault(bounds[place], ([], []))
                days.append(day)
                values.append(counts)
        self._found: dict[tuple[int, int], dict[Bounds, _Days]] = {
            key: {bounds: _Days(days, _running(values)) for bounds, (days, values) in layouts.items()}
            for key, layouts in found.items()
        }

    @property
    def keys(self) -> tuple[tuple[int, int], ...]:
        """(indicator, service) of which something is kept."""
        return tuple(self._found)

    def of(self, indicator: int, service: int, first: dt.date, last: dt.date) -> Span:
        """Of the days from `first` to `last`, both included."""
        parts, days = [], 0
        for bounds, each in self._found.get((indicator, service), {}).items():
            low, high = bisect_left(each.days, first), bisect_right(each.days, last)
            if low < high:
                counts = (each.counts[high] - each.counts[low]).tolist()
                parts.append(BucketSums(bounds, tuple(map(float, counts))))
                days += high - low
        return Span(summed(parts), days)


def _running(values: list[list[int]]) -> Any:
    counts = np.array(values, np.int64)
    return np.concatenate((np.zeros((1, counts.shape[1]), np.int64), np.cumsum(counts, axis=0)))


def daily_sums(indicators: Iterable[int], first: dt.date, last: dt.date) -> DailySums:
    """One statement."""
    rows = _rows(indicators, first, last).values_list("indicator_id", "day", "layouts", "services")
    return DailySums(rows.iterator(chunk_size=500))


def _rows(indicators: Iterable[int], first: dt.date, last: dt.date) -> QuerySet[LatencyDay]:
    return LatencyDay.objects.filter(indicator__in=indicators, day__range=(first, last)).order_by("day")


@dataclass(frozen=True, slots=True)
class Lately:
    """The last whole days of a service's histogram: `percentiles` in the order of RANKS, None each where nothing is known."""

    first: dt.date
    last: dt.date
    kept: int
    percentiles: tuple[Percentile | None, ...]

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def slowness(self) -> tuple[bool, float]:
        """Sorts by the highest percentile; one that nobody knows is the fastest, one above all buckets the slowest."""
        one = self.percentiles[-1]
        return (False, -1.0) if one is None else (one.high is None, one.value)

    @property
    def named(self) -> tuple[tuple[str, Percentile | None], ...]:
        return tuple((f"p{rank * 100:g}", one) for rank, one in zip(RANKS, self.percentiles, strict=True))


def latency_lately(objective: Objective, *, at: dt.datetime) -> Lately | None:
    """What the page of a latency objective shows of its percentiles; None for other objectives. One statement."""
    if objective.indicator.kind not in HISTOGRAMS:
        return None
    first, last = _shown_days(at)
    # Of this service alone: an indicator may have hundreds.
    service = str(objective.service_id)
    mine = Func(F("services"), Value(service), function="jsonb_extract_path", output_field=JSONField())
    rows = _rows([objective.indicator_id], first, last).values_list("day", "layouts", mine)
    sums = DailySums(
        (objective.indicator_id, day, layouts, {service: one} if one else {}) for day, layouts, one in rows
    )
    return _lately(sums.of(objective.indicator_id, objective.service_id, first, last), first, last)


def latency_of(indicator: Indicator, *, at: dt.datetime) -> dict[int, Lately]:
    """By service, those of which a day is kept. One statement, none for other indicators."""
    if indicator.kind not in HISTOGRAMS:
        return {}
    first, last = _shown_days(at)
    sums = daily_sums([indicator.pk], first, last)
    return {service: _lately(sums.of(pk, service, first, last), first, last) for pk, service in sums.keys}


def _shown_days(at: dt.datetime) -> tuple[dt.date, dt.date]:
    last = company.day(at) - DAY
    return last - DAY * (SHOWN_DAYS - 1), last


def _lately(found: Span, first: dt.date, last: dt.date) -> Lately:
    return Lately(first, last, found.days, tuple(percentile(found.sums, rank) for rank in RANKS))
