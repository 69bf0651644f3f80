from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from slo.actions.alert_history import replay
from slo.domain.grid import epoch
from slo.models import AlertSeverity, BurnAlert, BurnRule, IndicatorState, Measurement, Objective
from slo.queries.standing import promises
from tests import make

AT = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)
STEP = dt.timedelta(minutes=5)
HOUR = dt.timedelta(hours=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def objective() -> Objective:
    """99 % of 100 events each five minutes; half of them failed from 8:00 to 8:30, and from 11:40 on."""
    made = make.objective(target=Decimal("0.99"))
    BurnRule.objects.create(
        objective=made, long_s=3600, short_s=300, factor=10.0, severity=AlertSeverity.PAGE, min_failures=1
    )
    start, bad = AT - 8 * HOUR, 0
    rows = []
    for number in range(8 * 12 + 1):
        at = start + number * STEP
        failing = AT - 4 * HOUR < at <= AT - 3.5 * HOUR or at > AT - 20 * dt.timedelta(minutes=1)
        bad += 50 if failing else 0
        rows.append(Measurement(series=made.series, instant=at, bad=bad, total=100 * number, covered_s=300 * number))
    Measurement.objects.bulk_create(rows)
    made.series.started_at = start
    made.series.save()
    IndicatorState.objects.create(indicator=made.indicator, watermark=AT)
    return made


def replayed(objective: Objective, *, hours: int, judged_until: bool = False) -> None:
    of = promises([objective.pk])
    replay(of, after=epoch(AT - hours * HOUR), until=epoch(AT), judged_until=judged_until)


def alerts() -> list[tuple[dt.datetime, dt.datetime | None]]:
    return list(BurnAlert.objects.order_by("fired_at").values_list("fired_at", "resolved_at"))


def test_an_outage_of_the_collector_leaves_its_alerts(objective: Objective) -> None:
    replayed(objective, hours=7)

    assert alerts() == [
        (AT - 4 * HOUR + 3 * STEP, AT - 3.5 * HOUR + STEP),
        (AT - STEP, None),
    ]
    first = BurnAlert.objects.earliest("fired_at")
    assert (first.burn_long, first.peak_burn, first.severity) == (12.5, 25.0, "page")


def test_what_fired_before_the_outage_ends_where_it_ended(objective: Objective) -> None:
    BurnAlert.objects.create(
        objective=objective,
        long_s=3600,
        short_s=300,
        factor=10.0,
        severity=AlertSeverity.PAGE,
        fired_at=AT - 5 * HOUR,
        burn_long=11.0,
        burn_short=11.0,
        peak_burn=11.0,
    )

    replayed(objective, hours=4)

    assert alerts()[0] == (AT - 5 * HOUR, AT - 4 * HOUR + STEP)
    assert len(alerts()) == 3


def test_a_history_that_is_read_later_moves_what_fires_back_to_where_it_began(objective: Objective) -> None:
    open_one = BurnAlert.objects.create(
        objective=objective,
        long_s=3600,
        short_s=300,
        factor=10.0,
        severity=AlertSeverity.PAGE,
        fired_at=AT,
        burn_long=16.0,
        burn_short=50.0,
        peak_burn=16.0,
    )

    replayed(objective, hours=7, judged_until=True)
    replayed(objective, hours=7, judged_until=True)

    open_one.refresh_from_db()
    assert (open_one.fired_at, open_one.resolved_at) == (AT - STEP, None)
    assert len(alerts()) == 2


def test_what_nobody_found_firing_at_the_end_has_ended_there(objective: Objective) -> None:
    replayed(objective, hours=7, judged_until=True)

    assert alerts()[-1] == (AT - STEP, AT)


def test_a_span_without_an_unjudged_instant_writes_nothing(objective: Objective) -> None:
    of = promises([objective.pk])

    replay(of, after=epoch(AT - STEP), until=epoch(AT))

    assert not BurnAlert.objects.exists()
