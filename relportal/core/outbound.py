"""One guarded way out: every address that a user typed is asked through this session and through nothing else.

What is guarded: the scheme (http, https); the address that is really connected to, looked up once and checked at connect time, so
that a name which changes its mind between check and use gains nothing; redirects (never followed); the size of an answer,
counted after decompression; the total time, whatever the other side does with it. No proxy, no netrc, no cookie is used, and no
credential stands in an error or a log.

The errors are those of relportal.core.addresses.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import urlsplit

import requests
import urllib3
from django.utils.translation import gettext as _
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util import Retry

from relportal.core.addresses import (
    BadAddress,
    ClientError,
    NotJson,
    OutboundError,
    Redirected,
    Refused,
    ServerError,
    SignInRefused,
    TimedOut,
    TooLarge,
    UnknownHost,
    Unreachable,
    allowed_address,
    check_url,
    looked_up,
)

CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer: any status but a redirect. `headers` have lower-case names."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    elapsed_s: float


class GuardedSession(requests.Session):
    """A `requests` session that cannot be led astray. `ask` is its one way to use it; threads may ask at once."""

    def __init__(self, *, timeout_s: float, max_bytes: int) -> None:
        super().__init__()
        self.timeout_s = timeout_s
        self.max_bytes = max_bytes
        # Proxies and netrc of the environment would lead past the check of addresses, and send credentials of their own.
        self.trust_env = False
        self.guard()

    def guard(self) -> None:
        """(Re)mounts the guard as the only adapter: client libraries like to mount their own for a longer prefix."""
        self.adapters.clear()
        adapter = _GuardedAdapter()
        self.mount("http://", adapter)
        self.mount("https://", adapter)

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None: `requests` reads the whole body of a redirect, without limit, before it looks whether it may follow."""

    def ask(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
    ) -> Answer:
        """One request and its whole answer.

        Raises: OutboundError, one of its children for each way in which there is no usable answer.
        """
        check_url(url)
        begun = time.monotonic()
        watch = _Watch(begun + self.timeout_s)
        host = urlsplit(url).hostname or ""
        sent = {"Accept-Encoding": "gzip" if url.startswith("https:") else "identity"} | dict(headers or {})
        with _translated(host, self.timeout_s, watch), watch:
            response = super().request(
                method,
                url,
                params=params,
                data=data,
                headers=sent,
                auth=auth,
                timeout=self.timeout_s,
                allow_redirects=False,
                stream=True,
            )
            with response:
                if response.is_redirect or 300 <= response.status_code < 400:
                    raise Redirected(
                        _("%(host)s answers with a redirect (%(status)s). Enter the address that it leads to.")
                        % {"host": host, "status": response.status_code}
                    )
                body = self._read(response, watch, host)
        return Answer(
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=body,
            elapsed_s=time.monotonic() - begun,
        )

    def _read(self, response: requests.Response, watch: _Watch, host: str) -> bytes:
        packed = response.headers.get("Content-Encoding", "").lower() in ("gzip", "x-gzip")
        # 32: zlib reads gzip and zlib headers.
        unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32) if packed else None
        body = bytearray()
        while chunk := response.raw.read1(CHUNK, decode_content=False):
            watch.check()
            if unpacker is None:
                body += chunk
            else:
                try:
                    body += unpacker.decompress(chunk, self.max_bytes + 1 - len(body))
                except zlib.error as error:
                    raise NotJson(_("%(host)s sent something that cannot be unpacked.") % {"host": host}) from error
            if len(body) > self.max_bytes:
                raise TooLarge(
                    _(
                        "%(host)s sent more than %(limit)d MB for one query. Add label matchers to the query, or raise "
                        "the largest answer of the source."
                    )
                    % {"host": host, "limit": self.max_bytes // 1_000_000}
                )
        watch.check()
        return bytes(body)


class _Watch:
    """Ends a request at its deadline, wherever it stands: a server that sends a byte a second resets every socket timeout.

    The watcher shuts the socket down, which wakes the reader with an error or an early end; `check` tells that end from a
    real one.
    """

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self._timer = threading.Timer(max(0.0, deadline - time.monotonic()), self._cut)
        self._timer.daemon = True

    def __enter__(self) -> _Watch:
        _current.watch = self
        _current.socket = None
        self._holder = _current.__dict__
        self._timer.start()
        return self

    def __exit__(self, *_details: object) -> None:
        self._timer.cancel()
        _current.watch = None

    def _cut(self) -> None:
        sock = self._holder.get("socket")
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    @property
    def over(self) -> bool:
        return time.monotonic() >= self.deadline

    def check(self) -> None:
        if self.over:
            raise _DeadlineError


class _DeadlineError(Exception):
    pass


class _Current(threading.local):
    """The request that this thread makes: its watch, and the socket that it uses."""

    watch: _Watch | None = None
    socket: socket.socket | None = None


_current = _Current()


@contextmanager
def _translated(host: str, timeout_s: float, watch: _Watch) -> Iterator[None]:
    """Turns what `requests` raises into sentences; the deadline explains whatever happened at or after it."""
    try:
        yield
    except OutboundError:
        raise
    except (_DeadlineError, requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        cause = _cause(error)
        if isinstance(cause, OutboundError):
            raise cause from None
        if watch.over or isinstance(error, _DeadlineError | requests.Timeout):
            raise TimedOut(
                _(
                    "%(host)s gave no complete answer within %(seconds)g s. Ask for less, or raise the time-out of the source."
                )
                % {"host": host, "seconds": timeout_s}
            ) from None
        _unreachable(host, cause)


def _unreachable(host: str, cause: BaseException) -> NoReturn:
    if isinstance(cause, requests.exceptions.SSLError | urllib3.exceptions.SSLError):
        raise Unreachable(
            _("%(host)s was reached, but not over TLS: check the certificate, or whether it speaks http.")
            % {"host": host}
        ) from None
    raise Unreachable(
        _("%(host)s cannot be reached. Check the address and the port, and whether the server runs.") % {"host": host}
    ) from None


def _cause(error: BaseException) -> BaseException:
    """The first of our own errors, or of TLS, in the chain below `error`; else `error` itself."""
    todo: list[BaseException] = [error]
    for each in todo:
        if isinstance(each, OutboundError | requests.exceptions.SSLError | urllib3.exceptions.SSLError):
            return each
        below = [*each.args, getattr(each, "reason", None), each.__cause__, each.__context__]
        todo += [one for one in below if isinstance(one, BaseException) and one not in todo]
    return error


def _connected(host: str, port: int, timeout_s: float | None) -> socket.socket:
    """A socket to the first allowed address of the host that answers; the address is checked, not the name.

    Raises: UnknownHost, Refused; OSError when no address answers.
    """
    problem: OSError | None = None
    refused = None
    for family, kind, protocol, _name, where in looked_up(host.strip("[]"), port):
        address = ipaddress.ip_address(str(where[0]).partition("%")[0])
        if not allowed_address(address):
            refused = address
            continue
        sock = socket.socket(family, kind, protocol)
        _current.socket = sock
        try:
            sock.settimeout(timeout_s)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.connect(where)
        except OSError as error:
            sock.close()
            problem = error
        else:
            return sock
    if problem is not None:
        raise problem
    raise Refused(
        _(
            "%(host)s is %(address)s, an address that the portal does not call (loopback, link-local, metadata or "
            "multicast). An administrator can allow its network with OUTBOUND_ALLOWED_NETWORKS."
        )
        % {"host": host, "address": refused}
    )


class _Guarded:
    """How both kinds of connections are opened. A connection of the pool that is used again was checked when it was made."""

    def _new_conn(self: Any) -> socket.socket:
        try:
            return _connected(self._dns_host, self.port, self.timeout)
        except TimeoutError as error:
            raise urllib3.exceptions.ConnectTimeoutError(self, "connect") from error
        except OSError as error:
            raise urllib3.exceptions.NewConnectionError(self, "connect") from error

    def request(self: Any, *args: Any, **kwargs: Any) -> None:
        _current.socket = self.sock or _current.socket
        super().request(*args, **kwargs)  # type: ignore[misc]


class _GuardedHTTP(_Guarded, HTTPConnection):
    pass


class _GuardedHTTPS(_Guarded, HTTPSConnection):
    pass


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _GuardedHTTP


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedHTTPS


class _GuardedAdapter(HTTPAdapter):
    """Never tries again by itself: the caller has a retry budget, and one request has one deadline."""

    def __init__(self) -> None:
        super().__init__(max_retries=Retry(0, read=False), pool_connections=2, pool_maxsize=2)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}


__all__ = [
    "Answer",
    "BadAddress",
    "ClientError",
    "GuardedSession",
    "NotJson",
    "OutboundError",
    "Redirected",
    "Refused",
    "ServerError",
    "SignInRefused",
    "TimedOut",
    "TooLarge",
    "UnknownHost",
    "Unreachable",
    "check_url",
]
