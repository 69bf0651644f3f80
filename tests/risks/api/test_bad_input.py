"""What must not get through: forged approvals, impossible ends, files that are none, other people's secrets."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from incidents.actions.action_items import Promised, promise
from incidents.models import Incident
from relportal.core.actions.tokens import issue_token
from relportal.core.models import ApiToken, Membership, Role, Team, User
from risks.actions.delegations import delegate
from risks.models import Evidence, GovernanceException, Risk
from risks.queries.exceptions.subject import Subject
from tests import make
from tests.risks.api.asking import ROOT, client, delete, get, post, said, sign
from tests.risks.excepted import DAY, asked, in_force, signed

pytestmark = pytest.mark.django_db
TERMS = {"reason": "The second node comes in May", "ends_on": "2026-12-12"}


def unsigned(one: GovernanceException) -> bool:
    return not one.signatures.exclude(verdict="").exists()


class TestApproval:
    """By whom, and in which order."""

    def test_the_requester_signs_nothing_in_whatever_role(
        self, rita: User, lead: User, one: GovernanceException
    ) -> None:
        Membership.objects.create(user=rita, role=Role.RELIABILITY_LEAD)
        refusal = sign(User.objects.get(pk=rita.pk), one.pk)
        assert refusal.status_code == 403
        assert "You have asked for it" in refusal.json()["detail"]
        assert unsigned(one)

    def test_a_delegate_whose_delegation_ended_signs_nothing(
        self, alice: User, lead: User, one: GovernanceException, at: dt.datetime
    ) -> None:
        delegate(lead, alice, starts_on=at.date(), ends_on=at.date() + DAY, reason="Holiday", at=at)
        with time_machine.travel(at + 2 * DAY, tick=False):
            refusal = sign(alice, one.pk)
            sheet = get(alice, f"exceptions/{one.pk}/to-sign/").json()
        assert refusal.status_code == 403
        assert "ended on 3 Nov 2026" in refusal.json()["detail"]
        assert (sheet["may"], sheet["why_not"]) == (False, refusal.json()["detail"])
        assert unsigned(one)

    def test_steps_are_named_as_they_stand(self, lead: User, vera: User, one: GovernanceException) -> None:
        assert sign(vera, one.pk, step=2).status_code == 409
        assert sign(vera, one.pk).status_code == 403
        assert said(sign(lead, one.pk, step=9)) == {"step": "There is no such step."}
        for wrong in (0, "executive", None):
            assert said(sign(lead, one.pk, step=wrong)).keys() == {"step"}
        assert unsigned(one)

    def test_what_somebody_else_read_is_not_signed(self, lead: User, one: GovernanceException) -> None:
        assert sign(lead, one.pk, sha256="0" * 64).status_code == 409
        assert said(sign(lead, one.pk, sha256="sign it")).keys() == {"sha256"}
        assert unsigned(one)

    def test_an_owner_of_another_team_an_administrator_and_an_auditor_sign_nothing(
        self, admin: User, rita: User, payments: Team, at: dt.datetime
    ) -> None:
        one = asked(rita, at, team=payments)
        stranger = make.user(role=Role.SERVICE_OWNER, team=make.team())
        for nobody in (stranger, admin, make.user(role=Role.AUDITOR), make.user(role=Role.VIEWER)):
            assert sign(nobody, one.pk).status_code == 403
        assert unsigned(one)

    def test_a_token_that_only_reads_signs_nothing(
        self, lead: User, one: GovernanceException, settings: Any, at: dt.datetime
    ) -> None:
        settings.TOKEN_PEPPERS = {"1": "first"}
        token = issue_token(lead, name="reader", scopes={ApiToken.Scope.READ}, expires_at=None, at=at)
        api = client(make.user())
        api.logout()
        bearer = {"Authorization": f"Bearer {token.plain}"}
        assert api.get(f"{ROOT}exceptions/{one.pk}/to-sign/", headers=bearer).status_code == 200
        assert api.post(f"{ROOT}exceptions/{one.pk}/sign/", {}, headers=bearer).status_code == 403


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("second", ["sign", "refuse"])
def test_of_two_who_decide_at_once_one_decides_and_the_other_is_answered_409(
    rita: User, lead: User, one: GovernanceException, second: str
) -> None:
    """On two connections. The second holds the role of the next step, too: a click on one step never signs another."""
    other = make.user("other@example.com", role=Role.RELIABILITY_LEAD)
    Membership.objects.create(user=other, role=Role.EXECUTIVE)
    sheet = get(lead, f"exceptions/{one.pk}/to-sign/").json()
    body = {"step": 1, "sha256": sheet["sha256"], "comment": "At once"}
    asks = [(client(lead), "sign"), (client(other), second)]
    meeting = threading.Barrier(2)

    def run(api: Any, verb: str) -> int:
        try:
            with suppress(threading.BrokenBarrierError):
                meeting.wait(5)
            return int(api.post(f"{ROOT}exceptions/{one.pk}/{verb}/", body, format="json").status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        ended = [each.result() for each in [pool.submit(run, *each) for each in asks]]

    assert sorted(ended) == [200, 409]
    assert one.signatures.exclude(verdict="").count() == 1


class TestEnds:
    """Until when."""

    @pytest.mark.parametrize(
        ("day", "sentence"),
        [
            ("2026-11-01", "ends in the future"),
            ("2027-12-12", "At most 180 days"),
            ("9999-12-31", "Choose an earlier day"),
            ("2026-02-30", "Date has wrong format"),
            ("soon", "Date has wrong format"),
        ],
    )
    def test_an_end_that_cannot_be_is_refused_at_its_field(
        self, rita: User, lead: User, risk: Risk, day: str, sentence: str
    ) -> None:
        errors = said(post(rita, "exceptions/", kind="risk", risk=risk.short_id, **TERMS | {"ends_on": day}))
        assert errors.keys() == {"ends_on"}
        assert sentence in errors["ends_on"]
        assert not GovernanceException.objects.exists()

    def test_a_renewal_keeps_to_the_policy_as_well(
        self, alice: User, rita: User, payments: Team, at: dt.datetime
    ) -> None:
        old = in_force(asked(rita, at, team=payments), at)
        for day in ("2026-10-01", "2036-01-01"):
            assert said(post(rita, f"exceptions/{old.pk}/renew/", **TERMS | {"ends_on": day})).keys() == {"ends_on"}


class TestSubject:
    """About what."""

    def test_a_kind_asks_for_its_subject_and_takes_no_other(self, rita: User, lead: User, risk: Risk) -> None:
        assert "risk" in said(post(rita, "exceptions/", kind="risk", **TERMS))
        assert said(post(rita, "exceptions/", kind="risk", risk="RISK-0", **TERMS)).keys() == {"risk"}
        assert said(post(rita, "exceptions/", kind="dr", risk=risk.short_id, **TERMS)).keys() == {"risk"}
        assert said(post(rita, "exceptions/", kind="slo", objective="SLO-0", **TERMS)).keys() == {"objective"}
        assert said(post(rita, "exceptions/", kind="holiday", **TERMS)).keys() == {"kind"}
        empty = post(rita, "exceptions/", kind="standard", team="payments", title="x", reason=" ", ends_on="2026-12-12")
        assert said(empty).keys() == {"reason"}

    def test_the_same_is_not_asked_for_twice(self, rita: User, one: GovernanceException, risk: Risk) -> None:
        answer = post(rita, "exceptions/", kind="risk", risk=risk.short_id, **TERMS)
        assert answer.status_code == 409
        assert f"{one.short_id} for the same waits" in answer.json()["detail"]


class TestPrivate:
    """What is not for everybody."""

    def test_an_exception_of_an_action_of_a_private_incident_is_not_there_for_those_outside(
        self, admin: User, rita: User, lead: User, bob: User, vera: User, charlie: User, payments: Team, at: dt.datetime
    ) -> None:
        hidden = Incident.objects.create(title="Data leaked", declared_at=at, is_private=True, team=payments)
        late = promise(admin, Promised(title="Rotate the keys", incident=hidden, team=payments), at=at)
        one = asked(admin, at, kind="action", title="", subject=Subject(action=late))
        for path in ("", "to-sign/", "signatures/", "evidence/"):
            assert get(bob, f"exceptions/{one.pk}/{path}").status_code == 404
        assert get(bob, "exceptions/").json()["results"] == []
        assert get(bob, "executive-signatures/").json()["results"] == []
        assert sign(vera, one.pk, step=1, sha256="0" * 64).status_code == 404
        assert said(post(rita, "exceptions/", kind="action", action=late.short_id, **TERMS)).keys() == {"action"}
        assert get(admin, f"exceptions/{one.pk}/").json()["action"] == late.short_id
        for path in ("", f"{one.pk}/"):
            assert get(charlie, f"exceptions/{path}").status_code == 403


class TestEvidence:
    """Files."""

    def test_a_file_is_attached_read_and_removed_again(self, alice: User, bob: User, risk: Risk) -> None:
        path = f"risks/{risk.pk}/evidence/"
        made = attach(alice, path, b"a,b\n1,2\n", name="load.csv")
        assert (made.status_code, made.json()["media_type"], made.json()["by"]) == (201, "text/csv", alice.email)
        assert attach(alice, path, b"a,b\n1,2\n", name="again.csv").json()["id"] == made.json()["id"]
        (listed,) = get(bob, path).json()
        content = client(bob).get(listed["url"])
        assert b"".join(content) == b"a,b\n1,2\n"
        assert content["Content-Disposition"].startswith("attachment")
        assert delete(bob, f"{path}{listed['id']}/").status_code == 403
        assert delete(alice, f"{path}{listed['id']}/").status_code == 204
        assert get(bob, path).json() == []

    @pytest.mark.parametrize("holder", ["risks", "exceptions"])
    def test_a_gigabyte_is_refused_before_any_of_it_is_read(
        self, rita: User, one: GovernanceException, holder: str
    ) -> None:
        number = one.risk_id if holder == "risks" else one.pk
        answer = client(rita).generic(
            "POST", f"{ROOT}{holder}/{number}/evidence/", "x", content_type="multipart/form-data; boundary=x",
            CONTENT_LENGTH=str(2**30),
        )  # fmt: skip
        assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
        assert "at most 5" in answer.json()["detail"]
        assert not Evidence.objects.exists()

    @pytest.mark.parametrize(
        ("name", "content", "sentence"),
        [
            ("page.png", b"<html><script>alert(1)</script></html>", "may hold scripts"),
            ("tool.pdf", b"MZ\x90\x00\x03\x00\x00\x00", "none of the kinds that are taken"),
            ("empty.txt", b"", "is empty"),
        ],
    )
    def test_a_file_is_judged_by_its_content_and_not_by_its_name(
        self, rita: User, one: GovernanceException, name: str, content: bytes, sentence: str
    ) -> None:
        errors = said(attach(rita, f"exceptions/{one.pk}/evidence/", content, name=name))
        assert sentence in errors["file"]
        assert not Evidence.objects.exists()

    def test_what_somebody_had_before_them_stays(
        self, rita: User, lead: User, one: GovernanceException, at: dt.datetime
    ) -> None:
        path = f"exceptions/{one.pk}/evidence/"
        made = attach(rita, path, b"a,b\n1,2\n", name="load.csv").json()
        signed(one, lead, at)
        assert delete(rita, f"{path}{made['id']}/").status_code == 409
        assert len(get(rita, path).json()) == 1


def attach(user: User, path: str, content: bytes, *, name: str) -> Any:
    return client(user).post(ROOT + path, {"file": SimpleUploadedFile(name, content)}, format="multipart")
