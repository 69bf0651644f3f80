"""The indicators of a tick: where each of them stands, and what came of asking."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from slo.actions.collecting.count import Counted
from slo.actions.collecting.fetch import Answers, Wanted
from slo.domain.checkpoints import Checkpoint, UnreadableCheckpoint, unpack
from slo.domain.grid import DAY_S, LEAD_STEPS, RECOLLECT_STEPS, STEP, Epochs, base_instant, epoch, epochs
from slo.models import Indicator, IndicatorState, Source, Via

# A tick after an outage reads no more than this at once, and goes on in the next one.
CHUNK = dt.timedelta(days=1)


@dataclass(slots=True, eq=False)
class Job:
    """An indicator in a tick: where it stands, and what came of asking."""

    indicator: Indicator
    state: IndicatorState
    start: dt.datetime
    checkpoints: Mapping[str, Checkpoint]
    grouped: bool = False
    wanted: Wanted | None = None
    answers: Answers | None = None
    counted: Counted | None = None
    error: str = ""

    @property
    def watermark(self) -> dt.datetime | None:
        return self.state.watermark if self.state.generation == self.indicator.generation else None

    @property
    def lead(self) -> dt.datetime:
        """Counters are remembered, or have to be read from before the first bucket."""
        return self.start if self.checkpoints else self.start - LEAD_STEPS * STEP

    def instants(self, end: dt.datetime) -> Epochs:
        return epochs(self.start, end)

    @property
    def stood(self) -> int:
        """Where the indicator stood before the tick, as an epoch; -1 for nowhere yet."""
        return -1 if self.state.watermark is None else epoch(self.state.watermark)

    def reached(self, end: dt.datetime) -> int:
        """Where the indicator stands after a tick up to `end`, as an epoch; -1 for nowhere yet."""
        return self.stood if self.counted is None else epoch(end)


def jobs_of(source: Source, newest: dt.datetime) -> list[Job]:
    indicators = list(Indicator.objects.filter(source=source, paused=False).order_by("pk"))
    states = _states(indicators)
    if new := [each for each in indicators if each.pk not in states]:
        rows = (IndicatorState(indicator=each, generation=each.generation) for each in new)
        IndicatorState.objects.bulk_create(rows, ignore_conflicts=True)
        states |= _states(new)
    return [_job(each, states[each.pk], newest) for each in indicators]


def _states(indicators: list[Indicator]) -> dict[int, IndicatorState]:
    found = IndicatorState.objects.filter(pk__in=[each.pk for each in indicators])
    return {each.pk: each for each in found}


def _job(indicator: Indicator, state: IndicatorState, newest: dt.datetime) -> Job:
    """A new indicator, or a new generation, begins three steps ago; its past is read by a backfill."""
    if state.generation != indicator.generation or state.watermark is None:
        return Job(indicator, state, newest - RECOLLECT_STEPS * STEP, {})
    try:
        checkpoints = unpack(bytes(state.checkpoint or b""))
    except UnreadableCheckpoint:
        checkpoints = {}
    start = base_instant(state.watermark)
    if any(each.instant != epoch(start) for each in checkpoints.values()):
        checkpoints = {}
    # Once a day the raw counters are tried again: there may be fewer of them, or the limit was raised.
    grouped = state.via == Via.GROUPED and epoch(newest) % DAY_S != 0
    return Job(indicator, state, start, checkpoints, grouped=grouped)


def end_of(jobs: list[Job], newest: dt.datetime) -> dt.datetime:
    return min([newest, *(each.start + CHUNK for each in jobs)])
