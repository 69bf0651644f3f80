"""Second factors under the newest key: rotating what an older key of FIELD_KEYS encrypted."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction

from relportal.core import secrets
from relportal.core.exceptions import Unavailable

FIELDS = ("secret", "seed")


def reencrypted() -> tuple[int, tuple[str, ...]]:
    """(how many were rotated, whose could not be read and has to be set up again). A row at a time; idempotent."""
    newest = next(iter(settings.FIELD_KEYS), "")
    rotated, unreadable = 0, []
    for pk in Authenticator.objects.values_list("pk", flat=True):
        with transaction.atomic():
            row = Authenticator.objects.select_for_update(of=("self",)).select_related("user").get(pk=pk)
            older = [name for name in FIELDS if name in row.data and secrets.key_id(row.data[name]) != newest]
            try:
                row.data |= {name: secrets.encrypt(secrets.decrypt(row.data[name])) for name in older}
            except Unavailable:
                unreadable.append(str(row.user))
                continue
            if older:
                row.save(update_fields=["data"])
                rotated += 1
    return rotated, tuple(unreadable)
