"""Exceptions are signed, for oneself or for somebody who is away."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from relportal.core.models import Role, User
from risks.actions.delegations import delegate
from risks.actions.evidence import attach
from risks.models import Delegation, GovernanceException, Risk
from risks.queries.exceptions.seen import sha256, shown
from tests import make
from tests.risks.excepted import as_, decision, signed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


class TestSigning:
    """The page to decide."""

    def sent(self, one: GovernanceException, **given: Any) -> dict[str, Any]:
        found = decision(one)
        return {"step": found.step, "sha256": found.sha256, "verdict": "approved", "comment": "", **given}

    def test_it_shows_what_is_kept_and_signs_it(
        self, client: Client, lead: User, vera: User, one: GovernanceException, risk: Risk
    ) -> None:
        page = as_(client, lead).get(f"/exceptions/{one.pk}/sign/")
        for words in (
            f"Accept {risk.short_id} until 2 Dec 2026?",
            one.reason,
            "Medium",
            "not estimated",
            sha256(shown(one)),
        ):
            assertContains(page, words)
        answer = client.post(f"/exceptions/{one.pk}/sign/", self.sent(one), follow=True)
        assertContains(answer, "goes on to the next signature")

        as_(client, vera).post(f"/exceptions/{one.pk}/sign/", self.sent(one))
        page = client.get(one.get_absolute_url())
        assertContains(page, "Accepted until 2 Dec 2026; ends in 30 days")
        assertContains(page, "as it was signed")

    def test_whoever_cannot_sign_is_told_why(
        self, client: Client, alice: User, rita: User, one: GovernanceException
    ) -> None:
        page = as_(client, alice).get(f"/exceptions/{one.pk}/sign/", follow=True)
        assertContains(page, "This step is signed by somebody else: Head of Reliability.")
        refused = client.post(f"/exceptions/{one.pk}/sign/", self.sent(one))
        assertContains(refused, "This step is signed by somebody else", status_code=403)
        assert as_(client, rita).get(f"/exceptions/{one.pk}/sign/").status_code == 403

    def test_the_second_of_two_meets_what_the_first_has_done(
        self, client: Client, lead: User, one: GovernanceException, at: dt.datetime
    ) -> None:
        other = make.user(role=Role.RELIABILITY_LEAD)
        sent = self.sent(one)
        signed(one, other, at)
        page = as_(client, lead).post(f"/exceptions/{one.pk}/sign/", sent, follow=True)
        assertContains(page, "has decided this step already: signed")
        assert one.signatures.exclude(verdict="").count() == 1

    def test_what_changed_is_shown_anew_before_it_is_signed(
        self, client: Client, lead: User, rita: User, one: GovernanceException, at: dt.datetime
    ) -> None:
        sent = self.sent(one, comment="Only until May")
        attach(rita, one, name="load.csv", content=b"a,b\n1,2\n", at=at)
        page = as_(client, lead).post(f"/exceptions/{one.pk}/sign/", sent)
        assertContains(page, "has changed in the meantime", status_code=409)
        assertContains(page, "load.csv", status_code=409)
        assertContains(page, "Only until May", status_code=409)
        assertContains(page, sha256(shown(one)), status_code=409)
        assert client.post(f"/exceptions/{one.pk}/sign/", self.sent(one)).status_code == 302

    def test_a_refusal_needs_a_word(self, client: Client, lead: User, one: GovernanceException) -> None:
        as_(client, lead)
        page = client.post(f"/exceptions/{one.pk}/sign/", self.sent(one, verdict="refused"))
        assertContains(page, "Say why: the requester reads this", status_code=422)
        client.post(f"/exceptions/{one.pk}/sign/", self.sent(one, verdict="refused", comment="Too long"))
        assertContains(client.get(one.get_absolute_url()), "Refused on 2 Nov 2026")
        assertContains(client.get(one.get_absolute_url()), "Too long")

    def test_a_delegate_sees_for_whom_and_chooses_where_there_are_several(
        self, client: Client, alice: User, lead: User, one: GovernanceException, at: dt.datetime
    ) -> None:
        delegate(lead, alice, starts_on=at.date(), ends_on=at.date(), reason="Holiday", at=at)
        assertContains(as_(client, alice).get(f"/exceptions/{one.pk}/sign/"), "You sign for <strong>Lead</strong>")
        other = make.user("other@example.com", role=Role.RELIABILITY_LEAD)
        delegate(other, alice, starts_on=at.date(), ends_on=at.date(), reason="Holiday", at=at)
        assertContains(client.get(f"/exceptions/{one.pk}/sign/"), "For Other")
        page = client.post(f"/exceptions/{one.pk}/sign/", self.sent(one))
        assertContains(page, "Choose for whom you sign", status_code=422)
        client.post(f"/exceptions/{one.pk}/sign/", self.sent(one, on_behalf_of=other.pk))
        assertContains(client.get(one.get_absolute_url()), "Signed by Alice for Other")

    def test_nonsense_is_refused(self, client: Client, lead: User, one: GovernanceException) -> None:
        as_(client, lead)
        for given in ({"step": "x"}, {"step": ""}, {"sha256": ""}, {"sha256": "x" * 65}, {"comment": "x" * 2001}):
            assert client.post(f"/exceptions/{one.pk}/sign/", self.sent(one, **given)).status_code == 422
        assert client.post(f"/exceptions/{one.pk}/sign/", self.sent(one, step=9)).status_code == 422
        assert not one.signatures.exclude(verdict="").exists()


class TestDelegations:
    def test_somebody_signs_for_another_until_it_is_revoked(
        self, client: Client, alice: User, lead: User, bob: User
    ) -> None:
        as_(client, alice)
        sent = {"delegate": lead.pk, "starts_on": "2026-11-02", "ends_on": "2026-11-09", "reason": "Holiday"}
        assertRedirects(client.post("/exceptions/delegations/", sent), "/exceptions/delegations/")
        assertContains(client.get("/exceptions/delegations/"), "2 Nov 2026 to 9 Nov 2026")
        assertContains(client.post("/exceptions/delegations/", sent), "already", status_code=422)
        bad = sent | {"starts_on": "2026-11-01"}
        assertContains(client.post("/exceptions/delegations/", bad), "nobody signs for the past", status_code=422)

        row = Delegation.objects.get()
        assertContains(as_(client, lead).get("/exceptions/delegations/"), "for Alice")
        assert client.post(f"/exceptions/delegations/{row.pk}/revoke/").status_code == 404
        assertNotContains(as_(client, bob).get("/exceptions/delegations/"), "Alice")
        page = as_(client, alice).post(f"/exceptions/delegations/{row.pk}/revoke/", follow=True)
        assertContains(page, "Revoked")
        assertContains(client.post(f"/exceptions/delegations/{row.pk}/revoke/", follow=True), "does not hold any more")

    def test_those_who_oversee_see_everybodys(
        self, client: Client, alice: User, vera: User, admin: User, at: dt.datetime
    ) -> None:
        delegate(vera, alice, starts_on=at.date(), ends_on=at.date(), reason="Holiday", at=at)
        for user in (admin, make.user(role=Role.AUDITOR)):
            assertContains(as_(client, user).get("/exceptions/delegations/"), "Alice for Vera")
