"""What is tolerated, and the money settings."""

from __future__ import annotations

import datetime as dt
from math import nan
from typing import Any

import pytest

from relportal.core.exceptions import Invalid, NotAllowed, Stale
from relportal.core.models import AuditEvent, User
from risks.actions.money_settings import edit_money
from risks.actions.tolerance import Points, set_tolerance
from risks.models import MoneySettings, ToleranceCurve, Unit
from risks.queries.tolerance import curves, newest

pytestmark = pytest.mark.django_db

POINTS = ((1e5, 0.5), (1e6, 0.05))
HOUR = dt.timedelta(hours=1)


def priced(user: User, at: dt.datetime, **changed: Any) -> MoneySettings:
    given: dict[str, Any] = {
        "currency": "EUR",
        "minute_low": 0.01,
        "minute_high": 0.05,
        "reason": "Finance, 2026",
        "version": None,
    }
    return edit_money(user, **(given | changed), at=at)


def test_a_curve_replaces_the_one_before_which_stays(lead: User, at: dt.datetime) -> None:
    first = set_tolerance(lead, Unit.MONEY, POINTS, reason="The board, in May", at=at)
    second = set_tolerance(lead, Unit.MONEY, ((2e5, 0.4),), reason="In June", at=at + HOUR, version=first.pk)

    found = curves()
    assert [one.row for one in found[Unit.MONEY].all] == [second, first]
    current = found[Unit.MONEY].current
    assert current is not None
    assert current.points == ((2e5, 0.4),)
    assert (second.by, second.reason) == (lead, "In June")
    assert found[Unit.MINUTES].current is None
    event = AuditEvent.objects.filter(action="tolerance.set").earliest("pk")
    assert event.changes == {"points": [None, "100000: 0.5; 1e+06: 0.05"]}


def test_the_same_curve_again_writes_nothing(lead: User, at: dt.datetime) -> None:
    first = set_tolerance(lead, Unit.MONEY, POINTS, reason="The board", at=at)
    assert set_tolerance(lead, Unit.MONEY, POINTS, reason="Again", at=at + HOUR) == first
    assert ToleranceCurve.objects.count() == 1


def test_who_saw_an_older_curve_does_not_replace_the_newer_one(lead: User, at: dt.datetime) -> None:
    first = set_tolerance(lead, Unit.MONEY, POINTS, reason="The board", at=at)
    second = set_tolerance(lead, Unit.MONEY, ((1, 0.5),), reason="The board", at=at + HOUR)
    with pytest.raises(Stale) as refused:
        set_tolerance(lead, Unit.MONEY, ((2, 0.5),), reason="Mine", at=at + HOUR, version=first.pk)
    assert refused.value.current.row == second


@pytest.mark.parametrize(
    ("points", "wrong"),
    [
        ((), {"points"}),
        (tuple((float(n), 0.5) for n in range(1, 23)), {"points"}),
        (((1e18, 0.5),), {"1.loss"}),
        (((0, 0.5), (5, 1.2)), {"1.loss", "2.chance"}),
        (((nan, nan),), {"1.loss", "1.chance"}),
        (((5, -0.1),), {"1.chance"}),
        (((5, 0.5), (5, 0.4)), {"2.loss"}),
        (((5, 0.5), (6, 0.6)), {"2.chance"}),
        (((5, 0.5), (6, 0.4), (4, 0.1)), {"3.loss"}),
    ],
)
def test_a_curve_that_is_none_says_where(points: Points, wrong: set[str], lead: User, at: dt.datetime) -> None:
    with pytest.raises(Invalid) as refused:
        set_tolerance(lead, Unit.MINUTES, points, reason="The board", at=at)
    assert set(refused.value.errors) == wrong
    assert newest(Unit.MINUTES) is None


def test_a_curve_needs_a_reason_and_somebody_who_may(lead: User, alice: User, at: dt.datetime) -> None:
    with pytest.raises(Invalid) as refused:
        set_tolerance(lead, Unit.MONEY, POINTS, reason=" ", at=at)
    assert set(refused.value.errors) == {"reason"}
    with pytest.raises(NotAllowed):
        set_tolerance(alice, Unit.MONEY, POINTS, reason="Mine", at=at)


def test_a_customer_minute_is_worth_nothing_known_until_somebody_says_so(lead: User, at: dt.datetime) -> None:
    row = MoneySettings.objects.get()
    assert (row.currency, row.minute_low, row.minute_high) == ("EUR", None, None)
    changed = priced(lead, at, version=row.version, currency=" eur")
    assert (changed.minute_low, changed.minute_high, changed.version) == (0.01, 0.05, row.version + 1)
    event = AuditEvent.objects.get(action="money.edit")
    assert (event.object_key, event.reason, event.actor) == ("money", "Finance, 2026", lead)
    assert event.changes == {"minute_low": [None, "0.01"], "minute_high": [None, "0.05"]}
    priced(lead, at)
    assert AuditEvent.objects.filter(action="money.edit").count() == 1


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"currency": "Euro"}, {"currency"}),
        ({"currency": ""}, {"currency"}),
        ({"minute_low": None}, {"minute_low"}),
        ({"minute_high": None}, {"minute_high"}),
        ({"minute_low": 0.0}, {"minute_low"}),
        ({"minute_low": -1.0}, {"minute_low"}),
        ({"minute_low": 1.0}, {"minute_high"}),
        ({"minute_high": 1e18}, {"minute_high"}),
        ({"minute_low": 1e-9, "minute_high": 1.0}, {"minute_high"}),
        ({"reason": " "}, {"reason"}),
    ],
)
def test_settings_that_cannot_be_say_where(
    changed: dict[str, Any], wrong: set[str], lead: User, at: dt.datetime
) -> None:
    with pytest.raises(Invalid) as refused:
        priced(lead, at, **changed)
    assert set(refused.value.errors) == wrong
    assert MoneySettings.objects.get().version == 1


def test_settings_are_not_everybodys_and_not_of_an_older_version(lead: User, alice: User, at: dt.datetime) -> None:
    with pytest.raises(NotAllowed):
        priced(alice, at)
    with pytest.raises(Stale):
        priced(lead, at, version=7)


def test_another_currency_takes_the_tolerance_of_money_back_and_keeps_that_of_minutes(
    lead: User, at: dt.datetime
) -> None:
    for unit in Unit:
        set_tolerance(lead, unit, POINTS, reason="The board", at=at)
    priced(lead, at + HOUR, currency="USD")
    found = curves()
    assert found[Unit.MONEY].current is None
    assert found[Unit.MONEY].all[0].row.reason == "The currency changed from EUR to USD"
    assert found[Unit.MINUTES].current is not None


def test_what_the_portfolio_is_computed_from_is_told_once_it_is_committed(
    lead: User, at: dt.datetime, django_capture_on_commit_callbacks: Any
) -> None:
    from risks.signals import portfolio_outdated

    told: list[tuple[str, ...]] = []

    def listen(units: tuple[str, ...], **_kwargs: Any) -> None:
        told.append(units)

    portfolio_outdated.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            set_tolerance(lead, Unit.MINUTES, POINTS, reason="The board", at=at)
            assert told == []
            priced(lead, at)
            priced(lead, at, currency="USD")
    finally:
        portfolio_outdated.disconnect(listen)
    assert told == [("minutes",), ("money",)]
