"""The page of candidates, declaring from it, and the alerts of an incident in its room."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from incidents.actions.correlation import attach
from incidents.actions.incidents import Declaration, declare
from incidents.models import Incident
from relportal.core.models import User
from tests.incidents.ringing import Company, alert, minutes

pytestmark = pytest.mark.django_db
PAGE = "/alerts/candidates/"


@pytest.fixture
def now() -> dt.datetime:
    return timezone.now() - minutes(20)


@pytest.fixture
def company(rita: User) -> Company:
    return Company.found(rita.memberships.get().team)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_page_says_why_and_leads_to_declaring_and_attaching(
    rita: User, watcher: User, company: Company, now: dt.datetime
) -> None:
    alert(company.checkout, now, name="HighErrors", url="https://alerts.test/1")
    alert(company.payments, now + minutes(4), name="Slow")
    row = declare(rita, Declaration(title="Checkout fails", services=[company.payments]), at=now)
    body = text(client_of(rita).get(PAGE))
    for words in (
        "1 candidate for an incident",
        "HighErrors on Checkout and Payments",
        "one hop apart, within 4\u202fmin",
        "https://alerts.test/1",
        f"Attach to {row.short_id}",
        "it is of Payments, too",
    ):
        assert words in body, words
    assert "Attach to" not in text(client_of(watcher).get(PAGE))


def test_the_page_of_alerts_says_how_many_candidates_there_are(rita: User, company: Company, now: dt.datetime) -> None:
    count, client = reverse("incidents:alert-candidate-count"), client_of(rita)
    assert f'hx-get="{count}"' in text(client.get("/alerts/"))
    assert text(client.get(count)).strip() == ""
    alert(company.checkout, now)
    assert "1 group of firing alerts is in no incident" in text(client.get(count))
    assert f'href="{PAGE}"' in text(client.get("/alerts/"))


def test_nothing_to_look_at_is_said(rita: User) -> None:
    assert "Every alert that fires is in an incident" in text(client_of(rita).get(PAGE))


def test_an_incident_is_declared_from_a_candidate_with_its_services_and_alerts(
    watcher: User, company: Company, now: dt.datetime
) -> None:
    rows = [alert(company.checkout, now, name="HighErrors"), alert(company.payments, now + minutes(1))]
    client, address = client_of(watcher), f"{reverse('incidents:declare')}?alert={rows[1].pk}"
    form = client.get(address).context["form"]
    assert "they are attached to it" in text(client.get(address))
    given = {
        "title": form.initial["title"],
        "services": form.initial["services"],
        "alerts": form.initial["alerts"],
        "source": form.initial["source"],
    }
    assert client.post(address, given).status_code == 302
    made = Incident.objects.get()
    assert made.title == "HighErrors on Checkout and Payments"
    assert set(made.services.all()) == {company.checkout, company.payments}
    assert set(made.alerts.all()) == set(rows)
    assert made.declared_from == "alert"


def test_declaring_from_an_alert_that_is_gone_begins_with_what_the_address_says(
    rita: User, company: Company, now: dt.datetime
) -> None:
    gone = alert(company.checkout, now, ended_at=now)
    address = f"{reverse('incidents:declare')}?alert={gone.pk}&title=Slow&service={company.checkout.pk}"
    initial = client_of(rita).get(address).context["form"].initial
    assert (initial["title"], initial["services"]) == ("Slow", [company.checkout.pk])


@pytest.mark.parametrize("junk", ["", "x", "1;2", "9" * 30, ","])
def test_junk_in_place_of_alerts_attaches_nothing_and_is_said(rita: User, incident: Incident, junk: str) -> None:
    button = reverse("incidents:alerts-attach", args=[incident.pk])
    assert "Choose alerts." in text(client_of(rita).post(button, {"alerts": junk}, follow=True))


def test_alerts_are_attached_and_detached_with_and_without_scripts(
    rita: User, company: Company, now: dt.datetime
) -> None:
    row = declare(rita, Declaration(title="Checkout fails", services=[company.checkout]), at=now)
    one, client = alert(company.payments, now, name="Slow"), client_of(rita)
    panel = reverse("incidents:alerts", args=[row.pk])
    page, fragment = text(client.get(panel)), text(client.get(panel, headers={"hx-request": "true"}))
    assert ("<html" in page, "<html" in fragment) == (True, False)
    assert "May belong here" in fragment
    answer = client.post(reverse("incidents:alerts-attach", args=[row.pk]), {"alerts": str(one.pk)})
    assert answer["Location"] == row.get_absolute_url()
    assert list(row.alerts.all()) == [one]
    button = reverse("incidents:alerts-detach", args=[row.pk])
    drawn = client.post(button, {"alerts": str(one.pk)}, headers={"hx-request": "true"})
    assert 'id="alerts"' in text(drawn)
    assert not row.alerts.exists()


def test_what_cannot_be_attached_is_said(rita: User, incident: Incident, now: dt.datetime) -> None:
    one, other = alert(started=now), declare(rita, Declaration(title="Other"), at=now)
    attach(rita, other, [one.pk], at=now)
    button, given = reverse("incidents:alerts-attach", args=[incident.pk]), {"alerts": str(one.pk)}
    for answer in (
        client_of(rita).post(button, given, headers={"hx-request": "true"}),
        client_of(rita).post(button, given, follow=True),
    ):
        assert f"{other.short_id} has {one.name} already" in text(answer)


def test_nobody_outside_sees_the_alerts_of_a_private_incident(
    rita: User, watcher: User, company: Company, now: dt.datetime
) -> None:
    secret = declare(rita, Declaration(title="Breach", services=[company.checkout], is_private=True), at=now)
    one = alert(company.checkout, now)
    attach(rita, secret, [one.pk], at=now)
    client = client_of(watcher)
    assert client.get(reverse("incidents:alerts", args=[secret.pk])).status_code == 404
    for address in (PAGE, "/alerts/", f"/alerts/?q={one.name}"):
        assert one.name in text(client.get(address)), address
        assert secret.short_id not in text(client.get(address)), address
    assert one.name not in text(client_of(rita).get(PAGE))
