"""The register over the API."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from incidents.models import Incident
from relportal.core.models import AuditEvent, Role, Service, Team, User
from risks.actions.links import link
from risks.actions.ratings import Rated, rate
from risks.actions.risks import Given, create
from risks.forms.register import MOVES
from risks.models import Relation, Risk, RiskState
from risks.queries.register import RiskFilters, Trait, found
from tests import make
from tests.risks.api.asking import client, delete, get, patch, post, said
from tests.risks.registered import registered
from tests.risks.scales import replaced

pytestmark = pytest.mark.django_db
RATING = {"likelihood": "possible", "columns": {"minutes": "serious"}, "reason": "Two near misses a year"}


def test_a_risk_is_written_down_with_its_first_rating_and_read_back(alice: User, checkout: Service) -> None:
    given = {"title": "One node holds every session", "owner": alice.email, "services": ["checkout"], "rating": RATING}
    answer = post(alice, "risks/", **given)

    assert answer.status_code == 201
    made = Risk.objects.get()
    found = answer.json()
    assert (found["id"], found["team"], found["owner"]) == (made.short_id, "payments", alice.email)
    assert found["ratings"]["current"]["level"]["key"] == "medium"
    assert found["ratings"]["target"] is None
    assert get(alice, f"risks/{made.pk}/").json() == found
    assert answer["ETag"] == f'"{made.version}"'


def test_a_wrong_rating_refuses_the_whole_at_its_fields(alice: User, checkout: Service) -> None:
    rating = RATING | {"likelihood": "weekly"}
    errors = said(post(alice, "risks/", title="One node", services=["checkout"], rating=rating))
    assert errors == {"rating.likelihood": "Choose a likelihood of the scale."}
    errors = said(post(alice, "risks/", title="One node", services=["gone"], owner="nobody@example.com"))
    assert set(errors) == {"services", "owner"}
    assert not Risk.objects.exists()


def test_a_change_names_the_version_that_it_replaces(alice: User, risk: Risk) -> None:
    path, etag = f"risks/{risk.pk}/", get(alice, f"risks/{risk.pk}/")["ETag"]
    assert client(alice).patch(f"/api/v1/{path}", {"title": "x"}, format="json").status_code == 428
    first = patch(alice, path, etag=etag, title="Two nodes hold every session")
    assert (first.status_code, first.json()["title"]) == (200, "Two nodes hold every session")

    late = patch(alice, path, etag=etag, title="Three")
    assert (late.status_code, late.json()["current_version"]) == (412, risk.version + 1)


def test_the_list_is_filtered(alice: User, risk: Risk) -> None:
    now = timezone.now()
    create(alice, Given(title="Nobody knows the password"), at=now)
    Risk.objects.filter(pk=risk.pk).update(review_due_on=now.date() - dt.timedelta(days=1))
    counts = {
        query: len(get(alice, f"risks/?{query}").json()["results"])
        for query in (
            "q=one+session", "q=zzz", "state=open", "state=closed&state=accepted", "level=medium", "level=low", "rated=true",
            "rated=false", "overdue=true", "overdue=false", "team=payments", "service=checkout", f"owner={alice.email}",
        )
    }  # fmt: skip
    assert list(counts.values()) == [1, 0, 2, 0, 1, 0, 1, 1, 1, 1, 1, 1, 1]
    assert get(alice, "risks/?state=wrong").status_code == 422


def test_the_api_finds_what_the_list_page_finds(alice: User, checkout: Service) -> None:
    at = timezone.now()
    registered(alice, checkout, at=at)
    asked = {f"only={each.value}": RiskFilters(traits=(each,)) for each in Trait}
    asked |= {f"moved={each.value}": RiskFilters(moved=(each,)) for each in MOVES}
    for query, filters in asked.items():
        listed = {f"RISK-{pk}" for pk in found(alice, filters, at=at).values_list("pk", flat=True)}
        assert {row["id"] for row in get(alice, f"risks/?{query}").json()["results"]} == listed, query
    assert get(alice, f"risks/?moved=worse&since={at.date()}").json()["results"] == []
    assert get(alice, "risks/?only=wrong").status_code == 422


def test_a_page_of_the_list_costs_the_same_however_many_there_are(
    alice: User, risk: Risk, rated: Rated, at: dt.datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(3):
        create(alice, Given(title=f"Another {n}", services=list(risk.services.all()), rated=rated), at=at)
    api = client(alice)
    get_all = "/api/v1/risks/"
    api.get(get_all)
    with django_assert_num_queries(6):
        # Session, person, roles, risks, services, journeys.
        assert len(api.get(get_all).json()["results"]) == 4


def test_a_risk_is_rated_again_and_its_history_read(alice: User, risk: Risk) -> None:
    answer = post(alice, f"risks/{risk.pk}/rate/", likelihood="likely", impact="serious", reason="It happened twice")
    assert answer.status_code == 201
    assert (answer.json()["decided_by"], answer.json()["by"]) == ("", alice.email)
    history = get(alice, f"risk-ratings/?risk={risk.pk}").json()["results"]
    assert [one["reason"] for one in history] == ["Two near misses a year", "It happened twice"]
    assert get(alice, f"risk-ratings/{history[0]['id']}/").json() == history[0]

    errors = said(post(alice, f"risks/{risk.pk}/rate/", likelihood="likely", impact="serious", reason=" "))
    assert set(errors) == {"reason"}
    both = post(alice, f"risks/{risk.pk}/rate/", **RATING, impact="serious")
    assert said(both) == {"impact": "Give the impact by column or as a whole, not both."}
    older = post(alice, f"risks/{risk.pk}/rate/", **RATING, matrix=999)
    assert older.status_code == 409


def test_a_risk_is_reviewed_closed_and_opened_again(alice: User, risk: Risk) -> None:
    path = f"risks/{risk.pk}"
    assert set(said(post(alice, f"{path}/review/"))) == {"note"}
    assert post(alice, f"{path}/review/", note="Still one node").json()["reviewed_at"] is not None
    assert set(said(post(alice, f"{path}/close/"))) == {"because"}
    assert post(alice, f"{path}/close/", because="Switched off").json()["state"] == RiskState.CLOSED
    assert post(alice, f"{path}/rate/", **RATING).status_code == 409
    assert post(alice, f"{path}/close/", because="Again").status_code == 409
    assert post(alice, f"{path}/reopen/", reason="Switched on").json()["state"] == RiskState.OPEN
    assert AuditEvent.objects.filter(action__in=("risk.review", "risk.close", "risk.reopen")).count() == 3


def test_readers_and_others_teams_write_nothing_and_outsiders_see_nothing(bob: User, charlie: User, risk: Risk) -> None:
    stranger = make.user(role=Role.SERVICE_OWNER, team=make.team())
    for nobody in (bob, stranger):
        assert patch(nobody, f"risks/{risk.pk}/", title="x").status_code == 403
        for verb in ("rate", "review", "close", "reopen", "links", "evidence"):
            assert post(nobody, f"risks/{risk.pk}/{verb}/").status_code == 403
        assert post(nobody, "risk-treatments/", risk=risk.short_id, title="x").status_code == 403
    for path in ("risks/", f"risks/{risk.pk}/", "risk-ratings/", "risk-treatments/", "risk-scales/"):
        assert get(charlie, path).status_code == 403


def test_links_to_a_private_incident_are_not_there_for_those_outside(
    alice: User, admin: User, bob: User, risk: Risk, at: dt.datetime
) -> None:
    shown = Incident.objects.create(title="Sessions lost", declared_at=at)
    hidden = Incident.objects.create(title="Data leaked", declared_at=at, is_private=True)
    made = post(alice, f"risks/{risk.pk}/links/", what=shown.short_id, relation="materialised", note="As feared")
    assert (made.status_code, made.json()["what"]) == (201, shown.short_id)
    private = link(admin, risk, relation=Relation.EVIDENCE, incident=hidden, at=at)

    path = f"risks/{risk.pk}/links/"
    assert [one["what"] for one in get(bob, path).json()] == [shown.short_id]
    assert "what" in said(post(alice, path, what=hidden.short_id))
    assert "what" in said(post(alice, path, what="INC-0"))
    assert delete(alice, f"{path}{private.pk}/").status_code == 404
    assert delete(alice, f"{path}{made.json()['id']}/").status_code == 204
    assert get(alice, path).json() == []


def test_a_link_twice_and_a_risk_that_comes_true_in_an_objective_are_refused(alice: User, risk: Risk) -> None:
    promise = make.objective(service=risk.services.get())
    path = f"risks/{risk.pk}/links/"
    assert "A risk comes true in an incident." in str(
        said(post(alice, path, what=promise.short_id, relation="materialised"))
    )
    assert post(alice, path, what=promise.short_id).status_code == 201
    assert "This is linked already." in str(said(post(alice, path, what=promise.short_id)))


def test_a_treatment_is_planned_moved_on_and_dropped_with_a_reason(alice: User, risk: Risk, payments: Team) -> None:
    ahead = str(timezone.now().date() + dt.timedelta(days=30))
    answer = post(alice, "risk-treatments/", risk=risk.short_id, title="A second node", due_on=ahead, effort_days=3.5)
    assert answer.status_code == 201
    one = answer.json()
    assert (one["risk"], one["owner"], one["state"], one["milestones"]) == (risk.short_id, alice.email, "planned", [])
    path = f"risk-treatments/{one['id']}"

    changed = patch(alice, f"{path}/", etag=answer["ETag"], effort_days=5)
    assert (changed.json()["effort_days"], changed.json()["title"]) == (5, "A second node")
    assert patch(alice, f"{path}/", etag=answer["ETag"], effort_days=6).status_code == 412
    assert "due_on" in said(patch(alice, f"{path}/", due_on="2020-01-01"))
    assert post(alice, f"{path}/state/", state="doing").json()["state"] == "doing"
    assert "reason" in said(post(alice, f"{path}/state/", state="dropped"))
    assert len(get(alice, f"risk-treatments/?risk={risk.pk}&state=doing&overdue=false").json()["results"]) == 1
    assert said(post(alice, "risk-treatments/", risk="RISK-0", title="x")).keys() == {"risk"}


def test_milestones_are_added_reached_and_removed(alice: User, risk: Risk, at: dt.datetime) -> None:
    ahead = timezone.now().date() + dt.timedelta(days=9)
    row = risk.treatments.create(title="A second node", created_at=at, owner=alice)
    path = f"risk-treatments/{row.pk}/milestones/"
    assert "due_on" in said(post(alice, path, title="Ordered", due_on="2020-01-01"))
    made = post(alice, path, title="Ordered", due_on=str(ahead)).json()
    assert patch(alice, f"{path}{made['id']}/", done=True).json()["done_at"] is not None
    assert patch(alice, f"{path}{made['id']}/", title="Delivered").json()["title"] == "Delivered"
    assert [one["title"] for one in get(alice, f"risk-treatments/{row.pk}/").json()["milestones"]] == ["Delivered"]
    assert delete(alice, f"{path}{made['id']}/").status_code == 204
    assert patch(alice, f"{path}{made['id']}/", done=False).status_code == 404


def test_the_scale_in_force_is_read_with_its_steps_and_cells(bob: User) -> None:
    now = get(bob, "risk-scales/current/").json()
    assert (now["number"], now["state"], len(now["cells"])) == (1, "current", 25)
    assert now["likelihoods"][0]["low"] is None
    assert [each["impact"] for each in now["columns"][0]["criteria"]]
    assert get(bob, "risk-scales/1/").json() == now == get(bob, "risk-scales/").json()["results"][0]


def test_an_older_version_of_the_scale_stays_readable_and_ratings_name_theirs(
    alice: User, lead: User, risk: Risk, at: dt.datetime
) -> None:
    replaced(lead, at=at, cells={("frequent", "minor"): "high"})
    rate(alice, risk, Rated(likelihood="likely", impact="serious", reason="Again"), at=at)
    assert [one["state"] for one in get(alice, "risk-scales/").json()["results"]] == ["past", "current"]
    assert [one["matrix"] for one in get(alice, "risk-ratings/").json()["results"]] == [1, 2]
