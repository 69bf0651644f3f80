"""The pages of exceptions: looked at, ended, listed; and how many statements a list takes."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from incidents.actions.action_items import Promised, promise
from relportal.core.models import Membership, Role, Service, Team, User
from risks.models import GovernanceException, Risk
from risks.queries.exceptions.subject import Subject
from tests import make
from tests.risks.excepted import DAY, as_, asked, in_force

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]

# Of a page with fifty rows or with one: the session, the roles, the page itself.
LIST_STATEMENTS = 12
SIGNED_STATEMENTS = 9


class TestOne:
    def test_it_is_withdrawn_and_ended_on_its_page(
        self, client: Client, rita: User, alice: User, one: GovernanceException, at: dt.datetime, payments: Team
    ) -> None:
        other = in_force(asked(rita, at, team=payments), at)
        as_(client, rita).post(f"/exceptions/{one.pk}/withdraw/", {"version": 1, "reason": "Found another way"})
        assertContains(client.get(one.get_absolute_url()), "Found another way")

        as_(client, alice)
        page = client.post(f"/exceptions/{other.pk}/end/", {"version": other.version, "reason": ""})
        assertContains(page, "This field is required", status_code=422)
        assert client.post(f"/exceptions/{other.pk}/end/", {"version": 1, "reason": "Fixed"}).status_code == 409
        client.post(f"/exceptions/{other.pk}/end/", {"version": other.version, "reason": "Fixed"})
        assertContains(client.get(other.get_absolute_url()), "Ended early, on 2 Nov 2026")

    def test_the_viewer_sees_what_may_be_done_and_nothing_else(
        self, client: Client, bob: User, rita: User, lead: User, one: GovernanceException
    ) -> None:
        for user, has, has_not in (
            (bob, (), ("Withdraw the request", "Read and decide", "Attach a file", "Renew")),
            (rita, ("Withdraw the request", "Attach a file"), ("Read and decide",)),
            (lead, ("Read and decide",), ()),
        ):
            page = as_(client, user).get(one.get_absolute_url())
            for words in has:
                assertContains(page, words)
            for words in has_not:
                assertNotContains(page, words)

    def test_nobody_who_can_sign_is_said_loudly(
        self, client: Client, bob: User, rita: User, payments: Team, at: dt.datetime
    ) -> None:
        one = asked(rita, at, team=payments)
        assertContains(as_(client, bob).get(one.get_absolute_url()), "Nobody can sign the next step now.")

    def test_what_it_is_about_shows_it(
        self, client: Client, rita: User, alice: User, one: GovernanceException, checkout: Service, payments: Team,
        risk: Risk, at: dt.datetime,
    ) -> None:  # fmt: skip
        objective = make.objective(service=checkout)
        make.status(objective=objective)
        action = promise(rita, Promised(title="Page earlier", team=payments), at=at)
        as_(client, rita)
        for row, kind, name, subject in (
            (objective, "slo", "objective", Subject(objective=objective)),
            (action, "action", "action", Subject(action=action)),
        ):
            assertContains(client.get(row.get_absolute_url()), f"/exceptions/new/?{name}={row.pk}")
            Service.objects.update(tier=3)
            made = asked(rita, at, kind=kind, subject=subject, title="", days=10)
            in_force(made, at)
            page = client.get(row.get_absolute_url())
            assertContains(page, made.short_id)
            assertContains(page, "Ends soon")
            assertNotContains(page, f"/exceptions/new/?{name}={row.pk}")
        assertContains(client.get(risk.get_absolute_url()), one.short_id)

    def test_its_short_id_and_the_palette_lead_to_it(self, client: Client, bob: User, one: GovernanceException) -> None:
        assertRedirects(as_(client, bob).get(f"/r/{one.short_id}/"), one.get_absolute_url())
        assertContains(client.get("/search/?q=session"), one.get_absolute_url())


class TestLists:
    def test_what_waits_for_the_viewer_is_the_title_and_the_first_row(
        self, client: Client, lead: User, bob: User, one: GovernanceException
    ) -> None:
        page = as_(client, lead).get("/exceptions/")
        assertContains(page, "<h1>1 exception waits for your signature</h1>")
        assertContains(page, f"/exceptions/{one.pk}/sign/")
        assertContains(client.get("/exceptions/?whose=waits"), one.title)
        page = as_(client, bob).get("/exceptions/")
        assertContains(page, "No exception is in force")
        assertNotContains(page, f"/exceptions/{one.pk}/sign/")
        assertNotContains(client.get("/exceptions/?whose=waits"), one.title)

    def test_what_means_nothing_is_left_out_and_said(self, client: Client, bob: User, one: GovernanceException) -> None:
        address = "?state=x&kind=x&tier=9&ends=x&renewed=9&whose=x&sort=x&page=x&level=nothing"
        page = as_(client, bob).get(f"/exceptions/{address}")
        assertContains(page, "There is no state “x”")
        address = "?period=2026-Q9&person=x&kind=x&verdict=x&page=0"
        assertContains(client.get(f"/exceptions/signed/{address}"), "There is no period “2026-Q9”")

    def test_the_csv_holds_everything_and_no_formula(
        self, client: Client, bob: User, rita: User, alice: User, payments: Team, at: dt.datetime
    ) -> None:
        asked(rita, at, team=payments, title="=1+1")
        answer: Any = as_(client, bob).get("/exceptions/?format=csv")
        rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
        assert (rows[0]["title"], rows[0]["state"], rows[0]["waits_for"]) == ("'=1+1", "waiting", "service_owner")

    @pytest.mark.parametrize("count", [1, 50])
    def test_the_register_takes_the_same_statements_for_one_row_and_for_fifty(
        self, client: Client, lead: User, alice: User, rita: User, payments: Team, at: dt.datetime, count: int
    ) -> None:
        for number in range(count):
            asked(rita, at, team=payments, title=f"Standard {number}")
        as_(client, lead).get("/exceptions/")
        with CaptureQueriesContext(
            connection,
        ) as asked_:
            assert client.get("/exceptions/").status_code == 200
        assert len(asked_) <= LIST_STATEMENTS, "\n".join(each["sql"][:150] for each in asked_)

    def test_what_executives_signed_is_listed_with_few_statements_and_as_csv(
        self, client: Client, bob: User, vera: User, one: GovernanceException, at: dt.datetime
    ) -> None:
        in_force(one, at)
        as_(client, bob).get("/exceptions/signed/")
        with CaptureQueriesContext(connection) as asked_:
            page = client.get("/exceptions/signed/")
        assertContains(page, "1 decision of an executive")
        assertContains(page, "Signed by Vera")
        assert len(asked_) <= SIGNED_STATEMENTS, "\n".join(each["sql"][:150] for each in asked_)
        assertContains(client.get(f"/exceptions/signed/?person={vera.pk}&period=2026-Q4"), one.short_id)
        assertNotContains(client.get("/exceptions/signed/?period=2026-Q3"), one.get_absolute_url())
        answer: Any = client.get("/exceptions/signed/?format=csv")
        assert one.short_id in b"".join(answer.streaming_content).decode()


def test_an_auditor_reads_every_page_and_posts_nothing(client: Client, one: GovernanceException) -> None:
    auditor = make.user(role=Role.EXECUTIVE)
    Membership.objects.create(user=auditor, role=Role.AUDITOR)
    as_(client, auditor)
    for path in ("", "signed/", "policy/", "delegations/", f"{one.pk}/", f"{one.pk}/evidence/"):
        assert client.get(f"/exceptions/{path}").status_code == 200
    for path in (
        "new/",
        "delegations/",
        f"{one.pk}/sign/",
        f"{one.pk}/withdraw/",
        f"{one.pk}/end/",
        f"{one.pk}/renew/",
    ):
        assert client.post(f"/exceptions/{path}").status_code == 403
    assert DAY
