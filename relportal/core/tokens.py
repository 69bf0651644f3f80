"""API tokens, `rp_<lookup>_<secret>`: only a keyed hash of the secret is stored, under a numbered pepper.

The secret has 256 random bits, so a plain HMAC is enough: there is nothing to guess. The pepper stands outside of the
database, which alone is therefore useless to a thief.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

SHAPE: Final = re.compile(r"rp_(?P<lookup>[0-9a-f]{16})_(?P<secret>[A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class NewToken:
    """`plain` is shown once and never stored."""

    plain: str
    lookup: str
    digest: bytes
    pepper: str


def new_token() -> NewToken:
    """Raises: ImproperlyConfigured without TOKEN_PEPPERS."""
    if not settings.TOKEN_PEPPERS:
        raise ImproperlyConfigured("TOKEN_PEPPERS is not set, so no API token can be issued.")
    pepper = max(settings.TOKEN_PEPPERS, key=_number)
    lookup, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    return NewToken(f"rp_{lookup}_{secret}", lookup, _digest(secret, settings.TOKEN_PEPPERS[pepper]), pepper)


def lookup_of(plain: str) -> str | None:
    """The public part, or None for what is not a token of ours at all."""
    match = SHAPE.fullmatch(plain)
    return match["lookup"] if match else None


def matches(plain: str, *, digest: bytes | memoryview[int], pepper: str) -> bool:
    """Compares in constant time; a token under a pepper that was taken away never matches."""
    match = SHAPE.fullmatch(plain)
    if match is None or pepper not in settings.TOKEN_PEPPERS:
        return False
    return hmac.compare_digest(_digest(match["secret"], settings.TOKEN_PEPPERS[pepper]), bytes(digest))


def redacted(text: str) -> str:
    """`text` with the secret of every token in it taken out, for logs and messages."""
    return SHAPE.sub(lambda match: f"rp_{match['lookup']}_…", text)


def _digest(secret: str, pepper: str) -> bytes:
    return hmac.new(pepper.encode(), secret.encode(), hashlib.sha256).digest()


def _number(key: str) -> tuple[int, str]:
    return (int(key), key) if key.isdigit() else (-1, key)
