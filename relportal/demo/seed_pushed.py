"""The same history without a Prometheus: the generator's counts, pushed as another tool would push them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import islice
from typing import Final

import numpy as np

from relportal.core import work
from relportal.core.models import AuditEvent
from relportal.core.permissions import SYSTEM
from relportal.demo import story, truth
from relportal.demo.events import GRID, Span, Timeline, on_grid
from relportal.demo.indicators import indicator
from slo.actions.push import AT_ONCE, PushedCount, push_counts
from slo.models import Indicator, IndicatorState

PUSH: Final = "demo.push"
PUSHED: Final = "pushed"
DAY: Final = dt.timedelta(days=1)
HOUR: Final = dt.timedelta(hours=1)
# From how many days back counts have which length: like the collector, finest where burn rates look.
LENGTHS: Final = ((725, DAY), (95, HOUR), (3, GRID))


def keep_pushing(*, at: dt.datetime) -> None:
    """Pushes what is missing up to `at`, at first two years, and has the rest pushed as time goes by."""
    catch_up(at=at)
    work.enqueue(PUSH, "once", at=at + GRID, queue="tick", every=GRID)


def catch_up(*, at: dt.datetime) -> None:
    """Pushes the counts since those that were pushed last."""
    timeline = story.timeline(_anchor(at))
    until = on_grid(at)
    states = dict(IndicatorState.objects.values_list("indicator", "watermark"))
    for row in Indicator.objects.filter(source__slug=PUSHED):
        since = states.get(row.pk) or timeline.epoch
        found = (
            count
            for service in indicator(row.slug).services
            for count in counts(timeline, service, row.slug, Span(since, until))
        )
        while some := list(islice(found, AT_ONCE)):
            push_counts(SYSTEM, row, some, at=at)


def counts(timeline: Timeline, service: str, slug: str, span: Span) -> Iterator[PushedCount]:
    """Consecutive counts of at most the last two years of `span`, oldest first, coarser the older they are."""
    midnight = span.end.replace(hour=0, minute=0)
    edges = [midnight - days * DAY for days, _length in LENGTHS] + [span.end]
    for (_days, length), begin, end in zip(LENGTHS, edges, edges[1:], strict=False):
        if end > span.start:
            yield from _of_length(timeline, service, slug, Span(max(begin, span.start), end), length=length)


def _of_length(
    timeline: Timeline, service: str, slug: str, span: Span, *, length: dt.timedelta
) -> Iterator[PushedCount]:
    slices = _slices(timeline, service, slug, span)
    starts = np.arange(0, len(slices.total), length // GRID)
    good = np.add.reduceat(slices.good, starts).tolist()
    total = np.add.reduceat(slices.total, starts).tolist()
    for number, (well, events) in enumerate(zip(good, total, strict=True)):
        start = span.start + number * length
        yield PushedCount(service, start, min(start + length, span.end), bad=events - well, total=events)


def _slices(timeline: Timeline, service: str, slug: str, span: Span) -> truth.Slices:
    """Of a threshold, each slice is one event, good when the value keeps the limit."""
    limit = indicator(slug).limit
    if limit is None:
        return truth.slices(timeline, service, slug, span)
    kept = truth.values(timeline, service, slug, span) <= limit
    return truth.Slices(kept.astype(np.int64), np.ones(len(kept), dtype=np.int64))


def _anchor(at: dt.datetime) -> dt.datetime:
    """The moment of the first seed, so that a company that is seeded again goes on as it was."""
    born = AuditEvent.objects.filter(action="source.create", object_key=PUSHED).order_by("pk").first()
    return on_grid(born.at if born is not None else at)
