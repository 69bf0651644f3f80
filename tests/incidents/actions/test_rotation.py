from __future__ import annotations

import datetime as dt

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from pytest_django import Settings

from incidents.actions.integrations import IntegrationFields, create_integration, rotate_secret, valid_secrets
from incidents.models import Integration
from relportal.core import secrets
from relportal.core.permissions import SYSTEM

OLD, NEW, LOST = (Fernet.generate_key().decode() for _ in range(3))


def test_both_secrets_of_an_integration_get_the_first_key(settings: Settings, at: dt.datetime, db: None) -> None:
    settings.FIELD_KEYS = {"old": OLD}
    fields = IntegrationFields(name="Main")
    first = create_integration(SYSTEM, slug="main", kind="alertmanager", fields=fields, at=at)
    second = rotate_secret(SYSTEM, first.integration, overlap=dt.timedelta(hours=1), at=at)
    settings.FIELD_KEYS = {"new": NEW, "old": OLD}
    call_command("rotate_secrets")
    settings.FIELD_KEYS = {"new": NEW}
    assert valid_secrets(Integration.objects.get(), at=at) == [second.plain, first.plain]


def test_an_integration_whose_key_is_gone_is_named(settings: Settings, at: dt.datetime, db: None) -> None:
    settings.FIELD_KEYS = {"lost": LOST}
    Integration.objects.create(slug="x", name="Left behind", kind="generic", secret=secrets.encrypt("a"), created_at=at)
    settings.FIELD_KEYS = {"new": NEW}
    with pytest.raises(CommandError, match="Left behind"):
        call_command("rotate_secrets")
