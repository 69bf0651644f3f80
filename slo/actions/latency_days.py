"""The histograms of latency indicators, a whole day at a time: from their sums the percentiles of a quarter are computed.

Each day is asked for once, after it is over, and kept; what is missing is read back for up to 400 days, the newest first. Whoever
asks for history again, because a service was added, has days asked for again too.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final

from django.db import transaction

from relportal.core import company
from relportal.core.addresses import ClientError, ServerError, TimedOut, TooLarge
from relportal.core.exceptions import Unavailable
from slo.actions.collecting.labels import ServiceLabels, catalog_names, mappings
from slo.actions.collecting.plan import daily_histogram, histogram_asked
from slo.actions.schedule import schedule_latency_days
from slo.actions.sourcing import client_of, plugin_of
from slo.domain.grid import Retention
from slo.domain.histogram import bound_of
from slo.domain.local_days import LocalDay, days_before, runs
from slo.domain.percentiles import BucketSums, bucket_sums, native_sums
from slo.models import HISTOGRAMS, Indicator, IndicatorKind, IndicatorState, LatencyDay, Source
from slo.signals import history_read
from slo.sources._base import Client, Matrix, NativeMatrix, PartialAnswer, TooManySeries, Usage
from slo.sources._promql import BadQuery

BACK_DAYS: Final = Retention().hourly_days
# A day has some thousand samples of each series; a month of them is an answer of seconds.
MOST_DAYS: Final = 28
FEWER: Final = 4
# What comes later than this is not in the day: a batch that is pushed hours later would have to be asked for again and again.
SETTLES: Final = dt.timedelta(minutes=10)
# Well within the lease of the work item.
SLICE_S: Final = 50.0
# What no histogram is called.
AGAIN: Final = ""
Histograms = Mapping[dt.date, Mapping[str, BucketSums]]


@dataclass(frozen=True, slots=True)
class DaysKept:
    """What one run did: `days` of all histograms, by so many `queries`. `more`: there are others to read at once. `problem`:
    what kept it from reading the rest."""

    days: int = 0
    queries: int = 0
    more: bool = False
    problem: str = ""


def latency_sources() -> list[int]:
    """The sources that have histograms."""
    found = Indicator.objects.filter(kind__in=HISTOGRAMS).order_by("source_id")
    return list(found.values_list("source_id", flat=True).distinct())


def ask_again(indicator: Indicator, *, since: dt.date, at: dt.datetime) -> None:
    """Reads the days of an indicator's histogram from `since` on again, in the background."""
    if indicator.kind in HISTOGRAMS:
        LatencyDay.objects.filter(indicator=indicator, day__gte=since).update(asked=AGAIN)
        schedule_latency_days(indicator.source_id, at=at)


@dataclass(slots=True, eq=False)
class _Histogram:
    """A histogram, the indicators that read it, and the days of it that one of them misses, the newest first."""

    indicators: list[Indicator]
    days: tuple[LocalDay, ...]
    error: str = ""


def keep_days(source_id: int, *, at: dt.datetime, slice_s: float = SLICE_S) -> DaysKept:
    """Reads missing days until the slice of time is used up or nothing is left. What fails is recorded with its indicators,
    which the others do not wait for; never raises for a source that does not work.
    """
    source = Source.objects.filter(pk=source_id).first()
    if source is None or source.paused:
        return DaysKept()
    found, errors = _missing(source, at=at)
    reader = _Reader(source, until=time.monotonic() + slice_s)
    try:
        if plugin_of(source).pulls:
            reader.read([each for each in found if each.days])
    except Unavailable as error:
        # The source itself: nothing more is read of it now.
        for each in found:
            each.error = each.error or (str(error) if each.days else "")
    errors |= {one.pk: each.error for each in found for one in each.indicators}
    _tell(errors)
    if reader.days and not reader.stopped:
        history_read.send(LatencyDay, at=at)
    problem = next(filter(None, errors.values()), "")
    return DaysKept(reader.days, reader.usage.queries, reader.stopped, problem)


def _missing(source: Source, *, at: dt.datetime) -> tuple[list[_Histogram], dict[int, str]]:
    """The histograms of a source, and why other indicators have none."""
    days = days_before(at - SETTLES, company.zone(), n=BACK_DAYS)
    indicators = Indicator.objects.filter(source=source, kind__in=HISTOGRAMS, paused=False).order_by("pk")
    kept: defaultdict[int, set[tuple[dt.date, str]]] = defaultdict(set)
    rows = LatencyDay.objects.filter(indicator__source=source, day__gte=days[-1].day)
    for pk, day, asked in rows.values_list("indicator_id", "day", "asked"):
        kept[pk].add((day, asked))
    groups: defaultdict[str, list[Indicator]] = defaultdict(list)
    broken = {}
    for each in indicators:
        try:
            groups[histogram_asked(each)].append(each)
        except BadQuery as error:
            broken[each.pk] = str(error)
    found = [
        _Histogram(of, tuple(day for day in days if any((day.day, asked) not in kept[each.pk] for each in of)))
        for asked, of in groups.items()
    ]
    return found, broken


def _tell(errors: Mapping[int, str]) -> None:
    """Where it changed. An indicator that was never collected has no state yet, and its page says that."""
    states = IndicatorState.objects.filter(pk__in=errors)
    changed = [each for each in states if each.days_error != errors[each.pk]]
    for each in changed:
        each.days_error = errors[each.pk]
        each.save(update_fields=["days_error"])


@dataclass(slots=True)
class _Reader:
    """`most` days are asked for at once; fewer from where that was too much for the source."""

    source: Source
    until: float
    most: int = MOST_DAYS
    days: int = 0
    stopped: bool = False
    usage: Usage = field(default_factory=Usage)

    def read(self, found: Sequence[_Histogram]) -> None:
        """Raises: Unavailable when the source does not work."""
        if not found:
            return
        client = client_of(self.source)
        self.usage = client.usage
        try:
            for each in found:
                self._histogram(client, each)
        finally:
            client.close()

    def _histogram(self, client: Client, of: _Histogram) -> None:
        names = cache(catalog_names)
        known = mappings([each.pk for each in of.indicators])
        labels = [(each, ServiceLabels(each.service_label, known[each.pk], names)) for each in of.indicators]
        while of.days:
            if time.monotonic() > self.until:
                self.stopped = True
                return
            days = runs(of.days, most=self.most)[0]
            try:
                answer = self._asked(client, of.indicators[0], days)
            except (TooManySeries, TooLarge, TimedOut, ServerError) as error:
                if len(days) > 1:
                    self.most = max(1, len(days) // FEWER)
                    continue
                if isinstance(error, TimedOut | ServerError):
                    raise
                of.error = str(error)
                return
            except (ClientError, PartialAnswer) as error:
                of.error = str(error)
                return
            _write(labels, days, answer)
            self.days += len(days)
            of.days = of.days[len(days) :]

    def _asked(self, client: Client, indicator: Indicator, days: Sequence[LocalDay]) -> Histograms:
        day_s, label = days[0].length_s, indicator.service_label
        need = daily_histogram(indicator, scrape_s=self.source.scrape_interval_s, day_s=day_s)
        span: Any = {"start": days[-1].end, "end": days[0].end, "step_s": day_s}
        if indicator.kind == IndicatorKind.LATENCY_NATIVE:
            return _native(client.histograms(need.text, **span), days[::-1], label=label, scale=need.scale)
        return _classic(client.ranged(need.text, **span), days[::-1], label=label, scale=need.scale)


def _native(matrix: NativeMatrix, days: Sequence[LocalDay], *, label: str, scale: float) -> Histograms:
    """Of each day, the oldest first, by the value of the service's label."""
    found: dict[dt.date, dict[str, BucketSums]] = {each.day: {} for each in days}
    for labels, row in zip(matrix.labels, matrix.rows, strict=True):
        for column, buckets in row.items():
            grown = [replace(each, count=each.count * scale) for each in buckets]
            found[days[column].day][labels.get(label, "")] = native_sums(grown)
    return found


def _classic(matrix: Matrix, days: Sequence[LocalDay], *, label: str, scale: float) -> Histograms:
    """Of each day, the oldest first, by the value of the service's label."""
    rows: defaultdict[str, list[int]] = defaultdict(list)
    les = []
    for row, labels in enumerate(matrix.labels):
        bound = bound_of(labels.get("le", ""))
        les.append(float("nan") if bound is None else bound)
        rows[labels.get(label, "")].append(row)
    amounts = matrix.values * scale
    found: dict[dt.date, dict[str, BucketSums]] = {}
    for column, day in enumerate(days):
        sums = {
            value: bucket_sums([les[row] for row in of], amounts[of, column].tolist()) for value, of in rows.items()
        }
        found[day.day] = {value: one for value, one in sums.items() if one is not None}
    return found


def _write(labels: Sequence[tuple[Indicator, ServiceLabels]], days: Sequence[LocalDay], found: Histograms) -> None:
    rows = []
    for indicator, names in labels:
        mapped = names.resolved(frozenset(value for each in found.values() for value in each))
        service_of = {value: int(mapped.service_ids[row]) for value, row in mapped.row_of.items()}
        rows += [
            LatencyDay(
                indicator=indicator,
                day=day.day,
                asked=histogram_asked(indicator),
                **_packed({service_of[value]: sums for value, sums in found[day.day].items() if value in service_of}),
            )
            for day in days
        ]
    _at_least(rows)
    with transaction.atomic():
        LatencyDay.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["indicator", "day"],
            update_fields=["asked", "layouts", "services"],
        )


def _at_least(rows: Sequence[LatencyDay]) -> None:
    """A day that is read again keeps what it had where the source has forgotten some of it."""
    stood = LatencyDay.objects.filter(
        indicator__in={each.indicator_id for each in rows}, day__in={each.day for each in rows}, asked=AGAIN
    )
    before = {(each.indicator_id, each.day): each for each in stood}
    for each in rows:
        old = before.get((each.indicator_id, each.day))
        if old is not None and _requests(old) > _requests(each):
            each.layouts, each.services = old.layouts, old.services


def _requests(of: LatencyDay) -> int:
    return sum(counts[-1] for _place, counts in of.services.values())


def _packed(of: Mapping[int, BucketSums]) -> dict[str, Any]:
    """As the fields of a LatencyDay."""
    places = {bounds: place for place, bounds in enumerate(dict.fromkeys(each.bounds for each in of.values()))}
    services = {str(pk): [places[each.bounds], [int(n) for n in each.counts]] for pk, each in of.items()}
    return {"layouts": [list(bounds) for bounds in places], "services": services}
