from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from relportal.core.models import User
from slo.actions.push import PushedCount, push_counts
from slo.actions.retention import clean, thin
from slo.actions.status import refresh_statuses
from slo.models import CollectionRun, IndicatorKind, IndicatorState, Measurement, Objective, Status, Via
from tests import make

AT = dt.datetime(2026, 11, 2, 0, 50, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def objective() -> Objective:
    """Three days of 5-minute rows, 40 days ago, with an event a minute; and the same for the last hour."""
    made = make.objective(window_kind="month", window_days=None, window_zone="Asia/Kolkata", target=Decimal("0.9"))
    start = AT.replace(hour=0, minute=0) - 40 * DAY
    instants = [start + dt.timedelta(minutes=5 * number) for number in range(3 * 288 + 1)]
    instants += [AT - dt.timedelta(minutes=5 * number) for number in range(12, -1, -1)]
    Measurement.objects.bulk_create(
        Measurement(series=made.series, instant=each, bad=number, total=5 * number, covered_s=300 * number, via=Via.RAW)
        for number, each in enumerate(instants)
    )
    made.series.started_at = start
    made.series.save()
    IndicatorState.objects.create(indicator=made.indicator, watermark=AT)
    return made


def test_old_rows_thin_to_hours_and_keep_their_numbers(objective: Objective) -> None:
    before = dict(Measurement.objects.values_list("instant", "total"))

    done = thin(at=AT)

    rows = dict(Measurement.objects.values_list("instant", "total"))
    old = [each for each in rows if each < AT - 2 * DAY]
    # 72 hours and the first instant; Indian midnights (18:30 UTC) are kept for the months that begin there.
    assert len([each for each in old if each.minute == 0]) == 73
    assert sorted({(each.hour, each.minute) for each in old if each.minute}) == [(18, 30)]
    assert len(rows) == 73 + 3 + 13
    assert all(before[each] == total for each, total in rows.items())
    assert done.rows == len(before) - len(rows)
    assert not done.more


def test_the_next_run_goes_on_where_the_last_one_ended(objective: Objective) -> None:
    first = thin(at=AT)
    again = thin(at=AT, fine_from=first.fine_until, hourly_from=first.hourly_until)

    assert again.rows == 0
    assert again.fine_until == first.fine_until


def test_a_run_out_of_time_says_that_there_is_more(objective: Objective) -> None:
    done = thin(at=AT, slice_s=0)

    assert done.more
    assert done.rows == 0
    assert thin(at=AT, fine_from=done.fine_until, hourly_from=done.hourly_until).rows > 0


def test_statuses_stay_the_same_when_rows_are_thinned(objective: Objective) -> None:
    refresh_statuses([objective.pk], at=AT)
    before = Status.objects.values("bad", "total", "coverage", "burn_1h").get()

    thin(at=AT)
    refresh_statuses([objective.pk], at=AT)

    assert Status.objects.values("bad", "total", "coverage", "burn_1h").get() == before


def test_hours_become_days_after_400_days_and_end_after_800(objective: Objective) -> None:
    at = AT + 365 * DAY
    thin(at=at)
    # Days are counted from midnight to midnight; the local midnights stay.
    assert Measurement.objects.filter(instant__lt=AT - 30 * DAY).count() == 4 + 3

    thin(at=AT + 800 * DAY)

    assert not Measurement.objects.filter(instant__lt=AT - DAY).exists()
    objective.series.refresh_from_db()
    assert objective.series.started_at == AT.replace(hour=0, minute=0)


def test_rows_that_stand_alone_in_their_hour_stay(lead: User) -> None:
    indicator = make.indicator(source=make.source(kind="pushed", url=""), kind=IndicatorKind.PUSHED)
    objective = make.objective(indicator=indicator, service=make.service(slug="nightly"))
    start = AT - 50 * DAY
    step = dt.timedelta(minutes=5)
    pushed = [PushedCount("nightly", start + n * step, start + (n + 1) * step, 1, 10) for n in range(4)]
    push_counts(lead, indicator, pushed, at=AT)

    thin(at=AT)

    # 00:50 begins the series; 01:00 is a full hour; 01:10 is the newest of its hour, where the counts end.
    rows = list(Measurement.objects.filter(series=objective.series).order_by("instant"))
    assert [(row.instant - start) / step for row in rows] == [0, 2, 4]
    assert rows[-1].total - rows[0].total == 40


def test_the_diary_of_collection_is_kept_for_two_weeks(db: None) -> None:
    source = make.source()
    for days in (1, 13, 15):
        CollectionRun.objects.create(source=source, at=AT - days * DAY)

    clean(at=AT)

    assert CollectionRun.objects.count() == 2
