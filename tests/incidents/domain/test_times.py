from __future__ import annotations

import datetime as dt

import pytest

from incidents.domain.times import Flaw, Oddity, Times, flaws, oddities

NOON = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)


def after(minutes: float) -> dt.datetime:
    return NOON + dt.timedelta(minutes=minutes)


def test_durations_are_taken_from_the_start_of_the_impact() -> None:
    times = Times(
        declared=after(6),
        impact_started=NOON,
        detected=after(4),
        acknowledged=after(7),
        mitigated=after(30),
        resolved=after(50),
    )

    assert times.time_to_detect == dt.timedelta(minutes=4)
    assert times.time_to_acknowledge == dt.timedelta(minutes=3)
    assert times.time_to_mitigate == dt.timedelta(minutes=30)
    assert times.time_to_resolve == dt.timedelta(minutes=50)


def test_a_duration_with_a_missing_end_is_unknown_and_not_zero() -> None:
    times = Times(declared=NOON, detected=NOON)

    assert times.time_to_detect is None
    assert times.time_to_acknowledge is None
    assert times.time_to_resolve is None


@pytest.mark.parametrize(
    ("times", "field", "flaw"),
    [
        (Times(declared=NOON, detected=after(61)), "detected", Flaw.FUTURE),
        (Times(declared=NOON, detected=dt.datetime(1, 1, 1, tzinfo=dt.UTC)), "detected", Flaw.ANCIENT),
        (Times(declared=NOON, impact_started=after(10), resolved=after(5)), "resolved", Flaw.RESOLVED_BEFORE_IMPACT),
        (Times(declared=NOON, impact_started=after(10), mitigated=after(5)), "mitigated", Flaw.MITIGATED_BEFORE_IMPACT),
        (Times(declared=NOON, resolved=after(10), closed=after(5)), "closed", Flaw.CLOSED_BEFORE_RESOLVED),
    ],
)
def test_only_the_impossible_is_refused(times: Times, field: str, flaw: Flaw) -> None:
    assert flaws(times, at=after(60)) == {field: flaw}


@pytest.mark.parametrize(
    ("times", "oddity"),
    [
        (Times(declared=after(9), impact_started=after(5), detected=NOON), Oddity.DETECTED_BEFORE_IMPACT),
        (Times(declared=after(9), mitigated=after(5)), Oddity.MITIGATED_BEFORE_DECLARED),
        (Times(declared=NOON, mitigated=after(9), resolved=after(5)), Oddity.MITIGATED_AFTER_RESOLVED),
        (Times(declared=NOON, detected=after(9), acknowledged=after(5)), Oddity.ACKNOWLEDGED_BEFORE_DETECTED),
        (Times(declared=NOON, impact_started=after(5)), Oddity.IMPACT_AFTER_DECLARED),
        (
            Times(declared=after(2000), impact_started=NOON, detected=after(1441)),
            Oddity.LONG_UNDETECTED,
        ),
    ],
)
def test_what_is_merely_odd_is_a_warning(times: Times, oddity: Oddity) -> None:
    assert oddities(times) == (oddity,)
    assert flaws(times, at=after(3000)) == {}
