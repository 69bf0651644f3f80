"""`manage.py rotate_secrets`: encrypts all secrets at rest with the first key of FIELD_KEYS, after which old keys may go."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from relportal.core.actions.second_factor import reencrypted
from relportal.core.permissions import SYSTEM
from slo.actions.rotation import rotate_secrets


class Command(BaseCommand):
    help = "Encrypts the secrets of all sources and second factors with the first key of FIELD_KEYS."

    def handle(self, *_args: Any, **_options: Any) -> None:
        done = rotate_secrets(SYSTEM, at=timezone.now())
        factors, lost = reencrypted()
        self.stdout.write(f"{done.rotated + factors} secrets are under the first key now.")
        if unreadable := (*done.unreadable, *lost):
            raise CommandError(
                f"Their key is in FIELD_KEYS no more, enter the secret again: {', '.join(unreadable)}",
                returncode=1,
            )
