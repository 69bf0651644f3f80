"""Computes KPIs in a process of its own, so that its peak memory is theirs; `bench.figures` starts it beside its servers.

`python -m bench.figures_alone months|kept` prints seconds, those of the processor, megabytes, values, and rows written.
"""

from __future__ import annotations

import sys
import time
from typing import Final

import django

from bench.report import peak_mb, stopwatch

MONTHS: Final = 12


def main(which: str) -> None:
    django.setup()
    from django.utils import timezone

    from relportal.core import company
    from reports.actions.figures import compute
    from reports.domain.periods import Cut
    from reports.queries.calendar import calendar, kept_periods

    at = timezone.now()
    periods = kept_periods(at) if which == "kept" else calendar().last(Cut.MONTH, company.day(at), MONTHS)
    begun = time.process_time()
    with stopwatch() as watch:
        done = compute(periods, at=at)
    if done.failed:
        raise RuntimeError(str(done.failed))
    memory = peak_mb()
    print(watch.seconds, time.process_time() - begun, memory, done.values, done.written)


if __name__ == "__main__":
    main(sys.argv[1])
