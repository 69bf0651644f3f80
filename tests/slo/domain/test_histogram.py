from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.domain.histogram import (
    bucket_for,
    fraction_below,
    is_le,
    le_pattern,
    native_bounds,
    native_good,
    nearest,
)
from slo.domain.refusals import Refusal, Refused

DEFAULT = ("0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "+Inf")


class TestSpellings:
    @pytest.mark.parametrize(
        ("bound", "spellings"),
        [
            (0.3, ["0.3", "0.30", "0.300", ".3", "3e-1", "3e-01"]),
            (1.0, ["1", "1.0", "1.00", "1e0", "1e+00"]),
            (10.0, ["10", "10.0", "1e1", "1e+01", "1.0e+1"]),
            (2.5, ["2.5", "2.50", "2.5e0"]),
            (0.00001, ["0.00001", "1e-05", "1e-5", "1.0E-5"]),
            (1e6, ["1000000", "1000000.0", "1e+06", "1E6"]),
            (math.inf, ["+Inf", "Inf"]),
            (0.0, ["0", "0.0"]),
        ],
    )
    def test_every_spelling_of_a_bound_is_matched(self, bound: float, spellings: list[str]) -> None:
        assert [le for le in spellings if not is_le(le, bound)] == []

    @pytest.mark.parametrize(
        ("bound", "others"),
        [
            (0.3, ["0.33", "0.03", "1.3", "3", "0.3e1", "3e-11", "0,3", "0x3"]),
            (1.0, ["10", "1.05", "11", "1e1", "1e-0x", "01"]),
            (10.0, ["1", "100", "1e10", "1e-1"]),
            (math.inf, ["1", "-Inf"]),
        ],
    )
    def test_no_other_bound_is_matched(self, bound: float, others: list[str]) -> None:
        assert [le for le in others if is_le(le, bound)] == []

    def test_the_pattern_needs_no_escape_in_a_promql_string(self) -> None:
        assert not {"\\", '"', "'"} & set(le_pattern(0.25) + le_pattern(1e-7) + le_pattern(math.inf))


@given(st.floats(1e-9, 1e9))
def test_law_a_bound_is_matched_in_plain_and_in_exponent_spelling(bound: float) -> None:
    shortest = Decimal(repr(bound))
    plain = f"{shortest:f}"
    whole = plain if "." in plain else f"{plain}.0"
    digits = len(shortest.normalize().as_tuple().digits)
    for le in (repr(bound), plain, whole, f"{whole}00", f"{shortest:.{digits - 1}e}", f"{shortest:.{digits - 1}E}"):
        assert is_le(le, bound), le


@given(st.floats(1e-9, 1e9), st.floats(1e-9, 1e9))
def test_law_two_bounds_are_never_confused(a: float, b: float) -> None:
    assert is_le(repr(a), b) is (a == b)


class TestBuckets:
    def test_the_bucket_is_named_as_the_source_spells_it(self) -> None:
        assert bucket_for(0.25, DEFAULT) == "0.25"
        assert bucket_for(1, ["0.5", "1.0", "+Inf"]) == "1.0"

    def test_a_threshold_between_two_buckets_is_refused_with_its_neighbours(self) -> None:
        with pytest.raises(
            Refused, match=r"no bucket at 0\.3 s.*Nearest: 0\.25 and 0\.5 s.*All buckets: 0\.005, "
        ) as caught:
            bucket_for(0.3, DEFAULT)
        assert caught.value.refusal is Refusal.BUCKET_MISSING
        assert caught.value.params["nearest"] == (0.25, 0.5)

    @pytest.mark.parametrize(("threshold", "near"), [(0.001, (0.005,)), (60, (10.0,)), (3, (2.5, 5.0))])
    def test_the_nearest_buckets(self, threshold: float, near: tuple[float, ...]) -> None:
        bounds = sorted(float(le) for le in DEFAULT[:-1])
        assert nearest(threshold, bounds) == near

    @pytest.mark.parametrize("available", [(), ("+Inf",), ("fast", "NaN")])
    def test_no_buckets_at_all_are_said_to_be_none(self, available: tuple[str, ...]) -> None:
        with pytest.raises(Refused, match="no bucket at all"):
            bucket_for(0.3, available)

    @pytest.mark.parametrize("threshold", [0, -1, math.inf, math.nan])
    def test_a_threshold_that_is_no_time_is_refused(self, threshold: float) -> None:
        with pytest.raises(Refused) as caught:
            bucket_for(threshold, DEFAULT)
        assert caught.value.refusal is Refusal.LATENCY_NOT_POSITIVE


class TestNative:
    def test_good_events_are_the_fraction_of_the_count(self) -> None:
        assert native_good(0.75, 400) == 300

    def test_no_request_has_no_fraction(self) -> None:
        assert native_good(math.nan, 0) is None
        assert fraction_below(1, bounds=(1, 2), counts=(0,)) is None

    def test_bounds_double_at_schema_0_and_quarter_at_schema_2(self) -> None:
        assert native_bounds(0, indices=range(-2, 3)) == (0.25, 0.5, 1, 2, 4)
        assert native_bounds(2, indices=[4]) == pytest.approx((2,))
        assert native_bounds(-1, indices=[1]) == (4,)

    def test_a_threshold_inside_a_bucket_is_read_on_the_logarithm(self) -> None:
        assert fraction_below(math.sqrt(2), bounds=(1, 2, 4), counts=(10, 30)) == pytest.approx(5 / 40)
        assert fraction_below(2, bounds=(1, 2, 4), counts=(10, 30)) == 10 / 40
        assert fraction_below(0.5, bounds=(1, 2, 4), counts=(10, 30)) == 0
        assert fraction_below(9, bounds=(1, 2, 4), counts=(10, 30)) == 1


@given(st.lists(st.integers(0, 100), min_size=8, max_size=8), st.floats(0.1, 20), st.floats(1, 4))
def test_law_a_longer_threshold_never_has_fewer_good_events(counts: list[int], threshold: float, factor: float) -> None:
    bounds = native_bounds(1, indices=range(-4, 5))
    less = fraction_below(threshold, bounds=bounds, counts=counts)
    more = fraction_below(threshold * factor, bounds=bounds, counts=counts)
    if less is None or more is None:
        assert sum(counts) == 0
    else:
        assert 0 <= less <= more + 1e-12 <= 1 + 1e-9
