"""Budgets exhausted in two of three closed periods."""

from __future__ import annotations

import datetime as dt

import pytest

from relportal.core.models import Service
from risks.rules import RULES
from risks.rules._base import Found
from risks.rules.budgets import periods_of
from slo.models import Measurement, Objective
from tests.risks.rules.conftest import measured, promise

pytestmark = pytest.mark.django_db
# 1,000 events a day at 99.9 %: a month of 30 days allows 30 bad ones.
BAD = 45


def run(at: dt.datetime) -> list[Found]:
    return list(RULES["budgets"].found(at))


@pytest.fixture
def objective(checkout: Service) -> Objective:
    return promise(checkout, window_kind="month", window_days=None, window_zone="UTC")


def test_two_exhausted_months_of_three_are_found(objective: Objective, checkout: Service, at: dt.datetime) -> None:
    measured(objective, end=at, bad={"2026-08-10": BAD, "2026-10-10": 2 * BAD})
    (found,) = run(at)
    assert found.members == {"month-2026-08-01T00", "month-2026-10-01T00"}
    assert found.services == (checkout.pk,)
    assert RULES["budgets"].sentence(found.facts) == (
        f"{objective} (target 99.9\u202f%) exhausted its error budget in 2 of 3 periods: 290\u202f% of the budget spent in the "
        "worst."
    )
    assert [proof.url for proof in found.proofs] == [objective.get_absolute_url()] * 2


def test_one_exhausted_month_and_the_running_one_are_not(objective: Objective, at: dt.datetime) -> None:
    measured(objective, end=at, bad={"2026-10-10": BAD, "2026-11-01": 5 * BAD, "2026-07-10": BAD})
    assert run(at) == []


def test_a_budget_that_is_just_spent_is_not_exhausted(objective: Objective, at: dt.datetime) -> None:
    measured(objective, end=at, bad={"2026-09-10": 30, "2026-10-10": 31})
    assert run(at) == []


def test_a_month_that_was_hardly_measured_counts_for_nothing(objective: Objective, at: dt.datetime) -> None:
    measured(objective, end=at, bad={"2026-08-10": BAD, "2026-10-10": BAD})
    later = Measurement.objects.filter(series=objective.series, instant__gte=dt.datetime(2026, 10, 20, tzinfo=dt.UTC))
    held = Measurement.objects.get(series=objective.series, instant=dt.datetime(2026, 10, 20, tzinfo=dt.UTC))
    later.update(covered_s=held.covered_s)
    assert run(at) == []


def test_what_was_never_measured_is_not_exhausted(objective: Objective, at: dt.datetime) -> None:
    assert run(at) == []


def test_retired_objectives_and_services_are_left_out(objective: Objective, at: dt.datetime) -> None:
    measured(objective, end=at, bad={"2026-08-10": BAD, "2026-10-10": BAD})
    Service.objects.update(lifecycle="retired")
    assert run(at) == []
    Service.objects.update(lifecycle="production")
    Objective.objects.update(retired_at=at)
    assert run(at) == []


def test_an_older_month_that_falls_out_leaves_a_part_of_the_evidence(objective: Objective, at: dt.datetime) -> None:
    bad = {"2026-08-10": BAD, "2026-09-10": BAD, "2026-10-10": BAD}
    measured(objective, end=at + dt.timedelta(days=30), bad=bad, days=220)
    (before,), (after,) = run(at), run(at + dt.timedelta(days=29, hours=12))
    assert after.subject == before.subject
    assert after.members < before.members


@pytest.mark.parametrize(("days", "unit"), [(7, "week"), (14, "week"), (28, "month"), (60, "month"), (90, "quarter")])
def test_a_rolling_window_is_judged_by_the_nearest_calendar_period(
    checkout: Service, at: dt.datetime, days: int, unit: str
) -> None:
    found, periods = periods_of(promise(checkout, window_days=days), at=at)
    assert found == unit
    assert len(periods) == 3
    assert periods[0].end <= at
    assert periods[0].start == periods[1].end
