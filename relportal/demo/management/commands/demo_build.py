from __future__ import annotations

import datetime as dt
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from relportal.demo import blocks
from relportal.demo.events import HISTORY


class Command(BaseCommand):
    help = "Writes two years of the demo company as Prometheus blocks; a second run adds only what is missing."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--target", required=True, type=Path, help="data folder of a Prometheus that is not running"
        )
        parser.add_argument("--days", type=int, default=HISTORY.days, help="length of the history (default: two years)")

    def handle(self, *_args: Any, **options: Any) -> None:
        begun = time.monotonic()
        try:
            stamp = blocks.build(
                options["target"],
                now=dt.datetime.now(tz=dt.UTC),
                say=self.stdout.write,
                history=dt.timedelta(days=options["days"]),
            )
        except blocks.BuildError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"history stands until {stamp.until} ({time.monotonic() - begun:.0f} s)")
