"""The page of a risk and its forms: what is asked for is there, what is refused is said, nothing needs a script."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from incidents.models import Incident
from relportal.core.models import Role, Service, User
from risks.actions.links import link
from risks.actions.ratings import Rated, rate
from risks.actions.risks import close, edit
from risks.models import Relation, Risk, RiskLink, RiskState
from tests import make
from tests.risks.full import full_risk
from tests.risks.scales import replaced

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def client_of(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return " ".join(answer.content.decode().split())


class TestThePage:
    def test_says_how_the_risk_stands_and_what_is_next(self, client_of: Client, alice: User, checkout: Service) -> None:
        risk = full_risk(alice, checkout, at=timezone.now())
        shown = page(client_of, risk.get_absolute_url())
        assert "All sessions are lost at once: high, above appetite, being treated" in shown
        for words in (
            "Sessions live on a single cache node",
            "A replica with automatic failover",
            "1 of 3 milestones",
            "Failover is drilled once in production",
            "up 1 level",
            "It came true 2 times",
            "41 %",
            "decided by Customer minutes",
            "high confidence",
            "Insure against it",
            "Suggested by its incidents",
        ):
            assert words in shown, words

    def test_needs_no_more_statements_for_more_links(
        self, client_of: Client, alice: User, checkout: Service, django_assert_max_num_queries: Any
    ) -> None:
        risk = full_risk(alice, checkout, at=timezone.now())
        for n in range(20):
            incident = Incident.objects.create(title=f"Again {n}", declared_at=timezone.now() - DAY)
            link(alice, risk, relation=Relation.MATERIALISED, incident=incident, at=timezone.now())
        # The last one is for the decisions that name it.
        with django_assert_max_num_queries(31):
            page(client_of, risk.get_absolute_url())

    def test_shows_nobody_a_private_incident_or_what_it_cost(
        self, client: Client, alice: User, bob: User, risk: Risk, at: dt.datetime
    ) -> None:
        secret = Incident.objects.create(title="Break-in", declared_at=at, is_private=True, declared_by=alice)
        link(alice, risk, relation=Relation.MATERIALISED, incident=secret, at=at)
        client.force_login(alice)
        assert "Break-in" in page(client, risk.get_absolute_url())
        client.force_login(bob)
        shown = page(client, risk.get_absolute_url())
        assert "Break-in" not in shown
        assert "It came true" not in shown

    def test_asks_for_an_owner_a_rating_and_a_plan(self, client_of: Client, alice: User, risk: Risk) -> None:
        bare = Risk.objects.create(
            title="x", team=risk.team, identified_on=dt.date(2026, 1, 1), created_at=timezone.now()
        )
        shown = page(client_of, bare.get_absolute_url())
        assert "x: not rated yet" in shown
        assert "Name an owner" in shown
        assert "Rate it: nobody has said" in shown
        rate(alice, risk, Rated(likelihood="frequent", columns={"data": "severe"}, reason="x"), at=timezone.now())
        shown = page(client_of, risk.get_absolute_url())
        assert "critical, above appetite without a plan" in shown
        assert "ask an executive to decide" in shown

    def test_of_a_closed_one_says_why_and_asks_for_nothing(self, client_of: Client, alice: User, risk: Risk) -> None:
        close(alice, risk, because="The node is gone", at=timezone.now())
        shown = page(client_of, risk.get_absolute_url())
        assert "The node is gone" in shown
        assert "What is next" not in shown
        assert f"/risks/{risk.pk}/rate/" not in shown

    def test_tells_that_the_scale_has_changed(self, client_of: Client, lead: User, risk: Risk) -> None:
        replaced(lead, at=timezone.now(), cells={("possible", "serious"): "high", ("possible", "major"): "high",
                                                 ("likely", "serious"): "high"})  # fmt: skip
        shown = page(client_of, risk.get_absolute_url())
        assert "Rate it again, by version 2 of the scale." in shown
        assert "Current: Medium, by version 1 of the scale." in shown

    def test_is_not_there_for_who_may_not_see_the_register(self, client: Client, charlie: User, risk: Risk) -> None:
        client.force_login(charlie)
        assert client.get(risk.get_absolute_url()).status_code == 403
        client.force_login(make.user(role=Role.VIEWER))
        assert client.get("/risks/999999/").status_code == 404
        assert f"/risks/{risk.pk}/rate/" not in page(client, risk.get_absolute_url())


class TestWritingDown:
    def test_takes_a_rating_along(self, client_of: Client, alice: User, checkout: Service) -> None:
        shown = page(client_of, "/risks/new/?service=checkout")
        assert "Unrecoverable, or wrong data acted upon" in shown
        given = {
            "title": "One node", "cause": "a", "owner": alice.pk, "services": [checkout.pk],
            "likelihood": "possible", "column-data": "severe", "column-money": "", "confidence": "low",
            "reason": "Seen elsewhere", "matrix": 1,
        }  # fmt: skip
        answer = client_of.post("/risks/new/", given)
        risk = Risk.objects.get()
        assert answer["Location"] == risk.get_absolute_url()
        assert risk.current is not None
        assert (risk.current.level.key, risk.current.decided_by, risk.owner) == ("high", "data", alice)

    def test_without_any_choice_leaves_the_rating_for_later(self, client_of: Client) -> None:
        client_of.post("/risks/new/", {"title": "One node", "confidence": "medium"})
        assert Risk.objects.get().current is None

    def test_with_half_a_rating_says_what_is_missing(self, client_of: Client) -> None:
        answer = client_of.post("/risks/new/", {"title": "One node", "likelihood": "possible", "confidence": "medium"})
        assert answer.status_code == 422
        assert "Choose the impact in at least one column." in answer.content.decode()
        answer = client_of.post(
            "/risks/new/", {"title": "One node", "column-data": "severe", "reason": "x", "confidence": "low"}
        )
        assert "Choose a likelihood of the scale." in answer.content.decode()
        assert not Risk.objects.exists()

    def test_from_an_incident_links_it(
        self, client_of: Client, alice: User, checkout: Service, at: dt.datetime
    ) -> None:
        incident = Incident.objects.create(title="Signed out", declared_at=at)
        incident.services.add(checkout)
        path = f"/risks/new/?incident={incident.short_id}"
        assert 'value="Signed out"' in page(client_of, path)
        client_of.post(path, {"title": "One node", "services": [checkout.pk], "confidence": "medium"})
        found = RiskLink.objects.get()
        assert (found.incident, found.relation) == (incident, Relation.MATERIALISED)

    def test_never_puts_the_title_of_a_private_incident_into_the_register(
        self, client_of: Client, alice: User, at: dt.datetime
    ) -> None:
        secret = Incident.objects.create(title="Break-in", declared_at=at, is_private=True, declared_by=alice)
        assert 'value="Break-in"' not in page(client_of, f"/risks/new/?incident={secret.short_id}")


class TestRating:
    def test_begins_from_the_last_and_shows_the_suggestion(self, client_of: Client, alice: User, risk: Risk) -> None:
        incident = Incident.objects.create(title="Signed out", declared_at=timezone.now() - DAY)
        link(alice, risk, relation=Relation.MATERIALISED, incident=incident, at=timezone.now())
        shown = page(client_of, f"/risks/{risk.pk}/rate/?kind=target")
        assert "It came true in 1 incident in 1.0 years: about 1.00 a year." in shown
        assert 'name="likelihood" value="possible" checked' in shown
        assert 'name="column-money" value="" checked' in shown

    def test_far_from_the_incidents_asks_why(self, client_of: Client, alice: User, risk: Risk) -> None:
        incident = Incident.objects.create(title="Signed out", declared_at=timezone.now() - DAY)
        link(alice, risk, relation=Relation.MATERIALISED, incident=incident, at=timezone.now())
        given = {
            "kind": "current",
            "likelihood": "rare",
            "column-data": "minor",
            "reason": "x",
            "matrix": 1,
            "confidence": "low",
        }
        answer = client_of.post(f"/risks/{risk.pk}/rate/", given)
        assert answer.status_code == 422
        assert "Say why you rate it two or more steps away from that." in answer.content.decode()
        assert client_of.post(f"/risks/{risk.pk}/rate/", given | {"despite": "Its cause is gone"}).status_code == 302

    def test_by_another_scale_than_the_one_in_force_is_refused(self, client_of: Client, lead: User, risk: Risk) -> None:
        given = {
            "kind": "current",
            "likelihood": "rare",
            "column-data": "minor",
            "reason": "x",
            "matrix": 1,
            "confidence": "low",
        }
        replaced(lead, at=timezone.now(), cells={("rare", "minor"): "low"})
        answer = client_of.post(f"/risks/{risk.pk}/rate/", given)
        assert answer.status_code == 409
        assert "The scale was changed while you rated." in answer.content.decode()

    def test_tells_the_level_while_one_chooses(self, client_of: Client, alice: User, risk: Risk) -> None:
        path = f"/risks/rate-preview/?risk={risk.pk}&kind=current"
        assert "The level shows here" in page(client_of, path)
        assert "The level shows here" in page(client_of, path + "&likelihood=nothing&column-data=severe")
        shown = page(client_of, path + "&likelihood=rare&column-data=severe&column-money=minor")
        assert "High" in shown
        assert "decided by Data" in shown
        assert "say below why" not in shown
        incident = Incident.objects.create(title="Signed out", declared_at=timezone.now() - DAY)
        link(alice, risk, relation=Relation.MATERIALISED, incident=incident, at=timezone.now())
        assert "say below why" in page(client_of, path + "&likelihood=rare&column-data=severe")


class TestALostUpdate:
    def test_shows_both_versions_and_then_replaces(self, client_of: Client, alice: User, risk: Risk) -> None:
        seen = risk.version
        edit(alice, risk, version=seen, at=timezone.now(), cause="One node")
        given = {
            "title": risk.title,
            "cause": "No replica",
            "owner": alice.pk,
            "identified_on": "2026-11-02",
            "version": seen,
        }
        answer = client_of.post(f"/risks/{risk.pk}/edit/", given)
        shown = answer.content.decode()
        assert answer.status_code == 409
        assert "<td>One node</td><td>No replica</td>" in shown
        client_of.post(f"/risks/{risk.pk}/edit/", given | {"version": seen + 1})
        risk.refresh_from_db()
        assert risk.cause == "No replica"


class TestItsLife:
    def test_goes_through_review_closing_and_opening_again(self, client_of: Client, risk: Risk) -> None:
        at = f"/risks/{risk.pk}"
        assert client_of.post(f"{at}/review/", {"note": " "}).status_code == 422
        assert client_of.post(f"{at}/review/", {"note": "Fine"}).status_code == 302
        assert "Its history, ratings and links stay" in page(client_of, f"{at}/close/")
        client_of.post(f"{at}/close/", {"because": "Gone"})
        risk.refresh_from_db()
        assert risk.state == RiskState.CLOSED
        assert client_of.get(f"{at}/close/").status_code == 302
        assert client_of.post(f"{at}/close/", {"because": "Gone"}).status_code == 409
        client_of.post(f"{at}/reopen/", {"reason": "Back"})
        risk.refresh_from_db()
        assert risk.state == RiskState.OPEN
        assert client_of.get(f"{at}/reopen/").status_code == 302
