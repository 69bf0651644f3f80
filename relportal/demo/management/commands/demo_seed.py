from __future__ import annotations

import datetime as dt
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from relportal.demo import blocks, people, seed, story


class Command(BaseCommand):
    help = (
        "Fills the portal with the demo company, through its own actions. It can be run again: it adds what is missing."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--pushed", action="store_true", help="without a Prometheus: push the same history")
        parser.add_argument("--target", type=Path, help="folder given to demo_build, whose story the incidents follow")
        parser.add_argument("--logins", action="store_true", help="only print the demo logins")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["logins"]:
            self._logins()
            return
        url = None if options["pushed"] else os.environ.get("PROMETHEUS_URL")
        if url is None and not options["pushed"]:
            raise CommandError("Set PROMETHEUS_URL to the Prometheus with the demo's history, or give --pushed.")
        stamp = blocks.stamp_of(options["target"]) if options["target"] else None
        told = story.timeline(dt.datetime.fromisoformat(stamp.anchor)) if stamp else None
        seed.company(url=url, at=timezone.now(), timeline=told)

    def _logins(self) -> None:
        self.stdout.write(f"Sign in with the password  {people.PASSWORD}  as")
        for person in people.logins():
            self.stdout.write(f"  {person.login:<14}{person.email}")
