"""Exceptions are asked for and renewed on a form that shows who will sign."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from incidents.actions.action_items import Promised, promise
from relportal.core.models import Service, Team, User
from risks.models import GovernanceException, Risk
from tests import make
from tests.risks.excepted import TERMS, as_, in_force

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


class TestAsking:
    """The form, with the path that it would take."""

    def test_a_risk_is_accepted_by_way_of_its_page(
        self, client: Client, rita: User, lead: User, vera: User, risk: Risk
    ) -> None:
        page = as_(client, rita).get(f"/exceptions/new/?risk={risk.pk}")
        assertContains(page, f'value="{risk.short_id}"')
        assertContains(page, "Head of Reliability")
        assertContains(page, "At most 180 days")

        answer = client.post("/exceptions/new/", {"kind": "risk", "risk": risk.short_id, **TERMS})
        one = GovernanceException.objects.get()
        assertRedirects(answer, one.get_absolute_url())
        assert one.expires_at == dt.datetime(2026, 12, 13, tzinfo=dt.UTC)
        assertContains(client.get(one.get_absolute_url()), "Waits for a signature: Head of Reliability")

    def test_the_path_is_shown_as_the_form_is_filled_in_and_nothing_is_written(
        self, client: Client, rita: User, lead: User, vera: User, risk: Risk, payments: Team, alice: User
    ) -> None:
        as_(client, rita)
        shown_ = client.post("/exceptions/new/path/", {"kind": "risk", "risk": risk.short_id})
        assertContains(shown_, "Head of Reliability")
        assertNotContains(shown_, "<html")
        assertContains(client.post("/exceptions/new/path/", {"kind": "standard", "team": payments.pk}), "Alice")
        assertContains(client.post("/exceptions/new/path/", {"kind": "standard"}), "Say which team it is about")
        assertContains(client.post("/exceptions/new/path/", {"kind": "slo"}), "Say what it is about")

        # Without scripts: the same by a button, and what was typed stays.
        page = client.post(
            "/exceptions/new/", {"kind": "risk", "risk": risk.short_id, "reason": "Typed", "preview": "1"}
        )
        assertContains(page, "Head of Reliability")
        assertContains(page, "Typed")
        assertNotContains(page, "has-error")
        assert not GovernanceException.objects.exists()

    @pytest.mark.parametrize(
        ("given", "sentence"),
        [
            ({"ends_on": "2026-11-01"}, "An exception ends in the future"),
            ({"ends_on": "2028-01-01"}, "At most 180 days"),
            ({"ends_on": "9999-12-31"}, "Choose an earlier day"),
            ({"reason": ""}, "This field is required"),
            ({"reason": "x" * 4001}, "at most 4000 characters"),
            ({"risk": "RISK-999999"}, "There is no such risk"),
            ({"risk": "RISK-999999999999999"}, "There is no such risk"),
            ({"risk": "one"}, "There is no such risk"),
            ({"risk": ""}, "Say which risk is accepted"),
            ({"kind": "slo"}, "Say which objective is not kept"),
            ({"kind": "action", "action": "ACT-1234567"}, "There is no such action"),
            ({"kind": "readiness"}, "Say which service it is about"),
        ],
    )
    def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(
        self, client: Client, rita: User, lead: User, risk: Risk, given: dict[str, str], sentence: str
    ) -> None:
        sent = {"kind": "risk", "risk": risk.short_id, **TERMS, "controls": "A pager", **given}
        page = as_(client, rita).post("/exceptions/new/", sent)
        assertContains(page, sentence, status_code=422)
        assertContains(page, "A pager", status_code=422)
        assert not GovernanceException.objects.exists()

    def test_each_free_kind_is_asked_for(
        self, client: Client, rita: User, alice: User, checkout: Service, payments: Team
    ) -> None:
        as_(client, rita)
        for kind in ("readiness", "policy", "standard", "dr"):
            sent = {
                "kind": kind,
                "service": checkout.pk,
                **TERMS,
                "title": f"No {kind}",
                "url": "https://example.com/x",
            }
            client.post("/exceptions/new/", sent | {"ends_on": "2026-11-10"})
        found = GovernanceException.objects.order_by("pk")
        assert [each.kind for each in found] == ["readiness", "policy", "standard", "dr"]
        assert {(each.service, each.team, each.subject_url) for each in found} == {
            (checkout, payments, "https://example.com/x")
        }

    def test_an_objective_and_an_action_lead_here(
        self, client: Client, rita: User, alice: User, checkout: Service, payments: Team, at: dt.datetime
    ) -> None:
        objective = make.objective(service=checkout)
        action = promise(rita, Promised(title="Page earlier", team=payments), at=at)
        as_(client, rita)
        assertContains(client.get(f"/exceptions/new/?objective={objective.pk}"), f'value="{objective.short_id}"')
        assertContains(client.get(f"/exceptions/new/?action={action.pk}"), f'value="{action.short_id}"')
        for address in ("?risk=x", "?kind=nothing", "?service=9999999999"):
            assert client.get(f"/exceptions/new/{address}").status_code == 200

    def test_it_is_renewed_with_what_was_said_before(
        self, client: Client, rita: User, one: GovernanceException, at: dt.datetime
    ) -> None:
        in_force(one, at)
        page = as_(client, rita).get(f"/exceptions/{one.pk}/renew/")
        assertContains(page, f"Renew {one.short_id}")
        assertContains(page, "Head of Reliability")
        assertRedirects(
            client.post(f"/exceptions/{one.pk}/renew/", TERMS | {"ends_on": "2027-01-31"}),
            GovernanceException.objects.latest("pk").get_absolute_url(),
        )
        new = GovernanceException.objects.get(renews=one)
        assert (new.renewal, new.title) == (1, one.title)
        assertContains(
            client.post(f"/exceptions/{one.pk}/renew/", TERMS | {"ends_on": "2027-01-31"}), "waits", status_code=409
        )
