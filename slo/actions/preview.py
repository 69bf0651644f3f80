"""What an indicator would find and what a promise on it would look like, asked of the source before anything is saved."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from django.utils.translation import gettext as _

from relportal.core.exceptions import Invalid, Unavailable
from relportal.core.models import Service
from relportal.core.permissions import Actor, require
from slo.actions.collecting.count import Counted, counted
from slo.actions.collecting.fetch import Wanted, fetched
from slo.actions.collecting.labels import ServiceLabels, catalog_names
from slo.actions.collecting.plan import needs
from slo.actions.indicators import check
from slo.actions.sourcing import client_of, plugin_of
from slo.domain import slices
from slo.domain.budget import Budget, budget
from slo.domain.cost import QueryCost, raw_cost
from slo.domain.counts import Buckets, Counts
from slo.domain.grid import LEAD_STEPS, STEP, STEP_S, epochs, newest_instant
from slo.models import Counting, Indicator
from slo.queries.problems import Finding
from slo.sources._promql import BadQuery

DAYS = 3
# An hour a step is enough to judge a query, and costs a twelfth; slices are judged on the grid that they are counted on.
COARSE = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Promise:
    """What is to be promised, as far as it is known; only what changes a number."""

    target: Decimal
    counting: str = Counting.OCCURRENCES.value
    slice_target: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A label value of the answer: the service that it stands for, and what the last days would have been.

    `trend` is the SLI per step, None where nothing was measured or nothing happened.
    """

    label: str
    service: Service
    is_new: bool
    budget: Budget | None
    counts: Counts
    trend: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """`refused` says by field why there is nothing else; `findings` what is odd about the data that was found."""

    since: dt.datetime
    until: dt.datetime
    found: tuple[Found, ...] = ()
    unmapped: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    cost: QueryCost | None = None
    raw_series: int = 0
    query_ms: float = 0.0
    refused: Mapping[str, list[str]] | None = None

    @property
    def services(self) -> dict[str, Service]:
        """Label value -> service, for saving."""
        return {one.label: one.service for one in self.found}


def preview(
    actor: Actor,
    indicator: Indicator,
    *,
    known: Mapping[str, Service],
    promise: Promise | None = None,
    only: Service | None = None,
    at: dt.datetime,
) -> Preview:
    """Asks the source of an indicator, saved or not, for its last days. `known` are label values with their services;
    others are matched by short name and alias. Never raises for what the user typed: see `Preview.refused`.

    Raises: NotAllowed.
    """
    require(actor, "indicator.edit")
    until = newest_instant(at)
    since = until - dt.timedelta(days=DAYS)
    try:
        check(indicator)
        return _asked(indicator, known=known, promise=promise, only=only, since=since, until=until)
    except Invalid as error:
        return Preview(since, until, refused=error.errors)
    except BadQuery as error:
        return Preview(since, until, refused={"": [str(error)]})
    except Unavailable as error:
        return Preview(since, until, refused={"source": [str(error)]})


def _asked(
    indicator: Indicator,
    *,
    known: Mapping[str, Service],
    promise: Promise | None,
    only: Service | None,
    since: dt.datetime,
    until: dt.datetime,
) -> Preview:
    if not plugin_of(indicator.source).pulls:
        return Preview(
            since, until, refused={"": [_("Counts of this indicator are pushed: there is no query to try.")]}
        )
    sliced = promise is not None and promise.counting != Counting.OCCURRENCES
    step = STEP if sliced else COARSE
    step_s = int(step.total_seconds())
    until = until.replace(minute=0) if step is COARSE else until
    scrape_s = indicator.source.scrape_interval_s
    asked = needs(indicator, scrape_s=scrape_s, step_s=step_s)
    with closing(client_of(indicator.source)) as client:
        wanted = Wanted(
            indicator, asked, start=since.replace(minute=0), lead=since.replace(minute=0) - LEAD_STEPS * step
        )
        [answers] = fetched(client, [wanted], end=until, step=step)
        if answers.error is not None:
            raise answers.error
        labels = ServiceLabels(
            label=indicator.service_label,
            known={value: service.pk for value, service in known.items()},
            catalog=catalog_names,
        )
        instants = epochs(since.replace(minute=0), until, step_s=step_s)
        result = counted(indicator, asked, answers, labels=labels, instants=instants, checkpoints={})
        query_ms = client.usage.query_ms
    cost = raw_cost(series=result.raw_series, span_s=STEP_S * 4, step_s=STEP_S, scrape_s=scrape_s)
    return Preview(
        since=since,
        until=until,
        found=_found(result, known=known, promise=promise, only=only),
        unmapped=result.mapped.unmapped,
        findings=result.findings,
        cost=cost,
        raw_series=result.raw_series,
        query_ms=query_ms,
    )


def _found(
    result: Counted, *, known: Mapping[str, Service], promise: Promise | None, only: Service | None
) -> tuple[Found, ...]:
    services = Service.objects.select_related("team").in_bulk(result.mapped.service_ids.tolist())
    found = []
    for row, (service_id, label) in enumerate(zip(result.mapped.service_ids, result.mapped.labels, strict=True)):
        service = services[int(service_id)]
        if only is not None and service != only:
            continue
        one = slice(row, row + 1)
        buckets = Buckets(
            bad=result.buckets.bad[one], total=result.buckets.total[one], covered_s=result.buckets.covered_s[one]
        )
        if promise is not None:
            method = slices.Method(promise.counting)
            buckets = slices.counted(buckets, method=method, slice_target=promise.slice_target)
        counts = Counts(
            bad=float(buckets.bad.sum()), total=float(buckets.total.sum()), covered_s=float(buckets.covered_s.sum())
        )
        left = budget(counts, target=promise.target, window_s=DAYS * 86_400.0) if promise is not None else None
        found.append(Found(label, service, label not in known, left, counts, _trend(buckets)))
    return tuple(sorted(found, key=lambda each: (each.counts.sli is None, each.counts.sli or 0.0, each.service.name)))


def _trend(buckets: Buckets, *, points: int = 36) -> tuple[float | None, ...]:
    """At most `points` values of the SLI, oldest first."""
    bad, total = buckets.bad[0], buckets.total[0]
    edges = np.linspace(0, len(total), min(points, len(total)) + 1).astype(int)
    values = []
    for low, high in itertools.pairwise(edges):
        events = float(total[low:high].sum())
        values.append(1 - float(bad[low:high].sum()) / events if events > 0 else None)
    return tuple(values)
