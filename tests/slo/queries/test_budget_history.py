"""The burn-down of a budget, and what was measured of it: differences of cumulative rows."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from relportal.core.models import Team
from slo.models import Measurement, Objective
from slo.queries.budget_history import MOST_PIECES, STRIP_PIECES, budget_history
from tests import make
from tests.slo import company
from tests.slo.company import Company

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def shown(payments: Team, at: dt.datetime) -> Company:
    return company.built(team=payments, at=at)


def counted(at: dt.datetime, rows: list[tuple[int, float, float, float]]) -> Objective:
    """An objective at 99.9 % whose rows are (hours before `at`, cumulative bad, total, covered hours)."""
    objective = make.objective()
    Measurement.objects.bulk_create(
        Measurement(series=objective.series, instant=at - ago * HOUR, bad=bad, total=total, covered_s=hours * 3600)
        for ago, bad, total, hours in rows
    )
    return objective


def test_the_end_of_the_burn_down_is_the_budget_of_the_status(shown: Company, at: dt.datetime) -> None:
    found = budget_history(shown.missed, start=at - dt.timedelta(days=30), end=at)
    assert found is not None
    assert found.remaining[-1] == pytest.approx(-0.5)
    assert found.bad.sum() == pytest.approx(150)
    assert found.total.sum() == pytest.approx(100_000)
    assert len(found.instants) <= MOST_PIECES
    assert len(found.states) <= STRIP_PIECES


def test_pieces_add_up_to_the_window_whatever_its_bounds(shown: Company, at: dt.datetime) -> None:
    start = at - dt.timedelta(days=7, hours=3)
    found = budget_history(shown.missed, start=start, end=at)
    assert found is not None
    assert found.bad.sum() == pytest.approx(150 * (7 * 24 + 3) / 720)
    assert found.states[0].start == start
    assert found.states[-1].end == at
    assert all(one.end == two.start for one, two in zip(found.states, found.states[1:], strict=False))


def test_a_night_without_traffic_is_measured_and_has_no_sli(at: dt.datetime) -> None:
    objective = counted(at, [(4, 0, 0, 0), (3, 1, 100, 1), (2, 1, 100, 2), (1, 1, 100, 3), (0, 1, 200, 4)])
    found = budget_history(objective, start=at - 4 * HOUR, end=at)
    assert found is not None
    quiet = found.total == 0
    assert quiet.any()
    assert np.isnan(found.sli[quiet]).all()
    assert {"measured", "measured_empty"} <= {piece.state.value for piece in found.states}
    assert "gap" not in {piece.state.value for piece in found.states}


def test_an_hour_of_which_nothing_is_known_is_a_gap(at: dt.datetime) -> None:
    objective = counted(at, [(4, 0, 0, 0), (3, 0, 100, 1), (1, 0, 100, 1), (0, 0, 200, 2)])
    found = budget_history(objective, start=at - 4 * HOUR, end=at)
    assert found is not None
    assert "gap" in {piece.state.value for piece in found.states}


def test_before_anything_was_measured_there_is_no_budget_rather_than_a_whole_one(at: dt.datetime) -> None:
    objective = counted(at, [(2, 0, 0, 0), (1, 0, 100, 1), (0, 0, 200, 2)])
    found = budget_history(objective, start=at - 6 * HOUR, end=at)
    assert found is not None
    assert np.isnan(found.remaining[0])
    assert found.remaining[-1] == pytest.approx(1.0)


def test_without_rows_there_is_no_history(shown: Company, at: dt.datetime) -> None:
    assert budget_history(shown.unknown, start=at - HOUR, end=at) is None
    assert budget_history(shown.missed, start=at, end=at) is None
