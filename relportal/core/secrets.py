"""Secrets at rest: Fernet ciphertext with the id of its key in front, `kid:token`."""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

from relportal.core.exceptions import Unavailable


def encrypt(plain: str) -> str:
    """Ciphertext under the first key of FIELD_KEYS; an empty secret stays empty."""
    if not plain:
        return ""
    if not settings.FIELD_KEYS:
        raise ImproperlyConfigured("FIELD_KEYS is not set, so a secret cannot be stored.")
    kid, key = next(iter(settings.FIELD_KEYS.items()))
    return f"{kid}:{Fernet(key.encode()).encrypt(plain.encode()).decode()}"


def decrypt(stored: str) -> str:
    """Raises: Unavailable when the key is gone or does not fit."""
    if not stored:
        return ""
    kid, _colon, token = stored.partition(":")
    try:
        return Fernet(settings.FIELD_KEYS[kid].encode()).decrypt(token.encode()).decode()
    except (KeyError, InvalidToken) as error:
        raise Unavailable(
            _("A stored secret cannot be read: key “%(key)s” is not in FIELD_KEYS. Enter the secret again.")
            % {"key": kid}
        ) from error


def key_id(stored: str) -> str:
    return stored.partition(":")[0]
