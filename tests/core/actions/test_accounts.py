from __future__ import annotations

import datetime as dt

import pytest

from relportal.core.actions import accounts
from relportal.core.actions.accounts import Grant, UserFields
from relportal.core.exceptions import Conflict, Invalid, NotAllowed, Stale
from relportal.core.models import AuditEvent, Membership, Role, Team, User
from relportal.core.models.accounts import TEAM_ROLES
from relportal.core.permissions import SYSTEM, allowed
from tests import make

pytestmark = pytest.mark.django_db

FIELDS = UserFields(email="Dana@Example.com", display_name="Dana", time_zone="Europe/Berlin")


def test_a_new_person_holds_the_roles_given_and_the_audit_says_so(admin: User, payments: Team, at: dt.datetime) -> None:
    grants = (Grant(Role.SERVICE_OWNER, payments), Grant(Role.VIEWER))
    dana = accounts.create_user(admin, fields=FIELDS, grants=grants, at=at)
    assert dana.email == "dana@example.com"
    assert not dana.has_usable_password()
    assert dana.roles == {("service_owner", payments.pk), ("viewer", None)}
    actions = [event.action for event in AuditEvent.objects.order_by("pk")]
    assert actions == ["user.create", "role.grant", "role.grant"]


@pytest.mark.parametrize("who", ["alice", "bob", "charlie", "lead"])
def test_only_administrators_make_people(who: str, request: pytest.FixtureRequest, at: dt.datetime) -> None:
    with pytest.raises(NotAllowed):
        accounts.create_user(request.getfixturevalue(who), fields=FIELDS, at=at)
    assert not User.objects.filter(email="dana@example.com").exists()


def test_an_e_mail_address_is_taken_whatever_its_case(admin: User, bob: User, at: dt.datetime) -> None:
    with pytest.raises(Invalid) as told:
        accounts.create_user(admin, fields=UserFields(email="BOB@example.com", display_name="B"), at=at)
    assert list(told.value.errors) == ["email"]


def test_an_unknown_zone_and_a_name_of_ten_thousand_characters_are_refused(admin: User, at: dt.datetime) -> None:
    with pytest.raises(Invalid, match="not a time zone"):
        accounts.create_user(admin, fields=UserFields(email="a@b.cd", display_name="A", time_zone="Mars/Base"), at=at)
    with pytest.raises(Invalid, match="120"):
        accounts.create_user(admin, fields=UserFields(email="a@b.cd", display_name="A" * 10_000), at=at)


def test_a_lost_update_of_a_person_is_refused(admin: User, bob: User, at: dt.datetime) -> None:
    first = UserFields(email=bob.email, display_name="Robert")
    accounts.update_user(admin, bob, version=1, fields=first, at=at)
    with pytest.raises(Stale):
        accounts.update_user(admin, bob, version=1, fields=UserFields(email=bob.email, display_name="Bobby"), at=at)
    bob.refresh_from_db()
    assert (bob.display_name, bob.version) == ("Robert", 2)


def test_who_is_deactivated_may_nothing_and_can_be_brought_back(admin: User, bob: User, at: dt.datetime) -> None:
    gone = accounts.deactivate_user(admin, bob, at=at, reason="left")
    assert not allowed(gone, "catalog.view")
    back = accounts.reactivate_user(admin, bob, at=at)
    assert allowed(back, "catalog.view")


def test_nobody_deactivates_themselves(admin: User, at: dt.datetime) -> None:
    make.user(role=Role.ADMIN)
    with pytest.raises(Conflict, match="yourself"):
        accounts.deactivate_user(admin, admin, at=at)


def test_the_last_administrator_stays(admin: User, at: dt.datetime) -> None:
    with pytest.raises(Conflict, match="last administrator"):
        accounts.revoke_role(admin, Membership.objects.get(user=admin), at=at)
    with pytest.raises(Conflict, match="last administrator"):
        accounts.deactivate_user(SYSTEM, admin, at=at)
    make.user(role=Role.ADMIN)
    accounts.revoke_role(admin, Membership.objects.get(user=admin), at=at)


def test_an_inactive_administrator_does_not_count_as_one_left(admin: User, at: dt.datetime) -> None:
    make.user(role=Role.ADMIN, is_active=False)
    with pytest.raises(Conflict, match="last administrator"):
        accounts.revoke_role(admin, Membership.objects.get(user=admin), at=at)


@pytest.mark.parametrize("role", list(Role))
def test_a_role_is_given_in_a_team_exactly_where_it_is_one_of_a_team(
    admin: User, bob: User, payments: Team, role: Role, at: dt.datetime
) -> None:
    in_team = role in TEAM_ROLES
    with pytest.raises(Invalid) as told:
        accounts.grant_role(admin, bob, grant=Grant(role, None if in_team else payments), at=at)
    assert list(told.value.errors) == ["team"]


def test_a_role_is_held_once(admin: User, bob: User, at: dt.datetime) -> None:
    with pytest.raises(Invalid, match="already"):
        accounts.grant_role(admin, bob, grant=Grant(Role.VIEWER), at=at)


def test_a_team_is_edited_with_its_version(admin: User, payments: Team, at: dt.datetime) -> None:
    accounts.update_team(admin, payments, version=1, name="Money", description="", at=at)
    with pytest.raises(Stale):
        accounts.update_team(admin, payments, version=1, name="Cash", description="", at=at)
    event = AuditEvent.objects.get()
    assert event.changes == {"name": ["Payments", "Money"]}


def test_a_team_has_a_name_of_its_own(admin: User, payments: Team, at: dt.datetime) -> None:
    with pytest.raises(Invalid) as told:
        accounts.create_team(admin, slug="payments", name="Payments", at=at)
    assert set(told.value.errors) == {"slug", "name"}


def test_preferences_need_no_role(charlie: User) -> None:
    accounts.set_preferences(charlie, time_zone="Asia/Tokyo", single_keys=False)
    charlie.refresh_from_db()
    assert (charlie.time_zone, charlie.single_key_shortcuts, charlie.theme) == ("Asia/Tokyo", False, "auto")
