from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.domain.reviews import (
    MOST_ITEMS,
    TEMPLATES,
    TOPIC,
    Agenda,
    AgendaFlaw,
    Block,
    Cadence,
    Fact,
    Schedule,
    agenda_flaws,
    at_most,
    block_from,
    draw,
)

BERLIN = ZoneInfo("Europe/Berlin")


def schedule(cadence: Cadence, **given: object) -> Schedule:
    fields = {"weekday": 1, "starts": dt.time(10, 0), "zone": "Europe/Berlin"} | given
    return Schedule(cadence=cadence, **fields)  # type: ignore[arg-type]


instants = st.integers(0, 6 * 365 * 86_400).map(
    lambda s: dt.datetime(2024, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=s)
)


@given(instants, st.sampled_from(Cadence), st.integers(0, 6), st.integers(1, 5))
def test_a_meeting_is_always_later_and_on_its_day_and_time(
    instant: dt.datetime, cadence: Cadence, weekday: int, week: int
) -> None:
    meets = schedule(cadence, weekday=weekday, week=week).after(instant)
    local = meets.astimezone(BERLIN)
    assert meets > instant
    assert (local.weekday(), local.time()) == (weekday, dt.time(10, 0))
    assert meets - instant <= dt.timedelta(days={"weekly": 8, "fortnightly": 22, "monthly": 38}[cadence])


def test_a_monthly_one_meets_on_the_same_weekday_of_each_month() -> None:
    at, found = dt.datetime(2026, 1, 1, tzinfo=dt.UTC), []
    for _number in range(4):
        at = schedule(Cadence.MONTHLY, weekday=3, week=5).after(at)
        found.append(at.date().isoformat())
    assert found == ["2026-01-29", "2026-02-26", "2026-03-26", "2026-04-30"]
    assert schedule(Cadence.MONTHLY, weekday=3, week=2).after(at).date() == dt.date(2026, 5, 14)


def test_a_fortnightly_one_meets_in_even_weeks_and_the_pack_comes_the_evening_before_there() -> None:
    one = schedule(Cadence.FORTNIGHTLY)
    meets = one.after(dt.datetime(2026, 11, 2, tzinfo=dt.UTC))
    assert meets.isocalendar().week % 2 == 0
    assert one.pack_due(dt.datetime(2026, 10, 27, 9, 0, tzinfo=dt.UTC)) == dt.datetime(
        2026, 10, 26, 17, 0, tzinfo=dt.UTC
    )


@given(st.dictionaries(st.integers(1, 50), st.floats(0, 60)), st.text())
def test_a_draw_is_the_same_for_the_same_week_and_never_of_what_was_just_drawn(
    weeks: dict[int, float], seed: str
) -> None:
    chosen = draw(weeks, seed=seed)
    assert chosen == draw(dict(reversed(list(weeks.items()))), seed=seed)
    if sum(weeks.values()) > 0:
        assert chosen is not None
        assert weeks[chosen] > 0
    else:
        assert chosen is None


def test_what_waited_twice_as_long_is_drawn_twice_as_often() -> None:
    drawn = [draw({1: 10.0, 2: 20.0}, seed=f"1:2026-W{week}") for week in range(3000)]
    assert 0.62 < drawn.count(2) / len(drawn) < 0.71


def test_rounding_never_draws_nothing() -> None:
    assert {draw({1: 1e-300, 2: 0.0}, seed=str(number)) for number in range(50)} == {1}


def test_a_block_is_read_back_as_it_was_stored() -> None:
    block = Block(
        claim="3 late", facts=(Fact(label="INC-1", says="2 d", url="/x/", band="at_risk", word="late"),), more=2
    )
    assert block_from(block.stored()) == block
    assert at_most(block.facts * 3, 2) == (block.facts * 2, 1)


@pytest.mark.parametrize(
    ("items", "found"),
    [
        ((), (AgendaFlaw.EMPTY,)),
        ((Agenda(key="risks", minutes=5),), ()),
        ((Agenda(key="risks", minutes=0),), (AgendaFlaw.MINUTES,)),
        ((Agenda(key="weather", minutes=5),), (AgendaFlaw.UNKNOWN,)),
        ((Agenda(key="risks", minutes=5),) * 2, (AgendaFlaw.TWICE,)),
        ((Agenda(key=TOPIC, minutes=5),), (AgendaFlaw.NO_TITLE,)),
        (tuple(Agenda(key=TOPIC, minutes=5, title=str(n)) for n in range(MOST_ITEMS + 1)), (AgendaFlaw.TOO_MANY,)),
    ],
)
def test_an_agenda_is_of_known_items_once_each(items: tuple[Agenda, ...], found: tuple[AgendaFlaw, ...]) -> None:
    assert agenda_flaws(items, known=["risks"]) == found


def test_the_templates_fit_into_an_hour_and_a_quarter() -> None:
    assert {each.key for each in TEMPLATES} == {"reliability", "incidents", "alerts", "council"}
    assert all(each.minutes <= 75 for each in TEMPLATES)
