from __future__ import annotations

import datetime as dt

import pytest

from relportal.core.exceptions import Conflict, Invalid, NotAllowed
from relportal.core.models import AuditEvent, Role, User
from risks.actions.delegations import delegate, revoke
from risks.models import Delegation
from risks.queries.exceptions.delegations import When, delegations, when
from tests import make
from tests.risks.excepted import DAY, executive, told

pytestmark = pytest.mark.django_db


def lent(person: User, to: User, at: dt.datetime, first: int = 0, last: int = 9, reason: str = "Holiday") -> Delegation:
    return delegate(person, to, starts_on=at.date() + first * DAY, ends_on=at.date() + last * DAY, reason=reason, at=at)


def test_somebody_signs_for_another_and_is_told(alice: User, lead: User, at: dt.datetime) -> None:
    row = lent(lead, alice, at)
    assert (row.person, row.delegate, row.ends_on) == (lead, alice, dt.date(2026, 11, 11))
    assert told(alice) == ["You may sign for Lead from 2 Nov 2026 to 11 Nov 2026"]
    assert AuditEvent.objects.get(action="delegation.create").reason == "Holiday"


def test_a_delegation_is_refused_at_the_field_that_is_wrong(
    alice: User, bob: User, lead: User, at: dt.datetime
) -> None:
    for to, first, last, reason, field in (
        (lead, 0, 9, "x", "delegate"),
        (bob, 0, 9, "x", "delegate"),
        (alice, -1, 9, "x", "starts_on"),
        (alice, 5, 4, "x", "ends_on"),
        (alice, 0, 366, "x", "ends_on"),
        (alice, 0, 9, " ", "reason"),
    ):
        with pytest.raises(Invalid) as refusal:
            lent(lead, to, at, first, last, reason)
        assert set(refusal.value.errors) == {field}
    assert not Delegation.objects.exists()


def test_the_same_days_are_not_delegated_twice_to_one_person(alice: User, lead: User, at: dt.datetime) -> None:
    first = lent(lead, alice, at)
    with pytest.raises(Invalid, match="already"):
        lent(lead, alice, at, 9, 20)
    lent(lead, alice, at, 10, 20)
    lent(lead, executive(), at)
    revoke(lead, first, at=at)
    assert lent(lead, alice, at)


def test_only_who_has_delegated_revokes_and_only_what_still_holds(
    alice: User, lead: User, admin: User, at: dt.datetime
) -> None:
    row = lent(lead, alice, at)
    for nobody in (alice, admin, make.user(role=Role.RELIABILITY_LEAD)):
        with pytest.raises(NotAllowed):
            revoke(nobody, row, at=at)
    with pytest.raises(Conflict):
        revoke(lead, row, at=at + 10 * DAY)
    revoke(lead, row, at=at)
    assert told(alice)[-1] == "You no longer sign for Lead"
    with pytest.raises(Conflict):
        revoke(lead, row, at=at)


def test_who_signs_nothing_delegates_nothing(rita: User, bob: User, admin: User, alice: User, at: dt.datetime) -> None:
    for nobody in (rita, bob, admin, make.user(role=Role.AUDITOR)):
        with pytest.raises(NotAllowed):
            lent(nobody, alice, at)


def test_everybody_sees_their_own_and_those_who_oversee_see_all(
    alice: User, bob: User, lead: User, at: dt.datetime
) -> None:
    vera = executive()
    row = lent(vera, alice, at)
    assert [each.one for each in delegations(vera, at=at).given] == [row]
    assert delegations(vera, at=at).given[0].may_revoke
    mine = delegations(alice, at=at)
    assert ([each.one for each in mine.taken], mine.taken[0].may_revoke, mine.others) == ([row], False, None)
    assert delegations(bob, at=at).given == delegations(bob, at=at).taken == ()
    for overseer in (lead, make.user(role=Role.AUDITOR)):
        found = delegations(overseer, at=at).others
        assert found is not None
        assert [each.one for each in found] == [row]


def test_a_delegation_is_coming_then_in_force_then_over(alice: User, lead: User, at: dt.datetime) -> None:
    row = lent(lead, alice, at, 1, 2)
    assert [when(row, at=at + n * DAY) for n in range(4)] == [When.COMING, When.NOW, When.NOW, When.OVER]
    assert when(revoke(lead, row, at=at), at=at) is When.REVOKED
