"""`manage.py rotate_secrets`: encrypts all secrets at rest with the first key of FIELD_KEYS, after which old keys may go."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from relportal.core.permissions import SYSTEM
from slo.actions.rotation import ROTATORS


class Command(BaseCommand):
    help = "Encrypts the secrets of sources and integrations with the first key of FIELD_KEYS."

    def handle(self, *_args: Any, **_options: Any) -> None:
        done = [rotate(SYSTEM, at=timezone.now()) for rotate in ROTATORS]
        self.stdout.write(f"{sum(one.rotated for one in done)} secrets are under the first key now.")
        unreadable = [name for one in done for name in one.unreadable]
        if unreadable:
            raise CommandError(
                f"Their key is in FIELD_KEYS no more, enter the secret again: {', '.join(unreadable)}",
                returncode=1,
            )
