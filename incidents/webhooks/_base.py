"""What a plug-in of a sender is: pure functions over the headers and the raw body, without database and clock.

Names of headers come in lower case.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Headers = Mapping[str, str]
# No tool of today writes an instant outside of it: year 1 is Go's way to say that there is none.
EARLIEST: Final = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
LATEST: Final = dt.datetime(2200, 1, 1, tzinfo=dt.UTC)


class Unreadable(Exception):
    """The body is not what this tool sends; its text is a sentence for the page of the delivery."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What of an integration its plug-in needs."""

    service_label: str = "service"
    mapping: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldAlert:
    """What a delivery says of one alert. `started` None: the tool does not say; `ended` None: it fires, or nobody knows.

    `services` are names that may be of a service, the best first. `ended` is None and `over` True where only the end itself
    is told, without its time.
    """

    fingerprint: str
    name: str
    started: dt.datetime | None
    ended: dt.datetime | None = None
    over: bool = False
    acknowledged: dt.datetime | None = None
    summary: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    severity: str = ""
    url: str = ""
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldDeploy:
    """What a delivery says of one deploy; `state` is a value of DeployState. `finished` None: it goes on, or nobody says;
    `rollback_automatic` None: nobody says, or it is no rollback."""

    key: str
    services: tuple[str, ...]
    state: str
    started: dt.datetime
    finished: dt.datetime | None = None
    revision: str = ""
    description: str = ""
    environment: str = "production"
    author: str = ""
    url: str = ""
    size: int | None = None
    is_rollback: bool = False
    rollback_automatic: bool | None = None
    is_hotfix: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """`ignored` is the reason why nothing was taken from a body that is well."""

    alerts: tuple[ToldAlert, ...] = ()
    deploys: tuple[ToldDeploy, ...] = ()
    ignored: str = ""


class Hook(Protocol):
    """`makes_secret` is False where the tool makes the secret itself, which is then pasted here."""

    @property
    def key(self) -> str: ...
    @property
    def label(self) -> _StrPromise: ...
    @property
    def makes_secret(self) -> bool: ...

    def verify(self, headers: Headers, body: bytes, secrets: Sequence[str]) -> bool:
        """Whether one of the secrets (the old one is valid while it is rotated) was used."""

    def dedup(self, headers: Headers, body: bytes) -> str:
        """The sender's id of the delivery; empty where every delivery is one of its own."""

    def event(self, headers: Headers, body: bytes) -> str: ...

    def parse(self, body: bytes, config: Config) -> Parsed:
        """Raises: Unreadable."""


def told_secret(headers: Headers) -> str:
    """The token of `Authorization: Bearer`, or the password of `Basic`; empty without either."""
    scheme, _space, rest = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(rest.strip(), validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return ""


def same(told: str, expected: str) -> bool:
    """In constant time; an empty secret matches nothing."""
    return bool(expected) and hmac.compare_digest(told.encode("utf-8", "replace"), expected.encode())


def presented(headers: Headers, secrets: Sequence[str]) -> bool:
    told = told_secret(headers)
    return any(same(told, one) for one in secrets)


def signed(signatures: Sequence[str], body: bytes, secrets: Sequence[str]) -> bool:
    """Whether one of the hex signatures is the HMAC-SHA256 of the raw body under one of the secrets."""
    made = [hmac.new(one.encode(), body, hashlib.sha256).hexdigest() for one in secrets if one]
    return any(same(told.strip().lower(), one) for told in signatures for one in made)


def digest(body: bytes) -> str:
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def hashed(values: Mapping[str, str]) -> str:
    """A fingerprint for what has none: equal labels are the same alert."""
    return hashlib.sha256(json.dumps(sorted(values.items())).encode()).hexdigest()[:32]


def loaded(body: bytes) -> dict[str, Any]:
    """The JSON object of a body, its texts fit for the database. Raises: Unreadable."""
    try:
        found = json.loads(body.decode("utf-8-sig"), parse_constant=lambda _name: None)
    except UnicodeDecodeError as error:
        raise Unreadable(_("The body is not UTF-8 (byte %(n)d).") % {"n": error.start}) from None
    except json.JSONDecodeError as error:
        cut = error.pos >= len(body.rstrip()) - 1 or error.msg.startswith("Unterminated")
        words = _("The body ends in the middle, at character %(n)d: it was cut on its way.") if cut else ""
        raise Unreadable(
            (words or _("The body is not JSON: %(why)s at character %(n)d.")) % {"n": error.pos, "why": error.msg}
        ) from None
    except (ValueError, RecursionError):
        raise Unreadable(_("The body is JSON that nobody can read: too deep, or with endless numbers.")) from None
    if not isinstance(found, dict):
        raise Unreadable(_("The body is JSON, but no object."))
    return found


def text(value: Any, most: int = 500) -> str:
    """Any value of JSON as text that PostgreSQL takes: no NUL, no half of a character, not longer than `most`."""
    if value is None:
        return ""
    words = value if isinstance(value, str) else json.dumps(value, default=str)
    return words.replace("\0", "").encode("utf-8", "ignore").decode()[:most].strip()


def mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def texts(value: Any) -> dict[str, str]:
    """Labels: at most 100, each cut."""
    return {text(name, 200): text(one) for name, one in list(mapping(value).items())[:100]}


def instant(value: Any) -> dt.datetime | None:
    """RFC 3339, or seconds, milliseconds or nanoseconds since 1970; None for what is none, as year 1 or an empty text."""
    try:
        if isinstance(value, bool) or value in (None, ""):
            return None
        if isinstance(value, int | float) or (isinstance(value, str) and value.strip().isdigit()):
            found: dt.datetime | None = _since_1970(float(value))
        else:
            found = parse_datetime(str(value).strip()[:64])
        if found is None:
            return None
        found = (found if found.tzinfo else found.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return found if EARLIEST <= found < LATEST else None


def _since_1970(number: float) -> dt.datetime:
    for above, divisor in ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3)):
        if number >= above:
            number /= divisor
            break
    return dt.datetime.fromtimestamp(number, tz=dt.UTC)


def link(value: Any) -> str:
    """An address that may stand in a page: http and https alone."""
    words = text(value)
    return words if words.startswith(("http://", "https://")) else ""
