"""Impact as segments: minutes of their union, customer minutes, and what of a budget lies inside of them."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """[start, end) in which `customers` of one service or journey were affected; None: nobody has said how many. `low` and `high`
    None: nobody has said how sure that is. `measured`: they were counted, not guessed."""

    start: dt.datetime
    end: dt.datetime
    of: str = ""
    customers: float | None = None
    low: float | None = None
    high: float | None = None
    measured: bool = False


@dataclass(frozen=True, slots=True)
class Reach:
    """Customer minutes: the best number, and what it lies between. `measured`: every number in it was counted."""

    best: float
    low: float
    high: float
    measured: bool


@dataclass(frozen=True, slots=True)
class Span:
    """[start, end)."""

    start: dt.datetime
    end: dt.datetime

    @property
    def length(self) -> dt.timedelta:
        return self.end - self.start


def union(segments: Iterable[Segment]) -> tuple[Span, ...]:
    """Disjoint spans in order; touching ones are one."""
    spans: list[Span] = []
    for each in sorted((one for one in segments if one.end > one.start), key=lambda one: one.start):
        if spans and each.start <= spans[-1].end:
            spans[-1] = Span(spans[-1].start, max(spans[-1].end, each.end))
        else:
            spans.append(Span(each.start, each.end))
    return tuple(spans)


def impact_minutes(segments: Iterable[Segment]) -> float | None:
    """Minutes in which anything was affected; None when no segment was entered."""
    spans = union(segments)
    return sum(each.length.total_seconds() for each in spans) / 60 if spans else None


def reach(segments: Sequence[Segment]) -> Reach | None:
    """None where `customer_minutes` is. Without a range, low and high of a segment are its customers."""
    known = [each for each in segments if each.customers is not None]
    best = customer_minutes(known)
    if best is None:
        return None
    low = customer_minutes([each if each.low is None else replace(each, customers=each.low) for each in known])
    high = customer_minutes([each if each.high is None else replace(each, customers=each.high) for each in known])
    return Reach(best, low or 0.0, high or 0.0, all(each.measured for each in known))


def customer_minutes(segments: Sequence[Segment]) -> float | None:
    """Integral of affected customers over time; None when the customers of no segment are known.

    Segments that overlap are taken to hit the same customers, so that at each moment the largest of them counts: a sum would
    count one customer twice who met two failing services.
    """
    known = [each for each in segments if each.customers is not None and each.end > each.start]
    if not known:
        return None
    edges = sorted({edge for each in known for edge in (each.start, each.end)})
    total = 0.0
    for start, end in itertools.pairwise(edges):
        here = [each.customers or 0.0 for each in known if each.start <= start and each.end >= end]
        total += max(here, default=0.0) * (end - start).total_seconds() / 60
    return total
