"""The live exporter: one small HTTP server that continues the series of the history."""

from __future__ import annotations

import datetime as dt
import http.server
import threading
import time
from pathlib import Path
from typing import Final

from relportal.demo import blocks, openmetrics
from relportal.demo.counters import Table
from relportal.demo.events import MINUTE_S, Span, Timeline

AHEAD: Final = dt.timedelta(hours=26)
MARGIN_MIN: Final = 10
CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


class Live:
    """The tables from now to a day ahead, renewed when they run out. Safe to ask from several threads."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._tables: list[Table] = []
        self._lock = threading.Lock()

    def page(self, instant: float) -> bytes:
        """What a scrape at a Unix time sees."""
        with self._lock:
            minute = int(instant) // MINUTE_S
            if not self._tables or not self._tables[0].first < minute < self._tables[0].end - MARGIN_MIN:
                self._tables = self._renewed(instant)
            return openmetrics.exposition(self._tables, instant)

    def _renewed(self, instant: float) -> list[Table]:
        now = dt.datetime.fromtimestamp(instant, tz=dt.UTC)
        first = int(instant) // MINUTE_S - MARGIN_MIN
        return [each.since(first) for each in openmetrics.tables(self._timeline, Span(now, now + AHEAD))]


def listening(target: Path, *, port: int) -> http.server.ThreadingHTTPServer:
    """A server of /metrics on loopback, not started yet; it notes in `target` when Prometheus read it last.

    Raises: blocks.BuildError when `target` holds no history; OSError when the port is taken.
    """
    stamp = blocks.stamp_of(target)
    if stamp is None:
        raise blocks.BuildError(f"There is no history in {target}: run demo_build first.")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler(Live(stamp.timeline), target))
    server.daemon_threads = True
    return server


def handler(live: Live, target: Path) -> type[http.server.BaseHTTPRequestHandler]:
    class Metrics(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.partition("?")[0] != "/metrics":
                self.send_error(404)
                return
            now = time.time()
            body = live.page(now)
            self.send_response(200)
            self.send_header("Content-Type", CONTENT_TYPE)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            if self.headers.get("User-Agent", "").startswith("Prometheus/"):
                blocks.note_scrape(target, now)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """A line for each scrape would bury what matters in the demo's log."""

    return Metrics
