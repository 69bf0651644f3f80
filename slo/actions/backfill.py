"""History, newest day first: hourly for the past and on the 5-minute grid for the last days; a day a chunk, resumable.

Rows of a series are cumulative and its zero is arbitrary, so older rows are written below the first one, also negative: no
row that stands is touched, and every difference is right at every moment in between.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from relportal.core import audit, company
from relportal.core.exceptions import Conflict, Invalid, Unavailable
from relportal.core.garbage import uncollected
from relportal.core.models import User
from relportal.core.outbound import ClientError
from relportal.core.permissions import Actor, require
from slo.actions.alert_history import judge_history
from slo.actions.collecting import store
from slo.actions.collecting.chunks import read
from slo.actions.collecting.count import Counted
from slo.actions.collecting.labels import ServiceLabels, catalog_names, mappings
from slo.actions.latency_days import ask_again
from slo.actions.schedule import schedule_backfill
from slo.actions.sourcing import client_of, plugin_of
from slo.actions.status import write_statuses
from slo.domain.grid import HOUR_S, STEP_S, Chunk, backfill_plan, epoch, newest_instant
from slo.models import Backfill, Indicator, IndicatorService, IndicatorState, Series, Via
from slo.queries.cumulative import points
from slo.queries.standing import Promises, promises
from slo.signals import history_read
from slo.sources._base import Client
from slo.sources._promql import BadQuery

MAX_DAYS = 800
# On the 5-minute grid, for the burn rates of the coming days; before that, a look-back of three days begins on a full hour.
FINE_DAYS = 2
# A worker keeps the item for this long before it lets others in; its lease is twice as long.
SLICE_S = 50.0


@dataclass(frozen=True, slots=True)
class Filled:
    """What one run did. `again_in`: when to go on, None when there is nothing left to do."""

    chunks: int
    again_in: dt.timedelta | None


def request_backfill(actor: Actor, indicator: Indicator, *, days: int, at: dt.datetime) -> Backfill:
    """Reads the last `days` days of history of an indicator in the background.

    Raises: NotAllowed; Invalid for days out of range or a source that is not pulled; Conflict while another one runs.
    """
    require(actor, "backfill.request", indicator)
    if not 1 <= days <= MAX_DAYS:
        raise Invalid({"days": _("History is read for 1 to %(days)d days.") % {"days": MAX_DAYS}})
    if not plugin_of(indicator.source).pulls:
        raise Invalid(_("Counts of this source are pushed: push its history as well."))
    end = newest_instant(at)
    start = end - dt.timedelta(days=days)
    with transaction.atomic():
        IndicatorState.objects.get_or_create(indicator=indicator, defaults={"generation": indicator.generation})
        # The state row stands for the indicator, so that two requests at a time see each other.
        IndicatorState.objects.select_for_update().get(indicator=indicator)
        if Backfill.objects.filter(indicator=indicator, state=Backfill.State.RUNNING).exists():
            raise Conflict(_("The history of this indicator is being read already."))
        backfill = Backfill.objects.create(
            indicator=indicator,
            generation=indicator.generation,
            start=start,
            end=end,
            cursor=end,
            chunks_total=len(backfill_plan(start, end, fine_days=FINE_DAYS)),
            requested_by=actor if isinstance(actor, User) else None,
            requested_at=at,
        )
        audit.record(actor, "backfill.request", indicator, at=at, changes={"days": (None, days)})
        schedule_backfill(backfill.pk, at=at)
        ask_again(indicator, since=company.day(start), at=at)
    return backfill


def cancel_backfill(actor: Actor, backfill: Backfill, *, at: dt.datetime) -> None:
    """Stops after the chunk that is being read; what was read stays. A backfill that is over stays as it is."""
    require(actor, "backfill.request", backfill.indicator)
    with transaction.atomic():
        running = Backfill.objects.filter(pk=backfill.pk, state=Backfill.State.RUNNING)
        if running.update(state=Backfill.State.CANCELLED, finished_at=at):
            audit.record(actor, "backfill.cancel", backfill.indicator, at=at)


def run_backfill(backfill_id: int, *, at: dt.datetime, slice_s: float = SLICE_S) -> Filled:
    """Reads chunks until the slice of time is used up or nothing is left. A run after a crash goes on where rows end."""
    backfill = Backfill.objects.select_related("indicator__source").filter(pk=backfill_id).first()
    if backfill is None or backfill.state != Backfill.State.RUNNING:
        return Filled(0, None)
    indicator = backfill.indicator
    if indicator.generation != backfill.generation:
        _finish(backfill, Backfill.State.CANCELLED, at=at, error=_("The indicator's queries were changed."))
        return Filled(0, None)
    state = IndicatorState.objects.filter(indicator=indicator, generation=indicator.generation).first()
    if state is None or state.watermark is None:
        # The first tick writes the rows that history is put below.
        return Filled(0, dt.timedelta(seconds=5))
    if backfill.chunks_done == 0:
        _begin(backfill)
    try:
        return _run(backfill, grouped=state.via == Via.GROUPED, at=at, slice_s=slice_s)
    except (BadQuery, ClientError) as error:
        _finish(backfill, Backfill.State.FAILED, at=at, error=str(error))
        return Filled(0, None)
    except Unavailable as error:
        Backfill.objects.filter(pk=backfill.pk).update(error=str(error))
        return Filled(0, dt.timedelta(seconds=30))


def _begin(backfill: Backfill) -> None:
    """History ends where the youngest series begins, which may have begun after the request was made."""
    series = Series.objects.filter(indicator=backfill.indicator, generation=backfill.generation)
    youngest = series.aggregate(at=Max("started_at"))["at"]
    if youngest is not None and youngest > backfill.end:
        backfill.end = backfill.cursor = youngest
        backfill.chunks_total = len(backfill_plan(backfill.start, backfill.end, fine_days=FINE_DAYS))
        backfill.save(update_fields=["end", "cursor", "chunks_total"])


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """A chunk with the series that miss it; `chunk.step_s` is fine where a series begins inside of it."""

    chunk: Chunk
    series: store.SeriesRows


def _run(backfill: Backfill, *, grouped: bool, at: dt.datetime, slice_s: float) -> Filled:
    deadline = time.monotonic() + slice_s
    plan = list(backfill_plan(backfill.start, backfill.end, fine_days=FINE_DAYS))[backfill.chunks_done :]
    client = client_of(backfill.indicator.source)
    done = 0
    try:
        with ThreadPoolExecutor(max_workers=1) as reader, uncollected():
            for piece, counts in _ahead(reader, backfill, plan, client, grouped=grouped):
                if not _write(backfill, piece, None if counts is None else counts.result()):
                    return Filled(done, None)
                done += 1
                if time.monotonic() > deadline:
                    break
    finally:
        client.close()
    over = backfill.chunks_done >= backfill.chunks_total
    with transaction.atomic():
        of = promises([backfill.indicator_id], by="indicator_id")
        write_statuses(of, at=at, everything=over)
        if over:
            _finish(backfill, Backfill.State.DONE, at=at)
            _judge(backfill, of)
            transaction.on_commit(partial(history_read.send, Backfill, at=at), robust=True)
    return Filled(done, None if over else dt.timedelta(0))


def _judge(backfill: Backfill, of: Promises) -> None:
    """The burn alerts of the part on the 5-minute grid, up to where ticks, or an earlier history, began to judge."""
    since = _fine_from(backfill)
    if since is None:
        return
    earlier = Backfill.objects.filter(
        indicator=backfill.indicator_id, generation=backfill.generation, state=Backfill.State.DONE
    ).exclude(pk=backfill.pk)
    begun = [each for each in map(_fine_from, earlier) if each is not None]
    end = min([backfill.end, *begun])
    if since < end:
        judge_history(of.ids.tolist(), start=since, end=end)


def _fine_from(backfill: Backfill) -> dt.datetime | None:
    """Where the part on the 5-minute grid begins; None where all of it is hourly."""
    plan = backfill_plan(backfill.start, backfill.end, fine_days=FINE_DAYS)
    return min((chunk.start for chunk in plan if chunk.step_s == STEP_S), default=None)


def _ahead(
    reader: ThreadPoolExecutor, backfill: Backfill, plan: list[Chunk], client: Client, *, grouped: bool
) -> Iterator[tuple[_Piece, Future[Counted] | None]]:
    """Each chunk with its counts; the next one is being read and counted while one is written."""
    labels = _labels(backfill)

    def counted(chunk: Chunk) -> Counted:
        return read(client, backfill.indicator, chunk, grouped=grouped).counted(labels)

    coming: list[tuple[_Piece, Future[Counted] | None]] = []
    for chunk in plan:
        piece = _piece(backfill, chunk)
        coming.append((piece, reader.submit(counted, piece.chunk) if len(piece.series.id) else None))
        if len(coming) > 1:
            yield coming.pop(0)
    yield from coming


def _piece(backfill: Backfill, chunk: Chunk) -> _Piece:
    series = store.series_of([backfill.indicator_id])
    start, end = epoch(chunk.start), epoch(chunk.end)
    missing = series.only((series.started < 0) | (series.started > start))
    inside = (missing.started > start) & (missing.started < end) & (missing.started % chunk.step_s != 0)
    if inside.any():
        chunk = Chunk(chunk.start, chunk.end, STEP_S)
    return _Piece(chunk, missing)


def _labels(backfill: Backfill) -> ServiceLabels:
    """Read at once, for the thread that counts touches no database. What a chunk maps anew is mapped again by the next one."""
    known, names = mappings([backfill.indicator_id])[backfill.indicator_id], catalog_names()
    return ServiceLabels(backfill.indicator.service_label, known, lambda: names)


def _write(backfill: Backfill, piece: _Piece, counts: Counted | None) -> bool:
    """One chunk and the progress, or nothing; False when the backfill was cancelled or another worker was faster."""
    with transaction.atomic():
        store.commit_lazily()
        stored = Backfill.objects.select_for_update().get(pk=backfill.pk)
        if stored.state != Backfill.State.RUNNING or stored.chunks_done != backfill.chunks_done:
            return False
        if counts is not None:
            _map_new(backfill.indicator, counts)
            store.write(_below(piece, counts, _missing(backfill, piece, counts)))
        backfill.chunks_done += 1
        backfill.cursor, backfill.error = piece.chunk.start, ""
        backfill.save(update_fields=["chunks_done", "cursor", "error"])
    return True


def _map_new(indicator: Indicator, counts: Counted) -> None:
    added = [
        IndicatorService(indicator=indicator, label_value=label, service_id=service)
        for label, service in counts.mapped.added.items()
    ]
    if added:
        IndicatorService.objects.bulk_create(added, ignore_conflicts=True)
        store.create_series([indicator.pk])


def _missing(backfill: Backfill, piece: _Piece, counts: Counted) -> store.SeriesRows:
    """The series that miss the chunk as they stand now, locked by the row of the backfill, and have counts in it."""
    series = store.series_of([backfill.indicator_id])
    series = series.only((series.started < 0) | (series.started > epoch(piece.chunk.start)))
    return series.only(np.isin(series.service, counts.service_ids))


def _below(piece: _Piece, counts: Counted, series: store.SeriesRows) -> store.NewRows:
    """Rows from the first measured bucket of the chunk up to where each series begins so far."""
    end = epoch(piece.chunk.end)
    buckets = store.by_method(series, counts.buckets, np.searchsorted(counts.service_ids, series.service))
    until = np.where(series.started < 0, end, np.minimum(series.started, end))
    older = counts.instants[np.newaxis, 1:] <= until[:, np.newaxis]
    measured = (buckets.covered_s > 0) & older
    some = measured.any(axis=1)
    first = np.where(some, measured.argmax(axis=1), len(counts.instants))
    anchor = _anchors(series, until)
    values = np.where(older, np.stack((buckets.bad, buckets.total, buckets.covered_s)), 0.0)
    # What lies after each instant, taken from the anchor: the newest instant holds the anchor itself.
    after = np.cumsum(values[:, :, ::-1], axis=2)[:, :, ::-1]
    rows = anchor[:, :, np.newaxis] - np.concatenate((after, np.zeros((*after.shape[:2], 1))), axis=2)
    columns = np.arange(len(counts.instants))
    written = (columns >= first[:, np.newaxis]) & (counts.instants <= until[:, np.newaxis])
    written &= counts.instants != np.where(series.started < 0, -1, series.started)[:, np.newaxis]
    # Instant by instant: rows of one instant lie together, where statuses look for them.
    column, where = np.nonzero(written.T)
    for begin in np.unique(first[some]).tolist():
        store.started(series.id[some & (first == begin)], int(counts.instants[begin]))
    via = Via.HOURLY if piece.chunk.step_s == HOUR_S else counts.via
    return store.NewRows(
        series=series.id[where],
        instant=counts.instants[column],
        bad=rows[0][where, column],
        total=rows[1][where, column],
        covered_s=rows[2][where, column],
        via=np.full(len(where), via.value, np.int16),
        may_stand=np.zeros(len(where), np.bool_),
    )


def _anchors(series: store.SeriesRows, until: NDArray[np.int64]) -> NDArray[np.float64]:
    """The row that stands where each series begins, shape (3, series); zeros for one without any row."""
    anchor = np.zeros((3, len(series.id)))
    for each in np.unique(until).tolist():
        mine = until == each
        found = points(series.id[mine], [each])
        anchor[:, mine] = np.nan_to_num(np.stack((found.bad[:, 0], found.total[:, 0], found.covered_s[:, 0])))
    return anchor


def _finish(backfill: Backfill, state: Backfill.State, *, at: dt.datetime, error: str = "") -> None:
    backfill.state, backfill.finished_at, backfill.error = state, at, error
    Backfill.objects.filter(pk=backfill.pk, state=Backfill.State.RUNNING).update(
        state=state, finished_at=at, error=error
    )
