"""One tick of a source: ask, count, write, judge; all that it writes stands in one transaction."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

import numpy as np
import orjson
import structlog
from django.db import connection, transaction

from relportal.core.exceptions import Unavailable
from relportal.core.garbage import uncollected
from slo.actions.alert_history import judge_catch_up
from slo.actions.burn_alerts import lookbacks_s
from slo.actions.collecting import store
from slo.actions.collecting.catalog import Catalog, catalog, refreshed
from slo.actions.collecting.count import counted
from slo.actions.collecting.fetch import Wanted, fetched
from slo.actions.collecting.jobs import Job, end_of, jobs_of
from slo.actions.collecting.labels import ServiceLabels, catalog_names
from slo.actions.collecting.plan import needs
from slo.actions.sourcing import client_of, plugin_of
from slo.actions.status import mark_unavailable, write_statuses
from slo.domain.checkpoints import pack
from slo.domain.grid import (
    Epochs,
    epoch,
    newest_instant,
)
from slo.models import CollectionRun, Indicator, IndicatorService, IndicatorState, Source, SourceState
from slo.queries.cumulative import Points, points
from slo.queries.standing import instants_of, promises
from slo.sources._base import Client, Usage
from slo.sources._promql import BadQuery

logger = structlog.get_logger(__name__)

_ADVANCE = """
    UPDATE slo_indicatorstate SET generation = %(generation)s, watermark = %(watermark)s, checkpoint = %(checkpoint)s, error = '',
        error_since = NULL, raw_series = %(raw_series)s, via = %(via)s, unmapped = %(unmapped)s::text[],
        unmapped_count = %(unmapped_count)s, problems = %(problems)s::jsonb
    WHERE indicator_id = %(pk)s
"""

# Failures in a row after which a source is left alone for a while, and for how long.
FAILURES_TO_OPEN = 3
OPEN_S = (60, 120, 300)


@dataclass(frozen=True, slots=True)
class Collected:
    """What a tick did. `behind`: there is more to read at once, after an outage. `error`: the source did not work."""

    watermark: dt.datetime | None
    rows: int = 0
    statuses: int = 0
    queries: int = 0
    behind: bool = False
    error: str = ""
    overtaken: bool = False


def collect_source(source_id: int, *, at: dt.datetime) -> Collected:
    """Collects everything of a source up to the newest settled instant, at most CHUNK of it; never raises for a source
    that does not work: that is recorded, shown and tried again.
    """
    source = Source.objects.get(pk=source_id)
    state, _created = SourceState.objects.get_or_create(source=source)
    if source.paused or (state.circuit_open_until is not None and at < state.circuit_open_until):
        return Collected(state.watermark, error=state.last_error)
    begun = time.monotonic()
    if not plugin_of(source).pulls:
        return _pushed(source, at=at)
    usage = Usage()
    try:
        client = client_of(source)
        usage = client.usage
        with uncollected():
            return _tick(source, client, at=at, begun=begun)
    except Unavailable as error:
        return _failed(source, str(error), usage, at=at, begun=begun)


def _tick(source: Source, client: Client, *, at: dt.datetime, begun: float) -> Collected:
    newest = newest_instant(at)
    jobs = jobs_of(source, newest)
    end = end_of(jobs, newest)
    jobs = [each for each in jobs if each.start < end]
    try:
        with ThreadPoolExecutor(max_workers=1) as asker:
            # The source answers while the database is read.
            asked = asker.submit(_ask, client, source, jobs, end=end)
            ahead = _Ahead.read(source, jobs, end=end)
            asked.result()
    finally:
        client.close()
    _count_all(jobs, ahead.catalog, end=end)
    try:
        return _stored(source, jobs, ahead, client.usage, end=end, newest=newest, at=at, begun=begun)
    except _OvertakenError:
        logger.info("another worker collected this source at the same time", source=source.slug)
        return Collected(watermark=None, queries=client.usage.queries, overtaken=True)


@dataclass(frozen=True, slots=True, eq=False)
class _Ahead:
    """What the tick will want of the database, read before it locks anything: the catalog, and rows at the instants that both
    the comparison with older rows and the statuses need. They hold as long as the catalog stands."""

    catalog: Catalog
    points: Points

    @classmethod
    def read(cls, source: Source, jobs: list[Job], *, end: dt.datetime) -> _Ahead:
        found = catalog(source.pk, [each.indicator.pk for each in jobs])
        of, series = found.promises, found.series
        wanted: list[Epochs | list[int]] = [instants_of(of, end=epoch(end), more_s=lookbacks_s()) if len(of) else []]
        marks = {epoch(each.watermark): each for each in jobs if each.watermark is not None}
        wanted += [store.recollected(each.instants(end), mark) for mark, each in marks.items()]
        instants = np.unique(np.concatenate(wanted)).astype(np.int64)
        # Younger rows are not there yet; looking for the last one before them would be in vain.
        instants = instants[instants <= max(marks, default=0)]
        return cls(found, points(series.id[series.started >= 0], instants))


def _ask(client: Client, source: Source, jobs: list[Job], *, end: dt.datetime) -> None:
    """Fills in what each job asked and got. A job whose raw counters are too many is asked again for grouped increases.

    Runs beside the reading of the database, and touches none itself.
    """
    for job in jobs:
        _plan(job, source)
    planned = [each for each in jobs if each.wanted is not None]
    for job, answers in zip(planned, fetched(client, [_wanted(each) for each in planned], end=end), strict=True):
        job.answers = answers
    again = [each for each in planned if each.answers is not None and each.answers.too_much and not each.grouped]
    for job in again:
        job.grouped, job.checkpoints = True, {}
        _plan(job, source)
    for job, answers in zip(again, fetched(client, [_wanted(each) for each in again], end=end), strict=True):
        job.answers = answers


def _count_all(jobs: list[Job], found: Catalog, *, end: dt.datetime) -> None:
    names = cache(catalog_names)
    for job in jobs:
        if job.wanted is not None:
            _count(job, found.labels[job.indicator.pk], names, end=end)


def _plan(job: Job, source: Source) -> None:
    try:
        asked = needs(job.indicator, scrape_s=source.scrape_interval_s, grouped=job.grouped)
    except BadQuery as error:
        job.error = str(error)
        return
    job.wanted = Wanted(job.indicator, asked, start=job.start, lead=job.lead)


def _wanted(job: Job) -> Wanted:
    if job.wanted is None:
        raise RuntimeError("the job was not planned")
    return job.wanted


def _count(job: Job, known: Mapping[str, int], names: Callable[[], Mapping[str, int]], *, end: dt.datetime) -> None:
    answers = job.answers
    if answers is None or answers.error is not None:
        job.error = str(answers.error) if answers is not None else ""
        return
    job.counted = counted(
        job.indicator,
        _wanted(job).needs,
        answers,
        labels=ServiceLabels(job.indicator.service_label, known, names),
        instants=job.instants(end),
        checkpoints=job.checkpoints,
    )


class _OvertakenError(Exception):
    """Another worker moved a watermark since it was read: nothing of this tick is written."""


def _stored(
    source: Source,
    jobs: list[Job],
    ahead: _Ahead,
    usage: Usage,
    *,
    end: dt.datetime,
    newest: dt.datetime,
    at: dt.datetime,
    begun: float,
) -> Collected:
    with transaction.atomic():
        _compare_and_lock(jobs)
        found, known = _settled(source, jobs, ahead, end=end)
        rows = _rows(jobs, found.series, known)
        written = 0
        if rows is not None:
            written = store.write(rows)
            known = known and known.with_rows(rows)
            if np.isin(found.series.id[found.series.started < 0], rows.series).any():
                # Their objectives are counted from now on.
                found = refreshed(source.pk, found.ids)
        for job in jobs:
            _advance(job, end=end, at=at)
        of = found.promises.ending({each.indicator.pk: each.reached(end) for each in jobs})
        judge_catch_up(of, judged_last={each.indicator.pk: each.stood for each in jobs})
        statuses = write_statuses(of, at=at, known=known)
        watermark = _succeeded(source, jobs, usage, written, at=at, begun=begun)
    return Collected(watermark=watermark, rows=written, statuses=statuses, queries=usage.queries, behind=end < newest)


def _compare_and_lock(jobs: list[Job]) -> None:
    states = IndicatorState.objects.select_for_update().filter(indicator__in=[each.indicator.pk for each in jobs])
    now = {
        pk: (watermark, generation) for pk, watermark, generation in states.values_list("pk", "watermark", "generation")
    }
    for job in jobs:
        if now.get(job.indicator.pk) != (job.state.watermark, job.state.generation):
            raise _OvertakenError


def _settled(source: Source, jobs: list[Job], ahead: _Ahead, *, end: dt.datetime) -> tuple[Catalog, Points | None]:
    """The catalog under the lock, with the series of what is new; the rows that were read ahead, if they still hold."""
    found, known = ahead.catalog, ahead.points
    stands = found.stands
    if not stands:
        found = refreshed(source.pk, found.ids)
        _count_all(jobs, found, end=end)
    if _map_new(jobs):
        found = refreshed(source.pk, found.ids)
        stands = False
    return found, known if stands else None


def _map_new(jobs: list[Job]) -> bool:
    """Keeps the label values that were mapped in this tick, and gives every mapped service its series; whether any is new."""
    added = [
        IndicatorService(indicator_id=job.indicator.pk, label_value=label, service_id=service)
        for job in jobs
        if job.counted is not None
        for label, service in job.counted.mapped.added.items()
    ]
    IndicatorService.objects.bulk_create(added, ignore_conflicts=True)
    fresh = {each.indicator_id for each in added}
    fresh |= {each.indicator.pk for each in jobs if each.counted is not None and each.watermark is None}
    if fresh:
        store.create_series(sorted(fresh))
    return bool(fresh)


def _rows(jobs: list[Job], series: store.SeriesRows, known: Points | None) -> store.NewRows | None:
    """What the tick writes; None when nothing was counted."""
    batches = []
    for job in jobs:
        counts = job.counted
        if counts is None or not len(counts.service_ids):
            continue
        mine = series.only(series.indicator == job.indicator.pk)
        mine = mine.only(np.isin(mine.service, counts.service_ids))
        places = np.searchsorted(counts.service_ids, mine.service)
        buckets = store.by_method(mine, counts.buckets, places)
        watermark = -1 if job.watermark is None else epoch(job.watermark)
        batches.append(
            store.appended(mine, buckets, instants=counts.instants, watermark=watermark, via=counts.via, known=known)
        )
        store.started(mine.id[mine.started < 0], epoch(job.start))
    return store.NewRows.joined(batches) if batches else None


def _advance(job: Job, *, end: dt.datetime, at: dt.datetime) -> None:
    """Where the indicator stands after the tick. One whose query failed keeps its watermark and says why."""
    state, counts = job.state, job.counted
    if counts is None:
        changes = {"error": job.error, "error_since": state.error_since or at}
        IndicatorState.objects.filter(pk=state.pk).update(**changes)
        return
    values = {
        "pk": state.pk,
        "generation": job.indicator.generation,
        "watermark": end,
        "checkpoint": pack(counts.checkpoints) if counts.checkpoints else None,
        "raw_series": counts.raw_series,
        "via": counts.via.value,
        "unmapped": [each[:200] for each in counts.mapped.unmapped[:50]],
        "unmapped_count": len(counts.mapped.unmapped),
        "problems": orjson.dumps([each.as_json() for each in counts.findings]).decode(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_ADVANCE, values)


def _succeeded(
    source: Source, jobs: list[Job], usage: Usage, written: int, *, at: dt.datetime, begun: float
) -> dt.datetime | None:
    """The source's watermark: the oldest of its indicators that have no error."""
    marks = IndicatorState.objects.filter(indicator__source=source, indicator__paused=False, error="")
    watermark = min((each for each in marks.values_list("watermark", flat=True) if each is not None), default=None)
    cost = _cost(usage, begun)
    SourceState.objects.filter(source=source).update(
        watermark=watermark,
        last_attempt_at=at,
        last_success_at=at,
        unavailable_since=None,
        circuit_open_until=None,
        consecutive_failures=0,
        last_error="",
        unmapped=sum(len(each.counted.mapped.unmapped) for each in jobs if each.counted is not None),
        **cost,
    )
    CollectionRun.objects.create(source=source, at=at, watermark=watermark, rows_written=written, **cost)
    return watermark


def _failed(source: Source, error: str, usage: Usage, *, at: dt.datetime, begun: float) -> Collected:
    """Records that the source does not work: numbers stay as they are and say so, and after three failures it is left alone."""
    with transaction.atomic():
        state = SourceState.objects.select_for_update().get(source=source)
        state.consecutive_failures += 1
        over = state.consecutive_failures - FAILURES_TO_OPEN
        if over >= 0:
            state.circuit_open_until = at + dt.timedelta(seconds=OPEN_S[min(over, len(OPEN_S) - 1)])
        state.unavailable_since = state.unavailable_since or at
        state.last_attempt_at, state.last_error = at, error
        state.save()
        mark_unavailable(source, at=at)
        cost = _cost(usage, begun)
        CollectionRun.objects.create(source=source, at=at, watermark=state.watermark, error=error, **cost)
    logger.warning("source unavailable", source=source.slug, failures=state.consecutive_failures, error=error)
    return Collected(state.watermark, queries=usage.queries, error=error)


def _cost(usage: Usage, begun: float) -> dict[str, int]:
    return {
        "queries": usage.queries,
        "series": usage.series,
        "samples": usage.samples,
        "bytes_read": usage.bytes_read,
        "query_ms": round(usage.query_ms),
        "tick_ms": round((time.monotonic() - begun) * 1000),
    }


def _pushed(source: Source, *, at: dt.datetime) -> Collected:
    """A pushed source has nothing to ask; its statuses are renewed so that silence shows."""
    ids = list(Indicator.objects.filter(source=source).values_list("pk", flat=True))
    with transaction.atomic():
        statuses = write_statuses(promises(ids, by="indicator_id", pushed=True), at=at)
        SourceState.objects.filter(source=source).update(last_attempt_at=at, last_success_at=at)
    return Collected(watermark=None, statuses=statuses)
