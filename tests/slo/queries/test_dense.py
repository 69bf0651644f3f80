from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from slo.domain.grid import HOUR_S, STEP_S, Epochs, epoch, instant
from slo.models import Measurement
from slo.queries.cumulative import points
from slo.queries.dense import dense
from tests import make

AT = epoch(dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC))
pytestmark = pytest.mark.django_db


def rows(series: int, instants: Epochs) -> None:
    """One event and one second counted in each second since the first of them, a tenth of them bad."""
    Measurement.objects.bulk_create(
        Measurement(series_id=series, instant=instant(at), bad=age / 10, total=age, covered_s=age)
        for at, age in zip(instants.tolist(), (instants - instants[0]).tolist(), strict=True)
    )


def test_what_stands_at_very_many_instants_is_what_stands_at_each() -> None:
    """A series with hourly history, one that began an hour ago, and one without any row; instants in three runs."""
    indicator = make.indicator()
    old, young, empty = (make.series(indicator=indicator, service=make.service()).pk for _number in range(3))
    fine = np.arange(AT - 6 * HOUR_S, AT + 1, STEP_S)
    rows(old, np.concatenate((np.arange(AT - 90 * HOUR_S, fine[0], HOUR_S), fine)))
    rows(young, fine[-13:])
    series = np.array([old, young, empty])
    wanted = np.concatenate(
        (
            [AT - 100 * HOUR_S],
            np.arange(AT - 80 * HOUR_S + 2 * STEP_S, AT - 77 * HOUR_S, STEP_S),
            np.arange(AT - 8 * HOUR_S, AT + 1, STEP_S),
        )
    )

    found, single = dense(series, wanted), points(series, wanted)

    for name in ("bad", "total", "covered_s"):
        np.testing.assert_equal(getattr(found, name), getattr(single, name))
    late = np.where(np.isnan(single.bad), 0, np.maximum(wanted - single.at, 0))
    np.testing.assert_equal(found.late_s, late)
