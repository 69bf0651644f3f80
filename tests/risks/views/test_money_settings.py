"""The pages of the money settings and of the tolerance."""

from __future__ import annotations

import datetime as dt
import html
import importlib
import math
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from incidents.actions.impact import SegmentFields, add_segment
from incidents.actions.postmortems import open_postmortem
from incidents.models import ImpactFigures
from relportal.core.models import AuditEvent, Service, User
from risks.actions.tolerance import set_tolerance
from risks.models import MoneySettings, Risk, ToleranceCurve, Treatment, Unit
from tests.risks.priced import cost_us

pytestmark = pytest.mark.django_db

PAGE, FORM, CURVE = "/risks/money/", "/risks/money/edit/", "/risks/money/tolerance/money/"


def text(response: Any) -> str:
    return html.unescape(response.content.decode())


def sent(*points: tuple[str, str], **more: str) -> dict[str, str]:
    given = {"points-TOTAL_FORMS": str(len(points)), "points-INITIAL_FORMS": "0", "reason": "The board, in May"} | more
    for number, (loss, chance) in enumerate(points):
        given |= {f"points-{number}-loss": loss, f"points-{number}-chance": chance}
    return given


def test_the_page_says_what_a_minute_is_worth_and_who_said_so(client: Client, lead: User, bob: User) -> None:
    client.force_login(lead)
    assert "Nobody has said what a customer minute is worth" in text(client.get(PAGE))
    given = {
        "currency": "EUR",
        "minute_low": "0.01",
        "minute_high": "0.05",
        "reason": "Finance, from churn",
        "version": "1",
    }
    assert client.post(FORM, given | {"minute_high": ""}).status_code == 422
    assert client.post(FORM, given).status_code == 302

    client.force_login(bob)
    shown = text(client.get(PAGE))
    assert "A customer minute is worth 0.01 to 0.05 EUR" in shown
    assert "Finance, from churn" in shown
    assert FORM not in shown


def test_what_incidents_cost_follows_the_one_price_and_their_pages_say_where_it_is_set(
    client: Client, lead: User, checkout: Service, at: dt.datetime
) -> None:
    incident = cost_us(checkout, at=at, minutes=1_000.0)
    page = open_postmortem(lead, incident, at=at).get_absolute_url()
    client.force_login(lead)
    assert PAGE not in text(client.get(page))
    given = {"currency": "CHF", "minute_low": "0.01", "minute_high": "0.05", "reason": "Finance", "version": "1"}
    assert client.post(FORM, given).status_code == 302
    figures = ImpactFigures.objects.get()
    # The mean of the lognormal whose 5th and 95th percentile are the ends, by hand.
    sigma = math.log(5) / (2 * 1.6448536)
    expected = math.sqrt(0.01 * 0.05) * math.exp(sigma**2 / 2)
    assert figures.cost == pytest.approx(1_000 * expected)
    assert figures.explained["reasons"] == {}
    shown = text(client.get(page))
    assert "CHF" in shown
    assert f'href="{PAGE}"' in shown
    segment = SegmentFields(service=checkout, start=at - dt.timedelta(minutes=10), end=at, customers=50)
    add_segment(lead, incident, segment, at=at)
    assert ImpactFigures.objects.get().cost == pytest.approx(500 * expected)

    gone = {"currency": "CHF", "minute_low": "", "minute_high": "", "reason": "Nobody knows", "version": "2"}
    assert client.post(FORM, gone).status_code == 302
    figures = ImpactFigures.objects.get()
    assert (figures.cost, "price" in figures.explained["reasons"]["cost"]) == (None, True)
    told = AuditEvent.objects.filter(action="money.edit").order_by("pk").values_list("actor__email", "reason")
    assert list(told) == [(lead.email, "Finance"), (lead.email, "Nobody knows")]


def test_a_lost_update_of_the_settings_shows_both(client: Client, lead: User) -> None:
    MoneySettings.objects.update(currency="CHF", version=2)
    client.force_login(lead)
    response = client.post(FORM, {"currency": "USD", "reason": "New home", "version": "1"})
    assert response.status_code == 409
    assert "CHF" in text(response)
    assert "USD" in text(response)


def test_a_curve_is_set_in_percent_and_empty_rows_are_none(client: Client, lead: User) -> None:
    client.force_login(lead)
    client.get(CURVE)
    response = client.post(CURVE, sent(("100000", "50"), ("", ""), ("1000000", "5"), version=""), follow=True)
    row = ToleranceCurve.objects.get()
    assert (row.losses, row.chances) == ([1e5, 1e6], [0.5, 0.05])
    shown = text(response)
    assert "1,000,000\u202fEUR" in shown
    assert "one year in 20" in shown
    assert 'value="1000000"' in text(client.get(CURVE))


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ([("100", "120")], "A chance lies between 0 and 100 %."),
        ([("1e18", "5")], "A loss is above zero, and at most 10^15"),
        ([("100", "5"), ("200", "6")], "may not be tolerated more often than a smaller one: 5\u202f% at most"),
        ([("", "")], "Give at least one point"),
        ([("abc", "5")], "Enter a number."),
    ],
)
def test_what_is_wrong_with_a_curve_stands_at_its_row_and_nothing_is_lost(
    points: list[tuple[str, str]], words: str, client: Client, lead: User
) -> None:
    client.force_login(lead)
    response = client.post(CURVE, sent(*points))
    assert response.status_code == 422
    shown = text(response)
    assert words in shown
    assert "The board, in May" in shown
    assert all(f'value="{loss}"' in shown or not loss for loss, _chance in points)
    assert not ToleranceCurve.objects.exists()


def test_a_lost_update_of_a_curve_shows_the_one_in_force(client: Client, lead: User, at: dt.datetime) -> None:
    first = set_tolerance(lead, Unit.MONEY, ((1e5, 0.5),), reason="May", at=at)
    set_tolerance(lead, Unit.MONEY, ((3e5, 0.5),), reason="June", at=at + dt.timedelta(days=30))
    client.force_login(lead)
    response = client.post(CURVE, sent(("500", "5"), version=str(first.pk)))
    assert response.status_code == 409
    assert "300,000\u202fEUR" in text(response)
    client.force_login(lead)
    shown = text(client.get(PAGE))
    assert "Replaced" in shown
    assert client.get("/risks/money/tolerance/apples/").status_code == 404


def test_the_price_that_incidents_had_goes_on_where_nobody_had_said_one(
    settings: Any, alice: User, risk: Risk, at: dt.datetime
) -> None:
    keep = importlib.import_module("risks.migrations.0006_one_price").keep
    costly = Treatment.objects.create(
        risk=risk, title="A second node", one_off_low=1.0, one_off_high=2.0, created_at=at
    )
    free = Treatment.objects.create(risk=risk, title="Turn it off", created_at=at)
    settings.COST_PER_CUSTOMER_MINUTE = "0.02"
    for version in (2, 2):
        # The second time somebody has said it already.
        keep(apps, None)
        row = MoneySettings.objects.get()
        assert (row.minute_low, row.minute_high, row.version) == (0.02, 0.02, version)
    costly.refresh_from_db()
    free.refresh_from_db()
    assert (costly.cost_currency, free.cost_currency) == ("EUR", "")
