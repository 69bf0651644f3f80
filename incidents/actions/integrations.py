"""Writing integrations: the tools that send, and their secrets, which are shown once and never again."""

from __future__ import annotations

import datetime as dt
import secrets as random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from incidents.models import Integration
from incidents.webhooks import HOOKS
from incidents.webhooks.generic import PATHS
from relportal.core import audit, secrets
from relportal.core.exceptions import Invalid
from relportal.core.models import Service
from relportal.core.permissions import Actor, require
from relportal.core.rows import clean, save
from relportal.core.versions import locked

FIELDS: Final = ("name", "service_label", "mapping", "default_service", "paused")
# Shorter secrets can be guessed; tools that make their own make longer ones.
SHORTEST: Final = 12
LONGEST_OVERLAP: Final = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrationFields:
    """What an integration is, without its short name and kind, which never change, and its secret."""

    name: str
    service_label: str = "service"
    mapping: Mapping[str, Any] = field(default_factory=dict)
    default_service: Service | None = None
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Issued:
    """`plain` is shown once; empty where the sender's own secret was entered."""

    integration: Integration
    plain: str


def create_integration(
    actor: Actor, *, slug: str, kind: str, fields: IntegrationFields, secret: str = "", at: dt.datetime
) -> Issued:
    """`secret` empty: one is made. Raises: NotAllowed; Invalid, by field."""
    require(actor, "integration.edit")
    row = Integration(slug=slug, kind=kind, created_at=at)
    with transaction.atomic():
        _fill(row, fields)
        plain = _secret(row, secret)
        clean(row)
        save(row)
        changes: dict[str, audit.Change] = {name: (None, getattr(row, name)) for name in FIELDS if getattr(row, name)}
        audit.record(actor, "integration.create", row, at=at, changes={"kind": (None, kind)} | changes)
    return Issued(row, plain)


def update_integration(
    actor: Actor, integration: Integration, *, version: int | None, fields: IntegrationFields, at: dt.datetime
) -> Integration:
    """Raises: NotAllowed, Stale; Invalid, by field."""
    require(actor, "integration.edit")
    with transaction.atomic():
        row = locked(Integration, integration.pk, version=version)
        before = Integration.objects.get(pk=row.pk)
        _fill(row, fields)
        clean(row)
        changes = audit.differences(before, row, FIELDS)
        if changes:
            row.version += 1
            save(row)
            audit.record(actor, "integration.edit", row, at=at, changes=changes)
    return row


def rotate_secret(
    actor: Actor, integration: Integration, *, secret: str = "", overlap: dt.timedelta, at: dt.datetime
) -> Issued:
    """A new secret; the one until now is taken as well for `overlap`, and not at all when that is zero.

    Raises: NotAllowed; Invalid for a short secret or an endless overlap.
    """
    require(actor, "integration.edit")
    if not dt.timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise Invalid({"overlap": _("The old secret stays valid for at most 30 days.")})
    with transaction.atomic():
        row = locked(Integration, integration.pk)
        old = row.secret
        plain = _secret(row, secret)
        row.old_secret = old if overlap else ""
        row.old_secret_until = at + overlap if overlap else None
        row.version += 1
        save(row)
        audit.record(
            actor, "integration.rotate", row, at=at, changes={"old_secret_until": (None, row.old_secret_until)}
        )
    return Issued(row, plain)


def valid_secrets(row: Integration, *, at: dt.datetime) -> list[str]:
    """In plain text. Raises: Unavailable when a key of FIELD_KEYS is gone."""
    stored = [row.secret]
    if row.old_secret and row.old_secret_until is not None and at < row.old_secret_until:
        stored.append(row.old_secret)
    return [secrets.decrypt(one) for one in stored if one]


def _fill(row: Integration, fields: IntegrationFields) -> None:
    for name in FIELDS:
        setattr(row, name, getattr(fields, name))
    row.mapping = dict(fields.mapping)
    if row.kind not in HOOKS:
        raise Invalid({"kind": _("There is no plug-in for “%(kind)s”.") % {"kind": row.kind}})
    _check_mapping(row)


def _check_mapping(row: Integration) -> None:
    if row.kind == "generic":
        for name, value in row.mapping.items():
            if name not in PATHS and name != "resolved":
                known = ", ".join((*PATHS, "resolved"))
                raise Invalid(
                    {
                        "mapping": _("“%(name)s” means nothing here; known are %(known)s.")
                        % {"name": name, "known": known}
                    }
                )
            if name == "resolved" and not (isinstance(value, list) and all(isinstance(one, str) for one in value)):
                raise Invalid({"mapping": _("“resolved” is a list of words.")})
            if name != "resolved" and not isinstance(value, str):
                raise Invalid({"mapping": _("“%(name)s” is a path, such as data.0.title.") % {"name": name}})
    elif not all(isinstance(value, str) for value in row.mapping.values()):
        raise Invalid({"mapping": _("A mapping leads from a name to the short name of a service.")})


def _secret(row: Integration, secret: str) -> str:
    """Stores it encrypted; returns what has to be shown."""
    if secret and len(secret) < SHORTEST:
        raise Invalid({"secret": _("At least %(n)d characters.") % {"n": SHORTEST}})
    if not secret and not HOOKS[row.kind].makes_secret:
        raise Invalid({"secret": _("This tool makes the secret itself: enter the one that it shows.")})
    made = "" if secret else random.token_urlsafe(32)
    row.secret = secrets.encrypt(secret or made)
    return made
