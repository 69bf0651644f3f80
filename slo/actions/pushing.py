"""The spans of a pushed series: what stands, what is replaced, and the rows that follow from both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from django.utils.translation import gettext as _

from relportal.core.exceptions import Invalid
from slo.actions.collecting import store
from slo.domain.counts import Buckets
from slo.domain.grid import epoch, instant
from slo.models import Measurement, Via


@dataclass(frozen=True, slots=True)
class Span:
    """Counts of [start, end), epochs; `covered_s` is its length when it was pushed and 0 where nothing was."""

    start: int
    end: int
    bad: float
    total: float
    covered_s: float | None = None

    @property
    def length_s(self) -> float:
        return float(self.end - self.start) if self.covered_s is None else self.covered_s


@dataclass(frozen=True, slots=True)
class Row:
    """A cumulative row as it stands."""

    at: int
    bad: float
    total: float
    covered_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Merged:
    """`rows` to write and instants whose rows `gone` are; `begin` is the first instant of what was looked at."""

    rows: store.NewRows
    gone: tuple[int, ...]
    begin: int
    changed: int


def stored_rows(series_id: int, *, since: int) -> list[Row]:
    """The rows of a series from the newest one at or before `since` on, oldest first."""
    rows = Measurement.objects.filter(series_id=series_id)
    at = instant(since)
    base = rows.filter(instant__lte=at).order_by("-instant").values_list("instant", flat=True).first()
    later = rows.filter(instant__gte=base or at).order_by("instant")
    return [
        Row(epoch(at), bad, total, covered)
        for at, bad, total, covered in later.values_list("instant", "bad", "total", "covered_s")
    ]


def merged(stored: list[Row], pushed: Sequence[Span], *, series: store.SeriesRows) -> Merged:
    """One series with the pushed spans in the place of what stood there.

    Only a span that nothing was pushed in may be cut: Raises Invalid when a pushed span lies across counts that were pushed
    with other bounds.
    """
    spans = {
        before.at: Span(
            before.at,
            after.at,
            after.bad - before.bad,
            after.total - before.total,
            after.covered_s - before.covered_s,
        )
        for before, after in pairwise(stored)
    }
    changed = 0
    for each in sorted(_in_own_way(pushed, series), key=lambda span: span.start):
        old = spans.get(each.start)
        if old is not None and old.end == each.end and _same(old, each):
            continue
        _make_room(spans, each)
        spans[each.start] = each
        changed += 1
    ordered = sorted(spans.values(), key=lambda span: span.start) if changed else []
    return _difference(_cumulated(ordered, stored), stored if changed else [], series=series, changed=changed)


def _same(old: Span, new: Span) -> bool:
    return bool(
        np.allclose([old.bad, old.total, old.length_s], [new.bad, new.total, new.length_s], rtol=1e-12, atol=1e-9)
    )


def _in_own_way(pushed: Sequence[Span], series: store.SeriesRows) -> list[Span]:
    """The pushed events in the way of counting of the series."""
    events = Buckets(
        bad=np.array([[each.bad for each in pushed]]),
        total=np.array([[each.total for each in pushed]]),
        covered_s=np.array([[each.length_s for each in pushed]]),
    )
    own = store.by_method(series, events, np.zeros(1, np.intp))
    return [
        Span(each.start, each.end, float(own.bad[0, place]), float(own.total[0, place]))
        for place, each in enumerate(pushed)
    ]


def _make_room(spans: dict[int, Span], new: Span) -> None:
    """Takes away what stands in the place of `new`, and cuts the gaps that it begins or ends in."""
    for old in [each for each in spans.values() if each.start < new.end and each.end > new.start]:
        inside = old.start >= new.start and old.end <= new.end
        if old.length_s and not (old.start == new.start and old.end == new.end):
            raise Invalid(
                _("From %(start)s to %(end)s other counts were pushed already, with other bounds.")
                % {"start": _text(old.start), "end": _text(old.end)}
            )
        del spans[old.start]
        if not inside:
            for start, end in ((old.start, new.start), (new.end, old.end)):
                if start < end:
                    spans[start] = Span(start, end, 0.0, 0.0, 0.0)


def _cumulated(spans: list[Span], stored: list[Row]) -> list[Row]:
    """Rows at all bounds of the spans; what lies between two spans is a gap. The oldest row that stands keeps its numbers."""
    if not spans:
        return []
    first = min([spans[0].start, *(each.at for each in stored[:1])])
    rows = [Row(first, 0.0, 0.0, 0.0)]
    for each in spans:
        last = rows[-1]
        if each.start > last.at:
            last = Row(each.start, last.bad, last.total, last.covered_s)
            rows.append(last)
        rows.append(Row(each.end, last.bad + each.bad, last.total + each.total, last.covered_s + each.length_s))
    anchors = {each.at: each for each in rows}
    if not stored:
        return rows
    fixed, mine = stored[0], anchors[stored[0].at]
    bad, total, covered_s = fixed.bad - mine.bad, fixed.total - mine.total, fixed.covered_s - mine.covered_s
    return [Row(each.at, each.bad + bad, each.total + total, each.covered_s + covered_s) for each in rows]


def _difference(rows: list[Row], stored: list[Row], *, series: store.SeriesRows, changed: int) -> Merged:
    stands = {each.at: each for each in stored}
    fresh = [each for each in rows if stands.get(each.at) != each]
    table = np.array([(each.bad, each.total, each.covered_s) for each in fresh], np.float64).reshape(-1, 3)
    new = store.NewRows(
        series=np.full(len(fresh), int(series.id[0]), np.int64),
        instant=np.array([each.at for each in fresh], np.int64),
        bad=table[:, 0],
        total=table[:, 1],
        covered_s=table[:, 2],
        via=np.full(len(fresh), Via.PUSHED.value, np.int16),
        may_stand=np.ones(len(fresh), np.bool_),
    )
    gone = tuple(stands.keys() - {each.at for each in rows})
    return Merged(new, gone=gone, begin=rows[0].at if rows else 0, changed=changed)


def _text(epoch_s: int) -> str:
    return instant(epoch_s).strftime("%Y-%m-%d %H:%M UTC")
