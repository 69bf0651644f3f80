from __future__ import annotations

import datetime as dt
from decimal import Decimal
from math import inf, nan

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from relportal.core import units

AT = dt.datetime(2026, 11, 23, 6, 10, tzinfo=dt.UTC)
WHOLE = dt.timedelta(minutes=43, seconds=12)


def plain(text: str) -> str:
    return text.replace(units.NNBSP, " ").replace(units.MINUS, "-")


def shown(text: str) -> float:
    """The number that a reader sees, with "<" read as its bound."""
    return float(plain(text).split("%")[0].replace("<", "").replace(",", "").replace(" ", ""))


below_one = st.floats(0, 1, exclude_max=True, allow_nan=False)
ratios = st.floats(-50, 50, allow_nan=False)


@given(below_one)
def test_an_sli_below_one_never_reads_100_percent(ratio: float) -> None:
    assert shown(units.sli(ratio)) < 100


@given(below_one)
def test_a_share_below_one_never_reads_100_percent(ratio: float) -> None:
    assert shown(units.percent(ratio)) < 100
    assert shown(units.percent(ratio, 0)) < 100
    assert shown(units.budget(ratio)) < 100


@given(ratios.filter(lambda ratio: ratio != 0))
def test_what_is_not_zero_never_reads_zero(ratio: float) -> None:
    for text in (units.percent(ratio), units.percent(ratio, 0), units.budget(ratio), units.burn(abs(ratio))):
        assert "<" in text or any(digit in text.split("%")[0] for digit in "123456789")


@given(below_one)
def test_an_sli_is_never_shown_better_than_it_is(ratio: float) -> None:
    text = units.sli(ratio)
    assert "<" in text or Decimal(str(shown(text))) <= Decimal(repr(ratio)) * 100


@given(below_one, below_one)
def test_a_worse_sli_never_reads_better(one: float, other: float) -> None:
    worse, better = sorted((one, other))
    assert shown(units.sli(worse)) <= shown(units.sli(better)) or "<" in units.sli(worse)


@given(ratios)
def test_a_negative_budget_says_over_and_a_positive_one_left(remaining: float) -> None:
    text = units.budget(remaining, WHOLE)
    assert ("over" in text) is (remaining < 0)
    assert (units.MINUS in text) is (remaining < 0)


@given(st.decimals(Decimal("0.00001"), Decimal("0.99999"), places=5))
def test_a_target_is_shown_exactly(target: Decimal) -> None:
    assert Decimal(plain(units.target(target)).split()[0]) == target * 100


@given(st.floats(0, 1e15, allow_nan=False))
def test_a_count_is_within_half_a_percent_or_two_decimals(number: float) -> None:
    text = plain(units.count(number)).replace(",", "")
    scale = {"k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
    value, _, letter = text.partition(" ") if "<" not in text else ("0", "", "")
    assert float(value) * scale.get(letter, 1) == pytest.approx(number, rel=0.06 if number < 1 else 0.051, abs=0.01)


@given(st.integers(0, 10**13), st.integers(0, 10**13))
def test_both_counts_of_a_share_as_shown_still_give_the_share(one: int, other: int) -> None:
    part, whole = sorted((one, other))
    k, n = (plain(text).replace(",", "").split() for text in units.part_of(part, whole))
    assert k[1:] == n[1:]
    scale = {"": 1, "M": 10**6, "G": 10**9, "T": 10**12, "k": 1000}["".join(n[1:])]
    step = scale if scale == 1 else scale / 10**units.SHARE_PLACES
    shown, of = float(k[0]) * scale, float(n[0]) * scale
    assert shown == pytest.approx(part, rel=0.05, abs=step)
    assert of - shown == pytest.approx(whole - part, rel=0.05, abs=step)


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (11, 12, "11 of 12"),
        (6456, 20_913, "6,456 of 20,913"),
        (6456.1, 20_900, "6,456 of 20,900"),
        (43.3, 190, "43.3 of 190.0"),
        (22_341_900, 22_362_000, "22.34 M of 22.36 M"),
        (1_647_700_000, 1_650_000_000, "1.6477 G of 1.6500 G"),
        (389_000_000, 389_000_000, "389.0 M of 389.0 M"),
        (None, 12, "no data of 12"),
        (1, None, "1 of no data"),
        (250_000, 200_000, "250 k of 200 k"),
    ],
)
def test_both_counts_of_a_share_stand_in_one_scale(part: float | None, whole: float | None, text: str) -> None:
    assert plain(" of ".join(units.part_of(part, whole))) == text


@given(st.floats(0, 1e9, allow_nan=False))
def test_a_duration_has_at_most_two_units(seconds: float) -> None:
    words = [word for word in plain(units.duration(seconds)).split() if word.isalpha()]
    assert 1 <= len(words) <= 2


@pytest.mark.parametrize(
    "formatter",
    [
        units.sli,
        units.target,
        units.percent,
        units.budget,
        units.burn,
        units.points,
        units.count,
        units.exact_count,
        units.data_size,
        units.duration,
    ],
)
def test_nothing_measured_is_no_data_for_every_formatter(formatter) -> None:  # type: ignore[no-untyped-def]
    assert formatter(None) == formatter(nan) == formatter(inf) == "no data"


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        (1, "100 %"),
        (0, "0 %"),
        (0.99964, "99.964 %"),
        (0.99996, "99.9960 %"),
        (0.9995, "99.950 %"),
        (0.5, "50.00 %"),
        (0.99999999999, "99.99999 %"),
        (1e-9, "< 0.01 %"),
    ],
)
def test_an_sli_shows_two_digits_of_its_errors(ratio: float, text: str) -> None:
    assert plain(units.sli(ratio)) == text


@pytest.mark.parametrize(
    ("remaining", "text"),
    [
        (1.0, "100 %, 43 min left"),
        (0.62, "62 %, 27 min left"),
        (-0.12, "-12 %, 5 min over"),
        (-1.18, "-118 %, 51 min over"),
        (0.9996, "99.9 %, 43 min left"),
        (0.0, "0 %, 0 s left"),
        (-0.0004, "< -0.1 %, 1 s over"),
    ],
)
def test_a_budget_is_shown_as_percent_and_time(remaining: float, text: str) -> None:
    assert plain(units.budget(remaining, WHOLE)) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.25, "250 ms"),
        (0.9999, "1.0 s"),
        (45, "45 s"),
        (59.7, "1 min"),
        (125, "2 min 5 s"),
        (1860, "31 min"),
        (3599.9, "1 h"),
        (7500, "2 h 5 min"),
        (86399.9, "1 d"),
        (273600, "3 d 4 h"),
        (-90, "-1 min 30 s"),
    ],
)
def test_a_duration_is_shown_in_its_two_largest_units(seconds: float, text: str) -> None:
    assert plain(units.duration(seconds)) == text
    assert plain(units.duration(dt.timedelta(seconds=seconds))) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (9999, "9,999"), (12_400, "12.4 k"), (1_234_567, "1.2 M"), (999_960, "1,000 k"), (0.004, "< 0.01")],
)
def test_a_count_is_exact_below_ten_thousand(number: float, text: str) -> None:
    assert plain(units.count(number)) == text


@pytest.mark.parametrize(
    ("rate", "text"), [(14.4, "14.4×"), (0, "0×"), (0.01, "< 0.1×"), (1000, "1,000×"), (1, "1.0×")]
)
def test_a_burn_rate_is_a_multiple(rate: float, text: str) -> None:
    assert plain(units.burn(rate)) == text


@pytest.mark.parametrize(
    ("difference", "text"), [(0.0012, "+0.12 pt"), (-0.1, "-10.0 pt"), (0, "0 pt"), (1e-9, "< +0.001 pt")]
)
def test_a_difference_of_ratios_is_in_points(difference: float, text: str) -> None:
    assert plain(units.points(difference)) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(10, "just now"), (300, "5 min ago"), (7200, "2 h ago"), (260000, "3 d ago"), (-3600, "in 1 h")],
)
def test_an_instant_is_told_from_now(seconds: int, text: str) -> None:
    assert plain(units.relative(AT - dt.timedelta(seconds=seconds), at=AT)) == text


def test_what_never_happened_is_told_so() -> None:
    assert units.relative(None, at=AT) == "never"


def test_numbers_follow_the_locale_of_the_reader() -> None:
    with translation.override("de"):
        assert plain(units.sli(0.99964)) == "99,964 %"
        assert plain(units.count(1234)) == "1.234"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (None, "no data"),
        (nan, "no data"),
        (inf, "no data"),
        (0, "0"),
        (0.0456789, "about 0.0457"),
        (0.9996, "about 1.00"),
        (1.005, "about 1.01"),
        (12.34, "about 12.3"),
        (999.6, "about 1,000"),
        (1_234, "about 1,230"),
        (9_994, "about 9,990"),
        (9_996, "about 10.0 k"),
        (12_345, "about 12.3 k"),
        (999_600, "about 1.00 M"),
        (-1_234_567, "about -1.23 M"),
        (Decimal("2.5e9"), "about 2.50 G"),
        (1e15, "about 1,000 T"),
    ],
)
def test_an_estimate_is_shown_with_three_digits(number: float | Decimal | None, text: str) -> None:
    assert plain(units.about(number)) == text


@given(st.floats(-1e15, 1e15, allow_nan=False))
def test_what_is_shown_of_an_estimate_is_within_half_a_percent(number: float) -> None:
    text = plain(units.about(number)).replace("about ", "").replace(",", "")
    digits, _space, letter = text.partition(" ")
    shown_value = float(digits) * {"": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}[letter]
    assert shown_value == pytest.approx(number, rel=0.0051, abs=0)
