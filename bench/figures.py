"""What KPIs cost at 1,000 services of 40 teams, 5,000 objectives and 2,000 incidents: all of them computed, and their pages."""

from __future__ import annotations

import subprocess
import sys
from typing import Final

from bench import asked, history
from bench.figures_alone import MONTHS
from bench.report import Report
from reports.models import KpiValue

MOST_S: Final = 20.0
MOST_MB: Final = 400
MOST_MS: Final = 60.0
PAGES: Final = (
    ("scorecard of the company", "/scorecards/"),
    ("scorecard of a team, months", "/scorecards/?of=team:team-3&period=month"),
    ("KPI page: SLOs met, 250 objectives", "/scorecards/kpis/slo_attainment/"),
    ("KPI page: change failure rate, 25,000 deploys", "/scorecards/kpis/change_failure/"),
    ("KPI page: incidents", "/scorecards/kpis/incidents/"),
    ("KPI page: alert quality, 12,000 alerts", "/scorecards/kpis/alert_quality/"),
    ("KPI page: time to detect, of a service", "/scorecards/kpis/ttd/?of=service:service-5"),
)


def run(report: Report, *, url: str) -> None:  # noqa: ARG001 - figures never ask Prometheus
    history.told()
    cold(report)
    with asked.reader() as client:
        for name, address in PAGES:
            asked.page(report, client, name, address, most_ms=MOST_MS)


def cold(report: Report) -> None:
    """The hourly runs look at weeks, months, quarters and rolling spans of two years, a cut at a time; only the cold one has
    a time that was promised."""
    for name, which, most in (
        (f"all KPIs, {MONTHS} months, cold", "months", MOST_S),
        ("the hourly run, first", "kept", None),
        ("the hourly run, again", "kept", None),
    ):
        if which == "months":
            KpiValue.objects.all().delete()
        done = subprocess.run(
            [sys.executable, "-m", "bench.figures_alone", which], capture_output=True, text=True, check=True
        )
        taken, busy, memory, values, written = (float(each) for each in done.stdout.split())
        report.add(
            name, f"{taken:.1f} s", target=f"<= {most:.0f} s" if most else "", met=taken <= most if most else None
        )
        report.add("  of the processor; values; rows written", f"{busy:.1f} s; {values:,.0f}; {written:,.0f}")
        report.add("  peak memory of the process", f"{memory:.0f} MB", target=f"< {MOST_MB} MB", met=memory < MOST_MB)
