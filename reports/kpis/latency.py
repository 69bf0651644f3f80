"""KPI 4: how many requests are fast enough, and how slow the slowest are.

Requests are slow together: a test that takes them one by one would call any difference clear, and none is made.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cache, partial
from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from relportal.core import company, units
from reports.domain.periods import Period
from reports.domain.scopes import Seen
from reports.domain.values import Better, Lacking, Rag, Unit, Value, forced
from reports.kpis._base import TIER_1, Beside, Frame, Heading, Row
from reports.kpis._objectives import TWICE, Kept, ObjectiveKpi, said
from slo.domain.local_days import DAY
from slo.domain.percentiles import Percentile, percentile, summed
from slo.models import HISTOGRAMS, Series
from slo.queries.percentiles import DailySums, Span, daily_sums

PERCENTILES: Final = (("p95", 0.95), ("p99", 0.99))
SLOWEST: Final = 0.99


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed(Kept):
    """A latency objective. `histogram` is what times its requests, which objectives may share, None where none is kept of this
    kind; `span` reads the sums of its buckets over the `days` of the period that are over.

    Read on demand: the rows behind a figure need no histogram.
    """

    histogram: tuple[int, str, str, int] | None
    days: int
    span: Callable[[], Span]


class Latency(ObjectiveKpi):
    key = "latency"
    number = 4
    title = _("Tier-1 requests that are fast enough")
    about = _(
        "Requests of tier-1 services below the threshold of their latency objective, of all requests. Green when every latency "
        "objective was met, red where a budget was spent twice over, amber between. Percentiles are never averaged: buckets of "
        "the histograms are summed over the days of the period. A percentile lies in a bucket; where in it is interpolated, so "
        "that it may be off by the bucket's width. Those of all services together hide the slowest, which stands beside them. "
        "Counts that are pushed come without a histogram."
    )
    connect = _("Give tier-1 services a latency objective on a histogram.")
    guard = _("Error rate: requests that fail fast are quick")
    heading = Heading.CUSTOMERS
    unit = Unit.SHARE
    better = Better.UP
    lines = None
    tiers = TIER_1
    definition = 3
    untested = True
    beside = (
        Beside("error_rate", _("of these services' requests failed"), Unit.SHARE, guard=True),
        Beside("missed", _("latency objectives missed")),
        Beside("p95", _("p95 of all"), Unit.MILLISECONDS, between=("p95_low", "p95_high"), listed=True),
        Beside("p99", _("p99 of all"), Unit.MILLISECONDS, between=("p99_low", "p99_high"), listed=True),
        Beside("slowest", _("p99 of the slowest service"), Unit.MILLISECONDS, between=("slowest_low", "slowest_high")),
        Beside("days", _("whole days with a histogram"), Unit.SHARE),
    )

    def seen(self, frame: Frame) -> Iterator[Seen[Period, Kept]]:
        """The other objectives of the same services tell the error rate."""
        return _timed(frame, list(super().seen(frame)))

    def value(self, facts: Sequence[Kept]) -> Value:
        mine = [one for one in facts if isinstance(one, Timed)]
        known = [one for one in mine if one.is_known]
        if not known:
            return Value(lacking=Lacking.LOW_COVERAGE if mine else Lacking.NOTHING, coverage=0.0 if mine else None)
        events, bad = sum(one.total for one in known), sum(one.bad for one in known)
        found = Value(
            value=1 - bad / events,
            numerator=events - bad,
            denominator=events,
            n=len(known),
            coverage=len(known) / len(mine),
            parts={
                "error_rate": _error_rate(facts, frozenset(one.service for one in known)),
                "missed": float(sum(not one.met for one in known)),
            }
            | _percentiles(mine),
        )
        worst = max(one.consumed or 0.0 for one in known)
        missed = any(not one.met for one in known)
        return forced(found, Rag.RED if worst > TWICE else Rag.AMBER if missed else Rag.GREEN)

    def rows(self, fact: Kept) -> Sequence[Row]:
        if fact.threshold_s is None:
            return ()
        words = gettext("%(said)s below %(threshold)s") % {
            "said": said(fact), "threshold": units.duration(fact.threshold_s),
        }  # fmt: skip
        return [Row("objective", fact.pk, words, not fact.met)]


def _timed(frame: Frame, found: Sequence[Seen[Period, Kept]]) -> Iterator[Seen[Period, Kept]]:
    """Latency objectives with their histograms, the others as they are."""
    series = Series.objects.filter(indicator__kind__in=HISTOGRAMS)
    names = ("pk", "indicator_id", "indicator__source_id", "indicator__histogram", "indicator__service_label")
    histograms = {pk: (indicator, tuple(of)) for pk, indicator, *of in series.values_list(*names)}
    mine = [one for one in found if one.fact.threshold_s is not None]
    yesterday = company.day(frame.at) - DAY
    read = cache(partial(_sums, [one.period for one in mine], {pk for pk, _of in histograms.values()}))
    for one in found:
        kept, period = one.fact, one.period
        if kept.threshold_s is None:
            yield one
            continue
        last = min(period.last, yesterday)
        indicator, of = histograms.get(kept.series, (0, None))
        fact = Timed(
            **{each.name: getattr(kept, each.name) for each in fields(kept)},
            histogram=None if of is None else (*of, kept.service),
            days=max(0, (last - period.first).days + 1),
            span=cache(partial(_span, read, indicator, kept.service, (period.first, last))),
        )
        yield Seen(period=period, fact=fact, services=one.services)


def _sums(periods: Sequence[Period], indicators: Iterable[int]) -> DailySums:
    return daily_sums(indicators, min(one.first for one in periods), max(one.last for one in periods))


def _span(read: Callable[[], DailySums], indicator: int, service: int, days: tuple[dt.date, dt.date]) -> Span:
    return read().of(indicator, service, *days)


def _percentiles(of: Sequence[Timed]) -> dict[str, float | None]:
    """In milliseconds, each with its bucket, of each histogram once; of those that nobody keeps nothing is known."""
    histograms = {one.histogram or one.pk: one for one in of}.values()
    spans = [one.span() for one in histograms]
    sums = [each.sums for each in spans if each.sums is not None]
    everything = summed(sums)
    slowest = max(filter(None, (percentile(each, SLOWEST) for each in sums)), key=_slow, default=None)
    found = {name: percentile(everything, rank) for name, rank in PERCENTILES} | {"slowest": slowest}
    parts: dict[str, float | None] = {}
    for name, one in found.items():
        told = (None, None, None) if one is None else (one.value, one.low, one.high)
        parts |= {f"{name}{end}": _ms(each) for end, each in zip(("", "_low", "_high"), told, strict=True)}
    days = sum(one.days for one in histograms)
    return parts | {"days": sum(each.days for each in spans) / days if days else None}


def _slow(one: Percentile) -> tuple[bool, float]:
    return one.high is None, one.value


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else 1000 * seconds


def _error_rate(facts: Sequence[Kept], services: frozenset[int]) -> float | None:
    """Of the series of these services that count failures, each once."""
    rows = {one.series: one for one in facts if one.threshold_s is None and one.service in services}.values()
    events = sum(one.total for one in rows)
    return sum(one.bad for one in rows) / events if events else None


PLUGIN = Latency()
