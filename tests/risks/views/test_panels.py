"""Risks on the pages of what they are about."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from incidents.models import Incident
from relportal.core.models import Journey, Service, User
from risks.actions.links import link
from risks.actions.risks import Given, close, create, edit
from risks.models import Relation, Risk
from risks.queries.panels import top_risks
from risks.queries.register import RiskFilters, RiskOrder
from risks.queries.register_rows import risk_rows
from risks.queries.register_words import claim
from tests import make
from tests.risks.registered import registered

pytestmark = pytest.mark.django_db


def test_pages_of_what_a_risk_is_about_show_it(client: Client, alice: User, risk: Risk, checkout: Service) -> None:
    at = timezone.now()
    journey = Journey.objects.create(slug="buy", name="Buy a ticket")
    objective = make.objective(name="Availability", service=checkout)
    make.status(objective=objective)
    incident = Incident.objects.create(title="Signed out", declared_at=at)
    edit(alice, risk, version=None, journeys=[journey], at=at)
    link(alice, risk, relation=Relation.EVIDENCE, objective=objective, at=at)
    link(alice, risk, relation=Relation.MATERIALISED, incident=incident, at=at)
    client.force_login(alice)
    pages = {
        "service": checkout.get_absolute_url(),
        "journey": journey.get_absolute_url(),
        "objective": objective.get_absolute_url(),
        "incident": incident.get_absolute_url(),
        "team": "/teams/payments/",
    }
    shown = f'href="{risk.get_absolute_url()}"'
    for name, path in pages.items():
        assert shown in client.get(path).text, name
    assertContains(client.get(pages["incident"]), "This is how it came true")
    assertContains(client.get(pages["service"]), "/risks/new/?service=checkout")
    close(alice, risk, because="The node is gone", at=at)
    # How it came true stays true; elsewhere it can no longer happen.
    left = [name for name, path in pages.items() if shown in client.get(path).text]
    assert left == ["incident"]


def test_a_service_of_many_risks_shows_the_worst_and_leads_to_all(
    client: Client, alice: User, checkout: Service
) -> None:
    at = timezone.now()
    for number in range(6):
        create(alice, Given(title=f"Risk {number}", services=[checkout]), at=at)
    client.force_login(alice)
    page = client.get(checkout.get_absolute_url())
    assertContains(page, "/risks/?state=alive&amp;service=checkout")
    assertContains(page, 'class="rp-muted">RISK-', count=5)


def test_the_overview_says_what_the_register_says(client: Client, alice: User, checkout: Service) -> None:
    now = timezone.now()
    assert top_risks(alice, at=now) is None
    registered(alice, checkout, at=now)
    make.status(objective=make.objective(service=checkout))
    top = top_risks(alice, at=now)
    listed = risk_rows(alice, filters=RiskFilters(), order=RiskOrder(), at=now)
    assert top is not None
    assert (top.claim, top.tally) == (claim(listed.tally), listed.tally)
    alive = [row for row in listed.rows if not row.is_closed][:5]
    assert [(one.risk.pk, one.shift) for one in top.lines] == [(row.pk, row.shift) for row in alive]
    client.force_login(alice)
    assertContains(client.get("/"), top.claim)
    stranger = make.user("nobody@example.com")
    assert top_risks(stranger, at=now) is None


def test_who_may_not_write_one_down_is_not_asked_to(client: Client, bob: User, checkout: Service) -> None:
    client.force_login(bob)
    assertNotContains(client.get(checkout.get_absolute_url()), "Write down a risk")
