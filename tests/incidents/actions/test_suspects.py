"""Marking deploys in an incident."""

from __future__ import annotations

from typing import Any

import pytest

from incidents.actions.incidents import merge
from incidents.actions.suspects import mark, unmark
from incidents.models import Entry, EntryKind, Incident, Suspect, SuspectVerdict
from relportal.core.exceptions import Conflict, Invalid, NotAllowed
from relportal.core.models import AuditEvent, Service, User
from tests import make
from tests.incidents.shipping import AT, caused, deploy, incident, minutes

pytestmark = pytest.mark.django_db
LATER = AT + minutes(60)


@pytest.fixture
def checkout(rita: User) -> Service:
    return make.service(slug="checkout", name="Checkout", team=rita.memberships.get().team)


@pytest.fixture
def room(rita: User, checkout: Service) -> Incident:
    return incident(rita, checkout)


def lines(row: Incident) -> list[str]:
    return list(Entry.objects.filter(incident=row, kind=EntryKind.DEPLOY).order_by("pk").values_list("text", flat=True))


def test_a_mark_is_kept_with_who_and_when_audited_and_stands_in_the_timeline(
    rita: User, checkout: Service, room: Incident
) -> None:
    one, other = (
        deploy(checkout, AT - minutes(8)),
        deploy(checkout, AT - minutes(20), is_rollback=True, revision="1.4.1"),
    )
    mark(rita, room, one, SuspectVerdict.CAUSE, at=LATER)
    mark(rita, room, other, SuspectVerdict.CAUSE, at=LATER)
    row = Suspect.objects.get(deploy=one)
    assert (row.verdict, row.by, row.at) == ("cause", rita, LATER)
    assert Suspect.objects.filter(incident=room, verdict="cause").count() == 2
    assert lines(room) == ["Deploy 1.4.2 of Checkout marked as cause", "Rollback 1.4.1 of Checkout marked as cause"]
    event = AuditEvent.objects.filter(action="incident.suspect").first()
    assert event is not None
    assert (event.object_key, event.changes["verdict"]) == (room.short_id, [None, "cause"])


def test_the_same_mark_again_changes_nothing_and_another_one_takes_its_place(
    rita: User, checkout: Service, room: Incident
) -> None:
    one = deploy(checkout, AT - minutes(8))
    for verdict in (SuspectVerdict.CAUSE, SuspectVerdict.CAUSE, SuspectVerdict.DISMISSED):
        mark(rita, room, one, verdict, at=LATER)
    assert Suspect.objects.get().verdict == "dismissed"
    assert len(lines(room)) == AuditEvent.objects.filter(action="incident.suspect").count() == 2


def test_a_mark_is_taken_back_once(rita: User, checkout: Service, room: Incident) -> None:
    one = deploy(checkout, AT - minutes(8))
    mark(rita, room, one, SuspectVerdict.FIX, at=LATER)
    unmark(rita, room, one, at=LATER)
    unmark(rita, room, one, at=LATER)
    assert not Suspect.objects.exists()
    assert lines(room)[1:] == ["Deploy 1.4.2 of Checkout is no longer marked"]


def test_what_began_after_the_impact_is_no_cause_but_may_be_the_fix(
    rita: User, checkout: Service, room: Incident
) -> None:
    near, late = deploy(checkout, AT + minutes(5)), deploy(checkout, AT + minutes(6))
    mark(rita, room, near, SuspectVerdict.CAUSE, at=LATER)
    with pytest.raises(Conflict, match=r"began 6\smin after the incident did"):
        mark(rita, room, late, SuspectVerdict.CAUSE, at=LATER)
    mark(rita, room, late, SuspectVerdict.FIX, at=LATER)
    assert set(Suspect.objects.values_list("deploy", "verdict")) == {(near.pk, "cause"), (late.pk, "fix")}


def test_who_does_not_respond_marks_nothing_and_suspect_is_no_mark(
    rita: User, bob: User, checkout: Service, room: Incident
) -> None:
    one = deploy(checkout, AT - minutes(8))
    for attempt in (
        lambda: mark(bob, room, one, SuspectVerdict.CAUSE, at=LATER),
        lambda: unmark(bob, room, one, at=AT),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    with pytest.raises(Invalid):
        mark(rita, room, one, SuspectVerdict.SUSPECT, at=LATER)
    assert not Suspect.objects.exists()


def test_merging_carries_the_marks_over_and_keeps_what_the_target_said(
    rita: User, checkout: Service, room: Incident, at: Any
) -> None:
    into = incident(rita, checkout)
    one, other = deploy(checkout, AT - minutes(8)), deploy(checkout, AT - minutes(9))
    caused(room, one)
    caused(room, other)
    caused(into, other, SuspectVerdict.DISMISSED)
    merge(rita, room, into, at=LATER)
    assert set(into.suspects.values_list("deploy", "verdict")) == {(one.pk, "cause"), (other.pk, "dismissed")}
