from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from slo.actions.status import refresh_statuses
from slo.models import AlertSeverity, BurnAlert, BurnRule, IndicatorState, Measurement, Objective, Status
from slo.signals import burn_alerts_changed
from tests import make

AT = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)
STEP = dt.timedelta(minutes=5)
HOUR = dt.timedelta(hours=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def objective() -> Objective:
    """A target of 99 %, and a page when a budget is burnt ten times too fast over an hour and over five minutes."""
    made = make.objective(target=Decimal("0.99"))
    BurnRule.objects.create(
        objective=made, long_s=3600, short_s=300, factor=10.0, severity=AlertSeverity.PAGE, min_failures=1
    )
    return made


def counted(objective: Objective, bad: list[int], *, until: dt.datetime) -> None:
    """So many bad ones of 100 events in each of the last steps, and none before; judged at `until`."""
    Measurement.objects.filter(series=objective.series).delete()
    start = until - len(bad) * STEP
    totals = [0, *bad]
    Measurement.objects.bulk_create(
        Measurement(
            series=objective.series,
            instant=start + number * STEP,
            bad=sum(totals[: number + 1]),
            total=100 * number,
            covered_s=300 * number,
        )
        for number in range(len(totals))
    )
    objective.series.started_at = start
    objective.series.save()
    IndicatorState.objects.update_or_create(indicator=objective.indicator, defaults={"watermark": until})
    refresh_statuses([objective.pk], at=until)


def test_an_alert_fires_goes_on_and_ends(objective: Objective) -> None:
    counted(objective, [0] * 12 + [15] * 12, until=AT)
    alert = BurnAlert.objects.get()
    assert (alert.fired_at, alert.resolved_at, alert.severity) == (AT, None, "page")
    assert alert.burn_long == pytest.approx(15)
    assert Status.objects.get(objective=objective).firing == "page"

    counted(objective, [0] * 12 + [15] * 11 + [90], until=AT + STEP)
    alert.refresh_from_db()
    assert (alert.fired_at, alert.resolved_at) == (AT, None)
    assert alert.peak_burn == pytest.approx((11 * 15 + 90) / 12)

    counted(objective, [15] * 12 + [0] * 12, until=AT + HOUR)
    alert.refresh_from_db()
    assert alert.resolved_at == AT + HOUR
    assert Status.objects.get(objective=objective).firing == ""


def test_what_fires_and_ends_is_told_after_the_commit_and_what_goes_on_is_not(
    objective: Objective, django_capture_on_commit_callbacks: Any
) -> None:
    told: list[tuple[list[int], dt.datetime]] = []

    def hear(objectives: list[int], at: dt.datetime, **_kwargs: Any) -> None:
        told.append((objectives, at))

    burn_alerts_changed.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            counted(objective, [0] * 12 + [15] * 12, until=AT)
            assert told == []
        assert told == [([objective.pk], AT)]
        with django_capture_on_commit_callbacks(execute=True):
            counted(objective, [0] * 12 + [15] * 11 + [90], until=AT + STEP)
        assert len(told) == 1
        with django_capture_on_commit_callbacks(execute=True):
            counted(objective, [15] * 12 + [0] * 12, until=AT + HOUR)
        assert told[1:] == [([objective.pk], AT + HOUR)]
    finally:
        burn_alerts_changed.disconnect(hear)


def test_an_alert_ends_when_its_rule_is_taken_away(objective: Objective) -> None:
    counted(objective, [0] * 12 + [15] * 12, until=AT)
    BurnRule.objects.all().delete()

    counted(objective, [0] * 12 + [15] * 12, until=AT + STEP)

    assert BurnAlert.objects.get().resolved_at == AT + STEP


def test_only_the_rules_of_those_who_burn_are_read_and_the_others_stay_quiet(objective: Objective) -> None:
    quiet = make.objective(target=Decimal("0.9"))
    BurnRule.objects.create(
        objective=quiet, long_s=7200, short_s=600, factor=2.0, severity=AlertSeverity.TICKET, min_failures=1
    )
    counted(quiet, [0] * 12 + [15] * 12, until=AT)
    counted(objective, [0] * 12 + [15] * 12, until=AT)

    assert [each.objective for each in BurnAlert.objects.all()] == [objective]
    assert Status.objects.get(objective=quiet).firing == ""


def test_a_history_that_arrives_revokes_what_fired_for_lack_of_it(objective: Objective) -> None:
    """The long window of a series that has just begun is as short as the series; with its past it tells another story."""
    counted(objective, [15] * 3, until=AT)
    assert BurnAlert.objects.get().resolved_at is None

    counted(objective, [0] * 30 + [15] * 3, until=AT)

    assert not BurnAlert.objects.exists()
    assert Status.objects.get(objective=objective).firing == ""
