"""The end of an exception acts, at the instant and whatever fails beside it; and no query waits for it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from incidents.actions import reminders as action_reminders
from incidents.actions.action_items import Promised, promise
from incidents.models import ActionItem
from relportal.core import work
from relportal.core.exceptions import Conflict, Invalid, NotAllowed
from relportal.core.models import AuditEvent, Role, Team, User, WorkItem
from risks import tasks
from risks.actions import exception_ends, expiry
from risks.actions.acceptance import reopen_risk
from risks.actions.exceptions import Asked, renew
from risks.actions.expiry import EXPIRY, expire_due
from risks.models import ExceptionState, GovernanceException, Risk, RiskState
from risks.queries.exceptions.path import end_of_day
from risks.queries.exceptions.subject import Subject
from risks.signals import exception_ended
from tests import make
from tests.risks.excepted import DAY, accepted, asked, executive, in_force, told

pytestmark = pytest.mark.django_db
SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def vera(db: None) -> User:
    return executive()


@pytest.fixture
def one(rita: User, lead: User, vera: User, risk: Risk, at: dt.datetime) -> GovernanceException:
    """In force for 30 days."""
    return in_force(accepted(rita, risk, at), at)


@pytest.fixture
def heard() -> Any:
    said: list[tuple[int, str]] = []
    exception_ended.connect(
        lambda exception, how, **_: said.append((exception.pk, how)), weak=False, dispatch_uid="test"
    )
    yield said
    exception_ended.disconnect(dispatch_uid="test")


def test_at_its_end_the_risk_is_open_again_due_for_review_and_everybody_is_told(
    rita: User, alice: User, lead: User, vera: User, one: GovernanceException, risk: Risk, heard: list[Any],
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    ends = one.expires_at
    with django_capture_on_commit_callbacks(execute=True):
        assert expire_due(at=ends - SECOND).done == 0
        assert expire_due(at=ends).done == 1

    one.refresh_from_db()
    risk.refresh_from_db()
    assert (one.state, one.expired_at, one.expires_at) == (ExceptionState.EXPIRED, ends, ends)
    assert (risk.state, risk.reopened_at, risk.review_due_on) == (RiskState.OPEN, ends, ends.date())
    assert heard == [(one.pk, "expired")]
    for person in (rita, alice, lead, vera):
        assert told(person)[-1] == f"{one} is over, and {risk.short_id} is open again"
    assert AuditEvent.objects.filter(action__in=("exception.expire", "risk.reopen"), actor=None).count() == 2


def test_acting_twice_acts_once(one: GovernanceException, lead: User, heard: list[Any]) -> None:
    expire_due(at=one.expires_at)
    before = AuditEvent.objects.count(), len(told(lead))
    expire_due(at=one.expires_at + DAY)
    assert (AuditEvent.objects.count(), len(told(lead))) == before


def test_a_bad_row_never_stops_the_others_and_is_named_to_the_operators(
    rita: User, lead: User, vera: User, payments: Team, risk: Risk, at: dt.datetime, monkeypatch: pytest.MonkeyPatch,
    one: GovernanceException,
) -> None:  # fmt: skip
    others = [
        in_force(accepted(rita, make_rated(risk, payments, at), at), at),
        in_force(accepted(rita, make_rated(risk, payments, at), at), at),
    ]
    bad = others[0]

    def broken(actor: Any, exception: GovernanceException, *, at: dt.datetime) -> bool:
        if exception.pk == bad.pk:
            raise ValueError("boom")
        return reopen_risk(actor, exception, at=at)

    monkeypatch.setattr(expiry, "reopen_risk", broken)
    item = WorkItem.objects.get(kind=EXPIRY)
    found = tasks.expiry(item, one.expires_at)

    assert found.problem == f"{bad.short_id}: ValueError: boom"
    assert found.result == {"ended": 2, "failed": {bad.short_id: "ValueError: boom"}}
    assert found.again_at == one.expires_at + expiry.EVERY
    states = dict(GovernanceException.objects.values_list("pk", "state"))
    assert (states[one.pk], states[others[1].pk]) == ("expired", "expired")
    # What the bad row had begun is undone as a whole; it is tried again, and then it ends.
    assert states[bad.pk] == "in_force"
    monkeypatch.undo()
    assert tasks.expiry(item, one.expires_at + expiry.EVERY).problem == ""
    bad.refresh_from_db()
    assert bad.state == "expired"


def make_rated(like: Risk, team: Team, at: dt.datetime) -> Risk:
    row = Risk.objects.create(title="Another", team=team, identified_on=at.date(), created_at=at)
    row.services.set(like.services.all())
    row.current = like.current
    row.save()
    return row


def test_a_dead_worker_keeps_nothing_in_force(one: GovernanceException, risk: Risk) -> None:
    """No job has run: the row still says so, and no query believes it."""
    ends = one.expires_at
    assert list(GovernanceException.objects.in_force(ends - SECOND)) == [one]
    assert not GovernanceException.objects.in_force(ends).exists()
    assert list(Risk.objects.accepted(ends - SECOND)) == [risk]
    assert not Risk.objects.accepted(ends).exists()
    assert GovernanceException.objects.get().state == ExceptionState.IN_FORCE


def test_work_is_due_at_the_very_end_and_every_minute_all_the_same(
    rita: User, payments: Team, alice: User, at: dt.datetime
) -> None:
    WorkItem.objects.filter(kind=EXPIRY).update(due_at=at + 90 * DAY)
    one = asked(rita, at, team=payments)
    item = WorkItem.objects.get(kind=EXPIRY)
    assert (item.due_at, item.every_s) == (one.expires_at, 60)
    assert work.handler_of(EXPIRY) is tasks.expiry

    assert tasks.expiry(item, at).again_at == at + expiry.EVERY
    assert tasks.expiry(item, one.expires_at - SECOND).again_at == one.expires_at


def test_what_nobody_signed_in_time_lapses_and_its_people_hear_of_it(
    rita: User, lead: User, vera: User, risk: Risk, at: dt.datetime, heard: list[Any]
) -> None:
    one = accepted(rita, risk, at)
    expire_due(at=one.expires_at)

    one.refresh_from_db()
    assert (one.state, one.in_force_at, one.expired_at) == (ExceptionState.EXPIRED, None, one.expires_at)
    assert told(rita)[-1] == f"{one} has come to its end before everybody had signed it"
    assert heard == []
    assert not AuditEvent.objects.filter(action="risk.reopen").exists()


def test_what_was_renewed_ends_and_its_risk_stays_accepted(
    rita: User, lead: User, vera: User, one: GovernanceException, risk: Risk, at: dt.datetime
) -> None:
    terms = Asked(kind="", reason="The vendor is late", expires_at=end_of_day(at.date() + 60 * DAY))
    new = in_force(renew(rita, one, terms, at=at + 20 * DAY), at + 20 * DAY)

    expire_due(at=one.expires_at)
    risk.refresh_from_db()
    assert risk.state == RiskState.ACCEPTED
    assert told(rita)[-1] == f"{one} is over"

    expire_due(at=new.expires_at)
    risk.refresh_from_db()
    assert risk.state == RiskState.OPEN


def test_a_closed_risk_stays_closed(alice: User, one: GovernanceException, risk: Risk, at: dt.datetime) -> None:
    Risk.objects.filter(pk=risk.pk).update(state=RiskState.CLOSED, closed_at=at)
    expire_due(at=one.expires_at)
    risk.refresh_from_db()
    assert risk.state == RiskState.CLOSED


class TestByHand:
    """Withdrawn, or ended before its day."""

    def test_ended_early_it_acts_at_once_and_its_end_stays_what_was_signed(
        self, alice: User, rita: User, one: GovernanceException, risk: Risk, at: dt.datetime, heard: list[Any],
        django_capture_on_commit_callbacks: Any,
    ) -> None:  # fmt: skip
        before = one.expires_at
        with django_capture_on_commit_callbacks(execute=True):
            exception_ends.end_early(alice, one, reason="The second node is there", at=at + DAY)

        one.refresh_from_db()
        risk.refresh_from_db()
        assert (one.state, one.ended_at, one.expires_at) == (ExceptionState.ENDED, at + DAY, before)
        assert risk.state == RiskState.OPEN
        assert heard == [(one.pk, "ended")]
        assert not GovernanceException.objects.in_force(at + DAY).exists()
        assert GovernanceException.objects.in_force(at + DAY - SECOND).exists()
        assert expire_due(at=before).done == 0

    def test_it_needs_a_reason_and_something_that_is_in_force(
        self, alice: User, rita: User, one: GovernanceException, payments: Team, at: dt.datetime
    ) -> None:
        with pytest.raises(Invalid, match="Say why"):
            exception_ends.end_early(alice, one, reason=" ", at=at)
        with pytest.raises(Conflict, match="is not in force"):
            exception_ends.end_early(alice, one, reason="x", at=one.expires_at)
        with pytest.raises(Conflict, match="is not in force"):
            exception_ends.end_early(alice, asked(rita, at, team=payments), reason="x", at=at)

    def test_a_responder_and_an_owner_of_another_team_end_nothing(
        self, rita: User, one: GovernanceException, at: dt.datetime
    ) -> None:
        for nobody in (rita, make.user(role=Role.SERVICE_OWNER, team=make.team()), make.user(role=Role.AUDITOR)):
            with pytest.raises(NotAllowed):
                exception_ends.end_early(nobody, one, reason="x", at=at)

    def test_who_asked_withdraws_and_those_who_were_to_sign_hear_of_it(
        self, rita: User, alice: User, bob: User, payments: Team, at: dt.datetime
    ) -> None:
        one = asked(rita, at, team=payments)
        with pytest.raises(NotAllowed):
            exception_ends.withdraw(bob, one, at=at)
        exception_ends.withdraw(rita, one, at=at)

        one.refresh_from_db()
        assert (one.state, one.ended_at) == (ExceptionState.WITHDRAWN, at)
        assert told(alice)[-1] == f"{one} is withdrawn: nobody has to sign it"
        with pytest.raises(Conflict, match="does not wait any more"):
            exception_ends.withdraw(rita, one, at=at)


def test_the_reminders_of_a_late_action_pause_until_its_exception_ends(
    rita: User, alice: User, payments: Team, at: dt.datetime
) -> None:
    item = promise(rita, Promised(title="Page earlier", owner=rita, team=payments, due_on=at.date() + DAY), at=at)
    one = asked(rita, at, kind="action", subject=Subject(action=item), title="", days=14)
    in_force(one, at)
    before = len(told(rita))

    for days in range(1, 15):
        action_reminders.remind(at=at + days * DAY)
    assert len(told(rita)) == before

    # Nothing has ended it but the time.
    action_reminders.remind(at=one.expires_at)
    assert told(rita)[-1].endswith("14 days overdue")
    assert ActionItem.objects.get().due_on == at.date() + DAY
