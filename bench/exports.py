"""What the files of a report cost: 20 pages, as a worker makes them once after the freeze."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from typing import Final

from bench.report import Report, ms, repeated
from reports.domain.payload import Payload
from reports.exports import FORMATS
from reports.exports._base import Format
from tests.reports.exports.sample import long_report

PAGES: Final = 20
MOST_S: Final = {"pdf": 1.0, "pptx": 1.0}
MOST_MB: Final = 400
MEASURED: Final = """
from django.conf import settings
settings.configure(USE_I18N=True, USE_TZ=True)
import django
django.setup()
from bench.report import peak_mb
from reports.exports import FORMATS
from tests.reports.exports.sample import long_report
payload = long_report(20)
for each in FORMATS.values():
    each.make(payload, "https://relportal.example")
print(peak_mb())
"""


def run(report: Report, *, url: str) -> None:  # noqa: ARG001 - the same call for all
    payload = long_report(PAGES)
    for key, each in FORMATS.items():
        taken = repeated(partial(_make, each, payload), times=5)
        most = MOST_S.get(key)
        # The slowest is the first, in which the printer knows nothing yet.
        report.add(
            f"report of {PAGES} pages, {key}, slowest of 5",
            ms([max(taken)]),
            target=f"<= {most * 1000:.0f} ms" if most else "",
            met=max(taken) <= most if most else None,
        )
    done = subprocess.run([sys.executable, "-c", MEASURED], capture_output=True, text=True, check=True)
    peak = float(done.stdout)
    report.add(
        "memory of a process that makes all formats", f"{peak:.0f} MB", target=f"< {MOST_MB} MB", met=peak < MOST_MB
    )


def _make(each: Format, payload: Payload, _number: int) -> bytes:
    return each.make(payload, "https://relportal.example")
