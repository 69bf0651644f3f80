"""`make demo`: the whole portal with a demo company, on this machine alone."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from relportal.launch import prometheus
from relportal.launch.environment import stores
from relportal.launch.locks import alone
from relportal.launch.paths import ROOT, LaunchError, Profile, listening, made, say
from relportal.launch.supervisor import Supervisor

READY_WITHIN_S = 180
HISTORY_WITHIN_S = 240


@dataclass(frozen=True, slots=True)
class Plan:
    """Where the demo's numbers come from: a Prometheus by address, the bundled one, or none (`trouble` says why)."""

    url: str | None
    bundled: prometheus.Prometheus | None
    trouble: str | None


def run(*, port: int, check: bool) -> int:
    """Starts everything, prints where it is, and runs until Ctrl-C; with `check`, ends as soon as it is ready."""
    begun = time.monotonic()
    if listening(port):
        raise LaunchError(f"Port {port} on 127.0.0.1 is taken: stop what uses it, or run `PORT=8001 make demo`.")
    for sign in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(sign, _interrupt)
    profile = Profile("demo")
    lock = alone(profile, otherwise="The demo runs already: open it, or stop it first.")
    plan = _plan(profile)
    say("Starting PostgreSQL and Valkey …")
    with stores(profile, durable=True) as urls:
        env = prometheus.on_path(urls | _settings(port, plan, profile))
        _prepare(plan, env)
        exporter_port = profile.port("exporter")
        with Supervisor(profile.logs, env) as processes:
            try:
                if plan.bundled is not None:
                    processes.start("exporter", _manage("demo_exporter", *_target(plan), f"--port={exporter_port}"))
                    say("Starting Prometheus …")
                    plan.bundled.ensure(exporter_port=exporter_port, portal_port=port)
                # Asked for early: it takes a second that nobody should wait for at the end.
                logins = subprocess.Popen(
                    _manage("demo_seed", "--logins"), cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True
                )
                _start_portal(processes, port)
                _await_history(processes, env["DATABASE_URL"])
                _announce(port, logins, time.monotonic() - begun)
                if not check:
                    processes.watch()
            except KeyboardInterrupt:
                say("\nStopping …")
            finally:
                # A second Ctrl-C must not leave half of it running; each stop has an end of its own.
                for sign in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                    signal.signal(sign, signal.SIG_IGN)
                processes.stop()
                if plan.bundled is not None:
                    plan.bundled.stop()
    lock.close()
    return 0


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _plan(profile: Profile) -> Plan:
    if url := os.environ.get("PROMETHEUS_URL"):
        return Plan(url=url, bundled=None, trouble=None)
    trouble = prometheus.available()
    if trouble is not None:
        say(f"{trouble} The demo pushes the same history instead.")
        return Plan(url=None, bundled=None, trouble=trouble)
    bundled = prometheus.Prometheus(profile)
    if bundled.running():
        bundled.stop()
    return Plan(url=bundled.url, bundled=bundled, trouble=None)


def _settings(port: int, plan: Plan, profile: Profile) -> dict[str, str]:
    metrics = profile.home / "metrics"
    shutil.rmtree(metrics, ignore_errors=True)
    return {
        "DEMO": "true",
        "BASE_URL": f"http://127.0.0.1:{port}",
        "COMPANY_NAME": os.environ.get("COMPANY_NAME", "Perronova"),
        # Where the demo's company is: its days end there, and with them what ends on a day.
        "COMPANY_TIME_ZONE": os.environ.get("COMPANY_TIME_ZONE", "Europe/Berlin"),
        "PROMETHEUS_MULTIPROC_DIR": str(made(metrics)),
    } | ({"PROMETHEUS_URL": plan.url} if plan.url else {})


def _manage(*arguments: str) -> list[str]:
    return [sys.executable, "manage.py", *arguments]


def _target(plan: Plan) -> list[str]:
    return [f"--target={plan.bundled.folder}"] if plan.bundled else []


def _prepare(plan: Plan, env: dict[str, str]) -> None:
    """Database, static files and history; the history is written while the database is migrated."""
    say("Preparing the database, the static files and two years of history …")
    history = subprocess.Popen(_manage("demo_build", *_target(plan)), cwd=ROOT, env=env) if plan.bundled else None
    try:
        _run("migrate", "-v0", env=env)
        if _static_changed():
            _run("collectstatic", "--noinput", "-v0", env=env)
        if history is not None and history.wait() != 0:
            raise LaunchError("The demo company's history could not be written: see the lines above.")
    finally:
        if history is not None and history.poll() is None:
            history.terminate()
    _run("demo_seed", *([] if plan.url else ["--pushed"]), *_target(plan), env=env)


def _run(*arguments: str, env: dict[str, str]) -> None:
    if subprocess.run(_manage(*arguments), cwd=ROOT, env=env, check=False).returncode != 0:
        raise LaunchError(f"`manage.py {arguments[0]}` failed: see the lines above.")


def _static_changed() -> bool:
    """Whether a file below static/ is newer than what was collected."""
    collected = ROOT / "var" / "static" / "staticfiles.json"
    if not collected.exists():
        return True
    stamp = collected.stat().st_mtime
    sources = [ROOT / "requirements" / "base.txt", *(ROOT / "static").rglob("*")]
    return any(path.stat().st_mtime > stamp for path in sources)


def _start_portal(processes: Supervisor, port: int) -> None:
    say("Starting the portal, two workers and the beat …")
    celery = [sys.executable, "-m", "celery", "-A", "relportal"]
    worker = [*celery, "worker", "-l", "warning", "--without-gossip", "--without-mingle"]
    processes.start("worker", [*worker, "-Q", "tick,collect", "-c", "2", "-n", "ticks@%h"])
    processes.start("backfill", [*worker, "-Q", "backfill", "-c", "1", "-n", "backfill@%h"])
    processes.start("beat", [*celery, "beat", "-l", "warning", "-s", str(processes.logs.parent / "beat-schedule")])
    gunicorn = [sys.executable, "-m", "gunicorn", "relportal.wsgi", "--config", "relportal/gunicorn.py", "--preload"]
    processes.start("web", [*gunicorn, "--bind", f"127.0.0.1:{port}", "--access-logfile", "-"])
    deadline = time.monotonic() + READY_WITHIN_S
    while not _answers(f"http://127.0.0.1:{port}/readyz"):
        processes.check()
        if time.monotonic() > deadline:
            raise LaunchError(f"The portal was not ready within {READY_WITHIN_S} s: see {processes.logs}")
        time.sleep(0.3)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=3) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _await_history(processes: Supervisor, database_url: str) -> None:
    """Shows the progress of the backfills until they are done; gives up waiting, not working, after a while."""
    deadline = time.monotonic() + HISTORY_WITHIN_S
    connection = psycopg2.connect(database_url)
    connection.autocommit = True
    shown = -1
    try:
        while time.monotonic() < deadline:
            processes.check()
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT coalesce(sum(chunks_done), 0), coalesce(sum(chunks_total), 0),"
                    " count(*) FILTER (WHERE state = 'running') FROM slo_backfill"
                    # The demo asks for the rest of its two years later; nobody has to wait for that.
                    " WHERE start > now() - interval '100 days'"
                )
                done, total, running = cursor.fetchone() or (0, 0, 0)
            share = int(100 * done / total) if total else 100
            if share // 10 != shown // 10:
                say(f"Collecting history from Prometheus: {share} %")
                shown = share
            if not running:
                return
            time.sleep(0.5)
    finally:
        connection.close()
    say("The rest of the history is collected in the background.")


def _announce(port: int, logins: subprocess.Popen[str], took_s: float) -> None:
    say(f"\nrelportal is ready after {took_s:.0f} s:  http://127.0.0.1:{port}/\n")
    say(logins.communicate()[0].rstrip())
    say(f"\nLogs are in {_short(ROOT / 'var' / 'demo' / 'log')}. Ctrl-C stops everything.")


def _short(path: Path) -> str:
    return str(path.relative_to(ROOT))
