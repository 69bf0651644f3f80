"""Treatments, milestones and links by their forms, with undo for what is taken away."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from django.utils import timezone

from incidents.models import Incident
from relportal.core import company
from relportal.core.models import User
from risks.actions.links import link
from risks.models import Milestone, Relation, Risk, RiskLink, Treatment
from tests import make

pytestmark = pytest.mark.django_db
UNDO = re.compile(r'action="([^"]+)".*?name="token" value="([^"]+)"', re.DOTALL)


@pytest.fixture
def client_of(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def undone(client: Client, path: str) -> None:
    """Presses the undo of the message that the page shows."""
    toasts = client.get(path).content.decode().split('id="toasts"')[1]
    found = UNDO.search(toasts)
    assert found is not None
    client.post(found[1], {"token": found[2]})


def test_a_treatment_is_planned_changed_moved_and_dropped(client_of: Client, risk: Risk) -> None:
    at = f"/risks/{risk.pk}/treatments"
    assert client_of.post(f"{at}/new/", {"title": "x", "strategy": "pray"}).status_code == 422
    client_of.post(f"{at}/new/", {"title": "A second node", "strategy": "mitigate", "effort_days": "2.5"})
    row = Treatment.objects.get()
    assert (row.owner, row.effort_days) == (risk.owner, 2.5)
    client_of.post(f"{at}/{row.pk}/edit/", {"title": "Two nodes", "strategy": "avoid", "version": 1})
    answer = client_of.post(f"{at}/{row.pk}/edit/", {"title": "Three", "strategy": "avoid", "version": 1})
    assert answer.status_code == 409
    assert "<td>Two nodes</td><td>Three</td>" in answer.content.decode()
    client_of.post(f"{at}/{row.pk}/move/", {"to": "doing", "version": 2})
    answer = client_of.post(f"{at}/{row.pk}/move/", {"to": "dropped"}, follow=True)
    assert "Say why this is not done" in answer.content.decode()
    assert client_of.post(f"{at}/{row.pk}/move/", {"to": "nowhere"}).status_code == 302
    client_of.post(f"{at}/{row.pk}/move/", {"to": "dropped", "reason": "Too dear"})
    row.refresh_from_db()
    assert (row.title, row.state) == ("Two nodes", "dropped")


def test_a_milestone_is_set_reached_changed_removed_and_brought_back(client_of: Client, risk: Risk) -> None:
    row = Treatment.objects.create(risk=risk, title="A second node", created_at=timezone.now())
    at, day = f"/risks/{risk.pk}/treatments/{row.pk}/milestones", company.day(timezone.now())
    assert client_of.post(f"{at}/", {"title": "Ordered", "due_on": "2020-01-01"}).status_code == 422
    client_of.post(f"{at}/", {"title": "Ordered", "due_on": day})
    one = Milestone.objects.get()
    client_of.post(f"{at}/{one.pk}/tick/", {"done": "1"})
    assert client_of.get(f"{at}/{one.pk}/edit/").status_code == 200
    client_of.post(f"{at}/{one.pk}/edit/", {"title": "Racked", "due_on": day + dt.timedelta(days=1)})
    client_of.post(f"{at}/{one.pk}/remove/")
    assert not Milestone.objects.exists()
    undone(client_of, risk.get_absolute_url())
    back = Milestone.objects.get()
    assert (back.title, back.due_on) == ("Racked", day + dt.timedelta(days=1))
    assert back.done_at is not None


def test_another_risks_treatment_is_not_found_here(client_of: Client, risk: Risk) -> None:
    other = Risk.objects.create(title="y", team=risk.team, identified_on=dt.date(2026, 1, 1), created_at=timezone.now())
    row = Treatment.objects.create(risk=other, title="A second node", created_at=timezone.now())
    assert client_of.get(f"/risks/{risk.pk}/treatments/{row.pk}/edit/").status_code == 404


class TestLinks:
    def test_are_made_by_id_or_address_and_taken_back(self, client_of: Client, risk: Risk, at: dt.datetime) -> None:
        incident = Incident.objects.create(title="Signed out", declared_at=at)
        objective = make.objective()
        path = f"/risks/{risk.pk}/links/"
        address = f"https://portal.example.com/r/{objective.short_id}/"
        client_of.post(path, {"what": incident.short_id.lower(), "relation": "materialised", "note": "First"})
        client_of.post(path, {"what": address, "relation": "related"})
        assert RiskLink.objects.filter(objective=objective).exists()
        row = RiskLink.objects.get(incident=incident)
        client_of.post(f"{path}{row.pk}/remove/")
        assert not RiskLink.objects.filter(incident=incident).exists()
        undone(client_of, risk.get_absolute_url())
        back = RiskLink.objects.get(incident=incident)
        assert (back.relation, back.note) == (Relation.MATERIALISED, "First")

    @pytest.mark.parametrize("what", ["INC-999999", "nonsense", "RISK-1", "INC-99999999999"])
    def test_lead_to_nothing_that_is_not_there(self, client_of: Client, risk: Risk, what: str) -> None:
        answer = client_of.post(f"/risks/{risk.pk}/links/", {"what": what, "relation": "related"})
        assert answer.status_code == 422
        assert "There is no such one." in answer.content.decode()

    def test_offer_the_incidents_of_its_services(self, client_of: Client, alice: User, risk: Risk) -> None:
        near, far = (Incident.objects.create(title=title, declared_at=timezone.now()) for title in ("Near", "Far"))
        near.services.set(risk.services.all())
        shown = client_of.get(f"/risks/{risk.pk}/links/").content.decode()
        assert near.short_id in shown
        assert far.short_id not in shown
        link(alice, risk, incident=near, at=timezone.now())
        assert near.short_id not in client_of.get(f"/risks/{risk.pk}/links/").content.decode()

    def test_of_private_incidents_are_neither_made_nor_taken_by_who_may_not_see_them(
        self, client: Client, alice: User, rita: User, risk: Risk, at: dt.datetime
    ) -> None:
        secret = Incident.objects.create(title="Break-in", declared_at=at, is_private=True, declared_by=alice)
        client.force_login(rita)
        assert (
            client.post(f"/risks/{risk.pk}/links/", {"what": secret.short_id, "relation": "related"}).status_code == 422
        )
        row = link(alice, risk, incident=secret, at=at)
        assert client.post(f"/risks/{risk.pk}/links/{row.pk}/remove/").status_code == 404
        assert RiskLink.objects.filter(pk=row.pk).exists()
