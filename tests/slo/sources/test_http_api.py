from __future__ import annotations

import datetime as dt
import ipaddress
import json
import time
from typing import Any

import numpy as np
import pytest

from relportal.core.outbound import ClientError, NotJson, OutboundError, ServerError, SignInRefused, TimedOut, TooLarge
from slo.sources import SOURCES
from slo.sources._base import Client, PartialAnswer, SourceConfig, TooManySeries
from tests.misbehaving import Behaviour, Exchange, misbehaving

START = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)
END = START + dt.timedelta(minutes=10)
T = int(START.timestamp())


@pytest.fixture(autouse=True)
def loopback_is_allowed(settings: Any) -> None:
    settings.OUTBOUND_ALLOWED_NETWORKS = [ipaddress.ip_network("127.0.0.0/8")]


def matrix(*rows: dict[str, Any], **more: Any) -> str:
    return json.dumps({"status": "success", "data": {"resultType": "matrix", "result": list(rows)}} | more)


def row(values: list[list[Any]], **labels: str) -> dict[str, Any]:
    return {"metric": labels, "values": values}


def client(url: str, *, kind: str = "prometheus", **settings: Any) -> Client:
    return SOURCES[kind].open(SourceConfig(url=url, **{"timeout_s": 5.0} | settings))


def ranged(behaviour: Behaviour, **settings: Any) -> Any:
    with misbehaving(behaviour) as server:
        return client(server.url, **settings).ranged("up", start=START, end=END, step_s=300)


def test_values_stand_in_the_column_of_their_instant() -> None:
    answer = matrix(
        row([[T, "1"], [T + 300, "2"], [T + 600, "3"]], service="a"),
        row([[T + 600, "9"]], service="b"),
    )
    found = ranged(lambda exchange: exchange.reply(answer))

    assert [each["service"] for each in found.labels] == ["a", "b"]
    np.testing.assert_array_equal(found.values, [[1, 2, 3], [np.nan, np.nan, 9]])


def test_not_a_number_and_infinity_come_as_they_are() -> None:
    answer = matrix(row([[T, "NaN"], [T + 300, "+Inf"], [T + 600, "-Inf"]], service="a"))
    found = ranged(lambda exchange: exchange.reply(answer))

    np.testing.assert_array_equal(found.values, [[np.nan, np.inf, -np.inf]])


def test_the_query_travels_in_the_body_with_the_sign_in_and_the_tenant_in_headers() -> None:
    with misbehaving(lambda exchange: exchange.reply(matrix())) as server:
        opened = client(
            server.url, auth="bearer", secret="t0ken", tenant_header="X-Scope-OrgID", tenant="red", kind="mimir"
        )
        opened.ranged('up{a="b"}', start=START, end=END, step_s=300)

    (asked,) = server.requests
    assert (asked.method, asked.path) == ("POST", "/api/v1/query_range")
    assert asked.form == {"query": 'up{a="b"}', "start": f"{T}", "end": f"{T + 600}", "step": "300", "timeout": "4s"}
    assert asked.headers["authorization"] == "Bearer t0ken"
    assert asked.headers["x-scope-orgid"] == "red"


def test_a_path_in_the_address_is_kept_and_basic_auth_is_sent() -> None:
    with misbehaving(lambda exchange: exchange.reply(matrix())) as server:
        client(f"{server.url}/prometheus/", auth="basic", username="me", secret="pw").ranged(
            "up", start=START, end=END, step_s=300
        )

    assert server.requests[0].path == "/prometheus/api/v1/query_range"
    assert server.requests[0].headers["authorization"] == "Basic bWU6cHc="


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("thanos", {"dedup": "true", "partial_response": "false"}),
        ("victoriametrics", {"nocache": "1", "deny_partial_response": "1"}),
        ("prometheus", {}),
    ],
)
def test_each_product_is_asked_in_its_own_way_for_whole_answers(kind: str, expected: dict[str, str]) -> None:
    with misbehaving(lambda exchange: exchange.reply(matrix())) as server:
        client(server.url, kind=kind).ranged("up", start=START, end=END, step_s=300)

    own = {
        name: value for name, value in server.requests[0].form.items() if name not in ("query", "start", "end", "step")
    }
    assert own == expected | {"timeout": "4s"}


@pytest.mark.parametrize("more", [{"warnings": ["store was not reached"]}, {"isPartial": True}])
def test_a_partial_answer_is_no_answer(more: dict[str, Any]) -> None:
    with pytest.raises(PartialAnswer, match="incomplete"):
        ranged(lambda exchange: exchange.reply(matrix(row([[T, "1"]], service="a"), **more)))


def test_advice_about_the_query_is_not_a_warning_about_the_data() -> None:
    answer = matrix(row([[T, "1"]], service="a"), infos=["metric might not be a counter"])

    assert ranged(lambda exchange: exchange.reply(answer)).values[0, 0] == 1


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<html>Sign in</html>",
        "[]",
        "null",
        '{"status": "success"}',
        '{"status": "success", "data": []}',
        '{"status": "success", "data": {"resultType": "matrix", "result": [1]}}',
        '{"status": "success", "data": {"resultType": "matrix", "result": [{"metric": {}}]}}',
        '{"status": "success", "data": {"resultType": "matrix", "result": [{"metric": {}, "values": [[1]]}]}}',
        '{"status": "success", "data": {"resultType": "matrix", "result": [{"metric": {}, "values": [[99, "x"]]}]}}',
        '{"status": "success", "data": {"resultType": "matrix", "result": [{"metric": {}, "values": [[99, "1"]]}]}}',
        b"\xff\xfe\x00",
    ],
)
def test_an_answer_of_something_else_is_told_as_such(body: str | bytes) -> None:
    with pytest.raises(NotJson, match="not one of the Prometheus API"):
        ranged(lambda exchange: exchange.reply(body))


def test_a_value_that_is_no_vector_is_refused() -> None:
    answer = json.dumps({"status": "success", "data": {"resultType": "scalar", "result": [T, "1"]}})
    with pytest.raises(ClientError, match="scalar"):
        ranged(lambda exchange: exchange.reply(answer))


@pytest.mark.parametrize(
    ("status", "body", "error", "sentence"),
    [
        (
            400,
            {"status": "error", "errorType": "bad_data", "error": "parse error at char 3"},
            ClientError,
            "parse error",
        ),
        (
            422,
            {"status": "error", "errorType": "execution", "error": "too many samples"},
            ClientError,
            "too many samples",
        ),
        (401, {}, SignInRefused, "user, password or token"),
        (403, "forbidden", SignInRefused, "tenant"),
        (404, "404 page not found", ClientError, "such as /prometheus"),
        (429, {}, ServerError, "429"),
        (500, "oops", ServerError, "500"),
        (503, {"status": "error", "errorType": "timeout", "error": "query timed out"}, ServerError, "query timed out"),
        (200, {"status": "error", "errorType": "bad_data", "error": "wrong"}, ClientError, "wrong"),
    ],
)
def test_every_status_becomes_a_sentence(status: int, body: Any, error: type[OutboundError], sentence: str) -> None:
    text = body if isinstance(body, str) else json.dumps(body)
    with pytest.raises(error, match=sentence):
        ranged(lambda exchange: exchange.reply(text, status=status))


def test_a_server_that_repeats_the_secret_does_not_put_it_into_the_error() -> None:
    answer = json.dumps({"status": "error", "error": "bad token hunter2 " + "x" * 9_000})
    with pytest.raises(ClientError) as refused:
        ranged(lambda exchange: exchange.reply(answer, status=400), auth="bearer", secret="hunter2")

    assert "hunter2" not in str(refused.value)
    assert len(str(refused.value)) < 400


def test_a_stall_ends_at_the_time_out() -> None:
    begun = time.monotonic()
    with pytest.raises(TimedOut, match="raise the time-out"):
        ranged(lambda _exchange: time.sleep(6), timeout_s=0.4)

    assert time.monotonic() - begun < 4


def ten_million_series(exchange: Exchange) -> None:
    """Series without end, one after the other, in the form of a right answer."""
    exchange.send_response(200)
    exchange.end_headers()
    exchange.close_connection = True
    exchange.wfile.write(b'{"status":"success","data":{"resultType":"matrix","result":[')
    number = 0
    while number < 10_000_000:
        piece = "".join(
            f'{{"metric":{{"service":"s{each}"}},"values":[[{T},"1"]]}},' for each in range(number, number + 5_000)
        )
        exchange.wfile.write(piece.encode())
        number += 5_000


def test_ten_million_series_are_cut_at_the_limit_of_size() -> None:
    with pytest.raises(TooLarge, match="Add label matchers"):
        ranged(ten_million_series, max_bytes=3_000_000)


def test_more_series_than_the_limit_are_refused_even_when_they_are_small() -> None:
    answer = matrix(*(row([[T, "1"]], service=f"s{number}") for number in range(11)))
    with pytest.raises(TooManySeries, match="11 series; the source allows 10"):
        ranged(lambda exchange: exchange.reply(answer), series_limit=10)


def test_a_wrong_address_is_found_by_the_connection_test() -> None:
    def elsewhere(exchange: Exchange) -> None:
        exchange.reply("not found", status=404)

    with misbehaving(elsewhere) as server, pytest.raises(ClientError, match="no Prometheus API"):
        client(server.url).build()


def test_a_product_without_build_information_is_asked_for_a_number() -> None:
    def answer(exchange: Exchange) -> None:
        if exchange.path.endswith("buildinfo"):
            exchange.reply("not found", status=404)
        else:
            exchange.reply(json.dumps({"status": "success", "data": {"resultType": "vector", "result": []}}))

    with misbehaving(answer) as server:
        assert client(server.url).build().version == ""


def test_usage_adds_up() -> None:
    answer = matrix(row([[T, "1"], [T + 300, "2"]], service="a"), row([[T, "NaN"]], service="b"))
    with misbehaving(lambda exchange: exchange.reply(answer)) as server:
        opened = client(server.url)
        for _each in range(2):
            opened.ranged("up", start=START, end=END, step_s=300)

    assert (opened.usage.queries, opened.usage.series, opened.usage.samples) == (2, 4, 4)
    assert opened.usage.bytes_read == 2 * len(answer)


@pytest.mark.parametrize("key", sorted(SOURCES))
def test_every_plug_in_keeps_the_contract(key: str) -> None:
    plugin = SOURCES[key]

    assert plugin.key == key
    assert str(plugin.label)
    assert isinstance(plugin.pulls, bool)
    assert isinstance(plugin.tenant_header, str)
    assert isinstance(plugin.address_hint, str)
