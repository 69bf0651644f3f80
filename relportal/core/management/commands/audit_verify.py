"""`manage.py audit_verify`: walks the hash chain of the audit and ends with 1 where it is broken."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from relportal.core import audit_chain
from relportal.core.models import AuditDay


class Command(BaseCommand):
    help = "Checks that no audit row was changed, added or removed after its day was closed."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = audit_chain.verify()
        if broken is None:
            last = AuditDay.objects.order_by("-day").first()
            until = f" until {last.day} ({last.sha256})" if last else ""
            self.stdout.write(f"The audit chain holds: {AuditDay.objects.count()} days{until}.")
            return
        raise CommandError(
            f"The audit chain is broken at {broken.day}: {broken.recorded_rows} rows with hash "
            f"{broken.recorded or 'none'} were recorded, {broken.rows} rows with hash {broken.sha256 or 'none'} are there.",
            returncode=1,
        )
