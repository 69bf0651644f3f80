"""Two administrators who act on each other at the same moment: both are answered, and one administrator is left."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from django.db import connection

from relportal.core.actions import accounts
from relportal.core.actions.accounts import Grant, UserFields
from relportal.core.exceptions import Conflict, NotAllowed
from relportal.core.models import Membership, Role, User
from relportal.core.permissions import SYSTEM
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)

Act = Callable[[User, User, dt.datetime], Any]
# How long the first holds its row for the other to take theirs; who is made to wait before that loses nothing.
TOGETHER_S = 0.5


def _deactivate(actor: User, other: User, at: dt.datetime) -> None:
    accounts.deactivate_user(actor, other, at=at)


def _revoke(actor: User, other: User, at: dt.datetime) -> None:
    accounts.revoke_role(actor, Membership.objects.get(user=other, role=Role.ADMIN), at=at)


def _edit(actor: User, other: User, at: dt.datetime) -> None:
    accounts.update_user(actor, other, version=None, fields=UserFields(email=other.email, display_name="New"), at=at)


def _grant(actor: User, other: User, at: dt.datetime) -> None:
    accounts.grant_role(actor, other, grant=Grant(Role.EXECUTIVE), at=at)


def both_at_once(first: User, second: User, act: Act, at: dt.datetime) -> list[Exception | None]:
    """What each ended with. Each waits with its first locked row for the other to have one as well."""
    meeting = threading.Barrier(2)

    def meet(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if "FOR UPDATE" in sql:
            with suppress(threading.BrokenBarrierError):
                meeting.wait(TOGETHER_S)
        return result

    def run(actor: User, other: User) -> Exception | None:
        try:
            with connection.execute_wrapper(meet):
                act(User.objects.get(pk=actor.pk), other, at)
        except Exception as error:
            return error
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(2) as pool:
        return [one.result() for one in (pool.submit(run, first, second), pool.submit(run, second, first))]


@pytest.mark.parametrize("act", [_deactivate, _revoke])
@pytest.mark.parametrize("others", [0, 1])
def test_of_two_who_remove_each_other_one_stays(act: Act, others: int, admin: User, at: dt.datetime) -> None:
    second = make.user(role=Role.ADMIN)
    for _ in range(others):
        make.user(role=Role.ADMIN)
    ended = both_at_once(admin, second, act, at)
    refused = [error for error in ended if error is not None]
    assert [type(error) for error in refused] == [NotAllowed], refused
    left = Membership.objects.filter(role=Role.ADMIN, user__is_active=True, user__in=(admin, second))
    assert left.count() == 1


@pytest.mark.parametrize("act", [_edit, _grant])
def test_two_who_change_each_other_both_succeed(act: Act, admin: User, at: dt.datetime) -> None:
    assert both_at_once(admin, make.user(role=Role.ADMIN), act, at) == [None, None]


def test_of_two_administrators_who_are_removed_by_the_portal_at_once_one_stays(admin: User, at: dt.datetime) -> None:
    def act(_actor: User, other: User, at: dt.datetime) -> None:
        accounts.deactivate_user(SYSTEM, other, at=at)

    ended = both_at_once(admin, make.user(role=Role.ADMIN), act, at)
    assert [type(error) for error in ended if error is not None] == [Conflict]
