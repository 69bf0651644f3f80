"""Estimates and benefits over the API: the digits of the page, refusals by field, and nothing written twice."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from relportal.core.models import Service, User
from risks.actions.links import link
from risks.actions.treatments import Planned, add_treatment
from risks.models import Relation, Risk, RiskEstimate, Treatment
from risks.queries.loss_words import about
from tests.risks.api.asking import client, get, patch, post, said
from tests.risks.priced import DAY, RANGES, cost_us, estimated

pytestmark = pytest.mark.django_db
ROOT = "risk-estimates/"


@pytest.fixture
def treatment(alice: User, risk: Risk, at: dt.datetime) -> Treatment:
    return add_treatment(alice, risk, Planned(title="A second node"), at=at)


def test_an_estimate_is_made_and_read_back_with_its_curve(alice: User, bob: User, risk: Risk) -> None:
    answer = post(alice, ROOT, risk=risk.short_id, unit="money", reason="By the last outage", **RANGES)
    assert answer.status_code == 201
    row, found = RiskEstimate.objects.get(), answer.json()
    assert (found["risk"], found["currency"], found["source"], found["by"]) == (
        risk.short_id, "EUR", "judgement", alice.email,
    )  # fmt: skip
    for name in ("expected", "zero_year", "p50", "p80", "p95", "p99", "standard_error", "trials", "seed"):
        assert found[name] == getattr(row, name), name
    read = get(bob, f"{ROOT}{row.pk}/").json()
    chances = [point["chance"] for point in read.pop("curve")]
    assert read == found
    assert chances == sorted(chances, reverse=True)
    assert chances[0] == pytest.approx(1 - found["zero_year"], abs=0.02)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"loss_high": 1e18}, "loss_high"),
        ({"loss_low": 5e5}, "loss_high"),
        ({"loss_low": "nan"}, "loss_low"),
        ({"rate_low": 10**400}, "rate_low"),
        ({"rate_low": None}, "rate_low"),
        ({"unit": "euros"}, "unit"),
        ({"risk": "RISK-999999"}, "risk"),
        ({"reason": " "}, "reason"),
    ],
)  # fmt: skip
def test_what_cannot_be_estimated_is_refused_by_field(
    alice: User, risk: Risk, changed: dict[str, Any], field: str
) -> None:
    given = {"risk": str(risk.pk), "unit": "money", "reason": "x"} | RANGES | changed
    assert list(said(post(alice, ROOT, **given))) == [field]
    assert not RiskEstimate.objects.exists()


def test_readers_estimate_nothing(bob: User, risk: Risk) -> None:
    assert post(bob, ROOT, risk=risk.short_id, unit="money", reason="x", **RANGES).status_code == 403


@pytest.mark.parametrize(
    ("query", "n"), [("unit=money", 2), ("unit=minutes", 1), ("source=history", 0), ("risk=0", 0), ("since=2030-01-01T00:00Z", 0)]
)  # fmt: skip
def test_the_history_of_estimates_is_filtered(
    alice: User, bob: User, risk: Risk, at: dt.datetime, query: str, n: int
) -> None:
    for unit in ("money", "money", "minutes"):
        estimated(alice, risk, at=at, unit=unit)
    assert (
        len(get(bob, f"{ROOT}?risk={risk.pk}&{query}" if "risk" not in query else f"{ROOT}?{query}").json()["results"])
        == n
    )


def test_what_its_incidents_suggest_is_read_as_the_page_shows_it(
    alice: User, bob: User, risk: Risk, checkout: Service
) -> None:
    now = timezone.now()
    assert get(bob, f"{ROOT}suggested/?risk={risk.short_id}").json() == []
    for n, minutes in enumerate((1_000.0, 4_000.0, 16_000.0), 1):
        row = cost_us(checkout, at=now - n * DAY, minutes=minutes)
        link(alice, risk, relation=Relation.MATERIALISED, incident=row, at=now)
    money, minutes_found = get(bob, f"{ROOT}suggested/?risk={risk.short_id}").json()
    assert (money["loss"], money["lacking"]) == (None, "None of them says what it cost.")
    assert minutes_found["rate"] == {"low": 0.818, "high": 7.75}
    assert (minutes_found["basis"], minutes_found["n"], minutes_found["known"]) == ("came_true", 3, 3)
    for wrong in ("", "x", "RISK-9999999"):
        assert "risk" in said(get(bob, f"{ROOT}suggested/?risk={wrong}"))


def test_a_benefit_is_set_and_read_with_the_digits_of_the_page(
    alice: User, bob: User, risk: Risk, treatment: Treatment, at: dt.datetime
) -> None:
    path = f"risk-benefits/{treatment.pk}/"
    row = estimated(alice, risk, at=at)
    estimated(alice, risk, at=at, unit="minutes")
    first = get(bob, path)
    assert (first.json()["worth"], first.json()["rate_factor_low"]) == ([], None)
    given = {"rate_factor_low": 0.1, "rate_factor_high": 0.4, "reason": "By the drill"}
    found = patch(alice, path, etag=first["ETag"], **given).json()
    assert [(one["unit"], one["cost"], one["pays"]) for one in found["worth"]] == [
        ("money", None, None), ("minutes", None, None),
    ]  # fmt: skip
    found = patch(alice, path, one_off_low=5_000.0, one_off_high=9_000.0, reason="By the offer").json()
    assert (found["rate_factor_high"], found["one_off_low"], found["version"]) == (0.4, 5_000.0, 3)
    money = found["worth"][0]
    assert (money["estimate"], money["seed"], money["trials"]) == (row.pk, row.seed, row.trials)
    assert money["net"]["mean"] == pytest.approx(money["saved"]["mean"] - money["cost"]["mean"])
    assert 0.5 < money["pays"] < 1
    browser = Client()
    browser.force_login(bob)
    shown = browser.get(risk.get_absolute_url()).content.decode()
    for part in ("saved", "net"):
        assert about(money[part]["mean"], "money", "EUR") in shown, part
    (listed,) = get(bob, f"risk-benefits/?risk={risk.pk}").json()["results"]
    assert listed == {name: value for name, value in found.items() if name != "worth"}


def test_a_benefit_without_meaning_or_version_is_refused(alice: User, bob: User, treatment: Treatment) -> None:
    path = f"risk-benefits/{treatment.pk}/"
    assert list(said(patch(alice, path, rate_factor_low=0.5, reason="x"))) == ["rate_factor_high"]
    assert list(said(patch(alice, path, years=31, reason="x"))) == ["years"]
    assert list(said(patch(alice, path, years=3))) == ["reason"]
    assert client(alice).patch(f"/api/v1/{path}", {"years": 5, "reason": "x"}, format="json").status_code == 428
    assert patch(alice, path, etag='"7"', years=5, reason="x").status_code == 412
    assert patch(bob, path, years=5, reason="x").status_code == 403
