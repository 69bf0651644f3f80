"""Which incidents are repeats of an earlier failure."""

from __future__ import annotations

import datetime as dt
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from incidents.domain.repeats import YEAR, Failed, repeated

AT = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)


def failed(key: int, days: float, *modes: str) -> Failed:
    return Failed(key, AT + dt.timedelta(days=days), frozenset(modes))


@st.composite
def histories(draw: st.DrawFn) -> list[Failed]:
    return [
        failed(key, draw(st.integers(0, 900)), *draw(st.sets(st.sampled_from("abc"), max_size=2)))
        for key in range(draw(st.integers(0, 12)))
    ]


@given(histories())
def test_a_repeat_is_one_that_any_other_came_before_within_a_year(rows: list[Failed]) -> None:
    expected = {
        (one.key, mode)
        for one in rows
        for mode in one.modes
        if any(
            mode in other.modes and (other.began, other.key) < (one.began, one.key) and one.began - other.began <= YEAR
            for other in rows
        )
    }
    assert {(key, mode) for key, modes in repeated(rows).items() for mode in modes} == expected


@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(rows: list[Failed], random: Random) -> None:
    found = repeated(rows)
    random.shuffle(rows)
    assert repeated(rows) == found


def test_the_last_one_before_is_named() -> None:
    rows = [failed(1, 0, "dns"), failed(2, 10, "dns", "disk"), failed(3, 20, "dns"), failed(4, 386, "dns")]
    assert repeated(rows) == {2: {"dns": 1}, 3: {"dns": 2}}


def test_what_nobody_has_classified_is_no_repeat() -> None:
    assert repeated([failed(1, 0), failed(2, 1)]) == {}
