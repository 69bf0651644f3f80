"""What a risk may cost, on its page and in its forms: stored figures digit by digit, refusals at their fields."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from relportal.core import units
from relportal.core.models import Service, User
from risks.actions.benefits import Effects, set_benefit
from risks.actions.links import link
from risks.actions.risks import close
from risks.actions.treatments import Planned, add_treatment
from risks.models import MoneySettings, Relation, Risk, RiskEstimate, Treatment
from risks.queries.benefits import worth_of
from risks.queries.loss_words import about
from tests.risks.priced import DAY, RANGES, cost_us, estimated

pytestmark = pytest.mark.django_db
SENT = {**RANGES, "unit": "money", "reason": "By the last two outages"}


@pytest.fixture
def client_of(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def said(value: float, unit: str, currency: str) -> str:
    """In the plain spaces of `page`."""
    return " ".join(about(value, unit, currency).split())


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return " ".join(answer.content.decode().split())


def pays(client: Client, risk: Risk, treatment: Treatment, **data: Any) -> Any:
    return client.post(f"/risks/{risk.pk}/treatments/{treatment.pk}/benefit/", {"years": 3, "reason": "x"} | data)


class TestThePage:
    def test_shows_every_stored_figure_its_source_and_its_treatments(
        self, client_of: Client, alice: User, bob: User, risk: Risk, at: dt.datetime
    ) -> None:
        now = timezone.now()
        treatment = add_treatment(alice, risk, Planned(title="A second node"), at=now)
        add_treatment(alice, risk, Planned(title="Sleep well"), at=now)
        effects = Effects(rate_factor_low=0.1, rate_factor_high=0.4, one_off_low=5_000.0, one_off_high=9_000.0)
        set_benefit(alice, treatment, effects, reason="By the drill", at=now)
        before = estimated(alice, risk, at=at, rate_high=9.0, reason="A first guess")
        row = estimated(alice, risk, at=now)
        minutes = estimated(alice, risk, at=now, unit="minutes", loss_low=1_000.0, loss_high=90_000.0)
        treatment.refresh_from_db()
        found = worth_of(treatment, row)
        client_of.force_login(bob)
        shown = page(client_of, risk.get_absolute_url())
        for of, names in (
            (row, ("expected", "p50", "p80", "p95", "p99")),
            (minutes, ("p95", "p99")),
            (before, ("expected",)),
        ):
            for name in names:
                figure = getattr(of, name)
                bare = " ".join(units.about(figure).split())
                assert said(figure, of.unit, of.currency) in shown or f"<dd>{bare}</dd>" in shown, name
        assert found.benefit is not None
        words = (
            str(row.seed), "100,000", "20,000 – 400,000", "0.2 – 2", "Standard error", "A first guess", "One earlier estimate",
            said(found.benefit.net.mean, "money", "EUR"), f"<b>{(found.pays or 0) * 100:.0f} %</b> probability",
            "Nobody has said what it changes.", "customer min",
        )  # fmt: skip
        for each in words:
            assert each in shown, each
        # A reader reads all of it and is asked for nothing.
        assert f"/risks/{risk.pk}/estimate/" not in shown

    def test_teaches_where_nothing_is_estimated(
        self, client_of: Client, alice: User, bob: User, risk: Risk, at: dt.datetime
    ) -> None:
        assert "Nobody has estimated it yet" in page(client_of, risk.get_absolute_url())
        client_of.force_login(bob)
        assert "What it may cost" not in page(client_of, risk.get_absolute_url())
        client_of.force_login(alice)
        estimated(alice, risk, at=at, unit="minutes")
        MoneySettings.objects.update(currency="USD")
        close(alice, risk, because="Gone", at=at)
        shown = page(client_of, risk.get_absolute_url())
        assert "What it may cost" in shown
        assert "Estimate it in money, too" not in shown

    def test_says_that_the_currency_is_another_now(
        self, client_of: Client, alice: User, risk: Risk, at: dt.datetime
    ) -> None:
        estimated(alice, risk, at=at)
        MoneySettings.objects.update(currency="USD")
        shown = page(client_of, risk.get_absolute_url())
        assert "This is in EUR, which is the currency no longer." in shown
        assert "Estimate it in customer minutes, too" in shown

    def test_of_ranges_that_fit_no_distribution_any_more_shows_what_was_stored(
        self, client_of: Client, alice: User, risk: Risk, at: dt.datetime
    ) -> None:
        """Rows outlive the limits of the day on which they were written."""
        add_treatment(alice, risk, Planned(title="A second node"), at=at)
        wide = {
            "rate_low": 1.0,
            "rate_high": 2.0,
            "loss_low": 1.0,
            "loss_high": 1e9,
            "reason": "Anything",
            "currency": "EUR",
        }
        figures = dict.fromkeys(("zero_year", "p50", "p80", "p95", "p99", "standard_error"), 0.5)
        row = RiskEstimate.objects.create(risk=risk, at=at, seed=1, trials=9, expected=123_456.0, **figures, **wide)
        Risk.objects.filter(pk=risk.pk).update(money=row)
        shown = page(client_of, risk.get_absolute_url())
        assert said(123_456.0, "money", "EUR") in shown
        assert "How likely a year costs more" not in shown


class TestEstimating:
    def test_stores_what_was_previewed(self, client_of: Client, risk: Risk) -> None:
        path = f"/risks/{risk.pk}/estimate/"
        assert "What a year costs shows here" in page(client_of, path)
        answer = client_of.post(path, SENT | {"preview": "1"})
        assert answer.status_code == 200
        assert not RiskEstimate.objects.exists()
        answer = client_of.post(path, SENT | {"version": risk.version})
        assert answer["Location"] == f"{risk.get_absolute_url()}#money"
        row = RiskEstimate.objects.get()
        query = "&".join(f"{name}={value}" for name, value in SENT.items())
        shown = page(client_of, f"/risks/estimate-preview/?risk={risk.pk}&{query}")
        for name in ("expected", "p50", "p80", "p95", "p99"):
            assert said(getattr(row, name), "money", "EUR") in shown, name
        assert "So far:" in shown
        assert 'value="400000"' in page(client_of, path)

    @pytest.mark.parametrize(
        ("changed", "words"),
        [
            ({"loss_high": "1e18"}, "Nothing above 10^15"),
            ({"loss_low": "500000"}, "The upper end must be above the lower one."),
            ({"loss_low": "0"}, "Above zero"),
            ({"loss_low": "nan"}, "Enter a number."),
            ({"rate_high": "5000"}, "set an objective for it"),
            ({"loss_low": "0.0001"}, "no distribution has such a range"),
        ],
    )
    def test_says_at_the_field_what_no_distribution_fits_and_loses_nothing(
        self, client_of: Client, risk: Risk, changed: dict[str, str], words: str
    ) -> None:
        answer = client_of.post(f"/risks/{risk.pk}/estimate/", SENT | changed)
        shown = answer.content.decode()
        assert answer.status_code == 422
        assert words in shown
        assert "By the last two outages" in shown
        assert not RiskEstimate.objects.exists()
        query = "&".join(f"{name}={value}" for name, value in (SENT | changed).items())
        assert words in page(client_of, f"/risks/estimate-preview/?risk={risk.pk}&{query}")

    def test_needs_a_currency_for_money_and_none_for_minutes(self, client_of: Client, risk: Risk) -> None:
        MoneySettings.objects.update(currency="")
        path = f"/risks/{risk.pk}/estimate/"
        assert 'value="minutes" id="id_unit_1" checked' in page(client_of, path).replace(" required", "")
        answer = client_of.post(path, SENT)
        assert "No currency is set." in answer.content.decode()
        assert client_of.post(path, SENT | {"unit": "minutes"}).status_code == 302

    def test_of_a_closed_risk_is_refused(self, client_of: Client, alice: User, risk: Risk, at: dt.datetime) -> None:
        close(alice, risk, because="Gone", at=at)
        assert client_of.post(f"/risks/{risk.pk}/estimate/", SENT).status_code == 409

    @pytest.mark.parametrize("asked", ["", "x", "999999999"])
    def test_a_preview_of_no_risk_is_not_there(self, client_of: Client, asked: str) -> None:
        assert client_of.get(f"/risks/estimate-preview/?risk={asked}").status_code == 404


class TestWhatHistorySuggests:
    def test_is_shown_as_such_and_taken_with_one_button(
        self, client_of: Client, alice: User, risk: Risk, checkout: Service
    ) -> None:
        path = f"/risks/{risk.pk}/estimate/"
        assert "the portal suggests nothing" in page(client_of, path)
        refused = client_of.post(f"{path}take/", {"unit": "minutes"}, follow=True)
        assert "suggest no range any more" in refused.content.decode()
        now = timezone.now()
        for n, minutes in enumerate((1_000.0, 4_000.0, 16_000.0), 1):
            row = cost_us(checkout, at=now - n * DAY, minutes=minutes)
            link(alice, risk, relation=Relation.MATERIALISED, incident=row, at=now)
        shown = page(client_of, path)
        assert "3 incidents in 1.0 years: those in which it came true." in shown
        assert "0.818 – 7.75" in shown
        assert "minutes are no money" in shown
        begun = page(client_of, f"{path}?unit=minutes&from=history")
        assert 'name="source" value="history"' in begun
        assert 'value="7.75"' in begun
        client_of.post(f"{path}take/", {"unit": "minutes"})
        assert RiskEstimate.objects.get().source == "history"
        assert escape("Suggested by the portal's history") in page(client_of, risk.get_absolute_url())


class TestTheBenefit:
    @pytest.fixture
    def treatment(self, alice: User, risk: Risk, at: dt.datetime) -> Treatment:
        return add_treatment(alice, risk, Planned(title="A second node"), at=at)

    def test_is_written_in_percent_and_stored_as_a_factor(
        self, client_of: Client, risk: Risk, treatment: Treatment
    ) -> None:
        given = {"rate_factor_low": "20", "rate_factor_high": "35", "one_off_low": "1000", "one_off_high": "1000"}
        answer = pays(client_of, risk, treatment, **given)
        assert answer["Location"] == f"{risk.get_absolute_url()}#money"
        treatment.refresh_from_db()
        assert (treatment.rate_factor_low, treatment.rate_factor_high, treatment.years) == (0.2, 0.35, 3)
        shown = page(client_of, f"/risks/{risk.pk}/treatments/{treatment.pk}/benefit/")
        assert 'value="35"' in shown
        stale = pays(client_of, risk, treatment, **given | {"rate_factor_high": "50"}, version=1)
        assert stale.status_code == 409
        assert "<td>35</td><td>50</td>" in stale.content.decode()

    def test_says_at_the_field_what_has_no_meaning(self, client_of: Client, risk: Risk, treatment: Treatment) -> None:
        answer = pays(client_of, risk, treatment, rate_factor_low="50", rate_factor_high="20", yearly_low="5")
        shown = answer.content.decode()
        assert answer.status_code == 422
        assert "The upper end must be above the lower one." in shown
        assert "Give both ends" in shown
