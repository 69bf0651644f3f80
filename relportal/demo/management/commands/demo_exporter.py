from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from relportal.demo import blocks, exporter


class Command(BaseCommand):
    help = "Serves the demo company's live metrics on 127.0.0.1, continuing the history that demo_build wrote."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", required=True, type=int)
        parser.add_argument(
            "--target",
            type=Path,
            default=settings.BASE_DIR / "var" / "prometheus",
            help="folder given to demo_build (default: var/prometheus)",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        port = options["port"]
        try:
            with exporter.listening(options["target"], port=port) as server:
                self.stdout.write(f"metrics on http://127.0.0.1:{port}/metrics")
                server.serve_forever()
        except blocks.BuildError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"Port {port} cannot be used: {error.strerror}.") from error
        except KeyboardInterrupt:
            return
