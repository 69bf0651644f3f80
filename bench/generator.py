"""A run of Google's slo-generator over the same 2,000 SLOs on the same Prometheus, against the portal's tick.

It computes one window per SLO, the 30 days; the tick computes eight. Its client always asks for the current time, so each
expression names the instant of the data. Its environment is its own: it needs an older setuptools than anything here.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import statistics
import subprocess
import sys
import venv
from pathlib import Path
from typing import Final

import yaml

from bench import collection, data, portal
from bench.report import Report, stopwatch
from relportal.launch.paths import ROOT, Profile, made
from slo.actions.collect import collect_source

LOCKED: Final = ROOT / "requirements" / "generator.txt"
VERSION: Final = "2.6.0"
TIMES: Final = 300
POLICY: Final = {
    "steps": [
        {
            "name": "30 days",
            "window": portal.DAYS * 86_400,
            "burn_rate_threshold": 1,
            "alert": True,
            "message_alert": "The error budget is spent",
            "message_ok": "Within the error budget",
        }
    ]
}


def run(report: Report, *, url: str) -> None:
    home = made(Profile("bench").home / "generator")
    program = installed(home)
    if program is None:
        print(
            f"  not compared: slo-generator {VERSION} cannot be installed, see {(home / 'install.log').relative_to(ROOT)}"
        )
        return
    steady_s = report.steady_s or steady(url)
    configured(home, url=url)
    with stopwatch() as watch:
        computed = reports(program, home)
    expected = len(portal.TARGETS) * data.SERVICES
    report.add(f"slo-generator {VERSION}, one run, one window", f"{watch.seconds:.1f} s")
    report.add("  SLOs that it computed", f"{computed:,}", target=f"= {expected:,}", met=computed == expected)
    ratio = watch.seconds / steady_s
    report.add(
        f"  its run / steady tick of {steady_s * 1000:.0f} ms, 8 windows",
        f"{ratio:.0f} x",
        target=f">= {TIMES} x",
        met=ratio >= TIMES and computed == expected,
    )


def installed(home: Path) -> Path | None:
    """The program, installed when it is not there in the locked versions; None when that does not succeed."""
    stamp, environment = home / "installed", home / "env"
    program, lock = environment / "bin" / "slo-generator", hashlib.sha256(LOCKED.read_bytes()).hexdigest()
    if program.exists() and stamp.exists() and stamp.read_text() == lock:
        return program
    stamp.unlink(missing_ok=True)
    venv.create(environment, clear=True)
    uv = Path(sys.executable).parent / "uv"
    command = [str(uv), "pip", "install", "--python", str(environment), "--require-hashes", "-r", str(LOCKED)]
    with (home / "install.log").open("wb") as log:
        done = subprocess.run(command, stdout=log, stderr=log, check=False)
    if done.returncode != 0:
        return None
    stamp.write_text(lock)
    return program


def configured(home: Path, *, url: str) -> None:
    """A file for each SLO, as slo-generator wants them, and the shared configuration."""
    shutil.rmtree(home / "slos", ignore_errors=True)
    folder = made(home / "slos")
    shared = {"backends": {"prometheus": {"url": url}}, "error_budget_policies": {"default": POLICY}}
    (home / "config.yaml").write_text(yaml.safe_dump(shared))
    for number in range(data.SERVICES):
        service = f"service-{number:03}"
        for slug, (method, indicator) in indicators(service).items():
            name = f"{service}-{slug}"
            goal = float(portal.TARGETS[slug][0])
            (folder / f"{name}.yaml").write_text(yaml.safe_dump(_objective(name, goal, method, indicator)))


def indicators(service: str) -> dict[str, tuple[str, dict[str, str]]]:
    """Method and fields by indicator. Latency is one expression: its own method wants a `_count` series beside the buckets."""
    at = int(data.AT.timestamp())

    def counted(selector: str) -> str:
        return f'{selector},service="{service}"}}[window] @ {at}'

    def grown(bucket: str) -> str:
        selector = counted(f'http_request_duration_seconds_bucket{{le="{bucket}"')
        return f"sum(increase({selector}))"

    def within(bucket: str) -> tuple[str, dict[str, str]]:
        return "query_sli", {"expression": f"{grown(bucket)} / {grown('+Inf')}"}

    return {
        "availability": (
            "good_bad_ratio",
            {
                "filter_good": counted('http_requests_total{code!~"5.."'),
                "filter_bad": counted('http_requests_total{code=~"5.."'),
            },
        ),
        "fast": within("0.3"),
        "within-second": within("1"),
        "jobs": (
            "good_bad_ratio",
            {
                "filter_good": counted('jobs_total{result="ok"'),
                "filter_valid": counted('jobs_total{result=~".+"'),
            },
        ),
    }


def reports(program: Path, home: Path) -> int:
    """How many SLOs the run has an SLI for; what cannot be computed is a line without one."""
    done = subprocess.run(
        [program, "compute", "-f", home / "slos", "-c", home / "config.yaml"],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": os.environ["PATH"]},
    )
    return sum("| SLI: " in line for line in (done.stdout + done.stderr).splitlines())


def steady(url: str) -> float:
    """Seconds of the portal's tick over the same SLOs, with their history."""
    source = portal.seeded(url)
    collect_source(source.pk, at=collection.at(0))
    portal.backfilled(source, at=collection.at(0))
    return statistics.median(collection.ticks(source, begin=1).taken)


def _objective(name: str, goal: float, method: str, indicator: dict[str, str]) -> dict[str, object]:
    return {
        "apiVersion": "sre.google.com/v2",
        "kind": "ServiceLevelObjective",
        "metadata": {"name": name, "labels": {}},
        "spec": {
            "description": name,
            "backend": "prometheus",
            "method": method,
            "error_budget_policy": "default",
            "exporters": [],
            "service_level_indicator": indicator,
            "goal": goal,
        },
    }
