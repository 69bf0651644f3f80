from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from incidents.actions.attachments import MOST_FILES, attach, forget_removed, remove_attachment, restore_attachment
from incidents.models import Attachment, Incident
from incidents.queries.attachments import listed
from relportal.core.exceptions import Conflict, Invalid, Missing, NotAllowed
from relportal.core.files import KEPT, MOST_BYTES
from relportal.core.models import AuditEvent, User

pytestmark = pytest.mark.django_db
Put = Callable[..., Attachment]


@pytest.fixture
def put(rita: User, incident: Incident, at: dt.datetime) -> Put:
    def put(content: bytes = b"errors", name: str = "log.txt") -> Attachment:
        return attach(rita, incident, name=name, content=content, at=at)

    return put


def test_a_file_stands_in_the_timeline_and_in_the_audit(put: Put, incident: Incident) -> None:
    row = put()

    line = incident.entries.get(key=f"attachment:{row.pk}")
    assert (line.text, line.url) == ("Attached: log.txt", f"/incidents/{incident.pk}/attachments/{row.pk}/")
    event = AuditEvent.objects.get(action="incident.attach")
    assert event.changes["sha256"] == [None, row.sha256]
    assert bytes(Attachment.objects.get().content) == b"errors"


def test_the_same_content_is_attached_once(put: Put, incident: Incident) -> None:
    assert put().pk == put(name="again.txt").pk
    assert listed(incident.pk).count() == 1
    assert AuditEvent.objects.filter(action="incident.attach").count() == 1


def test_what_is_no_file_of_the_kinds_that_are_taken_is_refused_with_the_reason(put: Put) -> None:
    for content, reason in (
        (b"<svg onload=alert(1)>", "HTML, SVG and XML are not taken"),
        (b"<html>", "HTML, SVG and XML are not taken"),
        (b"PK\x03\x04\0", "none of the kinds"),
        (b"", "empty"),
        (b"x" * (MOST_BYTES + 1), "at most 5.0"),
    ):
        with pytest.raises(Invalid) as refused:
            put(content, "picture.png")
        assert reason in refused.value.errors["file"][0]
    assert not Attachment.objects.exists()


def test_a_file_of_the_largest_size_is_taken(put: Put) -> None:
    assert put(b"x" * MOST_BYTES).size == MOST_BYTES


def test_one_more_than_the_most_is_refused_and_a_removed_one_makes_room(put: Put, rita: User, at: dt.datetime) -> None:
    rows = [put(f"line {n}".encode()) for n in range(MOST_FILES)]
    with pytest.raises(Invalid, match="50 files"):
        put(b"one more")

    remove_attachment(rita, rows[0], at=at)
    put(b"one more")
    with pytest.raises(Conflict, match="50 files"):
        restore_attachment(rita, rows[0].incident, rows[0].pk, at=at)


def test_a_removed_file_comes_back_with_its_line(put: Put, rita: User, incident: Incident, at: dt.datetime) -> None:
    row = put()
    remove_attachment(rita, row, at=at)
    remove_attachment(rita, row, at=at)
    assert not listed(incident.pk).exists()
    assert incident.entries.get(key=f"attachment:{row.pk}").struck
    assert AuditEvent.objects.filter(action="incident.attachment_remove").count() == 1

    restore_attachment(rita, incident, row.pk, at=at)
    assert listed(incident.pk).get() == row
    assert not incident.entries.get(key=f"attachment:{row.pk}").struck


def test_what_was_attached_anew_is_not_brought_back_beside_itself(
    put: Put, rita: User, incident: Incident, at: dt.datetime
) -> None:
    row = put()
    remove_attachment(rita, row, at=at)
    put()

    with pytest.raises(Conflict, match="attached again"):
        restore_attachment(rita, incident, row.pk, at=at)


def test_a_removed_file_is_gone_for_good_after_a_day(put: Put, rita: User, incident: Incident, at: dt.datetime) -> None:
    row, kept = put(), put(b"kept")
    remove_attachment(rita, row, at=at)

    assert forget_removed(at=at + KEPT) == 0
    assert forget_removed(at=at + KEPT + dt.timedelta(seconds=1)) == 1
    assert Attachment.objects.get() == kept
    with pytest.raises(Missing, match="kept for a day"):
        restore_attachment(rita, incident, row.pk, at=at)


def test_who_only_reads_attaches_and_removes_nothing(
    put: Put, watcher: User, incident: Incident, at: dt.datetime
) -> None:
    row = put()
    with pytest.raises(NotAllowed):
        attach(watcher, incident, name="x.txt", content=b"x", at=at)
    with pytest.raises(NotAllowed):
        remove_attachment(watcher, row, at=at)
    with pytest.raises(NotAllowed):
        restore_attachment(watcher, incident, row.pk, at=at)
