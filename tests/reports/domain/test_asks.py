from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.domain.asks import (
    LAPSES_AFTER,
    NOTHING,
    REMINDED,
    Flaw,
    FollowUp,
    Option,
    Urgency,
    flaws,
    follow_up,
    lapses,
    reminder_due,
    urgency,
)

DAY = dt.date(2026, 11, 20)


def option(key: str, name: str = "", effect: str = "fewer outages") -> Option:
    return Option(key=key, name=name or f"Option {key}", cost="", effect=effect)


GOOD = (option("1"), option("2"), option(NOTHING, effect="it stays as bad"))


@pytest.mark.parametrize(
    ("options", "recommended", "found"),
    [
        (GOOD, "1", ()),
        (GOOD, NOTHING, ()),
        (GOOD[2:], NOTHING, (Flaw.NO_OPTION,)),
        (GOOD[:2], "1", (Flaw.NO_NOTHING,)),
        ((*GOOD, option("3"), option("4"), option("5")), "1", (Flaw.TOO_MANY,)),
        ((*GOOD, option("3", effect=" ")), "1", (Flaw.NO_EFFECT,)),
        ((*GOOD, option("3", name="option 1")), "1", (Flaw.TWICE,)),
        ((*GOOD, option("2", name="other")), "1", (Flaw.TWICE,)),
        (GOOD, "3", (Flaw.UNKNOWN_RECOMMENDED,)),
    ],
)
def test_an_ask_can_be_decided_only_among_options_that_are_told_apart(
    options: tuple[Option, ...], recommended: str, found: tuple[Flaw, ...]
) -> None:
    assert flaws(options, recommended) == found


def test_the_day_itself_is_not_late() -> None:
    assert urgency(DAY, today=DAY) is Urgency.SOON
    assert urgency(DAY, today=DAY + dt.timedelta(days=1)) is Urgency.OVERDUE
    assert urgency(DAY, today=DAY - dt.timedelta(days=8)) is Urgency.LATER


def test_an_ask_lapses_a_quarter_after_its_day() -> None:
    assert not lapses(DAY, today=DAY + LAPSES_AFTER)
    assert lapses(DAY, today=DAY + LAPSES_AFTER + dt.timedelta(days=1))


def test_each_reminder_comes_on_its_day_and_none_before_the_ask() -> None:
    asked = DAY - dt.timedelta(days=30)
    said = {reminder_due(DAY, asked_on=asked, today=DAY - dt.timedelta(days=left)) for left in range(30, -30, -1)}
    assert said == {None, *REMINDED}
    assert reminder_due(DAY, asked_on=DAY - dt.timedelta(days=2), today=DAY - dt.timedelta(days=2)) is None
    assert reminder_due(DAY, asked_on=DAY - dt.timedelta(days=2), today=DAY - dt.timedelta(days=1)) == 1


@given(st.integers(0, 60), st.integers(-60, 60), st.integers(0, 30))
def test_reminders_only_ever_go_on(asked: int, left: int, later: int) -> None:
    """As days pass, the reminder that is due never goes back to one before."""
    asked_on = DAY - dt.timedelta(days=asked)
    now, then = (
        reminder_due(DAY, asked_on=asked_on, today=DAY - dt.timedelta(days=days)) for days in (left, left - later)
    )
    assert now is None or (then is not None and then <= now)


@pytest.mark.parametrize(
    ("due", "verdict", "superseded", "state"),
    [
        (None, "", False, FollowUp.NONE),
        (DAY, "", False, FollowUp.OPEN),
        (DAY - dt.timedelta(days=1), "too_early", False, FollowUp.OVERDUE),
        (None, "worked", True, FollowUp.WORKED),
        (None, "did_not", False, FollowUp.DID_NOT),
        (None, "too_early", True, FollowUp.SUPERSEDED),
    ],
)
def test_what_became_of_a_decision_has_one_name(
    due: dt.date | None, verdict: str, superseded: bool, state: FollowUp
) -> None:
    assert follow_up(due, verdict, superseded=superseded, today=DAY) is state
