from __future__ import annotations

import gzip
import ipaddress
import socket
import threading
import time
from typing import Any

import pytest
from requests.adapters import HTTPAdapter

from relportal.core import outbound
from relportal.core.addresses import allowed_address, check_url
from relportal.core.outbound import (
    BadAddress,
    GuardedSession,
    NotJson,
    OutboundError,
    Redirected,
    Refused,
    TimedOut,
    TooLarge,
    UnknownHost,
    Unreachable,
)
from tests.misbehaving import Exchange, misbehaving

PACKED = {"Content-Encoding": "gzip"}


def ask(url: str, *, timeout_s: float = 5, max_bytes: int = 1_000_000, **options: Any) -> outbound.Answer:
    with GuardedSession(timeout_s=timeout_s, max_bytes=max_bytes) as session:
        return session.ask("GET", url, **options)


@pytest.fixture(autouse=True)
def loopback_is_allowed(settings: Any) -> None:
    settings.OUTBOUND_ALLOWED_NETWORKS = [ipaddress.ip_network("127.0.0.0/8")]


def test_an_answer_comes_whole_with_its_status() -> None:
    with misbehaving(lambda exchange: exchange.reply("hello", status=418)) as server:
        answer = ask(f"{server.url}/a")

    assert (answer.status, answer.body, answer.headers["content-type"]) == (418, b"hello", "application/json")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.9.1",
        "0.0.0.0",
        "169.254.169.254",
        "100.100.100.200",
        "224.0.0.1",
        "255.255.255.255",
        "240.0.0.1",
        "::1",
        "::",
        "fe80::1",
        "ff02::1",
        "fd00:ec2::254",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
def test_addresses_of_the_machine_itself_and_of_metadata_are_refused(address: str, settings: Any) -> None:
    settings.OUTBOUND_ALLOWED_NETWORKS = []

    assert not allowed_address(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address", ["10.1.2.3", "172.16.0.1", "192.168.1.1", "fd12:3456::1", "93.184.216.34", "2606:4700::1"]
)
def test_private_and_public_addresses_are_called(address: str, settings: Any) -> None:
    settings.OUTBOUND_ALLOWED_NETWORKS = []

    assert allowed_address(ipaddress.ip_address(address))


def test_a_setting_admits_a_network_and_nothing_beside_it(settings: Any) -> None:
    settings.OUTBOUND_ALLOWED_NETWORKS = [ipaddress.ip_network("169.254.169.0/24")]

    assert allowed_address(ipaddress.ip_address("169.254.169.254"))
    assert not allowed_address(ipaddress.ip_address("169.254.170.2"))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "127.1"])
def test_no_spelling_of_the_loopback_is_connected_to(host: str, settings: Any) -> None:
    settings.OUTBOUND_ALLOWED_NETWORKS = []
    with misbehaving(lambda exchange: exchange.reply("secret")) as server, pytest.raises((Refused, UnknownHost)):
        ask(f"http://{host}:{server.port}/")

    assert server.requests == []


def test_a_name_that_changes_its_address_after_the_check_gains_nothing(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: what is checked is what is connected to, and the name is looked up once."""
    settings.OUTBOUND_ALLOWED_NETWORKS = []
    looked_up = []

    def resolve(host: str, port: int, **_options: Any) -> list[Any]:
        looked_up.append(host)
        address = "93.184.216.34" if len(looked_up) == 0 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with misbehaving(lambda exchange: exchange.reply("secret")) as server, pytest.raises(Refused, match="OUTBOUND"):
        ask(f"http://rebind.example.com:{server.port}/")

    assert looked_up == ["rebind.example.com"]
    assert server.requests == []


def test_the_environment_cannot_lead_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with misbehaving(lambda exchange: exchange.reply("proxied")) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        with misbehaving(lambda exchange: exchange.reply("direct")) as server:
            assert ask(server.url).body == b"direct"

    assert proxy.requests == []


def test_a_redirect_is_not_followed() -> None:
    with (
        misbehaving(
            lambda exchange: exchange.reply("", status=302, headers={"Location": "http://127.0.0.1:1/"})
        ) as server,
        pytest.raises(Redirected, match="redirect"),
    ):
        ask(server.url)

    assert len(server.requests) == 1


def test_a_host_that_does_not_exist_is_named() -> None:
    with pytest.raises(UnknownHost, match=r"no-such-host\.invalid"):
        ask("http://no-such-host.invalid:9090/")


def test_a_port_where_nobody_listens_cannot_be_reached() -> None:
    with pytest.raises(Unreachable, match="cannot be reached"):
        ask("http://127.0.0.1:9/")


def test_a_server_that_does_not_speak_tls_says_so() -> None:
    with misbehaving(lambda exchange: exchange.reply("")) as server, pytest.raises(Unreachable, match="TLS"):
        ask(f"https://127.0.0.1:{server.port}/")


def stall(exchange: Exchange) -> None:
    time.sleep(8)


def trickle_headers(exchange: Exchange) -> None:
    for _each in range(200):
        exchange.wfile.write(b"H")
        exchange.wfile.flush()
        time.sleep(0.05)


def trickle_body(exchange: Exchange) -> None:
    exchange.endless(b"{", pause_s=0.05)


@pytest.mark.parametrize("behaviour", [stall, trickle_headers, trickle_body])
def test_one_deadline_ends_a_request_wherever_it_stands(behaviour: Any) -> None:
    begun = time.monotonic()
    with misbehaving(behaviour) as server, pytest.raises(TimedOut, match=r"within 0\.5 s"):
        ask(server.url, timeout_s=0.5)

    assert time.monotonic() - begun < 4


def test_no_watcher_outlives_its_request() -> None:
    with misbehaving(lambda exchange: exchange.reply("hello")) as server:
        ask(server.url, timeout_s=60)

    assert not any(isinstance(each, threading.Timer) and each.is_alive() for each in threading.enumerate())


def test_an_answer_without_end_is_cut_at_the_limit() -> None:
    with misbehaving(lambda exchange: exchange.endless(b"x" * 65_536)) as server, pytest.raises(TooLarge, match="1 MB"):
        ask(server.url, max_bytes=1_000_000)


def test_a_gzip_bomb_is_cut_while_it_is_unpacked() -> None:
    bomb = gzip.compress(b"0" * 500_000_000, 9)
    assert len(bomb) < 1_000_000
    with misbehaving(lambda exchange: exchange.reply(bomb, headers=PACKED)) as server, pytest.raises(TooLarge):
        ask(server.url, max_bytes=1_000_000)


def test_a_packed_answer_is_unpacked() -> None:
    packed = gzip.compress(b"hello" * 1000)
    with misbehaving(lambda exchange: exchange.reply(packed, headers=PACKED)) as server:
        assert ask(server.url).body == b"hello" * 1000


def test_a_broken_packing_is_an_error_of_its_own() -> None:
    def broken(exchange: Exchange) -> None:
        exchange.reply(b"nonsense", headers=PACKED)

    with misbehaving(broken) as server, pytest.raises(NotJson, match="unpacked"):
        ask(server.url)


def test_credentials_stand_in_no_error() -> None:
    for url, behaviour in (("http://127.0.0.1:9/", None), ("", stall)):
        with misbehaving(behaviour or stall) as server, pytest.raises(OutboundError) as error:
            ask(url or server.url, timeout_s=0.3, auth=("me", "hunter2"), headers={"X-Key": "hunter2"})
        assert "hunter2" not in f"{error.value!r} {error.value}"
        assert error.value.__suppress_context__


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("ftp://example.com", "http:// or https://"),
        ("file:///etc/passwd", "http:// or https://"),
        ("prometheus:9090", "http:// or https://"),
        ("http://", "http:// or https://"),
        ("http://example.com:99999", "not an address"),
        ("http://me:secret@example.com", "fields for them"),
        ("http://example.com/?a=b", "no “\\?”"),
        ("", "http:// or https://"),
    ],
)
def test_what_is_no_address_is_refused_with_the_reason(url: str, sentence: str) -> None:
    with pytest.raises(BadAddress, match=sentence):
        check_url(url)


def test_an_address_loses_its_last_slash() -> None:
    assert check_url(" https://prometheus.example.com/prom/ ") == "https://prometheus.example.com/prom"


def test_the_guard_stays_when_a_library_mounts_its_own_adapter() -> None:
    with GuardedSession(timeout_s=1, max_bytes=1) as session:
        session.mount("http://127.0.0.1:9", HTTPAdapter())
        session.guard()

        assert type(session.get_adapter("http://127.0.0.1:9/x")).__name__ == "_GuardedAdapter"
