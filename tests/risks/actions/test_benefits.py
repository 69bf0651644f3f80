"""The benefit of a treatment: ranges with both ends, costs that are none, and what follows from the estimate of its risk."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from math import nan
from typing import Any

import pytest

from relportal.core.exceptions import Conflict, Invalid, NotAllowed, Stale
from relportal.core.models import AuditEvent, User
from risks.actions.benefits import Effects, set_benefit
from risks.actions.risks import close
from risks.actions.treatments import Planned, add_treatment, move_treatment
from risks.models import MoneySettings, Risk, Treatment
from risks.queries.benefits import worth_of, worths
from tests.risks.priced import estimated

pytestmark = pytest.mark.django_db
EFFECTS = Effects(rate_factor_low=0.1, rate_factor_high=0.4, one_off_low=10_000.0, one_off_high=30_000.0, years=3)


@pytest.fixture
def treatment(alice: User, risk: Risk, at: dt.datetime) -> Treatment:
    return add_treatment(alice, risk, Planned(title="A second node"), at=at)


def test_a_benefit_is_set_as_a_whole_and_audited_once(alice: User, treatment: Treatment, at: dt.datetime) -> None:
    row = set_benefit(alice, treatment, EFFECTS, reason="By the vendor's drill", at=at, version=1)
    assert (row.rate_factor_high, row.one_off_low, row.loss_factor_low, row.version) == (0.4, 10_000.0, None, 2)
    assert set_benefit(alice, row, EFFECTS, reason="Again", at=at).version == 2
    assert set_benefit(alice, row, Effects(), reason="Nobody knows", at=at).rate_factor_low is None
    assert AuditEvent.objects.filter(action="treatment.benefit").count() == 2


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"rate_factor_low": 0.5}, "rate_factor_high", "above the lower"),
        ({"rate_factor_low": 0.0}, "rate_factor_low", "Above zero"),
        ({"rate_factor_high": 11.0}, "rate_factor_high", "a new risk"),
        ({"loss_factor_low": 0.5}, "loss_factor_high", "both ends"),
        ({"one_off_low": -1.0}, "one_off_low", "Above zero"),
        ({"one_off_high": 1e18}, "one_off_high", "10^15"),
        ({"yearly_low": nan, "yearly_high": 1.0}, "yearly_low", "a number"),
        ({"years": 0}, "years", "1 to 30"),
        ({"years": 31}, "years", "1 to 30"),
        ({"reason": " "}, "reason", "rests on"),
    ],
)  # fmt: skip
def test_a_benefit_without_meaning_is_refused_at_its_field(
    alice: User, treatment: Treatment, at: dt.datetime, changed: dict[str, Any], field: str, words: str
) -> None:
    reason = changed.pop("reason", "x")
    wanted = {
        name: getattr(EFFECTS, name) for name in ("rate_factor_low", "rate_factor_high", "one_off_low", "one_off_high")
    }
    with pytest.raises(Invalid) as refused:
        set_benefit(alice, treatment, Effects(**wanted | changed), reason=reason, at=at)
    assert words in refused.value.errors.pop(field)[0]
    assert refused.value.errors == {}


def test_only_who_may_treat_says_what_it_is_worth(
    alice: User, bob: User, treatment: Treatment, at: dt.datetime
) -> None:
    with pytest.raises(NotAllowed):
        set_benefit(bob, treatment, EFFECTS, reason="x", at=at)
    with pytest.raises(Stale):
        set_benefit(alice, treatment, EFFECTS, reason="x", at=at, version=7)
    close(alice, treatment.risk, because="Gone", at=at)
    with pytest.raises(Conflict):
        set_benefit(alice, treatment, EFFECTS, reason="x", at=at)


def test_its_worth_is_what_it_saves_less_what_it_costs(
    alice: User, risk: Risk, treatment: Treatment, at: dt.datetime
) -> None:
    money = estimated(alice, risk, at=at)
    minutes = estimated(alice, risk, at=at, unit="minutes")
    assert worth_of(treatment, money).benefit is None
    row = set_benefit(alice, treatment, EFFECTS, reason="x", at=at)
    found = worth_of(row, money)
    assert found.benefit is not None
    assert 0.5 < (found.pays or 0) < 1
    assert found.benefit.saved.mean == pytest.approx(3 * money.expected * 0.78, rel=0.05)
    assert found.benefit.net.mean == pytest.approx(found.benefit.saved.mean - found.benefit.cost.mean)
    in_minutes = worth_of(row, minutes)
    assert in_minutes.benefit is not None
    assert (in_minutes.pays, in_minutes.benefit.cost.mean) == (None, 0)
    MoneySettings.objects.update(currency="USD")
    # What was said in euros stays in euros, until somebody says it anew.
    assert (worth_of(row, money).pays, worth_of(row, money).foreign) == (found.pays, "")
    row = set_benefit(alice, row, replace(EFFECTS, years=2), reason="Offer of May", at=at)
    in_dollars = worth_of(row, money)
    assert in_dollars.benefit is not None
    assert (in_dollars.pays, in_dollars.benefit.cost.mean, in_dollars.foreign) == (None, 0, "USD")
    assert set_benefit(alice, row, Effects(), reason="x", at=at).cost_currency == ""
    assert len(worths([row], money)) == 1
    dropped = move_treatment(alice, row, "dropped", reason="x", at=at)
    assert worths([dropped], money) == ()
