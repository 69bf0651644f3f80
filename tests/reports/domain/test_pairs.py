"""The axis of pairs encloses what stands on it, in order, and never breaks on nothing or zero."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reports.domain.pairs import STEPS, beyond, place, ticks
from reports.domain.payload import Chart, Drawing, Look, Series

minutes = st.none() | st.floats(-5, 1e6, allow_nan=False)


def chart(measured: tuple[float | None, ...], promised: tuple[float | None, ...]) -> Chart:
    return Chart(
        key="x", drawing=Drawing.PAIRS, title="x", summary="x", categories=tuple(map(str, range(len(measured)))),
        series=(Series(name="m", values=measured), Series(name="o", values=promised, look=Look.TARGET)),
    )  # fmt: skip


@given(st.lists(st.tuples(minutes, minutes), max_size=6))
def test_the_steps_enclose_every_value_and_places_keep_their_order(
    pairs: list[tuple[float | None, float | None]],
) -> None:
    one = chart(tuple(each[0] for each in pairs), tuple(each[1] for each in pairs))
    steps = ticks(one)
    assert len(steps) >= 2
    assert set(steps) <= set(STEPS)
    known = sorted(value for pair in pairs for value in pair if value is not None)
    inside = [value for value in known if STEPS[0] <= value <= STEPS[-1]]
    assert all(steps[0] <= value <= steps[-1] for value in inside)
    at = [place(value, steps) for value in known]
    assert at == sorted(at)
    assert all(0 <= each <= 1 for each in at)
    for row, (measured, promised) in enumerate(pairs):
        late = measured is not None and promised is not None and measured > promised
        assert beyond(one, row) == late


def test_minutes_and_hours_stand_on_steps_that_people_say() -> None:
    assert ticks(chart((12.0, 371.0), (15.0, 240.0))) == (5.0, 15.0, 60.0, 240.0, 1440.0)
    assert ticks(chart((None,), (None,))) == (1.0, 5.0, 15.0, 60.0)
    assert ticks(chart((1e9,), (1e9,)))[-1] == STEPS[-1]
