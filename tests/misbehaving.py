"""A local HTTP server that does what a test tells it: answer, stall, trickle, redirect, stream without end, lie."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

Behaviour = Callable[["Exchange"], None]


@dataclass(slots=True)
class Asked:
    """A request as it came in; `form` is its body."""

    method: str
    path: str
    headers: dict[str, str]
    form: dict[str, str]


class Exchange(BaseHTTPRequestHandler):
    """One request: a behaviour writes the answer with `reply`, or with `wfile` when it is to be odd."""

    protocol_version = "HTTP/1.1"
    asked: Asked

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        form = parse_qs(self.rfile.read(length).decode()) if length else {}
        self.asked = Asked(
            self.command,
            self.path,
            {name.lower(): value for name, value in self.headers.items()},
            {name: values[0] for name, values in form.items()},
        )
        server: Misbehaving = self.server.owner  # type: ignore[attr-defined]
        server.requests.append(self.asked)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            server.behaviour(self)

    do_GET = do_POST = _serve  # noqa: N815 - the names that http.server calls

    def reply(self, body: bytes | str, *, status: int = 200, headers: dict[str, str] | None = None) -> None:
        data = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        for name, value in ({"Content-Type": "application/json"} | (headers or {})).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def endless(self, piece: bytes, *, pause_s: float = 0.0) -> None:
        """A body without end; stops when the other side hangs up, or after ten seconds."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.close_connection = True
        until = time.monotonic() + 10
        while time.monotonic() < until:
            self.wfile.write(piece)
            self.wfile.flush()
            time.sleep(pause_s)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the overridden method
        pass


@dataclass(slots=True)
class Misbehaving:
    behaviour: Behaviour
    requests: list[Asked] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # A stalled exchange must not hold up the end of the test.
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        pass


@contextlib.contextmanager
def misbehaving(behaviour: Behaviour) -> Iterator[Misbehaving]:
    owner = Misbehaving(behaviour)
    with _Server(("127.0.0.1", 0), Exchange) as server:
        server.owner = owner  # type: ignore[attr-defined]
        owner.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield owner
        finally:
            server.shutdown()
            thread.join()
