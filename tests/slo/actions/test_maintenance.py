"""Maintenance is announced before it begins; what has begun can only be shortened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from relportal.core.exceptions import Conflict, Invalid, NotAllowed, Stale
from relportal.core.models import AuditEvent, Service, Team, User
from slo.actions.maintenance import Announcement, announce, cancel, change, finish
from slo.models import MaintenanceWindow
from tests import make
from tests.conftest import AT

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def at(hours: float) -> dt.datetime:
    return AT + hours * HOUR


def given(start: float, end: float, title: str = "Larger disks") -> Announcement:
    return Announcement(title=title, start=at(start), end=at(end))


@pytest.fixture
def service(payments: Team) -> Service:
    return make.service(team=payments)


@pytest.fixture
def window(alice: User, service: Service) -> MaintenanceWindow:
    [made] = announce(alice, [service], given(1, 3), at=AT)
    return made


def test_each_service_gets_a_window_of_its_own(alice: User, service: Service, payments: Team) -> None:
    made = announce(alice, [service, make.service(team=payments)], given(1, 3), at=AT)
    assert [(one.start, one.end, one.by) for one in made] == [(at(1), at(3), alice)] * 2
    assert AuditEvent.objects.filter(action="maintenance.announce").count() == 2


def test_all_or_none_are_announced(alice: User, service: Service) -> None:
    with pytest.raises(NotAllowed):
        announce(alice, [service, make.service()], given(1, 3), at=AT)
    assert not MaintenanceWindow.objects.exists()


@pytest.mark.parametrize(
    ("start", "end", "field", "words"),
    [
        (-1, 1, "start", "declare that"),
        (1, 74, "end", "At most 3"),
        (3, 1, "", "ends before it begins"),
    ],
)
def test_what_cannot_be_planned_is_refused(
    alice: User, service: Service, start: float, end: float, field: str, words: str
) -> None:
    with pytest.raises(Invalid, match=words) as refused:
        announce(alice, [service], given(start, end), at=AT)
    assert list(refused.value.errors) == [field]
    with pytest.raises(Invalid, match="at least one"):
        announce(alice, [], given(1, 3), at=AT)


def test_before_it_begins_everything_may_change(alice: User, window: MaintenanceWindow) -> None:
    found = change(alice, window, given(2, 5, "Other disks"), at=AT, version=1)
    assert (found.title, found.start, found.end, found.version) == ("Other disks", at(2), at(5), 2)
    with pytest.raises(Stale):
        change(alice, window, given(2, 4), at=AT, version=1)


@pytest.mark.parametrize(("start", "end", "field"), [(1.5, 3, "start"), (1, 4, "end"), (1, 1.5, "end")])
def test_what_runs_can_only_end_earlier_and_not_before_now(
    alice: User, window: MaintenanceWindow, start: float, end: float, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        change(alice, window, given(start, end), at=at(2), version=None)
    assert list(refused.value.errors) == [field]
    assert change(alice, window, given(1, 2.5), at=at(2), version=None).end == at(2.5)


def test_what_runs_is_ended_and_what_is_ahead_cancelled(alice: User, window: MaintenanceWindow) -> None:
    with pytest.raises(Conflict, match="not begun"):
        finish(alice, window, at=AT)
    assert finish(alice, window, at=at(2)).end == at(2)
    [other] = announce(alice, [window.service], given(5, 6), at=at(3))
    assert cancel(alice, other, at=at(4)).cancelled_at == at(4)
    assert AuditEvent.objects.filter(action__in=("maintenance.finish", "maintenance.cancel")).count() == 2


def test_one_that_is_ended_at_once_keeps_a_length(alice: User, window: MaintenanceWindow) -> None:
    assert finish(alice, window, at=window.start).end > window.start


Act = Callable[[User, MaintenanceWindow], Any]


@pytest.mark.parametrize(
    "act",
    [
        lambda user, row: change(user, row, given(1, 2), at=at(4), version=None),
        lambda user, row: finish(user, row, at=at(4)),
        lambda user, row: cancel(user, row, at=at(4)),
    ],
)
def test_what_is_over_or_cancelled_stands(alice: User, window: MaintenanceWindow, act: Act) -> None:
    with pytest.raises(Conflict, match="It is over"):
        act(alice, window)
    MaintenanceWindow.objects.update(cancelled_at=AT)
    with pytest.raises(Conflict, match="It was cancelled"):
        act(alice, window)


def test_what_has_begun_is_not_cancelled(alice: User, window: MaintenanceWindow) -> None:
    with pytest.raises(Conflict, match="End it now"):
        cancel(alice, window, at=at(2))


def test_a_member_of_another_team_and_an_outsider_change_nothing(charlie: User, window: MaintenanceWindow) -> None:
    for act in (finish, cancel):
        with pytest.raises(NotAllowed):
            act(charlie, window, at=AT)
    with pytest.raises(NotAllowed):
        change(charlie, window, given(1, 2), at=AT, version=None)
