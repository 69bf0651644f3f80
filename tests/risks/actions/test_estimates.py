"""Estimates: what no distribution fits is refused at its field, what is written stays, and the seed stays with the rating."""

from __future__ import annotations

import datetime as dt
from math import inf, nan
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from relportal.core.exceptions import Conflict, Invalid, NotAllowed, Stale
from relportal.core.models import AuditEvent, Service, User
from risks.actions.estimates import estimate, take_suggestion
from risks.actions.links import link
from risks.actions.ratings import Rated, rate
from risks.actions.risks import close
from risks.domain.money import simulated
from risks.models import EstimateSource, MoneySettings, Relation, Risk, RiskEstimate
from risks.queries.estimates import estimate_of
from tests.risks.priced import DAY, cost_us, estimated, given

pytestmark = pytest.mark.django_db


def test_an_estimate_keeps_the_figures_of_the_years_that_were_simulated(
    alice: User, risk: Risk, at: dt.datetime
) -> None:
    row = estimated(alice, risk, at=at)
    found = simulated(estimate_of(row), trials=row.trials, seed=row.seed).figures
    for name in ("expected", "zero_year", "p50", "p80", "p95", "p99", "standard_error", "trials", "seed"):
        assert getattr(row, name) == getattr(found, name), name
    assert (row.by, row.at, row.currency, row.source) == (alice, at, "EUR", EstimateSource.JUDGEMENT)
    assert (risk.money, risk.minutes, risk.version) == (row, None, 3)
    event = AuditEvent.objects.get(action="risk.estimate")
    assert event.reason == row.reason
    assert event.changes == {"Money, expected a year": [None, "about 109\u202fk\u202fEUR"]}


def test_minutes_need_no_currency_and_stand_beside_the_money(alice: User, risk: Risk, at: dt.datetime) -> None:
    MoneySettings.objects.update(currency="")
    with pytest.raises(Invalid) as refused:
        estimate(alice, risk, given(), at=at)
    assert list(refused.value.errors) == ["unit"]
    row = estimated(alice, risk, at=at, unit="minutes")
    MoneySettings.objects.update(currency="USD")
    money = estimated(alice, risk, at=at)
    assert (risk.minutes, risk.money, row.currency, money.currency) == (row, money, "", "USD")
    MoneySettings.objects.all().delete()
    with pytest.raises(Invalid):
        estimate(alice, risk, given(), at=at)


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"rate_low": 3.0}, "rate_high", "above the lower"),
        ({"loss_low": 500_000.0}, "loss_high", "above the lower"),
        ({"loss_high": 20_000.0}, "loss_high", "above the lower"),
        ({"loss_low": 0.0}, "loss_low", "Above zero"),
        ({"loss_low": -1.0}, "loss_low", "Above zero"),
        ({"rate_low": 0.0}, "rate_low", "Above zero"),
        ({"rate_low": 0.0, "rate_high": 0.0}, "rate_low", "Above zero"),
        ({"loss_high": 1e18}, "loss_high", "10^15"),
        ({"loss_low": 1e18, "loss_high": 2e18}, "loss_low", "10^15"),
        ({"loss_low": 0.001}, "loss_high", "More than a million times"),
        ({"rate_high": 1_001.0}, "rate_high", "set an objective"),
        ({"loss_low": nan}, "loss_low", "a number"),
        ({"loss_high": nan}, "loss_high", "a number"),
        ({"rate_high": inf}, "rate_high", "a number"),
        ({"rate_low": None}, "rate_low", "both ends"),
        ({"unit": "euros"}, "unit", "Choose"),
        ({"reason": "  "}, "reason", "rest on"),
        ({"source": "dice"}, "source", "Choose"),
    ],
)  # fmt: skip
def test_what_no_distribution_fits_is_refused_at_its_field(
    alice: User, risk: Risk, at: dt.datetime, changed: dict[str, Any], field: str, words: str
) -> None:
    with pytest.raises(Invalid) as refused:
        estimate(alice, risk, given(**changed), at=at)
    assert words in refused.value.errors.pop(field)[0]
    assert refused.value.errors == {}
    assert not RiskEstimate.objects.exists()


def test_everything_that_is_wrong_is_said_at_once(alice: User, risk: Risk, at: dt.datetime) -> None:
    with pytest.raises(Invalid) as refused:
        estimate(alice, risk, given(rate_low=None, rate_high=None, loss_low=5.0, loss_high=1.0), at=at)
    assert refused.value.errors.keys() == {"rate_low", "rate_high", "loss_high"}


def test_a_rate_may_be_known(alice: User, risk: Risk, at: dt.datetime) -> None:
    assert estimated(alice, risk, at=at, rate_low=1.0, rate_high=1.0).zero_year == pytest.approx(0.3679, abs=1e-4)


def test_estimates_share_their_draws_until_the_risk_is_rated_again(
    alice: User, risk: Risk, rated: Rated, at: dt.datetime
) -> None:
    before = estimated(alice, risk, at=at)
    twice = estimated(alice, risk, at=at, loss_low=40_000.0, loss_high=800_000.0)
    assert twice.seed == before.seed
    assert twice.p95 == pytest.approx(2 * before.p95)
    assert twice.zero_year == before.zero_year
    rate(alice, risk, rated, at=at)
    assert estimated(alice, risk, at=at).seed != before.seed


def test_an_estimate_is_never_edited(alice: User, risk: Risk, at: dt.datetime) -> None:
    row = estimated(alice, risk, at=at)
    with pytest.raises(DatabaseError), transaction.atomic():
        RiskEstimate.objects.filter(pk=row.pk).update(p95=0)


def test_who_may_not_change_the_risk_estimates_nothing(bob: User, alice: User, risk: Risk, at: dt.datetime) -> None:
    with pytest.raises(NotAllowed):
        estimate(bob, risk, given(), at=at)
    with pytest.raises(NotAllowed):
        take_suggestion(bob, risk, "money", at=at)
    with pytest.raises(Stale):
        estimate(alice, risk, given(), at=at, version=risk.version + 1)
    close(alice, risk, because="Gone", at=at)
    with pytest.raises(Conflict):
        estimate(alice, risk, given(), at=at)


def test_what_the_incidents_suggest_is_taken_as_it_is(
    alice: User, risk: Risk, checkout: Service, at: dt.datetime
) -> None:
    with pytest.raises(Conflict):
        take_suggestion(alice, risk, "minutes", at=at)
    with pytest.raises(Conflict):
        take_suggestion(alice, risk, "euros", at=at)
    for n, minutes in enumerate((1_000.0, 4_000.0, 16_000.0), 1):
        incident = cost_us(checkout, at=at - n * 30 * DAY, minutes=minutes)
        link(alice, risk, relation=Relation.MATERIALISED, incident=incident, at=at)
    row = take_suggestion(alice, risk, "minutes", at=at)
    assert row.source == EstimateSource.HISTORY
    assert row.reason == "3 incidents in 1.0 years: those in which it came true."
    assert (row.rate_low, row.rate_high) == (0.818, 7.75)
    assert row.loss_low * row.loss_high == pytest.approx(4_000.0**2, rel=0.01)
    ranges = {name: getattr(row, name) for name in ("rate_low", "rate_high", "loss_low", "loss_high")}
    same = estimated(alice, risk, at=at, unit="minutes", source="history", **ranges)
    changed = estimated(alice, risk, at=at, unit="minutes", source="history", **ranges | {"rate_high": 5.0})
    assert (same.source, changed.source) == (EstimateSource.HISTORY, EstimateSource.MIXED)
