"""Addresses that users type: which may be called, and what can be wrong with them.

Unavailable
└── OutboundError           the address does not give a usable answer; `str(error)` says what to do
    ├── BadAddress          no http or https address
    ├── UnknownHost         the name does not resolve
    ├── Refused             the address is one that the portal must not call
    ├── Unreachable         nobody listens there, or TLS fails
    ├── TimedOut            no complete answer before the deadline
    ├── TooLarge            more bytes than the source may send
    ├── Redirected          the answer points elsewhere
    ├── NotJson             an answer of something else
    ├── SignInRefused       401 or 403
    ├── ServerError         5xx, or 429
    └── ClientError         another 4xx, with the words of the server
"""

from __future__ import annotations

import ipaddress
import queue
import socket
import threading
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from relportal.core.exceptions import Unavailable

LOOKUP_S = 5.0
# Metadata services that live in ranges which are otherwise private or shared.
METADATA: Final = tuple(
    ipaddress.ip_network(text) for text in ("100.100.100.200/32", "192.0.0.192/32", "fd00:ec2::/32", "fd20:ce::254/128")
)
NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


class OutboundError(Unavailable):
    code = "source-unavailable"


class BadAddress(OutboundError):
    pass


class UnknownHost(OutboundError):
    pass


class Refused(OutboundError):
    pass


class Unreachable(OutboundError):
    pass


class TimedOut(OutboundError):
    pass


class TooLarge(OutboundError):
    pass


class Redirected(OutboundError):
    pass


class NotJson(OutboundError):
    pass


class SignInRefused(OutboundError):
    pass


class ServerError(OutboundError):
    pass


class ClientError(OutboundError):
    """`reason` is what the server said, shortened; `kind` its own name for the error, when it has one."""

    def __init__(self, message: str, *, reason: str, kind: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        self.kind = kind


def allowed_address(address: IPAddress) -> bool:
    """Whether the portal may connect: public and private networks, and what OUTBOUND_ALLOWED_NETWORKS adds."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return allowed_address(inner)
    if any(address in network for network in settings.OUTBOUND_ALLOWED_NETWORKS):
        return True
    if any(address in network for network in METADATA):
        return False
    return not (
        address.is_loopback
        or address.is_link_local
        or address.is_unspecified
        or address.is_multicast
        or address.is_reserved
    )


def check_url(url: str) -> str:
    """The address without a trailing slash.

    Raises: BadAddress for another scheme, a missing host, or a user name and password inside of the address.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise BadAddress(_("This is not an address: write it like https://prometheus.example.com:9090.")) from error
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise BadAddress(
            _("An address begins with http:// or https:// and names a host, like https://prometheus.example.com:9090.")
        )
    if parts.username is not None or parts.password is not None:
        raise BadAddress(
            _("Leave user and password out of the address: there are fields for them, which are encrypted.")
        )
    if parts.query or parts.fragment:
        raise BadAddress(_("An address of a source has no “?” and no “#”."))
    return url.strip().rstrip("/")


def looked_up(host: str, port: int) -> list[tuple[Any, ...]]:
    """getaddrinfo with a time limit, which the C library does not have.

    Raises: UnknownHost.
    """
    answers: queue.Queue[list[tuple[Any, ...]] | OSError] = queue.Queue()

    def look_up() -> None:
        try:
            answers.put(list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
        except (OSError, UnicodeError) as error:
            answers.put(error if isinstance(error, OSError) else OSError(str(error)))

    try:
        ipaddress.ip_address(host)
    except ValueError:
        threading.Thread(target=look_up, daemon=True).start()
    else:
        look_up()
    try:
        found = answers.get(timeout=LOOKUP_S)
    except queue.Empty:
        found = OSError("no answer")
    if isinstance(found, OSError):
        raise UnknownHost(
            _("There is no host named %(host)s. Check the spelling of the address.") % {"host": host}
        ) from None
    return found
