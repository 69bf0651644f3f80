"""The burn-down of a budget, and what was measured of it: differences of cumulative rows."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from relportal.core.models import Team
from slo.models import Measurement, Objective
from slo.queries.budget_history import MOST_PIECES, STRIP_PIECES, BudgetHistory, budget_history
from tests import make
from tests.slo import company
from tests.slo.company import Company

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
# More than two days, so that history is read in whole hours.
HOURS = 72


@pytest.fixture
def shown(payments: Team, at: dt.datetime) -> Company:
    return company.built(team=payments, at=at)


def counted(at: dt.datetime, *, quiet: range = range(0), unknown: range = range(0)) -> Objective:
    """An objective at 99.9 % with 100 good events in each of the last 72 hours, but for those in the ranges."""
    objective = make.objective()
    total = covered = 0.0
    rows = [Measurement(series=objective.series, instant=at - HOURS * HOUR, bad=0, total=0, covered_s=0)]
    for hour in range(HOURS):
        total += 0 if hour in quiet or hour in unknown else 100
        covered += 0 if hour in unknown else 3600
        instant = at - (HOURS - 1 - hour) * HOUR
        rows.append(Measurement(series=objective.series, instant=instant, bad=0, total=total, covered_s=covered))
    Measurement.objects.bulk_create(rows)
    return objective


def states(found: BudgetHistory, at: dt.datetime, hours: range) -> set[str]:
    """Of the pieces of the strip that lie within some hours."""
    start, end = at - (HOURS - hours.start) * HOUR, at - (HOURS - hours.stop) * HOUR
    return {piece.state.value for piece in found.states if start <= piece.start and piece.end <= end}


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
    night = range(24, 34)
    found = budget_history(counted(at, quiet=night), start=at - HOURS * HOUR, end=at)
    assert found is not None
    assert np.isnan(found.sli[found.total == 0]).all()
    assert (found.sli[found.total > 0] == 1).all()
    assert states(found, at, night) == {"measured_empty"}
    assert states(found, at, range(24)) == {"measured"}


def test_hours_of_which_nothing_is_known_are_a_gap(at: dt.datetime) -> None:
    lost = range(24, 34)
    found = budget_history(counted(at, unknown=lost), start=at - HOURS * HOUR, end=at)
    assert found is not None
    assert states(found, at, lost) == {"gap"}
    assert states(found, at, range(34, HOURS)) == {"measured"}


def test_before_anything_was_measured_there_is_no_budget_rather_than_a_whole_one(at: dt.datetime) -> None:
    found = budget_history(counted(at, unknown=range(10)), start=at - HOURS * HOUR, end=at)
    assert found is not None
    assert np.isnan(found.remaining[:10]).all()
    assert (found.remaining[10:] == 1).all()


def test_without_rows_there_is_no_history(shown: Company, at: dt.datetime) -> None:
    assert budget_history(shown.unknown, start=at - HOUR, end=at) is None
    assert budget_history(shown.missed, start=at, end=at) is None
