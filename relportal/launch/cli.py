"""The launcher's command line."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
from typing import Any

from relportal.launch import demo, prometheus
from relportal.launch.environment import servers_of, stores
from relportal.launch.paths import LaunchError, Profile, say
from relportal.launch.postgres import Postgres
from relportal.launch.valkey import Valkey


def main(argv: list[str] | None = None) -> int:
    options = arguments().parse_args(argv)
    try:
        return int(options.run(options))
    except LaunchError as error:
        say(f"relportal: {error}")
        return 1
    except KeyboardInterrupt:
        return 130


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m relportal.launch")
    commands = parser.add_subparsers(required=True)

    run = commands.add_parser("exec", help="run a command beside the servers of a profile")
    run.add_argument("--profile", default="test")
    run.add_argument("command", nargs=argparse.REMAINDER)
    run.set_defaults(run=execute)

    up = commands.add_parser("up", help="start the servers of a profile and leave them running")
    up.add_argument("--profile", default="test")
    up.set_defaults(run=start)

    down = commands.add_parser("down", help="stop the servers of a profile")
    down.add_argument("--profile", default="test")
    down.set_defaults(run=stop)

    wipe = commands.add_parser("wipe", help="stop the servers of a profile and remove its data")
    wipe.add_argument("--profile", default="test")
    wipe.set_defaults(run=remove)

    tools = commands.add_parser("tools", help="install or find Prometheus, and with --browser Chromium")
    tools.add_argument("--browser", action="store_true")
    tools.set_defaults(run=find_tools)

    show = commands.add_parser("demo", help="run the whole portal with the demo company")
    show.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
    show.add_argument("--check", action="store_true", help="stop as soon as everything is ready")
    show.set_defaults(run=run_demo)
    return parser


def durable(name: str) -> bool:
    return name != "test"


def execute(options: Any) -> int:
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if not command:
        raise LaunchError("exec needs a command after --")
    with stores(Profile(options.profile), durable=durable(options.profile)) as env:
        process = subprocess.Popen(command, env=prometheus.on_path(env))
        # The terminal sends Ctrl-C to the command as well; the servers stay until the command has ended.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda sign, _frame: process.send_signal(sign))
        return process.wait()


def start(options: Any) -> int:
    profile = Profile(options.profile)
    for server in servers_of(profile, durable=durable(options.profile)).values():
        say(f"{server.name}: {'started' if server.ensure() else 'runs already'} on 127.0.0.1:{server.port}")
    return 0


def stop(options: Any) -> int:
    profile = Profile(options.profile)
    for server in (Valkey(profile), Postgres(profile, durable=True)):
        if server.running():
            server.stop()
            say(f"{server.name}: stopped")
    return 0


def remove(options: Any) -> int:
    stop(options)
    profile = Profile(options.profile)
    for folder in {profile.data, profile.home}:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def find_tools(options: Any) -> int:
    """A tool that cannot be had is one line here, and the reason of the skipped tests later."""
    for locate in (prometheus.locate, *([prometheus.locate_browser] if options.browser else [])):
        try:
            locate()
        except LaunchError as error:
            say(f"relportal: {error}")
    return 0


def run_demo(options: Any) -> int:
    return demo.run(port=options.port, check=options.check)
