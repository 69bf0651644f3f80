"""The launcher starts real servers, leaves alone what it did not start, and says in one line what is in its way."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
import redis

from relportal.launch import debian, paths
from relportal.launch.locks import alone
from relportal.launch.paths import ROOT, LaunchError, Profile, enterable, free_port, listening
from relportal.launch.postgres import Postgres
from relportal.launch.supervisor import Supervisor
from relportal.launch.valkey import Valkey

pytestmark = pytest.mark.xdist_group("launch")


@pytest.fixture(scope="module")
def profile() -> Iterator[Profile]:
    """A profile of its own, whose servers are stopped and whose data is removed afterwards."""
    made = Profile(f"test-{secrets.token_hex(4)}")
    yield made
    for server in (Valkey(made), Postgres(made, durable=True)):
        server.stop()
    for folder in {made.home, made.data}:
        subprocess.run(["rm", "-rf", str(folder)], check=True)


def launch(*words: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "REDIS_URL"}}
    return subprocess.run(
        [sys.executable, "-m", "relportal.launch", *words],
        cwd=ROOT,
        env=clean | (env or {}),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_exec_gives_a_command_both_servers_and_stops_them_after_it(profile: Profile) -> None:
    code = (
        "import os, psycopg2, redis;"
        "psycopg2.connect(os.environ['DATABASE_URL']).close();"
        "print(redis.Redis.from_url(os.environ['REDIS_URL']).config_get('appendonly'))"
    )
    done = launch("exec", "--profile", profile.name, "--", sys.executable, "-c", code)
    assert "yes" in done.stdout, done.stderr
    assert not Postgres(profile, durable=True).running()
    assert not Valkey(profile).running()


def test_exec_hands_on_the_code_of_the_command(profile: Profile) -> None:
    assert launch("exec", "--profile", profile.name, "--", sys.executable, "-c", "raise SystemExit(7)").returncode == 7


def test_servers_that_ran_before_are_used_and_left_running(profile: Profile) -> None:
    server = Postgres(profile, durable=True)
    assert server.ensure()
    assert not server.ensure()
    launch("exec", "--profile", profile.name, "--", "true")
    assert server.running()
    server.stop()
    assert not server.running()


def test_of_two_commands_that_share_servers_the_last_one_stops_them(profile: Profile) -> None:
    """The first one, which started them, may end first."""
    marks = profile.home / "first-may-end", profile.home / "second-runs"
    wait = "import pathlib, sys, time\nwhile not pathlib.Path(sys.argv[1]).exists(): time.sleep(0.05)"
    command = [sys.executable, "-m", "relportal.launch", "exec", "--profile", profile.name, "--", sys.executable, "-c"]
    clean = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "REDIS_URL"}}
    first = subprocess.Popen([*command, wait, str(marks[0])], cwd=ROOT, env=clean)
    server = Postgres(profile, durable=True)
    while not (server.running() and server.answers() and Valkey(profile).running()):
        time.sleep(0.05)
    second_code = f"import pathlib; pathlib.Path({str(marks[1])!r}).touch()\n{wait}"
    second = subprocess.Popen([*command, second_code, str(profile.home / "second-may-end")], cwd=ROOT, env=clean)
    while not marks[1].exists():
        time.sleep(0.05)
    marks[0].touch()
    assert first.wait(30) == 0
    assert server.answers()
    (profile.home / "second-may-end").touch()
    assert second.wait(30) == 0
    assert not server.running()
    assert not Valkey(profile).running()


def test_an_end_that_is_asked_for_reaches_the_command_and_stops_the_servers(profile: Profile) -> None:
    code = "import sys, time; print('up', flush=True); time.sleep(60)"
    command = [
        sys.executable,
        "-m",
        "relportal.launch",
        "exec",
        "--profile",
        profile.name,
        "--",
        sys.executable,
        "-c",
        code,
    ]
    clean = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "REDIS_URL"}}
    process = subprocess.Popen(command, cwd=ROOT, env=clean, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"up\n"
    process.terminate()
    assert process.wait(30) != 0
    process.stdout.close()
    assert not Postgres(profile, durable=True).running()


def test_a_process_number_that_another_program_has_by_now_is_not_touched(profile: Profile) -> None:
    server = Valkey(profile)
    stranger = subprocess.Popen(["sleep", "60"])
    server.pidfile.write_text(str(stranger.pid))
    assert not server.running()
    server.stop()
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_demo_that_runs_already_is_not_disturbed_by_a_second_one() -> None:
    demo = Profile("demo")
    try:
        lock = alone(demo, otherwise="")
    except LaunchError:
        lock = None  # a developer's demo runs: all the better
    done = launch("demo", "--port", str(free_port()))
    if lock is not None:
        lock.close()
    assert (done.returncode, done.stderr) == (1, "relportal: The demo runs already: open it, or stop it first.\n")


def test_wiped_means_that_nothing_is_left_and_the_next_start_makes_it_anew() -> None:
    wiped = Profile(f"test-{secrets.token_hex(4)}")
    for _round in range(2):
        assert launch("exec", "--profile", wiped.name, "--", "true").returncode == 0
        launch("wipe", "--profile", wiped.name)
        assert not (ROOT / "var" / wiped.name).exists()


def test_a_database_survives_a_stop_and_a_kill(profile: Profile) -> None:
    server = Postgres(profile, durable=True)
    server.ensure()
    with psycopg2.connect(server.url) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    connection.close()
    os.kill(int(server.pidfile.read_text()), signal.SIGKILL)
    while listening(server.port):
        time.sleep(0.05)
    time.sleep(0.5)
    server.ensure()
    connection = psycopg2.connect(server.url)
    with connection.cursor() as cursor:
        cursor.execute("SELECT answer FROM kept")
        assert cursor.fetchone() == (42,)
    connection.close()


def test_both_servers_want_a_password(profile: Profile) -> None:
    database, broker = Postgres(profile, durable=True), Valkey(profile)
    database.ensure()
    broker.ensure()
    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(host="127.0.0.1", port=database.port, user="relportal", password="wrong", dbname="relportal")
    with redis.Redis(host="127.0.0.1", port=broker.port) as client, pytest.raises(redis.AuthenticationError):
        client.ping()
    assert (profile.home / "profile.json").stat().st_mode & 0o077 == 0


def test_ports_lie_below_the_ephemeral_range_and_stay_the_same(profile: Profile) -> None:
    assert profile.port("postgres") == Profile(profile.name).port("postgres") < 32768


def test_a_server_whose_port_is_taken_says_so_in_one_line() -> None:
    taken = Profile(f"test-{secrets.token_hex(4)}")
    try:
        with socket.create_server(("127.0.0.1", taken.port("valkey"))):
            done = launch(
                "exec", "--profile", taken.name, "--", "true", env={"DATABASE_URL": "postgres://x@127.0.0.1/x"}
            )
    finally:
        subprocess.run(["rm", "-rf", str(taken.home), str(taken.data)], check=True)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "is taken" in done.stderr


def test_the_demo_on_a_taken_port_says_what_to_do_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = launch("demo", "--port", port)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert f"Port {port}" in done.stderr
    assert "PORT=" in done.stderr


def test_a_program_that_cannot_be_had_is_one_line_that_names_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(LaunchError, match="no-such-program"):
        debian.locate("no-such-program", package="no-such-package", alone=True)


def test_an_installation_waits_for_another_apt_to_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian, "PAUSE_S", 0)
    calls, busy = tmp_path / "calls", tmp_path / "busy"
    busy.write_text("twice")
    apt = tmp_path / "apt-get"
    apt.write_text(f"""#!/bin/sh
echo "$*" >> {calls}
case "$* $(cat {busy})" in
  *update*twice) echo once > {busy}; echo "E: Could not get lock /var/lib/apt/lists/lock. It is held by 1" >&2; exit 100;;
  *install*once) echo > {busy}; echo "E: Could not get lock /var/cache/apt/archives/lock. It is held by 1" >&2; exit 100;;
esac
""")
    apt.chmod(0o755)
    debian.install(str(apt), "chromium")
    assert [next(word for word in line.split() if word in {"update", "install"}) for line in calls.read_text().splitlines()] == [
        "update", "update", "install", "install",
    ]  # fmt: skip


def test_a_folder_that_nobody_may_enter_is_noticed(tmp_path: Path) -> None:
    inner = tmp_path / "closed" / "inner"
    inner.mkdir(parents=True)
    (tmp_path / "closed").chmod(0o700)
    assert not enterable(inner, paths.NOBODY)
    assert enterable(Path("/"), paths.NOBODY)


def test_a_process_that_ends_is_reported_with_its_last_lines_and_all_others_are_stopped(tmp_path: Path) -> None:
    with Supervisor(tmp_path, dict(os.environ)) as processes:
        processes.start("steady", ["sleep", "60"])
        processes.start("broken", [sys.executable, "-c", "print('out of luck'); raise SystemExit(3)"])
        with pytest.raises(LaunchError, match=r"(?s)broken ended with code 3.*out of luck"):
            processes.watch()
        steady = processes.children["steady"]
    assert steady.returncode == -signal.SIGTERM


def test_a_process_that_ignores_the_request_to_end_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("relportal.launch.supervisor.PATIENCE_S", 0.5)
    stubborn = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    with Supervisor(tmp_path, dict(os.environ)) as processes:
        processes.start("stubborn", [sys.executable, "-c", stubborn])
        while "deaf" not in (tmp_path / "stubborn.log").read_text():
            time.sleep(0.05)
        child = processes.children["stubborn"]
    assert child.returncode == -signal.SIGKILL
