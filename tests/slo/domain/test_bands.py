from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.domain.bands import Band, band, worst
from slo.domain.budget import NoDataReason


@pytest.mark.parametrize(
    ("remaining", "firing", "expected"),
    [
        (1.0, False, Band.HEALTHY),
        (0.25, False, Band.HEALTHY),
        (0.2499, False, Band.AT_RISK),
        (0.9, True, Band.AT_RISK),
        (0.0, False, Band.AT_RISK),
        (-1e-12, False, Band.AT_RISK),
        (-0.001, False, Band.BREACHED),
        (-0.001, True, Band.BREACHED),
        (None, True, Band.NO_DATA),
    ],
)
def test_the_band_of_an_objective(remaining: float | None, firing: bool, expected: Band) -> None:
    assert band(remaining, firing=firing) is expected


def test_low_coverage_is_no_data_however_good_the_number_looks() -> None:
    assert band(1.0, reason=NoDataReason.LOW_COVERAGE) is Band.NO_DATA


def test_bands_differ_by_shape_and_sort_worst_first() -> None:
    assert {each.shape for each in Band} == {"■", "▲", "●", "○"}
    assert sorted(Band, key=lambda each: each.rank) == [Band.BREACHED, Band.AT_RISK, Band.NO_DATA, Band.HEALTHY]


@pytest.mark.parametrize(
    ("bands", "expected"),
    [
        ([], Band.NO_DATA),
        ([Band.HEALTHY, Band.HEALTHY], Band.HEALTHY),
        ([Band.HEALTHY, Band.NO_DATA], Band.NO_DATA),
        ([Band.NO_DATA, Band.AT_RISK, Band.BREACHED], Band.BREACHED),
    ],
)
def test_a_service_is_as_bad_as_its_worst_objective(bands: list[Band], expected: Band) -> None:
    assert worst(bands) is expected


@given(st.floats(-10, 1), st.floats(0, 5), st.booleans())
def test_law_less_left_is_never_a_better_band(remaining: float, less: float, firing: bool) -> None:
    assert band(remaining - less, firing=firing).rank <= band(remaining, firing=firing).rank
