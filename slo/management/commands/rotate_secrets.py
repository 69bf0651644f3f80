"""`manage.py rotate_secrets`: encrypts all secrets at rest with the first key of FIELD_KEYS, after which old keys may go."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from relportal.core.actions.second_factor import reencrypted
from relportal.core.permissions import SYSTEM
from slo.actions.rotation import ROTATORS


class Command(BaseCommand):
    help = "Encrypts the secrets of sources, integrations and second factors with the first key of FIELD_KEYS."

    def handle(self, *_args: Any, **_options: Any) -> None:
        done = [rotate(SYSTEM, at=timezone.now()) for rotate in ROTATORS]
        factors, lost = reencrypted()
        self.stdout.write(f"{sum(one.rotated for one in done) + factors} secrets are under the first key now.")
        if unreadable := [*(name for one in done for name in one.unreadable), *lost]:
            raise CommandError(
                f"Their key is in FIELD_KEYS no more, enter the secret again: {', '.join(unreadable)}",
                returncode=1,
            )
