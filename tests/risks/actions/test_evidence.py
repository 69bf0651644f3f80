from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from relportal.core.exceptions import Conflict, Invalid, Missing, NotAllowed
from relportal.core.files import KEPT, MOST_BYTES
from relportal.core.models import AuditEvent, Role, Team, User
from risks.actions.evidence import MOST_FILES, attach, forget_removed, remove_evidence, restore_evidence
from risks.models import Evidence, Risk
from risks.queries.evidence import Holder, listed
from tests import make
from tests.risks.excepted import asked, signed

pytestmark = pytest.mark.django_db
Put = Callable[..., Evidence]


@pytest.fixture(params=["risk", "exception"])
def holder(request: pytest.FixtureRequest, rita: User, payments: Team, risk: Risk, at: dt.datetime) -> Holder:
    return risk if request.param == "risk" else asked(rita, at, team=payments)


@pytest.fixture
def put(rita: User, holder: Holder, at: dt.datetime) -> Put:
    return lambda content=b"errors", name="log.txt": attach(rita, holder, name=name, content=content, at=at)


def test_a_file_is_kept_with_its_hash_in_the_audit_and_once(put: Put, holder: Holder) -> None:
    row = put()
    assert put(name="again.txt") == row
    assert list(listed(holder)) == [row]
    event = AuditEvent.objects.get(action="evidence.attach")
    assert (event.object_key, event.changes["sha256"]) == (holder.short_id, [None, row.sha256])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<svg onload=alert(1)>", "HTML, SVG and XML are not taken"),
        (b"PK\x03\x04\0", "none of the kinds"),
        (b"", "empty"),
        (b"x" * (MOST_BYTES + 1), "at most 5.0"),
    ],
)
def test_what_is_not_taken_is_refused_with_the_reason(put: Put, content: bytes, reason: str) -> None:
    with pytest.raises(Invalid) as refusal:
        put(content, "picture.png")
    assert reason in refusal.value.errors["file"][0]
    assert not Evidence.objects.exists()


def test_a_removed_file_comes_back_and_is_gone_for_good_after_a_day(
    put: Put, rita: User, holder: Holder, at: dt.datetime
) -> None:
    row, kept = put(), put(b"kept")
    remove_evidence(rita, holder, row, at=at)
    remove_evidence(rita, holder, row, at=at)
    assert list(listed(holder)) == [kept]
    assert AuditEvent.objects.filter(action="evidence.remove").count() == 1
    restore_evidence(rita, holder, row.pk, at=at)
    assert listed(holder).count() == 2

    remove_evidence(rita, holder, row, at=at)
    assert forget_removed(at=at + KEPT) == 0
    assert forget_removed(at=at + KEPT + dt.timedelta(seconds=1)) == 1
    with pytest.raises(Missing, match="kept for a day"):
        restore_evidence(rita, holder, row.pk, at=at)


def test_what_was_attached_anew_is_not_brought_back_beside_itself(
    put: Put, rita: User, holder: Holder, at: dt.datetime
) -> None:
    row = put()
    remove_evidence(rita, holder, row, at=at)
    put()
    with pytest.raises(Conflict, match="attached again"):
        restore_evidence(rita, holder, row.pk, at=at)


def test_one_more_than_the_most_is_refused(put: Put, rita: User, holder: Holder, at: dt.datetime) -> None:
    rows = [put(f"line {n}".encode()) for n in range(MOST_FILES)]
    with pytest.raises(Invalid, match="50 files"):
        put(b"one more")
    remove_evidence(rita, holder, rows[0], at=at)
    put(b"one more")
    with pytest.raises(Conflict, match="50 files"):
        restore_evidence(rita, holder, rows[0].pk, at=at)


def test_who_only_reads_attaches_removes_and_restores_nothing(
    put: Put, bob: User, holder: Holder, at: dt.datetime
) -> None:
    row = put()
    acts: tuple[Callable[[User], Any], ...] = (
        lambda who: attach(who, holder, name="x", content=b"x", at=at),
        lambda who: remove_evidence(who, holder, row, at=at),
        lambda who: restore_evidence(who, holder, row.pk, at=at),
    )
    for nobody in (bob, make.user(role=Role.AUDITOR), make.user(role=Role.RESPONDER, team=make.team())):
        for act in acts:
            with pytest.raises(NotAllowed):
                act(nobody)


def test_what_somebody_signed_with_stays(rita: User, alice: User, payments: Team, at: dt.datetime) -> None:
    one = asked(rita, at, team=payments)
    before = attach(rita, one, name="before.txt", content=b"before", at=at)
    signed(one, alice, at)
    after = attach(rita, one, name="after.txt", content=b"after", at=at)

    with pytest.raises(Conflict, match="had this file before them"):
        remove_evidence(rita, one, before, at=at)
    remove_evidence(rita, one, after, at=at)
    assert list(listed(one)) == [before]
