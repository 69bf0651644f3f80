"""What DR-12 leads to."""

from __future__ import annotations

from relportal.core import shortlinks
from relportal.core.models import User
from risks.models import RecoveryTest


def recovery_address(user: User, number: int) -> str | None:
    found = RecoveryTest.objects.visible_to(user).filter(pk=number).first()
    return found.get_absolute_url() if found else None


def offer() -> None:
    shortlinks.provide("DR", recovery_address)
