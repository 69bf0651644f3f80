"""Secrets at rest carry the id of their key, so that keys can be rotated."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from relportal.core.exceptions import Unavailable
from relportal.core.secrets import decrypt, encrypt, key_id

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))


def test_the_first_key_encrypts_and_every_key_decrypts(
    settings: Settings,
) -> None:
    settings.FIELD_KEYS = {"old": OLD}
    stored = encrypt("hunter2")
    settings.FIELD_KEYS = {"new": NEW, "old": OLD}
    assert "hunter2" not in stored
    assert (decrypt(stored), key_id(stored), key_id(encrypt("x"))) == (
        "hunter2",
        "old",
        "new",
    )


def test_a_secret_whose_key_is_gone_says_so(settings: Settings) -> None:
    settings.FIELD_KEYS = {"old": OLD}
    stored = encrypt("hunter2")
    settings.FIELD_KEYS = {"new": NEW}
    with pytest.raises(Unavailable, match="old"):
        decrypt(stored)


def test_an_empty_secret_stays_empty_and_none_is_stored_without_a_key(
    settings: Settings,
) -> None:
    settings.FIELD_KEYS = {}
    assert (encrypt(""), decrypt("")) == ("", "")
    with pytest.raises(ImproperlyConfigured):
        encrypt("hunter2")
