"""`make bench`: prints the figures of collection, pages and the tools that others use, with the machine.

`python -m bench NAME ...` runs only these modules. Each has `run(report, *, url)`, where `url` is the Prometheus with the data.
"""

from __future__ import annotations

import importlib
import logging
import os
import sys
from pathlib import Path

from bench import data
from bench.report import Report, machine, programs
from relportal.core.garbage import settled
from relportal.launch.environment import settings_of, stores
from relportal.launch.paths import Profile, made
from tests.slo.prom import serving

MODULES = (
    "collection",
    "generator",
    "pages",
    "lists",
    "incidents",
    "alerts",
    "register",
    "risks",
    "figures",
    "ladder",
    "readiness",
    "exports",
    "published",
)


def main(names: list[str]) -> int:
    profile = Profile("bench")
    # The servers of the tests trade safety for speed; what is measured here has to be on disk.
    for variable in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(variable, None)
    print(f"{machine()}\n{programs()}\n")
    blocks = data.built(made(profile.home / "data"))
    with stores(profile, durable=True) as env, serving(blocks) as prometheus:
        os.environ.update(settings_of(profile) | env | {"LOG_FORMAT": "json"})
        ready()
        report = Report()
        for name in names or MODULES:
            print(f"{name}:")
            importlib.import_module(f"bench.{name}").run(report, url=prometheus.url)
    report.save(Path("bench") / "out" / "figures.json")
    return 0 if all(each.met is not False for each in report.figures) else 1


def ready() -> None:
    import django
    from django.core.management import call_command

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relportal.settings")
    django.setup()
    # Logged as in production, and not between the figures.
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(Path(os.devnull).open("w"))  # noqa: SIM115 - open as long as the process
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    # As a worker of gunicorn does.
    settled()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
