from __future__ import annotations

import datetime as dt

import pytest
from pytest_django.fixtures import Settings

from relportal.core import tokens
from relportal.core.actions.tokens import issue_token, revoke_token, rotate_token
from relportal.core.exceptions import Conflict, Invalid, Missing, NotAllowed
from relportal.core.models import ApiToken, AuditEvent, Role, User
from tests import make

pytestmark = pytest.mark.django_db

READ = ApiToken.Scope.READ


@pytest.fixture(autouse=True)
def peppers(settings: Settings) -> None:
    settings.TOKEN_PEPPERS = {"1": "first"}


def test_the_secret_is_given_once_and_stored_nowhere(bob: User, at: dt.datetime) -> None:
    issued = issue_token(bob, name="ci", scopes={READ}, expires_at=None, at=at)
    secret = issued.plain.split("_", 2)[2]
    row = ApiToken.objects.values().get()
    event = AuditEvent.objects.values().get()
    assert secret not in repr(row) + repr(event)
    assert secret.encode() not in bytes(row["digest"])
    assert tokens.matches(issued.plain, digest=row["digest"], pepper="1")


def test_a_rotated_token_has_a_new_secret_and_the_old_one_ends(bob: User, at: dt.datetime) -> None:
    old = issue_token(bob, name="ci", scopes={READ}, expires_at=None, at=at)
    new = rotate_token(bob, old.token, expires_at=at + dt.timedelta(days=90), at=at)
    row = ApiToken.objects.get()
    assert new.plain != old.plain
    assert tokens.lookup_of(new.plain) == row.lookup != tokens.lookup_of(old.plain)
    assert not tokens.matches(old.plain, digest=row.digest, pepper=row.pepper)


def test_only_its_owner_rotates_a_token_and_an_administrator_may_revoke_it(
    bob: User, lead: User, admin: User, at: dt.datetime
) -> None:
    token = issue_token(bob, name="ci", scopes={READ}, expires_at=None, at=at).token
    with pytest.raises(Missing):
        rotate_token(admin, token, expires_at=None, at=at)
    with pytest.raises(NotAllowed):
        revoke_token(lead, token, at=at)
    assert revoke_token(admin, token, at=at, reason="leaked").revoked_at == at
    with pytest.raises(Conflict):
        rotate_token(bob, token, expires_at=None, at=at)


def test_auditors_and_outsiders_issue_no_tokens(charlie: User, at: dt.datetime) -> None:
    for user in (charlie, make.user(role=Role.AUDITOR)):
        with pytest.raises(NotAllowed):
            issue_token(user, name="ci", scopes={READ}, expires_at=None, at=at)


@pytest.mark.parametrize(("name", "scopes", "days"), [("", {READ}, 1), ("ci", set(), 1), ("ci", {READ}, -1)])
def test_a_token_needs_a_name_a_scope_and_an_end_to_come(
    bob: User, at: dt.datetime, name: str, scopes: set[ApiToken.Scope], days: int
) -> None:
    with pytest.raises(Invalid):
        issue_token(bob, name=name, scopes=scopes, expires_at=at + dt.timedelta(days=days), at=at)


def test_a_token_in_a_text_loses_its_secret(bob: User, at: dt.datetime) -> None:
    plain = issue_token(bob, name="ci", scopes={READ}, expires_at=None, at=at).plain
    shown = tokens.redacted(f"Authorization: Bearer {plain} failed")
    assert plain.split("_", 2)[2] not in shown
    assert shown.startswith("Authorization: Bearer rp_")
