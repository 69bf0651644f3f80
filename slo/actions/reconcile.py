"""Our counts of a day beside what the source itself says for the day; the difference is published, not corrected."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache

import numpy as np
import structlog
from django.db import transaction

from slo.actions.collecting import store
from slo.actions.collecting.count import Counted, counted
from slo.actions.collecting.fetch import Wanted, fetched
from slo.actions.collecting.labels import ServiceLabels, catalog_names, mappings
from slo.actions.collecting.plan import needs
from slo.actions.sourcing import client_of, plugin_of
from slo.domain.grid import DAY_S, epoch, epochs
from slo.domain.reconcile import Agreement, drift
from slo.models import Indicator, IndicatorKind, Reconciliation, Source
from slo.queries.cumulative import Points, points
from slo.sources._promql import BadQuery

logger = structlog.get_logger(__name__)
DAY = dt.timedelta(seconds=DAY_S)


@dataclass(frozen=True, slots=True)
class Reconciled:
    compared: int
    drifting: int


def reconcile_source(source: Source, *, day: dt.date, at: dt.datetime) -> Reconciled:
    """Compares each series of a source that counts events with an increase over the whole UTC day.

    The source is asked for one number a service: `sum by (service) (increase(x[1d]))`, the range a scrape longer and the
    stretching undone, as in grouped collection. Values against a limit are no counts and are left out.
    Raises: Unavailable when the source does not work.
    """
    if source.paused or not plugin_of(source).pulls:
        return Reconciled(0, 0)
    start = dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC)
    kinds = (IndicatorKind.THRESHOLD, IndicatorKind.PUSHED)
    indicators = list(Indicator.objects.filter(source=source, paused=False).exclude(kind__in=kinds))
    theirs = _theirs(source, indicators, start)
    if not theirs:
        return Reconciled(0, 0)
    series = store.series_of([each.pk for each in indicators])
    # A series that began during the day, or has nothing of it, cannot be compared.
    series = series.only((series.counting == 0) & (series.started >= 0) & (series.started <= epoch(start)))
    ours = points(series.id, [epoch(start), epoch(start + DAY)])
    rows = [
        _row(ours, place, theirs[int(indicator)], service=int(service), day=day, at=at)
        for place, (indicator, service) in enumerate(zip(series.indicator, series.service, strict=True))
        if int(indicator) in theirs
    ]
    with transaction.atomic():
        Reconciliation.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["series", "day"],
            update_fields=["ours_total", "theirs_total", "ours_bad", "theirs_bad", "drift", "agrees", "checked_at"],
        )
    drifting = sum(each.agrees is False for each in rows)
    if drifting:
        logger.warning("counts drift from the source", source=source.slug, day=str(day), series=drifting)
    return Reconciled(compared=len(rows), drifting=drifting)


def _theirs(source: Source, indicators: list[Indicator], start: dt.datetime) -> dict[int, Counted]:
    planned = []
    for indicator in indicators:
        try:
            asked = needs(indicator, scrape_s=source.scrape_interval_s, grouped=True, step_s=DAY_S)
        except BadQuery:
            continue
        planned.append(Wanted(indicator, asked, start=start, lead=start))
    client = client_of(source)
    try:
        answers = fetched(client, planned, end=start + DAY, step=DAY)
    finally:
        client.close()
    known = mappings([each.pk for each in indicators])
    catalog = cache(catalog_names)
    return {
        wanted.indicator.pk: counted(
            wanted.indicator,
            wanted.needs,
            answer,
            labels=ServiceLabels(wanted.indicator.service_label, known[wanted.indicator.pk], catalog),
            instants=epochs(start, start + DAY, step_s=DAY_S),
            checkpoints={},
        )
        for wanted, answer in zip(planned, answers, strict=True)
        if answer.error is None
    }


def _row(ours: Points, place: int, theirs: Counted, *, service: int, day: dt.date, at: dt.datetime) -> Reconciliation:
    total = float(ours.total[place, 1] - ours.total[place, 0])
    bad = float(ours.bad[place, 1] - ours.bad[place, 0])
    rows = np.flatnonzero(theirs.service_ids == service)
    their_total = their_bad = None
    if len(rows) and theirs.buckets.measured[rows[0], 0]:
        their_total = float(theirs.buckets.total[rows[0], 0])
        their_bad = float(theirs.buckets.bad[rows[0], 0])
    found = drift(total, their_total)
    return Reconciliation(
        series_id=int(ours.series[place]),
        day=day,
        ours_total=total,
        theirs_total=their_total,
        ours_bad=bad,
        theirs_bad=their_bad,
        drift=found.ratio,
        agrees=None if found.agreement is Agreement.NOT_COMPARED else found.agreement is Agreement.AGREES,
        checked_at=at,
    )
