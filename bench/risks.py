"""The money of risks: portfolios in a process of their own, so that its peak memory is theirs.

`python -m bench.risks RISKS TRIALS` is that process: it prints seconds, those of the processor, then megabytes. The processor's
seconds tell what a busy machine hides.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Callable
from time import process_time
from typing import Final

from bench.report import Report, ms, peak_mb, stopwatch
from risks.domain.benefit import Treatment, benefit
from risks.domain.lognormal import Range
from risks.domain.money import TRIALS, Estimate, simulated
from risks.domain.portfolio import Tolerance, beyond, curve, portfolio

SEED: Final = 1
TIMES: Final = 3
SIZES: Final = ((50, 100_000, 1.0), (500, 10_000, 2.0))
MOST_MB: Final = 400
TOLERANCE: Final = Tolerance(((1e5, 0.5), (1e6, 0.2), (1e7, 0.05), (1e8, 0.01)))


def run(report: Report, *, url: str) -> None:  # noqa: ARG001 - risks never ask Prometheus
    for risks, trials, most_s in SIZES:
        taken, busy, memory = _alone(risks, trials)
        name = f"portfolio of {risks} risks x {trials:,} years"
        report.add(name, f"{taken:.2f} s", target=f"<= {most_s:.0f} s", met=taken <= most_s)
        report.add("  of the processor", f"{busy:.2f} s")
        report.add("  peak memory of the process", f"{memory:.0f} MB", target=f"< {MOST_MB} MB", met=memory < MOST_MB)
    estimate = estimates(1)[0]
    treatment = Treatment(key="T-1", rate=Range(0.2, 0.5), one_off=Range(1e4, 1e5), yearly=Range(1e3, 9e3), years=3)
    for name, work in (
        ("a risk", lambda: simulated(estimate, seed=SEED)),
        ("the benefit of a treatment", lambda: benefit(estimate, treatment, seed=SEED)),
    ):
        work()
        report.add(f"{name} x {TRIALS:,} years", ms([_timed(work) for _each in range(TIMES)]))


def estimates(number: int) -> list[Estimate]:
    """About as often and as dear as incidents are: from once in fifty years to four times a year, for a thousand to a million."""
    return [
        Estimate(
            f"RISK-{each}",
            Range(0.02 * (1 + each % 10), 0.4 * (1 + each % 10)),
            Range(1e3 * (1 + each % 7), 5e5 * (1 + each % 2)),
        )
        for each in range(number)
    ]


def _timed(work: Callable[[], object]) -> float:
    with stopwatch() as watch:
        work()
    return watch.seconds


def _alone(risks: int, trials: int) -> tuple[float, float, float]:
    """Seconds, seconds of the processor, and megabytes."""
    command = [sys.executable, "-m", "bench.risks", str(risks), str(trials)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, busy, memory = done.stdout.split()
    return float(seconds), float(busy), float(memory)


def main(risks: int, trials: int) -> None:
    taken, busy = [], []
    for _each in range(TIMES):
        began = process_time()
        with stopwatch() as watch:
            found = portfolio(estimates(risks), trials=trials, seed=SEED)
            assert found is not None
            beyond(found.total, TOLERANCE)
            curve(found.total, TOLERANCE)
        taken.append(watch.seconds)
        busy.append(process_time() - began)
    print(statistics.median(taken), statistics.median(busy), peak_mb())


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:3]))
