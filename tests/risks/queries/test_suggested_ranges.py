"""Ranges from the portal's own incidents: the nearest that say enough, those that cost something, never more than is seen."""

from __future__ import annotations

import datetime as dt

import pytest

from incidents.models import FailureMode
from relportal.core.models import Service, User
from risks.actions.links import link
from risks.domain.lognormal import Range
from risks.models import MoneySettings, Relation, Risk
from risks.queries.suggested_ranges import Basis, suggested_ranges
from tests.risks.priced import DAY, cost_us

pytestmark = pytest.mark.django_db


def test_nothing_is_suggested_of_no_incident(alice: User, risk: Risk, at: dt.datetime) -> None:
    assert suggested_ranges(alice, risk, "minutes", at=at) is None


def test_the_nearest_incidents_that_say_enough_are_taken(
    alice: User, risk: Risk, checkout: Service, at: dt.datetime
) -> None:
    rows = [cost_us(checkout, at=at - n * 20 * DAY, minutes=float(100 * n)) for n in range(1, 8)]
    found = suggested_ranges(alice, risk, "minutes", at=at)
    assert found is not None
    assert (found.basis, found.n, found.rate.n) == (Basis.SERVICES, 7, 7)
    assert "rather too many" in found.sentence
    mode = FailureMode.objects.create(slug="single", name="Single point")
    Risk.objects.filter(pk=risk.pk).update(category=mode)
    risk.refresh_from_db()
    for row in rows[:4]:
        row.failure_modes.add(mode)
    found = suggested_ranges(alice, risk, "minutes", at=at)
    assert found is not None
    assert (found.basis, found.n) == (Basis.MODE, 4)
    for row in rows[:3]:
        link(alice, risk, relation=Relation.MATERIALISED, incident=row, at=at)
    found = suggested_ranges(alice, risk, "minutes", at=at)
    assert found is not None
    assert (found.basis, found.n) == (Basis.CAME_TRUE, 3)


def test_only_incidents_that_say_what_they_cost_are_counted(
    alice: User, risk: Risk, checkout: Service, at: dt.datetime
) -> None:
    for n, minutes in enumerate((100.0, None, 900.0, 0.0), 1):
        cost_us(checkout, at=at - n * DAY, minutes=minutes)
    found = suggested_ranges(alice, risk, "minutes", at=at)
    assert found is not None
    assert (found.n, found.rate.n, found.ranges) == (4, 2, None)
    assert found.lacking.startswith("Fewer than three")
    assert not found.is_same(1.0, 2.0, 3.0, 4.0)
    cost_us(checkout, at=at - DAY, minutes=300.0)
    again = suggested_ranges(alice, risk, "minutes", at=at)
    assert again is not None
    assert (again.rate.n, again.lacking) == (3, "")


def test_money_is_the_minutes_of_incidents_at_the_one_price(
    alice: User, risk: Risk, checkout: Service, at: dt.datetime
) -> None:
    for n in range(1, 4):
        cost_us(checkout, at=at - n * DAY, minutes=float(100 * n))
    found = suggested_ranges(alice, risk, "money", at=at)
    assert found is not None
    assert (found.ranges, found.price) == (None, None)
    minutes = suggested_ranges(alice, risk, "minutes", at=at)
    MoneySettings.objects.update(minute_low=2.0, minute_high=2.0)
    money = suggested_ranges(alice, risk, "money", at=at)
    assert money is not None
    assert minutes is not None
    assert money.ranges is not None
    assert minutes.ranges is not None
    assert money.ranges[1].high == pytest.approx(2 * minutes.ranges[1].high, rel=0.01)
    assert (money.price, money.rate.n) == (Range(2.0, 2.0), 3)


def test_a_price_beyond_all_bounds_suggests_nothing(
    alice: User, risk: Risk, checkout: Service, at: dt.datetime
) -> None:
    for n in range(1, 4):
        cost_us(checkout, at=at - n * DAY, minutes=n * 1e9)
    MoneySettings.objects.update(minute_low=1e8, minute_high=2e8)
    found = suggested_ranges(alice, risk, "money", at=at)
    assert found is not None
    assert found.lacking.startswith("They are more, or cost more")


def test_incidents_that_cost_the_same_to_three_digits_suggest_no_range(
    alice: User, risk: Risk, checkout: Service, at: dt.datetime
) -> None:
    for n in range(1, 4):
        cost_us(checkout, at=at - n * DAY, minutes=1_000.0 + n / 100)
    found = suggested_ranges(alice, risk, "minutes", at=at)
    assert found is not None
    assert found.lacking.startswith("They all cost the same")


def test_an_incident_that_the_reader_may_not_see_is_in_no_suggestion(
    alice: User, bob: User, risk: Risk, checkout: Service, at: dt.datetime
) -> None:
    for n in range(1, 4):
        row = cost_us(checkout, at=at - n * DAY, minutes=100.0 * n)
    row.is_private, row.declared_by = True, alice
    row.save()
    mine, theirs = (suggested_ranges(who, risk, "minutes", at=at) for who in (alice, bob))
    assert mine is not None
    assert theirs is not None
    assert (mine.n, theirs.n) == (3, 2)
