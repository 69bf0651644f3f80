"""The pages of exceptions: asked for, signed, ended, listed; and how many statements a list takes."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from incidents.actions.action_items import Promised, promise
from relportal.core.models import Membership, Role, Service, Team, User
from risks.actions.delegations import delegate
from risks.actions.evidence import attach
from risks.actions.policy import Line, edit_policy
from risks.models import Delegation, GovernanceException, PolicyRow, Risk
from risks.queries.exceptions.seen import sha256, shown
from risks.queries.exceptions.subject import Subject
from tests import make
from tests.risks.excepted import DAY, accepted, asked, decision, executive, in_force, signed

pytestmark = pytest.mark.django_db
# Of a page with fifty rows or with one: the session, the roles, the page itself.
LIST_STATEMENTS = 12
SIGNED_STATEMENTS = 9


@pytest.fixture(autouse=True)
def now(at: dt.datetime) -> Any:
    with time_machine.travel(at, tick=False):
        yield


@pytest.fixture
def vera(db: None) -> User:
    return executive()


@pytest.fixture
def one(rita: User, lead: User, vera: User, risk: Risk, at: dt.datetime) -> GovernanceException:
    return accepted(rita, risk, at)


def as_(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


TERMS = {"title": "", "reason": "The second node comes in May", "ends_on": "2026-12-12", "scope": "", "controls": ""}


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


class TestPolicy:
    def rows(self, **change: Any) -> dict[str, Any]:
        """The form as it is shown."""
        sent: dict[str, Any] = {"version": 1, "reason": "", "rows-INITIAL_FORMS": 9, "rows-TOTAL_FORMS": 10}
        for n, row in enumerate(PolicyRow.objects.order_by("position")):
            fields = {
                "ORDER": n + 1,
                "kind": row.kind,
                "tiers": row.tiers,
                "levels": row.levels,
                "max_days": row.max_days,
            }
            fields |= {f"approver{m}": each for m, each in enumerate(row.approvers, 1)}
            sent |= {f"rows-{n}-{name}": value for name, value in fields.items()}
        return sent | change

    def test_everybody_reads_who_signs(self, client: Client, bob: User) -> None:
        page = as_(client, bob).get("/exceptions/policy/")
        assertContains(page, "VP or CTO")
        assertNotContains(page, "/exceptions/policy/edit/")

    def test_a_row_is_added_moved_and_taken_away(self, client: Client, lead: User) -> None:
        as_(client, lead)
        assert client.get("/exceptions/policy/edit/").status_code == 200
        new = {"rows-9-kind": "dr", "rows-9-approver1": "reliability_lead", "rows-9-max_days": 30, "rows-9-ORDER": 0}
        assertRedirects(client.post("/exceptions/policy/edit/", self.rows(**new)), "/exceptions/policy/")
        first = PolicyRow.objects.first()
        assert first is not None
        assert (first.kind, first.max_days, first.version, PolicyRow.objects.count()) == ("dr", 30, 2, 10)

        sent = self.rows(version=2, **{"rows-0-DELETE": "on", "rows-INITIAL_FORMS": 10, "rows-TOTAL_FORMS": 11})
        client.post("/exceptions/policy/edit/", sent)
        assert PolicyRow.objects.count() == 9
        assertContains(client.get("/audit/?object=policyrow:policy"), "policy.edit")

    def test_a_new_row_without_a_number_stands_before_the_last(self, client: Client, lead: User) -> None:
        new = {"rows-9-kind": "dr", "rows-9-tiers": [4], "rows-9-approver1": "director", "rows-9-max_days": 30}
        as_(client, lead).post("/exceptions/policy/edit/", self.rows(**new))
        assert PolicyRow.objects.get(kind="dr").position == 9

    def test_a_row_that_never_decides_is_refused_beside_it_and_nothing_typed_is_lost(
        self, client: Client, lead: User
    ) -> None:
        page = as_(client, lead).post("/exceptions/policy/edit/", self.rows(**{"rows-8-ORDER": 0, "reason": "Simpler"}))
        assertContains(page, "This row never decides: each of its cases is taken by row 1 above it.", status_code=422)
        assertContains(page, "Simpler", status_code=422)
        for bad in (
            {"rows-0-max_days": 2000},
            {"rows-1-approver1": "", "rows-1-approver2": ""},
            {"rows-0-kind": "x"},
            {"rows-0-max_days": ""},
        ):
            assert client.post("/exceptions/policy/edit/", self.rows(**bad)).status_code == 422
        assert client.post("/exceptions/policy/edit/", {"version": 1}).status_code == 422
        assert PolicyRow.objects.filter(version=1).count() == 9

    def test_a_lost_update_shows_what_stands_there_now(
        self, client: Client, lead: User, admin: User, at: dt.datetime
    ) -> None:
        sent = self.rows(**{"rows-8-max_days": 300})
        edit_policy(admin, [Line(approvers=("executive",), max_days=77)], version=1, at=at)
        page = as_(client, lead).post("/exceptions/policy/edit/", sent)
        assertContains(page, "Somebody else has changed the policy", status_code=409)
        assertContains(page, "77 d", status_code=409)


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
