"""The steady tick, the backfill, the budgets in SQL, and how close the counts are to every raw sample."""

from __future__ import annotations

import datetime as dt
import statistics
import time
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import requests
from django.db.models import Max

from bench import data, portal
from bench.report import Report, ms, peak_mb, repeated, stopwatch
from relportal.core import bulk
from slo.actions.collect import Collected, collect_source
from slo.actions.latency_days import keep_days
from slo.domain.grid import STEP, epoch
from slo.models import Indicator, LatencyDay, Measurement, Objective, Series, Source
from slo.queries.standing import promises, standings
from slo.sources import _http_api

TICKS = 12


def run(report: Report, *, url: str) -> None:
    source = portal.seeded(url)
    first = collect_source(source.pk, at=at(0))
    assert not first.error, first.error
    with stopwatch() as watch:
        portal.backfilled(source, at=at(0))
    report.add(
        "30-day backfill of 2,000 SLOs, hybrid", f"{watch.seconds:.1f} s", target="<= 20 s", met=watch.seconds <= 20
    )
    report.add("rows after the backfill", f"{Measurement.objects.count():,}")
    _histograms(report, source)
    steady = ticks(source, begin=1)
    _ticks(report, "2,000", steady)
    _budgets(report)
    _errors(report)
    for indicator in Indicator.objects.all():
        series = list(Series.objects.filter(indicator=indicator).select_related("indicator"))
        portal.promised(series, portal.TARGETS[indicator.slug][1:])
    collect_source(source.pk, at=at(TICKS + 1))
    many = ticks(source, begin=TICKS + 2)
    _ticks(report, "10,000", many)
    ratio = statistics.median(many.taken) / statistics.median(steady.taken)
    report.add("10,000 SLOs against 2,000 on the same series", f"{ratio:.2f} x", target="<= 2.5 x", met=ratio <= 2.5)
    memory = peak_mb()
    report.add("memory of this process at its highest", f"{memory:.0f} MB", target="< 700 MB", met=memory < 700)
    report.steady_s = statistics.median(steady.taken)


def _histograms(report: Report, source: Source) -> None:
    """All days at once, then the newest of them again: what a night costs."""
    with stopwatch() as watch:
        done = keep_days(source.pk, at=at(0), slice_s=600)
    assert not done.problem, done.problem
    report.add(f"{done.days} days of histograms of both latency indicators", f"{watch.seconds:.1f} s")
    LatencyDay.objects.filter(day=LatencyDay.objects.aggregate(newest=Max("day"))["newest"]).delete()
    with stopwatch() as watch:
        done = keep_days(source.pk, at=at(0))
    assert (done.days, done.queries) == (1, 1), done
    report.add("  one day of them, each night", f"{watch.seconds * 1000:.0f} ms")


def at(tick: int) -> dt.datetime:
    """When the instant AT + tick * 5 min has settled."""
    return data.AT + tick * STEP + dt.timedelta(seconds=91)


@dataclass(frozen=True, slots=True)
class Ticks:
    """Seconds of each tick, committed; of its queries, asked again by a bare client at once; and the last result."""

    taken: list[float]
    asked: list[float]
    last: Collected


def ticks(source: Source, *, begin: int) -> Ticks:
    """Consecutive ticks. Each tick's own queries are sent to Prometheus again right after it, and only their bytes are read:
    that is Prometheus' own time for the same work, taken under the same load."""
    taken, asked = [], []
    sent: list[dict[str, object]] = []
    original = _http_api._ApiSession.ask

    def listening(self: object, method: str, url: str, **options: object) -> object:
        sent.append({"url": url, "data": options["data"]})
        return original(self, method, url, **options)  # type: ignore[arg-type]

    _http_api._ApiSession.ask = listening  # type: ignore[method-assign,assignment]
    try:
        with requests.Session() as bare:
            for number in range(begin, begin + TICKS):
                sent.clear()
                with stopwatch() as watch:
                    done = collect_source(source.pk, at=at(number))
                taken.append(watch.seconds)
                assert not done.error, done.error
                begun = time.perf_counter()
                for each in sent:
                    bare.post(
                        str(each["url"]),
                        data=cast("dict[str, str]", each["data"]),
                        headers={"Accept-Encoding": "identity"},
                    ).raise_for_status()
                asked.append(time.perf_counter() - begun)
    finally:
        _http_api._ApiSession.ask = original  # type: ignore[method-assign]
    return Ticks(taken, asked, done)


def _ticks(report: Report, name: str, done: Ticks) -> None:
    ratio = statistics.median(done.taken) / statistics.median(done.asked)
    report.add(f"steady tick, {name} SLOs, 8 windows, committed (median)", ms(done.taken))
    report.add("  Prometheus' own time for the same queries", ms(done.asked))
    met = ratio <= 2.5 if name == "2,000" else None
    report.add("  tick / Prometheus", f"{ratio:.2f} x", target="<= 2.5 x" if met is not None else "", met=met)
    report.add(
        "  queries of the tick", f"{done.last.queries}", target="= 3 metric families", met=done.last.queries == 3
    )
    report.add("  rows and statuses written", f"{done.last.rows:,} / {done.last.statuses:,}")


def _budgets(report: Report) -> None:
    """Cumulative counts at the end and at the start of 8 windows for each of 2,000 objectives, and the budgets from them."""
    ids = list(Objective.objects.values_list("pk", flat=True))
    of = promises(ids)
    statements = [0]
    read = bulk.read

    def counting(*arguments: object, **options: object) -> object:
        statements[0] += 1
        return read(*arguments, **options)  # type: ignore[arg-type]

    standings(of)
    bulk.read = counting  # type: ignore[assignment]
    try:
        taken = repeated(lambda _number: standings(of), times=11)
    finally:
        bulk.read = read
    met = statistics.median(taken) <= 0.020
    report.add("all budgets of 2,000 objectives, 8 windows", ms(taken), target="<= 20 ms", met=met)
    report.add("  statements for it", f"{statements[0] / 11:.0f}", target="1", met=statements[0] == 11)


def _errors(report: Report) -> None:
    """Bad events of 30 days per series against every raw sample, also those that no scrape on the grid saw."""
    end = data.AT + TICKS * STEP
    start = end - dt.timedelta(days=portal.DAYS)
    found = {(row["series__indicator__slug"], row["series__service__slug"]): row["bad"] for row in _window(start, end)}
    errors = []
    for service in data.services():
        truth = _truth(service, start, end)
        for slug, bad in truth.items():
            ours = found[(slug, service.name)]
            errors.append(abs(ours - bad) / max(bad, 1.0))
    p95 = float(np.percentile(errors, 95))
    report.add("bad-event error against every raw sample, 30 d, p95", f"{p95:.4%}", target="<= 0.1 %", met=p95 <= 0.001)
    report.add("  median, p99, largest", " ".join(f"{float(np.percentile(errors, q)):.3%}" for q in (50, 99, 100)))


def _window(start: dt.datetime, end: dt.datetime) -> list[dict[str, Any]]:
    rows = []
    for series in Series.objects.select_related("indicator", "service"):
        stored = Measurement.objects.filter(series=series)
        first = stored.filter(instant__lte=start).latest("instant")
        last = stored.get(instant=end)
        rows.append(
            {
                "series__indicator__slug": series.indicator.slug,
                "series__service__slug": series.service.slug,
                "bad": last.bad - first.bad,
            }
        )
    return rows


def _truth(service: data.Service, start: dt.datetime, end: dt.datetime) -> dict[str, float]:
    """Bad events between the last sample at or before `start` and the one at or before `end`, from every raw sample: the sum
    of all growth of each counter, and its value after each restart."""
    stamps = epoch(data.START) + np.arange(data.MINUTES) * data.SCRAPE_S + service.offset_s
    seen = np.flatnonzero(service.scraped & (stamps <= epoch(end)))
    values = service.counters()[:, seen]
    change = np.diff(values, axis=1)
    grown = np.where(change < 0, values[:, 1:], change)
    grown = grown[:, stamps[seen][1:] > epoch(start)].sum(axis=1)
    _ok, bad, fast, second, everything, _jobs, bad_jobs = grown.tolist()
    return {
        "availability": bad,
        "fast": everything - fast,
        "within-second": everything - second,
        "jobs": bad_jobs,
    }
