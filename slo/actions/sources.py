"""Writing sources: where indicators are read from, and the secret to read them with."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from relportal.core import audit, secrets
from relportal.core.exceptions import Conflict, Invalid
from relportal.core.permissions import Actor, require
from relportal.core.rows import clean, save
from relportal.core.versions import locked
from slo.actions.sourcing import config_of
from slo.models import Auth, Source, SourceState
from slo.sources import SOURCES
from slo.sources._base import BuildInfo

FIELDS = (
    "name", "kind", "url", "auth", "username", "tenant_header", "tenant", "scrape_interval_s", "timeout_s", "series_limit",
    "max_response_mb", "paused",
)  # fmt: skip

# Whoever presses a button waits no longer than this.
TRY_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFields:
    """What a source is, without its short name, which never changes, and its secret, which is never read back."""

    name: str
    kind: str = "prometheus"
    url: str = ""
    auth: str = Auth.NONE.value
    username: str = ""
    tenant_header: str = ""
    tenant: str = ""
    scrape_interval_s: int = 60
    timeout_s: int = 20
    series_limit: int = 50_000
    max_response_mb: int = 64
    paused: bool = False


def create_source(
    actor: Actor, *, slug: str, fields: SourceFields, secret: str = "", at: dt.datetime, reason: str = ""
) -> Source:
    """Raises: NotAllowed; Invalid, by field."""
    require(actor, "source.edit")
    row = Source(slug=slug, **{name: getattr(fields, name) for name in FIELDS})
    with transaction.atomic():
        _set_secret(row, secret)
        _check(row)
        clean(row)
        save(row)
        SourceState.objects.create(source=row)
        changes: dict[str, audit.Change] = {name: (None, getattr(row, name)) for name in FIELDS if getattr(row, name)}
        audit.record(actor, "source.create", row, at=at, reason=reason, changes=changes)
    return row


def update_source(
    actor: Actor,
    source: Source,
    *,
    version: int | None,
    fields: SourceFields,
    secret: str | None = None,
    at: dt.datetime,
    reason: str = "",
) -> Source:
    """`secret` None keeps the one that is stored, except when the source moves to another host: then it must be entered again,
    so that no one can have a secret sent to an address of their own.

    Raises: NotAllowed, Stale; Invalid, by field.
    """
    require(actor, "source.edit")
    with transaction.atomic():
        row = locked(Source, source.pk, version=version)
        before = Source.objects.get(pk=row.pk)
        for name in FIELDS:
            setattr(row, name, getattr(fields, name))
        if secret is not None or row.auth == Auth.NONE:
            _set_secret(row, secret or "")
        elif row.secret and _host(row.url) != _host(before.url):
            raise Invalid({"secret": _("The source moves to another host: enter its password or token again.")})
        _check(row)
        clean(row)
        changes = audit.differences(before, row, FIELDS)
        if row.secret != before.secret:
            changes["secret"] = (_("set") if before.secret else None, _("changed") if row.secret else None)
        if changes:
            row.version += 1
            save(row)
            audit.record(actor, "source.edit", row, at=at, reason=reason, changes=changes)
    return row


def delete_source(actor: Actor, source: Source, *, at: dt.datetime, reason: str = "") -> None:
    """Raises: NotAllowed; Conflict while an indicator reads from it."""
    require(actor, "source.edit")
    with transaction.atomic():
        row = locked(Source, source.pk)
        if row.indicators.exists():
            raise Conflict(_("Indicators still read from %(name)s: move them to another source first.") % {"name": row})
        audit.record(actor, "source.delete", row, at=at, reason=reason)
        row.delete()


def try_source(actor: Actor, source: Source, *, secret: str | None = None) -> BuildInfo:
    """Asks a source, saved or not, what it is.

    Raises: NotAllowed; Invalid for fields that cannot be tried; OutboundError with a sentence that says what is wrong.
    """
    require(actor, "source.edit")
    _check(source)
    plugin = SOURCES[source.kind]
    if not plugin.pulls:
        raise Invalid({"kind": _("Counts are pushed to this source by its own tools: there is nothing to ask.")})
    config = config_of(source, secret=secret)
    client = plugin.open(replace(config, timeout_s=min(config.timeout_s, TRY_S)))
    try:
        return client.build()
    finally:
        client.close()


def _set_secret(row: Source, secret: str) -> None:
    row.secret = secrets.encrypt(secret) if row.auth != Auth.NONE else ""


def _check(row: Source) -> None:
    """What depends on several fields at once."""
    errors: dict[str, str] = {}
    if row.kind not in SOURCES:
        errors["kind"] = _("There is no plug-in for “%(kind)s”.") % {"kind": row.kind}
    elif SOURCES[row.kind].pulls and not row.url:
        errors["url"] = _("Enter the address, such as http://prometheus.example.com:9090.")
    elif row.url and (urlsplit(row.url).scheme not in {"http", "https"} or not _host(row.url)):
        errors["url"] = _("An address begins with http:// or https:// and names a host.")
    if row.auth == Auth.BASIC and not row.username:
        errors["username"] = _("Signing in with a password needs a user.")
    if not 1 <= row.scrape_interval_s <= 300:
        errors["scrape_interval_s"] = _("Between 1 and 300 seconds: events are counted in steps of 5 minutes.")
    if not 1 <= row.timeout_s <= 120:
        errors["timeout_s"] = _("Between 1 and 120 seconds.")
    if not 1 <= row.max_response_mb <= 512:
        errors["max_response_mb"] = _("Between 1 and 512 MB.")
    if errors:
        raise Invalid(errors)


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.hostname or ''}:{parts.port or ''}" if parts.hostname else ""
    except ValueError:
        return ""
