"""What a test needs from the machine: a missing tool skips it with its reason; under `CI=true` any skip fails the run."""

from __future__ import annotations

import os
import shutil

import pytest
from _pytest.terminal import TerminalReporter

FAILED = 1


def require_tool(*names: str) -> None:
    """Skips the test that calls it when one of the programs is not on PATH."""
    missing = [name for name in names if shutil.which(name) is None]
    if missing:
        pytest.skip(f"missing tool: {', '.join(missing)}")


def skipped(config: pytest.Config) -> list[str]:
    """The reason of every skipped test, each once, in order."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if not isinstance(reporter, TerminalReporter):
        return []
    reasons = [report.longrepr[2] for report in reporter.stats.get("skipped", []) if isinstance(report.longrepr, tuple)]
    return sorted(set(reasons))


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    # Workers of xdist have no terminal: only the process that collects all reports judges.
    if os.environ.get("CI") == "true" and skipped(session.config) and session.exitstatus == 0:
        session.exitstatus = FAILED


def pytest_terminal_summary(terminalreporter: TerminalReporter, config: pytest.Config) -> None:
    for reason in skipped(config):
        terminalreporter.write_line(f"not run here: {reason.removeprefix('Skipped: ')}", yellow=True)
    if os.environ.get("CI") == "true" and skipped(config):
        terminalreporter.write_line("CI fails, because tests were skipped.", red=True)
