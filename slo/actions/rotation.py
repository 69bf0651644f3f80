"""Rotating the key of secrets at rest: what an older key of FIELD_KEYS encrypted is encrypted by the first one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from relportal.core import audit, secrets
from relportal.core.exceptions import Unavailable
from relportal.core.permissions import Actor, require
from slo.models import Source


@dataclass(frozen=True, slots=True)
class Rotation:
    """`unreadable` names the sources whose key is in FIELD_KEYS no more: their secret has to be entered again."""

    rotated: int
    unreadable: tuple[str, ...]


def rotate_secrets(actor: Actor, *, at: dt.datetime) -> Rotation:
    """A row at a time, so that one that cannot be read stops none of the others. Idempotent.

    Raises: NotAllowed.
    """
    require(actor, "source.edit")
    newest = next(iter(settings.FIELD_KEYS), "")
    rotated, unreadable = 0, []
    for pk in Source.objects.exclude(secret="").values_list("pk", flat=True):
        with transaction.atomic():
            row = Source.objects.select_for_update().get(pk=pk)
            old = secrets.key_id(row.secret)
            if not row.secret or old == newest:
                continue
            try:
                row.secret = secrets.encrypt(secrets.decrypt(row.secret))
            except Unavailable:
                unreadable.append(row.name)
                continue
            row.save(update_fields=["secret"])
            audit.record(actor, "source.rotate_secret", row, at=at, changes={"key": (old, newest)})
            rotated += 1
    return Rotation(rotated=rotated, unreadable=tuple(unreadable))


ROTATORS: list[Callable[..., Rotation]] = [rotate_secrets]
"""What `manage.py rotate_secrets` runs; an app that keeps secrets of its own adds its function in `AppConfig.ready`."""
