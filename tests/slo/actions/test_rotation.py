"""Keys of secrets at rest are rotated without anyone entering a secret again."""

from __future__ import annotations

import datetime as dt

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from pytest_django import Settings

from relportal.core import secrets
from relportal.core.exceptions import NotAllowed
from relportal.core.models import AuditEvent, User
from relportal.core.permissions import SYSTEM
from slo.actions.rotation import rotate_secrets
from tests import make

OLD, NEW, LOST = (Fernet.generate_key().decode() for _ in range(3))


def test_secrets_of_an_older_key_get_the_first_one_and_it_is_audited(
    settings: Settings, at: dt.datetime, db: None
) -> None:
    settings.FIELD_KEYS = {"old": OLD}
    source = make.source(secret=secrets.encrypt("hunter2"))
    make.source(secret="")
    settings.FIELD_KEYS = {"new": NEW, "old": OLD}
    assert rotate_secrets(SYSTEM, at=at).rotated == 1
    settings.FIELD_KEYS = {"new": NEW}
    source.refresh_from_db()
    assert secrets.decrypt(source.secret) == "hunter2"
    event = AuditEvent.objects.get(action="source.rotate_secret")
    assert (event.object_key, event.changes) == (source.slug, {"key": ["old", "new"]})
    assert rotate_secrets(SYSTEM, at=at).rotated == 0


def test_a_secret_whose_key_is_gone_is_named_and_the_others_are_rotated_all_the_same(
    settings: Settings, db: None
) -> None:
    settings.FIELD_KEYS = {"lost": LOST}
    make.source(name="Left behind", secret=secrets.encrypt("a"))
    settings.FIELD_KEYS = {"old": OLD}
    readable = make.source(secret=secrets.encrypt("b"))
    settings.FIELD_KEYS = {"new": NEW, "old": OLD}
    with pytest.raises(CommandError, match="Left behind"):
        call_command("rotate_secrets")
    readable.refresh_from_db()
    assert secrets.key_id(readable.secret) == "new"


def test_a_viewer_rotates_nothing(bob: User, at: dt.datetime) -> None:
    with pytest.raises(NotAllowed):
        rotate_secrets(bob, at=at)


def test_second_factors_are_encrypted_at_rest_and_rotated_too(settings: Settings, bob: User, db: None) -> None:
    settings.FIELD_KEYS = {"old": OLD}
    TOTP.activate(bob, "ORSXG5A=")
    stored = Authenticator.objects.get(user=bob)
    assert "ORSXG5A=" not in str(stored.data)
    settings.FIELD_KEYS = {"new": NEW, "old": OLD}

    call_command("rotate_secrets")

    stored.refresh_from_db()
    assert secrets.key_id(stored.data["secret"]) == "new"
    assert secrets.decrypt(stored.data["secret"]) == "ORSXG5A="
    settings.FIELD_KEYS = {"newer": LOST}
    with pytest.raises(CommandError, match=str(bob)):
        call_command("rotate_secrets")
