"""Signing: who may, in which order, over what they saw, and what follows."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError

from relportal.core.exceptions import Conflict, Invalid, NotAllowed, RelportalError
from relportal.core.models import AuditEvent, Membership, Role, Team, User
from risks.actions import risks as registers
from risks.actions.delegations import delegate, revoke
from risks.actions.evidence import attach
from risks.actions.exception_ends import withdraw
from risks.actions.ratings import Rated, rate
from risks.actions.signatures import Decision, refuse, sign
from risks.models import ExceptionState, GovernanceException, Risk, RiskState, Signature
from risks.queries.exceptions.seen import sha256, shown
from risks.signals import exception_in_force
from tests import make
from tests.risks.excepted import DAY, accepted, asked, decision, director, executive, in_force, refused, signed, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def vera(db: None) -> User:
    return executive()


@pytest.fixture
def one(rita: User, lead: User, vera: User, risk: Risk, at: dt.datetime) -> GovernanceException:
    """The head signs first, then an executive."""
    return accepted(rita, risk, at)


def lent(person: User, to: User, at: dt.datetime, days: int = 9) -> None:
    delegate(person, to, starts_on=at.date(), ends_on=at.date() + days * DAY, reason="Holiday", at=at)


def test_the_last_signature_puts_it_in_force_and_accepts_the_risk(
    rita: User, alice: User, lead: User, vera: User, one: GovernanceException, risk: Risk, at: dt.datetime,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    heard: list[GovernanceException] = []
    exception_in_force.connect(lambda exception, **_: heard.append(exception), weak=False, dispatch_uid="test")
    signed(one, lead, at)
    one.refresh_from_db()
    assert (one.state, Risk.objects.get(pk=risk.pk).state) == (ExceptionState.REQUESTED, RiskState.OPEN)
    assert told(vera) == [f"{one} waits for your signature"]

    with django_capture_on_commit_callbacks(execute=True):
        signed(one, vera, at + DAY, comment="Until the second node is there")
    exception_in_force.disconnect(dispatch_uid="test")

    one.refresh_from_db()
    assert (one.state, one.in_force_at) == (ExceptionState.IN_FORCE, at + DAY)
    assert Risk.objects.get(pk=risk.pk).state == RiskState.ACCEPTED
    assert heard == [one]
    for person in (rita, alice, lead):
        assert told(person)[-1] == f"{one} is in force until 2 Dec 2026"
    assert AuditEvent.objects.filter(action="exception.sign").count() == 2
    assert AuditEvent.objects.get(action="risk.accept").actor == vera


def test_a_signature_keeps_what_was_seen_under_its_hash(
    lead: User, one: GovernanceException, risk: Risk, at: dt.datetime
) -> None:
    signed(one, lead, at)

    step = one.signatures.get(position=1)
    assert step.seen["request"]["reason"] == one.reason
    assert step.seen["risk"]["rating"]["level"] == "Medium"
    assert step.seen["risk"]["id"] == risk.short_id
    assert sha256(step.seen) == step.sha256
    assert AuditEvent.objects.get(action="exception.sign").changes["sha256"] == [None, step.sha256]


def test_what_changed_since_it_was_seen_is_not_signed(
    alice: User, rita: User, lead: User, one: GovernanceException, risk: Risk, at: dt.datetime
) -> None:
    seen = decision(one)
    attach(rita, one, name="load.csv", content=b"a,b\n1,2\n", at=at)
    with pytest.raises(Conflict, match="has changed in the meantime"):
        sign(lead, one, seen, at=at)

    seen = decision(one)
    rate(alice, risk, Rated(likelihood="unlikely", impact="serious", reason="Fewer now"), at=at)
    with pytest.raises(Conflict, match="has changed in the meantime"):
        sign(lead, one, seen, at=at)
    assert signed(one, lead, at)


def test_a_risk_that_is_rated_higher_since_is_not_accepted_on_that_path_but_may_be_refused(
    alice: User, lead: User, one: GovernanceException, risk: Risk, at: dt.datetime
) -> None:
    rate(alice, risk, Rated(likelihood="frequent", impact="severe", reason="It happened twice", despite="x"), at=at)
    with pytest.raises(Conflict, match="is rated Critical now"):
        signed(one, lead, at)
    assert refused(one, lead, at).state == ExceptionState.REFUSED


def test_a_risk_that_was_closed_since_has_nothing_to_accept(
    alice: User, lead: User, vera: User, one: GovernanceException, risk: Risk, at: dt.datetime
) -> None:
    signed(one, lead, at)
    registers.close(alice, risk, because="Switched off", at=at)
    with pytest.raises(Conflict, match="was closed in the meantime"):
        signed(one, vera, at)
    assert one.signatures.get(position=2).verdict == ""


def test_steps_are_signed_in_their_order(vera: User, one: GovernanceException, at: dt.datetime) -> None:
    with pytest.raises(Conflict, match="Head of Reliability comes first"):
        sign(vera, one, decision(one, step=2), at=at)
    with pytest.raises(NotAllowed, match="signed by somebody else: Head of Reliability"):
        signed(one, vera, at)
    with pytest.raises(Invalid, match="no such step"):
        sign(vera, one, decision(one, step=9), at=at)


def test_a_refusal_at_any_step_ends_it_with_its_reason(
    rita: User, lead: User, vera: User, one: GovernanceException, at: dt.datetime
) -> None:
    with pytest.raises(Invalid, match="Say why"):
        refused(one, lead, at, comment=" ")
    signed(one, lead, at)
    refused(one, vera, at, comment="Half a year is too long")

    one.refresh_from_db()
    assert (one.state, one.ended_at, one.ended_because) == (ExceptionState.REFUSED, at, "Half a year is too long")
    assert told(rita)[-1] == f"{vera} has refused {one}: Half a year is too long"
    with pytest.raises(Conflict, match="decided this step already"):
        sign(vera, one, decision(one, step=2), at=at)
    assert Risk.objects.get().state == RiskState.OPEN


def test_who_asked_does_not_sign_in_whatever_role(lead: User, vera: User, risk: Risk, at: dt.datetime) -> None:
    one = accepted(lead, risk, at)
    with pytest.raises(NotAllowed, match="You have asked for it"):
        signed(one, lead, at)
    Membership.objects.create(user=lead, role=Role.EXECUTIVE)
    in_force_by = make.user(role=Role.RELIABILITY_LEAD)
    signed(one, in_force_by, at)
    with pytest.raises(NotAllowed, match="You have asked for it"):
        signed(one, User.objects.get(pk=lead.pk), at)


def test_who_asked_signs_neither_for_another_nor_through_another(
    alice: User, lead: User, vera: User, risk: Risk, at: dt.datetime
) -> None:
    other = make.user("other@example.com", role=Role.RELIABILITY_LEAD)
    lent(other, lead, at)
    lent(lead, alice, at)
    one = accepted(lead, risk, at)

    with pytest.raises(NotAllowed, match="You have asked for it"):
        signed(one, lead, at, on_behalf_of=other)
    with pytest.raises(NotAllowed, match="nobody signs for the requester"):
        signed(one, alice, at)


def test_a_delegate_signs_and_is_named_with_whom_they_signed_for(
    alice: User, lead: User, one: GovernanceException, at: dt.datetime
) -> None:
    lent(lead, alice, at)
    signed(one, alice, at)

    step = one.signatures.get(position=1)
    assert (step.by, step.on_behalf_of) == (alice, lead)
    assert told(lead)[-1] == f"{alice} has decided {one} for you: signed"
    assert AuditEvent.objects.get(action="exception.sign").changes["on behalf of"] == [None, str(lead)]


@pytest.mark.parametrize(("days", "sentence"), [(9, None), (10, "ended on 11 Nov 2026"), (-1, "begins on 2 Nov 2026")])
def test_a_delegate_signs_on_the_last_day_and_is_refused_with_a_sentence_after_it(
    alice: User, rita: User, lead: User, vera: User, risk: Risk, at: dt.datetime, days: int, sentence: str | None
) -> None:
    lent(lead, alice, at)
    one = accepted(rita, risk, at + min(days, 0) * DAY, days=60)
    if sentence is None:
        signed(one, alice, at + days * DAY)
        return
    with pytest.raises(NotAllowed, match=sentence):
        signed(one, alice, at + days * DAY)


def test_a_revoked_delegation_holds_no_longer(
    alice: User, lead: User, one: GovernanceException, at: dt.datetime
) -> None:
    lent(lead, alice, at)
    revoke(lead, lead.delegations.get(), at=at)
    with pytest.raises(NotAllowed, match="was revoked on 2 Nov 2026"):
        signed(one, alice, at)


def test_a_delegate_of_somebody_who_left_or_lost_the_role_signs_no_more(
    alice: User, lead: User, one: GovernanceException, at: dt.datetime
) -> None:
    lent(lead, alice, at)
    User.objects.filter(pk=lead.pk).update(is_active=False)
    with pytest.raises(NotAllowed):
        signed(one, alice, at)
    User.objects.filter(pk=lead.pk).update(is_active=True)
    lead.memberships.all().delete()
    with pytest.raises(NotAllowed):
        signed(one, alice, at)


def test_who_may_sign_for_several_says_for_whom(
    alice: User, one: GovernanceException, lead: User, at: dt.datetime
) -> None:
    other = make.user("other@example.com", role=Role.RELIABILITY_LEAD)
    lent(lead, alice, at)
    lent(other, alice, at)
    with pytest.raises(Invalid) as refusal:
        signed(one, alice, at)
    assert "on_behalf_of" in refusal.value.errors
    with pytest.raises(NotAllowed, match="You cannot sign this for"):
        signed(one, alice, at, on_behalf_of=make.user(role=Role.RELIABILITY_LEAD))

    signed(one, alice, at, on_behalf_of=other)
    assert one.signatures.get(position=1).on_behalf_of == other


@pytest.mark.parametrize("through", [False, True])
def test_nobody_has_a_part_in_two_steps(
    alice: User, lead: User, vera: User, one: GovernanceException, at: dt.datetime, through: bool
) -> None:
    """Not the same person in two roles, and not somebody who was signed for."""
    Membership.objects.create(user=lead, role=Role.EXECUTIVE)
    if through:
        lent(lead, alice, at)
        signed(one, alice, at)
    else:
        signed(one, lead, at)
    with pytest.raises(NotAllowed, match="You have had your part"):
        signed(one, User.objects.get(pk=lead.pk), at)
    assert signed(one, vera, at).state == ExceptionState.IN_FORCE


def test_an_owner_of_another_team_and_an_administrator_sign_nothing(
    alice: User, admin: User, rita: User, payments: Team, at: dt.datetime
) -> None:
    one = asked(rita, at, team=payments)
    elsewhere = make.user(role=Role.SERVICE_OWNER, team=make.team())
    for nobody in (elsewhere, admin, rita, make.user(role=Role.VIEWER)):
        with pytest.raises(NotAllowed):
            signed(one, nobody, at)
    auditor = make.user(role=Role.SERVICE_OWNER, team=payments)
    Membership.objects.create(user=auditor, role=Role.AUDITOR)
    with pytest.raises(NotAllowed):
        signed(one, auditor, at)
    assert signed(one, alice, at).state == ExceptionState.IN_FORCE


def test_what_came_to_its_end_or_was_withdrawn_is_not_signed(
    rita: User, lead: User, one: GovernanceException, risk: Risk, at: dt.datetime
) -> None:
    """Whether or not any job has seen its end."""
    with pytest.raises(Conflict, match="come to its end unsigned"):
        signed(one, lead, one.expires_at)
    withdraw(rita, one, at=at)
    with pytest.raises(Conflict, match="not to be signed any more: withdrawn"):
        signed(one, lead, at)


def test_the_database_itself_refuses_the_requester_and_a_second_part(
    rita: User, lead: User, one: GovernanceException, at: dt.datetime
) -> None:
    for by, behalf in ((rita, None), (lead, rita)):
        with pytest.raises(InternalError, match="not signed by or for its requester"), transaction.atomic():
            Signature.objects.filter(exception=one, position=1).update(
                verdict="approved", by=by, on_behalf_of=behalf, at=at
            )
    signed(one, lead, at)
    with pytest.raises(IntegrityError), transaction.atomic():
        Signature.objects.filter(exception=one, position=2).update(verdict="approved", by=lead, at=at)
    with pytest.raises(InternalError), transaction.atomic():
        Signature.objects.filter(exception=one, position=1).update(comment="changed")


def test_the_database_itself_keeps_the_terms(one: GovernanceException, at: dt.datetime) -> None:
    for change in ({"expires_at": at + 900 * DAY}, {"reason": "Another"}, {"requester": one.requester_id + 1}):
        with pytest.raises(InternalError), transaction.atomic():
            GovernanceException.objects.filter(pk=one.pk).update(**change)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("second_act", [sign, refuse])
def test_of_two_who_decide_at_once_one_decides_and_the_other_meets_a_conflict(
    rita: User, lead: User, risk: Risk, at: dt.datetime, second_act: Any
) -> None:
    """Both hold the role, and the second one that of the next step, too: a click on one step never signs another."""
    other = make.user("other@example.com", role=Role.RELIABILITY_LEAD)
    Membership.objects.create(user=other, role=Role.EXECUTIVE)
    one = accepted(rita, risk, at)
    seen = Decision(step=1, sha256=sha256(shown(one)), comment="Together")
    meeting = threading.Barrier(2)

    def run(act: Any, person: User) -> Exception | None:
        try:
            with suppress(threading.BrokenBarrierError):
                meeting.wait(5)
            act(User.objects.get(pk=person.pk), one, seen, at=at)
        except RelportalError as error:
            return error
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(2) as pool:
        ended = [each.result() for each in (pool.submit(run, sign, lead), pool.submit(run, second_act, other))]

    assert sorted(type(error).__name__ for error in ended) == ["Conflict", "NoneType"]
    assert one.signatures.exclude(verdict="").count() == 1
    assert AuditEvent.objects.filter(action__in=("exception.sign", "exception.refuse")).count() == 1


def test_a_path_of_four_is_walked_by_four(
    rita: User, alice: User, lead: User, vera: User, risk: Risk, payments: Team, at: dt.datetime
) -> None:
    dora = director(payments)
    rate(alice, risk, Rated(likelihood="frequent", impact="severe", reason="x", despite="x"), at=at)
    risk.treatments.create(title="Add a second node", created_at=at)
    risk.refresh_from_db()
    one = in_force(accepted(rita, risk, at, days=20), at)

    assert [each.by for each in one.signatures.order_by("position")] == [alice, dora, lead, vera]
