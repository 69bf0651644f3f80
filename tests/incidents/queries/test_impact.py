"""What an incident cost where its counts are kept in coarser steps than it took."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from incidents.actions.impact import SegmentFields, add_segment
from incidents.actions.incidents import Declaration, declare
from incidents.models import ImpactFigures
from relportal.core.models import User
from slo.models import Measurement, Objective
from tests import make

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)


def counted(at: dt.datetime, *, step: dt.timedelta, days: int = 40) -> Objective:
    """1,000 events in each step until `at`; 400 of those fail that come in the step which ends at `at`."""
    objective = make.objective(target=Decimal("0.99"), window_days=28)
    start = at - dt.timedelta(days=days)
    steps = int((at - start) / step)
    Measurement.objects.bulk_create(
        Measurement(
            series=objective.series,
            instant=start + number * step,
            bad=400.0 if number >= steps else 0.0,
            total=1000.0 * number,
            covered_s=number * step.total_seconds(),
        )
        for number in range(steps + 3)
    )
    objective.series.started_at = start
    objective.series.save()
    return objective


def figures(
    rita: User, objective: Objective, *spans: tuple[dt.datetime, dt.datetime], at: dt.datetime
) -> ImpactFigures:
    incident = declare(rita, Declaration(title="Down", objectives=[objective]), at=at)
    for start, end in spans:
        add_segment(rita, incident, SegmentFields(service=objective.service, start=start, end=end), at=at)
    return ImpactFigures.objects.get(incident=incident)


@pytest.mark.parametrize("step", [HOUR, 24 * HOUR])
def test_an_incident_inside_of_one_row_is_counted_with_all_of_it_and_says_so(rita: User, at: Any, step: Any) -> None:
    end = at.replace(hour=0)
    objective = counted(end, step=step)

    found = figures(rita, objective, (end - 40 * MINUTE, end - 10 * MINUTE), at=at)

    assert found.failed_requests == 400
    assert found.explained["shares"][0]["widened"] == [(end - step).isoformat(), end.isoformat()]
    assert found.budget_spent is not None
    assert found.budget_spent > 0


def test_two_stretches_of_one_hour_are_counted_once(rita: User, at: Any) -> None:
    end = at.replace(hour=0)
    objective = counted(end, step=HOUR)

    found = figures(
        rita, objective, (end - 50 * MINUTE, end - 40 * MINUTE), (end - 30 * MINUTE, end - 20 * MINUTE), at=at
    )

    assert found.failed_requests == 400


def test_fine_counts_are_not_widened(rita: User, at: Any) -> None:
    objective = counted(at, step=5 * MINUTE, days=3)

    found = figures(rita, objective, (at - 10 * MINUTE, at), at=at)

    assert found.failed_requests == 400
    assert found.explained["shares"][0]["widened"] is None


def test_an_incident_before_the_first_count_is_not_measured(rita: User, at: Any) -> None:
    objective = counted(at, step=HOUR, days=10)

    found = figures(rita, objective, (at - dt.timedelta(days=12), at - dt.timedelta(days=11)), at=at)

    assert found.failed_requests is None
