"""Alerts into incidents and out of them: by people, with a declaration, and by themselves."""

from __future__ import annotations

import pytest

from incidents.actions.correlation import attach, detach
from incidents.actions.incidents import Declaration, declare, merge, move, set_privacy
from incidents.models import Alert, EntryKind, Incident, Kind, Moment, State, TimeSource
from relportal.core.exceptions import Conflict, NotAllowed
from relportal.core.models import AuditEvent, Role, User
from tests import make
from tests.incidents.ringing import AT, Company, alert, comes_in, minutes

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(rita: User) -> Company:
    return Company.found(rita.memberships.get().team)


@pytest.fixture
def room(rita: User, company: Company) -> Incident:
    return declare(rita, Declaration(title="Checkout fails", services=[company.checkout]), at=AT)


def lines(incident: Incident) -> list[str]:
    rows = incident.entries.filter(kind=EntryKind.ALERT).order_by("recorded_at", "pk")
    return list(rows.values_list("text", flat=True))


def test_attaching_stands_in_the_timeline_and_the_audit_once(rita: User, room: Incident) -> None:
    rows = [alert(name="Slow"), alert(name="Slow"), alert(name="Down")]
    ids = [one.pk for one in rows]
    assert set(attach(rita, room, ids, at=AT)) == set(rows)
    assert attach(rita, room, ids, at=AT) == ()
    assert lines(room) == ["Attached: 3 alerts (2 × Slow, Down)"]
    event = AuditEvent.objects.get(action="incident.alert_attach")
    assert (event.actor, event.changes) == (rita, {"alerts": [None, "3 alerts (2 × Slow, Down)"]})
    assert room.alerts.count() == 3


def test_detaching_stands_in_the_timeline_and_the_alert_is_not_taken_again(
    rita: User, room: Incident, company: Company
) -> None:
    one = comes_in(company.checkout)
    assert one.incident == room
    assert detach(rita, room, [one.pk], at=AT) == (one,)
    assert detach(rita, room, [one.pk], at=AT) == ()
    assert lines(room)[1:] == ["No longer attached: HighErrors"]
    assert comes_in(company.checkout).incident is None


def test_only_who_runs_incidents_attaches_and_detaches(watcher: User, room: Incident) -> None:
    one = alert()
    for act in (attach, detach):
        with pytest.raises(NotAllowed):
            act(watcher, room, [one.pk], at=AT)
    one.refresh_from_db()
    assert one.incident is None


@pytest.mark.parametrize("state", [State.FALSE_ALARM, State.CANCELLED])
def test_an_incident_that_was_none_takes_no_alerts(rita: User, room: Incident, state: State) -> None:
    move(rita, room, state, at=AT)
    with pytest.raises(Conflict, match="takes no alerts"):
        attach(rita, room, [alert().pk], at=AT)


def test_an_alert_that_somebody_attached_elsewhere_stays_there(rita: User, room: Incident) -> None:
    one, other = alert(), declare(rita, Declaration(title="Other"), at=AT)
    attach(rita, other, [one.pk], at=AT)
    with pytest.raises(Conflict, match=f"{other.short_id} has {one.name} already"):
        attach(rita, room, [one.pk, alert().pk], at=AT)
    assert not room.alerts.exists()


def test_who_does_not_see_the_private_incident_of_an_alert_attaches_it_as_if_it_were_free(
    rita: User, room: Incident, company: Company
) -> None:
    ann = make.user("ann@example.com", role=Role.RESPONDER, team=make.team())
    secret = declare(rita, Declaration(title="Breach", is_private=True), at=AT)
    one = alert(company.checkout)
    attach(rita, secret, [one.pk], at=AT)
    assert attach(ann, room, [one.pk], at=AT) == (one,)
    assert lines(room) == [f"Attached: {one.name}"]
    assert lines(secret)[1:] == [f"No longer attached: {one.name}"]
    told = AuditEvent.objects.filter(action="incident.alert_attach").order_by("pk").last()
    assert told is not None
    assert secret.short_id not in f"{told.object_key} {told.changes}"


def test_a_declaration_takes_its_alerts_and_was_detected_by_the_first(rita: User, watcher: User) -> None:
    first, second, gone = alert(started=AT), alert(started=AT + minutes(2)), alert()
    attach(rita, declare(rita, Declaration(title="Other"), at=AT), [gone.pk], at=AT)
    ids = [first.pk, second.pk, gone.pk, 10**15]
    row = declare(watcher, Declaration(title="Down", alerts=ids), at=AT + minutes(5))
    assert set(row.alerts.all()) == {first, second}
    mark = row.times.get(moment=Moment.DETECTED)
    assert (mark.at, mark.source) == (AT, TimeSource.ALERT)


def test_an_alert_that_comes_in_is_attached_by_itself_with_the_reason(room: Incident, company: Company) -> None:
    one = comes_in(company.checkout, AT + minutes(3))
    assert one.incident == room
    assert lines(room) == ["Alert began: HighErrors (attached: its service is hit)"]
    event = AuditEvent.objects.get(action="incident.alert_attach")
    assert (event.actor, event.reason, event.object_key) == (None, "Its service is hit", room.short_id)


def test_an_alert_of_another_service_or_from_long_before_is_not_attached_by_itself(
    room: Incident, company: Company
) -> None:
    assert comes_in(company.payments).incident is None
    assert comes_in(company.checkout, AT - minutes(121)).incident is None
    assert comes_in(company.checkout, AT - minutes(120), name="Slow").incident == room


@pytest.mark.parametrize("kind", [Kind.DRILL, Kind.TEST, Kind.BACKFILLED])
def test_a_drill_takes_no_alert_by_itself(rita: User, company: Company, kind: Kind) -> None:
    declare(rita, Declaration(title="Drill", kind=kind.value, services=[company.checkout]), at=AT)
    assert comes_in(company.checkout).incident is None


def test_a_resolved_incident_takes_no_alert_by_itself(rita: User, room: Incident, company: Company) -> None:
    move(rita, room, State.RESOLVED, at=AT)
    assert comes_in(company.checkout).incident is None


def test_of_several_incidents_a_public_one_takes_the_alert_and_then_the_newest(
    rita: User, room: Incident, company: Company
) -> None:
    newer = declare(rita, Declaration(title="Newer", services=[company.checkout]), at=AT + minutes(1))
    secret = declare(
        rita, Declaration(title="Breach", services=[company.checkout], is_private=True), at=AT + minutes(2)
    )
    assert comes_in(company.checkout, AT + minutes(3)).incident == newer
    for one in (room, newer):
        set_privacy(rita, one, is_private=True, people=[], at=AT + minutes(4))
    assert comes_in(company.checkout, AT + minutes(5), name="Slow").incident == secret


def test_the_end_of_an_attached_alert_stands_in_the_timeline_of_its_incident_only(
    rita: User, room: Incident, company: Company
) -> None:
    began = comes_in(company.mail)
    attach(rita, room, [began.pk], at=AT)
    comes_in(company.mail, ended=AT + minutes(9))
    assert lines(room) == ["Attached: HighErrors", "Alert ended: HighErrors"]
    assert Alert.objects.get().ended_at == AT + minutes(9)


def test_merging_carries_the_alerts_over(rita: User, room: Incident) -> None:
    one, target = alert(), declare(rita, Declaration(title="Other"), at=AT)
    attach(rita, room, [one.pk], at=AT)
    merge(rita, room, target, at=AT)
    assert list(target.alerts.all()) == [one]
