"""The portal's side of the benchmarks: a durable PostgreSQL of its own, 500 services, their indicators and objectives."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Final

from django.db import connection

from bench.data import SERVICES
from relportal.core.models import Service, Team
from relportal.core.permissions import SYSTEM
from slo.actions.backfill import request_backfill, run_backfill
from slo.domain.burn import default_rules
from slo.domain.windows import Rolling
from slo.models import BurnRule, Indicator, IndicatorKind, IndicatorService, Objective, Series, Source

TABLES: Final = (
    "slo_reconciliation, slo_backfill, slo_status, slo_burnalert, slo_burnrule, slo_objective, slo_measurement, slo_series, "
    "slo_indicatorservice, slo_indicatorstate, slo_collectionrun, slo_sourcestate, slo_indicator, slo_source, core_service"
)
# Kept by most, missed by some, as in life; one more target for each further objective on the same series.
TARGETS: Final = {
    "availability": ("0.995", "0.99", "0.992", "0.985", "0.98"),
    "fast": ("0.97", "0.96", "0.95", "0.98", "0.94"),
    "within-second": ("0.99", "0.985", "0.98", "0.992", "0.975"),
    "jobs": ("0.995", "0.99", "0.992", "0.985", "0.98"),
}
DAYS: Final = 30


def emptied() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {TABLES} CASCADE")


def seeded(url: str, *, per_series: int = 1) -> Source:
    """500 services with four indicators each, so 2,000 series, and `per_series` objectives on each of them."""
    emptied()
    team, _new = Team.objects.get_or_create(slug="bench", defaults={"name": "Bench"})
    services = Service.objects.bulk_create(
        Service(slug=f"service-{number:03}", name=f"Service {number:03}", team=team) for number in range(SERVICES)
    )
    source = Source.objects.create(slug="bench", name="Bench", url=url, max_response_mb=256, timeout_s=60)
    indicators = [Indicator.objects.create(source=source, **fields) for fields in _indicators()]
    for indicator in indicators:
        IndicatorService.objects.bulk_create(
            IndicatorService(indicator=indicator, label_value=each.slug, service=each) for each in services
        )
        series = Series.objects.bulk_create(Series(indicator=indicator, service=each) for each in services)
        promised(series, TARGETS[indicator.slug][:per_series])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return source


def promised(series: list[Series], targets: tuple[str, ...]) -> None:
    """Objectives over 30 days with the default burn rules."""
    objectives = Objective.objects.bulk_create(
        Objective(
            name=f"{each.indicator.name} {target}",
            service_id=each.service_id,
            indicator_id=each.indicator_id,
            series=each,
            target=Decimal(target),
            window_days=DAYS,
        )
        for each in series
        for target in targets
    )
    BurnRule.objects.bulk_create(
        BurnRule(
            objective=each,
            long_s=rule.long_s,
            short_s=rule.short_s,
            factor=rule.factor,
            severity=rule.severity.value,
            min_failures=rule.min_failures,
        )
        for each in objectives
        for rule in default_rules(Rolling(days=DAYS), target=each.target)
    )


def _indicators() -> list[dict[str, object]]:
    def latency(name: str, seconds: float) -> dict[str, object]:
        return {
            "slug": name,
            "name": name,
            "kind": IndicatorKind.LATENCY_CLASSIC,
            "histogram": "http_request_duration_seconds",
            "latency_s": seconds,
        }

    return [
        {
            "slug": "availability",
            "name": "availability",
            "kind": IndicatorKind.RATIO_BAD,
            "bad": 'http_requests_total{code=~"5.."}',
            "total": "http_requests_total",
        },
        latency("fast", 0.3),
        latency("within-second", 1.0),
        {
            "slug": "jobs",
            "name": "jobs",
            "kind": IndicatorKind.RATIO_GOOD,
            "good": 'jobs_total{result="ok"}',
            "total": "jobs_total",
        },
    ]


def backfilled(source: Source, *, at: dt.datetime) -> None:
    """The history of all indicators, one after the other."""
    for indicator in Indicator.objects.filter(source=source).order_by("pk"):
        backfill = request_backfill(SYSTEM, indicator, days=DAYS, at=at)
        while run_backfill(backfill.pk, at=at).again_in is not None:
            pass
