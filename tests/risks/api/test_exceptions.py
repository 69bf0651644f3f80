"""Exceptions over the API: asked for, signed by two, ended and renewed, and what is said of them."""

from __future__ import annotations

import datetime as dt

import pytest
from pytest_django import DjangoAssertNumQueries

from relportal.core.models import Team, User
from risks.actions.delegations import delegate
from risks.models import GovernanceException, Risk, RiskState
from tests.risks.api.asking import client, get, post, said, sign
from tests.risks.excepted import DAY, asked, in_force, refused

pytestmark = pytest.mark.django_db
TERMS = {"reason": "The second node comes in May", "ends_on": "2026-12-12"}


def test_an_acceptance_is_asked_for_signed_by_two_and_holds(
    rita: User, lead: User, vera: User, risk: Risk, at: dt.datetime
) -> None:
    answer = post(rita, "exceptions/", kind="risk", risk=risk.short_id, **TERMS)
    assert answer.status_code == 201
    asked_for = answer.json()
    assert (asked_for["state"], asked_for["risk"], asked_for["team"]) == ("waiting", risk.short_id, "payments")
    assert (asked_for["ends_on"], asked_for["expires_at"]) == ("2026-12-12", "2026-12-13T00:00:00Z")
    assert [step["approver"] for step in asked_for["steps"]] == ["reliability_lead", "executive"]
    number = GovernanceException.objects.get().pk

    sheet = get(lead, f"exceptions/{number}/to-sign/").json()
    assert (sheet["step"], sheet["may"], sheet["seen"]["risk"]["rating"]["level"]) == (1, True, "Medium")
    assert [each["person"] for each in sheet["signers"]] == [lead.email]
    assert sign(lead, number).json()["state"] == "waiting"
    held = sign(vera, number, comment="Until the second node is there").json()
    assert (held["state"], held["steps"][1]["by"]) == ("in_force", vera.email)
    assert get(rita, f"risks/{risk.pk}/").json()["state"] == RiskState.ACCEPTED
    assert get(rita, f"exceptions/{number}/").json() == held


def test_what_was_seen_stays_with_each_signature_and_the_register_of_executives_has_it(
    bob: User, vera: User, one: GovernanceException, at: dt.datetime
) -> None:
    in_force(one, at)
    first, second = get(bob, f"exceptions/{one.pk}/signatures/").json()
    assert (first["intact"], second["intact"]) == (True, True)
    assert second["seen"]["signed"][0]["approver"] == "reliability_lead"

    (row,) = get(bob, f"executive-signatures/?person={vera.email}&kind=risk").json()["results"]
    assert (row["exception"], row["sha256"], row["state"]) == (one.short_id, second["sha256"], "in_force")
    assert get(bob, "executive-signatures/?verdict=refused").json()["results"] == []


def test_a_refusal_says_why_and_ends_it(lead: User, rita: User, one: GovernanceException) -> None:
    assert said(sign(lead, one.pk, verb="refuse")).keys() == {"comment"}
    found = sign(lead, one.pk, verb="refuse", comment="Half a year is too long").json()
    assert (found["state"], found["ended_because"]) == ("refused", "Half a year is too long")
    assert get(lead, f"exceptions/{one.pk}/to-sign/").status_code == 409


def test_a_request_is_withdrawn_and_what_holds_is_ended_early(
    alice: User, rita: User, one: GovernanceException, payments: Team, at: dt.datetime
) -> None:
    assert post(rita, f"exceptions/{one.pk}/withdraw/").json()["state"] == "withdrawn"
    assert post(rita, f"exceptions/{one.pk}/withdraw/").status_code == 409
    other = in_force(asked(rita, at, team=payments), at)
    assert post(rita, f"exceptions/{other.pk}/end/", reason="Done").status_code == 403
    assert said(post(alice, f"exceptions/{other.pk}/end/")).keys() == {"reason"}
    assert post(alice, f"exceptions/{other.pk}/end/", reason="Done").json()["state"] == "ended"


def test_a_renewal_is_a_new_request_in_the_words_of_the_old_one(
    alice: User, rita: User, payments: Team, at: dt.datetime
) -> None:
    old = in_force(asked(rita, at, team=payments, controls="Logs are copied weekly"), at)
    found = post(rita, f"exceptions/{old.pk}/renew/", **TERMS).json()
    assert (found["renews"], found["renewal"], found["state"]) == (old.short_id, 1, "waiting")
    assert (found["title"], found["controls"]) == (old.title, "Logs are copied weekly")
    again = post(rita, f"exceptions/{old.pk}/renew/", **TERMS)
    assert (again.status_code, again.json()["detail"]) == (409, f"{found['id']} renews it already.")


def test_the_list_is_filtered_in_the_words_of_the_page(
    rita: User, lead: User, one: GovernanceException, payments: Team, at: dt.datetime
) -> None:
    in_force(asked(rita, at, team=payments, days=40), at)
    refused(asked(rita, at, team=payments, title="Nobody wants it"), lead_of(payments), at)
    counts = {
        query: len(get(lead, f"exceptions/?{query}").json()["results"])
        for query in (
            "", "state=live", "state=waiting", "state=refused,in_force", "kind=standard", "ends=30", "ends=60", "whose=waits",
            f"risk={one.risk_id}", "team=payments", "level=medium", "q=nobody+wants", "renewed=1",
        )
    }  # fmt: skip
    assert list(counts.values()) == [3, 2, 1, 2, 2, 0, 1, 1, 1, 3, 1, 1, 0]
    assert get(lead, "exceptions/?state=wrong").status_code == 422


def lead_of(team: Team) -> User:
    return team.memberships.get(role="service_owner").user


def test_a_page_of_the_list_costs_the_same_however_many_there_are(
    rita: User, bob: User, payments: Team, at: dt.datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(3):
        asked(rita, at, team=payments, title=f"Logs {n}")
    api = client(bob)
    api.get("/api/v1/exceptions/")
    with django_assert_num_queries(6):
        # Session, person, roles; what the viewer may sign; exceptions; their steps.
        assert len(api.get("/api/v1/exceptions/").json()["results"]) == 3


def test_delegations_are_ones_own_and_revoked_once(alice: User, lead: User, vera: User, at: dt.datetime) -> None:
    days = {"starts_on": "2026-11-02", "ends_on": "2026-11-11"}
    made = post(lead, "delegations/", delegate=alice.email, reason="Holiday", **days)
    assert (made.status_code, made.json()["when"], made.json()["person"]) == (201, "now", lead.email)
    assert said(post(lead, "delegations/", delegate=lead.email, reason="Holiday", **days)).keys() == {"delegate"}
    over = {"starts_on": "2026-11-01", "ends_on": "2026-10-01"}
    assert said(post(lead, "delegations/", delegate=vera.email, reason="x", **over)).keys() == {"starts_on", "ends_on"}
    path = f"delegations/{made.json()['id']}/"
    assert get(alice, path).json() == made.json()
    assert get(vera, path).status_code == 404
    assert post(alice, f"{path}revoke/").status_code == 404
    assert post(lead, f"{path}revoke/").json()["when"] == "revoked"
    assert post(lead, f"{path}revoke/").status_code == 409


def test_a_delegate_signs_for_somebody_and_is_named_so(
    alice: User, lead: User, one: GovernanceException, at: dt.datetime
) -> None:
    delegate(lead, alice, starts_on=at.date(), ends_on=at.date() + DAY, reason="Holiday", at=at)
    assert get(alice, f"exceptions/{one.pk}/to-sign/").json()["for_others"] == [lead.email]
    assert said(sign(alice, one.pk, on_behalf_of="nobody@example.com")).keys() == {"on_behalf_of"}
    step = sign(alice, one.pk, on_behalf_of=lead.email).json()["steps"][0]
    assert (step["by"], step["on_behalf_of"]) == (alice.email, lead.email)


def test_the_policy_is_read_in_its_order(bob: User) -> None:
    found = get(bob, "exception-policy/").json()
    assert [row["position"] for row in found["rows"]] == list(range(1, len(found["rows"]) + 1))
    assert found["rows"][-1]["kind"] == ""
    assert found["rows"][-1]["approvers"]
