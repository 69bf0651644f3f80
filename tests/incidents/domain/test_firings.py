from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from incidents.domain.firings import Firing, Told, fold

NOON = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)
Span = tuple[dt.datetime, dt.datetime | None]


def minute(n: int) -> dt.datetime:
    return NOON + dt.timedelta(minutes=n)


def folded(told: Iterable[Told]) -> list[Span]:
    known: list[Firing] = []
    for one in told:
        known, _meant = fold(known, one)
    return [(one.start, one.end) for one in known]


def fires(start: int) -> Told:
    return Told(received=minute(999), start=minute(start))


def ends(start: int, end: int) -> Told:
    return Told(received=minute(999), start=minute(start), end=minute(end), over=True)


def test_an_end_before_its_beginning_is_an_end_all_the_same() -> None:
    assert folded([ends(0, 5), fires(0)]) == [(minute(0), minute(5))]


def test_a_newer_firing_ends_the_one_whose_end_was_never_told() -> None:
    assert folded([fires(0), fires(10)]) == [(minute(0), minute(10)), (minute(10), None)]
    assert folded([fires(10), fires(0)]) == [(minute(0), minute(10)), (minute(10), None)]


def test_an_end_told_late_is_taken_in_place_of_the_next_beginning() -> None:
    assert folded([fires(0), fires(10), ends(0, 4)]) == [(minute(0), minute(4)), (minute(10), None)]


def test_a_tool_that_keeps_telling_the_first_start_ends_the_newest_firing() -> None:
    assert folded([fires(0), ends(0, 5), fires(10), ends(0, 20)]) == [
        (minute(0), minute(5)),
        (minute(10), minute(20)),
    ]


def test_an_end_before_its_start_ends_at_the_start() -> None:
    assert folded([ends(10, 3)]) == [(minute(10), minute(10))]


def test_an_end_without_times_of_an_alert_that_nobody_knows_is_none() -> None:
    known, meant = fold([], Told(received=NOON, over=True))
    assert (known, meant) == ([], None)


def test_an_acknowledgement_goes_to_the_firing_that_went_on_then() -> None:
    known, _meant = fold([Firing(minute(0), minute(5)), Firing(minute(10))], Told(
        received=minute(13), start=minute(0), acknowledged=minute(12)))  # fmt: skip
    assert [one.acknowledged for one in known] == [None, minute(12)]


@given(st.lists(st.integers(1, 30), min_size=2, max_size=8), st.booleans(), st.randoms())
def test_firings_come_out_the_same_in_any_order_and_told_twice(gaps: list[int], open_end: bool, random: object) -> None:
    edges = [minute(n) for n in itertools.accumulate(gaps)]
    spans = list(itertools.zip_longest(edges[::2], edges[1::2]))
    if open_end:
        spans[-1] = (spans[-1][0], None)
    told = [Told(received=minute(999), start=start) for start, _end in spans]
    told += [Told(received=minute(999), start=start, end=end, over=True) for start, end in spans if end is not None]
    shuffled = told * 2
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert folded(shuffled) == spans
