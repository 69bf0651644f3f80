"""A small company with everything that the pages of SLOs show: one missed promise, one at risk, one kept, one unknown."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from relportal.core.models import Journey, JourneyService, Service, Team
from slo.models import (
    BurnAlert,
    BurnRule,
    CollectionRun,
    Indicator,
    IndicatorState,
    Measurement,
    Objective,
    Source,
    SourceState,
    Via,
)
from tests import make

DAYS: Final = 30
RULES: Final = ((3600, 300, 14.4, "page"), (21600, 1800, 6.0, "page"), (259200, 21600, 1.0, "ticket"))


@dataclass(frozen=True, slots=True)
class Company:
    source: Source
    indicator: Indicator
    missed: Objective
    risky: Objective
    kept: Objective
    unknown: Objective
    journey: Journey


def built(*, team: Team, at: dt.datetime) -> Company:
    """Four objectives of one indicator; the missed one, of tier-1 Checkout, pages since ten minutes before `at`."""
    source = make.source(slug="prometheus", name="Prometheus")
    SourceState.objects.create(
        source=source, watermark=at, last_attempt_at=at, last_success_at=at, queries=2, series=8, samples=24, tick_ms=40
    )
    CollectionRun.objects.create(source=source, at=at, watermark=at, queries=2, series=8, samples=24, tick_ms=40)
    indicator = make.indicator(slug="availability", name="Availability", source=source, team=team)
    IndicatorState.objects.create(indicator=indicator, watermark=at, raw_series=8, via=Via.RAW)
    missed = _promise("checkout", 1, indicator, team, at=at, band="breached", remaining=-0.5, firing="page", bad=150)
    risky = _promise("mail", 3, indicator, team, at=at, band="at_risk", remaining=0.1, bad=90)
    kept = _promise("search", 2, indicator, team, at=at, band="healthy", remaining=0.9, bad=10)
    ledger = make.service(slug="ledger", name="Ledger", team=team, tier=4)
    unknown = make.objective(service=ledger, indicator=indicator, name="HTTP availability")
    journey = Journey.objects.create(slug="buy", name="Buy", team=team)
    JourneyService.objects.create(journey=journey, service=missed.service)
    _alert(missed, fired=at - dt.timedelta(minutes=10))
    _alert(missed, fired=at - dt.timedelta(days=9), resolved=at - dt.timedelta(days=9, hours=-2))
    return Company(source, indicator, missed, risky, kept, unknown, journey)


def _promise(
    slug: str, tier: int, indicator: Indicator, team: Team, *, at: dt.datetime, bad: int, **status: object
) -> Objective:
    """99.9 % over 30 days of 100,000 events: 100 may be bad."""
    service: Service = make.service(slug=slug, name=slug.title(), team=team, tier=tier)
    objective = make.objective(service=service, indicator=indicator, name="HTTP availability")
    start = at - dt.timedelta(days=DAYS)
    objective.series.started_at = start
    objective.series.save()
    hours = DAYS * 24
    Measurement.objects.bulk_create(
        Measurement(
            series=objective.series,
            instant=start + dt.timedelta(hours=hour),
            bad=bad * hour / hours,
            total=100_000 * hour / hours,
            covered_s=hour * 3600,
        )
        for hour in range(hours + 1)
    )
    make.status(
        objective=objective,
        at=at,
        bad=float(bad),
        sli=1 - bad / 100_000,
        consumed=bad / 100,
        burn_6h=2.0,
        via=Via.RAW,
        **status,
    )
    BurnRule.objects.bulk_create(
        BurnRule(objective=objective, long_s=long, short_s=short, factor=factor, severity=severity)
        for long, short, factor, severity in RULES
    )
    return objective


def _alert(objective: Objective, *, fired: dt.datetime, resolved: dt.datetime | None = None) -> None:
    BurnAlert.objects.create(
        objective=objective,
        long_s=3600,
        short_s=300,
        factor=14.4,
        severity="page",
        fired_at=fired,
        resolved_at=resolved,
        burn_long=20.0,
        burn_short=22.0,
        peak_burn=24.5,
    )
