"""Rotating the key of secrets at rest, as slo.actions.rotation does for sources."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from incidents.models import Integration
from relportal.core import audit, secrets
from relportal.core.exceptions import Unavailable
from relportal.core.permissions import Actor, require
from slo.actions.rotation import Rotation


def rotate_integration_keys(actor: Actor, *, at: dt.datetime) -> Rotation:
    """What an older key of FIELD_KEYS encrypted is encrypted by the first one; `unreadable` needs a new secret. Idempotent.

    Raises: NotAllowed.
    """
    require(actor, "integration.edit")
    newest = next(iter(settings.FIELD_KEYS), "")
    rotated, unreadable = 0, []
    for pk in Integration.objects.exclude(Q(secret="") & Q(old_secret="")).values_list("pk", flat=True):
        with transaction.atomic():
            row = Integration.objects.select_for_update(of=("self",)).get(pk=pk)
            old = {secrets.key_id(one) for one in (row.secret, row.old_secret) if one}
            if old <= {newest}:
                continue
            try:
                row.secret = secrets.encrypt(secrets.decrypt(row.secret))
                row.old_secret = secrets.encrypt(secrets.decrypt(row.old_secret))
            except Unavailable:
                unreadable.append(row.name)
                continue
            row.save(update_fields=["secret", "old_secret"])
            changes: dict[str, audit.Change] = {"key": (", ".join(sorted(old)), newest)}
            audit.record(actor, "integration.rotate_key", row, at=at, changes=changes)
            rotated += 1
    return Rotation(rotated=rotated, unreadable=tuple(unreadable))
