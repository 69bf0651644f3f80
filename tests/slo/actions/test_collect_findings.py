"""Queries that a real Prometheus answers, and data that is odd: what is counted, and what the indicator's page says."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from relportal.core.models import Service, User
from slo.actions.collect import collect_source
from slo.models import Indicator, IndicatorKind, IndicatorState, Measurement, Objective, Status
from slo.queries.problems import Problem
from tests import make
from tests.slo.prom import Counter, Server, grid, load, needs_prometheus, serving

pytestmark = [needs_prometheus, pytest.mark.django_db]

AT = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)
STEP = dt.timedelta(minutes=5)
ODD = (AT - 2 * STEP, AT - STEP)


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """checkout has two pods, search one; a minute each serves 57 requests and fails 3. In the five minutes from ODD[0] to
    ODD[1] search's counter has no number and its queue no end; mail's counter is infinite from then on."""
    at = grid(AT - dt.timedelta(hours=3), AT + dt.timedelta(hours=1), offset_s=13)
    minutes = np.arange(len(at), dtype=np.float64)
    odd = (at > ODD[0].timestamp()) & (at <= ODD[1].timestamp())
    late = at > ODD[0].timestamp()
    ok, bad, queue = 1000 + 57.0 * minutes, 3.0 * minutes, np.full(len(at), 4.0)

    def requests(code: str, values: Any, **labels: str) -> Counter:
        return Counter("http_requests_total", {**labels, "code": code}, at, values)

    def jobs(service: str, values: Any) -> Counter:
        return Counter("jobs_total", {"service": service}, at, values)

    def queued(service: str, values: Any) -> Counter:
        return Counter("queue_seconds", {"service": service}, at, values, kind="gauge")

    data = tmp_path_factory.mktemp("findings") / "data"
    load(
        [
            *(requests("200", ok, service="checkout", pod=pod) for pod in ("a", "b")),
            *(requests("500", bad, service="checkout", pod=pod) for pod in ("a", "b")),
            requests("200", ok, service="search"),
            requests("500", bad, service="search"),
            jobs("checkout", ok),
            jobs("search", np.where(odd, np.nan, ok)),
            jobs("mail", np.where(late, np.inf, ok)),
            queued("checkout", queue),
            queued("search", np.where(odd, np.inf, queue)),
            queued("mail", np.where(odd, np.nan, queue)),
        ],
        data,
    )
    with serving(data) as server:
        yield server


@pytest.fixture
def services(db: None) -> dict[str, Service]:
    return {name: make.service(slug=name, name=name.title()) for name in ("checkout", "mail", "search")}


@pytest.fixture
def page(client: Client, lead: User) -> Client:
    client.force_login(lead)
    return client


def promised(
    prometheus: Server, services: dict[str, Service], **fields: Any
) -> tuple[Indicator, dict[str, Objective], IndicatorState]:
    """An indicator, objectives on it for all services that are asked for, and its state after one tick."""
    indicator = make.indicator(source=make.source(url=prometheus.url), **fields)
    objectives = {
        name: make.objective(service=service, indicator=indicator, target=Decimal("0.9"))
        for name, service in services.items()
    }
    assert collect_source(indicator.source_id, at=AT + dt.timedelta(seconds=100)).error == ""
    return indicator, objectives, IndicatorState.objects.get(indicator=indicator)


def problems(state: IndicatorState) -> dict[str, list[str]]:
    return {each["key"]: each["subjects"] for each in state.problems}


def steps(objective: Objective) -> list[tuple[float, float, float]]:
    """Bad events, all events and covered seconds of each step, oldest first."""
    rows = list(Measurement.objects.filter(series=objective.series).order_by("instant"))
    return [
        (now.bad - before.bad, now.total - before.total, now.covered_s - before.covered_s)
        for before, now in itertools.pairwise(rows)
    ]


def test_two_series_of_a_service_in_free_promql_are_not_counted_and_the_others_are(
    prometheus: Server, services: dict[str, Service], page: Client
) -> None:
    del services["mail"]
    indicator, objectives, state = promised(
        prometheus,
        services,
        kind=IndicatorKind.RATIO_BAD,
        bad='increase(http_requests_total{code="500"}[{{.window}}])',
        total="sum by (service, pod) (increase(http_requests_total[{{.window}}]))",
        good="",
    )

    assert problems(state) == {Problem.TWO_SERIES: ["checkout"]}
    assert steps(objectives["search"]) == [pytest.approx((15.0, 300.0, 300.0))] * 3
    assert steps(objectives["checkout"]) == [(0, 0, 0)] * 3
    assert Status.objects.get(objective=objectives["checkout"]).band == "no_data"
    answer = page.get(f"/indicators/{indicator.slug}/")
    assertContains(answer, "more than one series for checkout")
    assertContains(answer, "Look at the data")
    assertContains(page.get(f"/sources/{indicator.source.slug}/"), "Look at the data")


def test_more_good_events_than_events_are_not_counted_and_the_two_queries_are_blamed(
    prometheus: Server, services: dict[str, Service], page: Client
) -> None:
    del services["mail"]
    indicator, objectives, state = promised(
        prometheus, services, good="http_requests_total", total='http_requests_total{code="500"}'
    )

    assert problems(state) == {Problem.GOOD_ABOVE_TOTAL: ["checkout", "search"]}
    assert steps(objectives["search"]) == [(0, 0, 0)] * 3
    assert Status.objects.get(objective=objectives["search"]).sli is None
    assertContains(
        page.get(f"/indicators/{indicator.slug}/"), "More good (or bad) events than events at all for checkout, search"
    )


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {
            "good": 'sum by (pod) (increase(http_requests_total{code="200"}[{{.window}}]))',
            "total": "sum by (pod) (increase(http_requests_total[{{.window}}]))",
        },
    ],
    ids=["raw", "free"],
)
def test_a_service_label_that_no_series_has_is_named(
    prometheus: Server, services: dict[str, Service], page: Client, fields: dict[str, str]
) -> None:
    indicator, objectives, state = promised(prometheus, services, service_label="app", **fields)

    assert problems(state) == {Problem.NO_SERVICE_LABEL: ["app"]}
    assert Status.objects.get(objective=objectives["search"]).band == "no_data"
    answer = page.get(f"/indicators/{indicator.slug}/")
    assertContains(answer, "No series has the label “app”")
    assertNotContains(answer, "The query fails")


def test_a_metric_that_does_not_exist_finds_no_series(
    prometheus: Server, services: dict[str, Service], page: Client
) -> None:
    indicator, objectives, state = promised(prometheus, services, good="htpp_ok_total", total="htpp_total")

    assert problems(state) == {Problem.NO_SERIES: []}
    assert Status.objects.get(objective=objectives["search"]).band == "no_data"
    assertContains(page.get(f"/indicators/{indicator.slug}/"), "The query finds no series")


def test_what_the_source_refuses_is_shown_in_its_own_words(
    prometheus: Server, services: dict[str, Service], page: Client
) -> None:
    """Right by its grammar, wrong by its matching: only the source can tell."""
    indicator, objectives, state = promised(
        prometheus,
        services,
        good='sum by (service) (increase(http_requests_total{code="200"}[{{.window}}]))',
        total="increase(http_requests_total[{{.window}}]) * on (service) increase(http_requests_total[{{.window}}])",
    )

    assert "many-to-many matching" in state.error
    assert state.watermark is None
    assert not Measurement.objects.filter(series=objectives["search"].series).exists()
    answer = page.get(f"/indicators/{indicator.slug}/")
    assertContains(answer, "The query fails.")
    assertContains(answer, "many-to-many matching")


def test_a_counter_without_a_number_is_a_gap_that_loses_no_event(
    prometheus: Server, services: dict[str, Service]
) -> None:
    _indicator, objectives, _state = promised(prometheus, services, good="jobs_total", total="jobs_total")

    assert steps(objectives["checkout"]) == [(0, 285, 300)] * 3
    assert steps(objectives["search"]) == [(0, 285, 300), (0, 0, 0), (0, 570, 300)]


def test_an_infinite_counter_is_never_counted(prometheus: Server, services: dict[str, Service], page: Client) -> None:
    indicator, objectives, _state = promised(prometheus, services, good="jobs_total", total="jobs_total")

    assert steps(objectives["mail"]) == [(0, 285, 300), (0, 0, 0), (0, 0, 0)]
    status = Status.objects.get(objective=objectives["mail"])
    # A third of the time is too little to say how good the service was.
    assert (status.total, status.bad) == (285, 0)
    assert status.coverage == pytest.approx(1 / 3)
    assert (status.sli, status.band) == (None, "no_data")
    assert page.get(f"/slos/{objectives['mail'].pk}/").status_code == 200
    assert page.get(f"/indicators/{indicator.slug}/").status_code == 200


@pytest.mark.parametrize("kind", [IndicatorKind.RATIO_BAD, IndicatorKind.RATIO_GOOD])
@pytest.mark.parametrize("nothing", ["0 / 0", "1 / 0"], ids=["NaN", "+Inf"])
def test_a_total_in_free_promql_that_is_no_number_is_a_gap_without_events(
    prometheus: Server, services: dict[str, Service], nothing: str, kind: str
) -> None:
    del services["mail"]
    total = "sum by (service) (increase(http_requests_total[{{.window}}]))"
    late = f"({total} * {nothing} and on () vector(time()) > {int(ODD[0].timestamp())} <= {int(ODD[1].timestamp())})"
    _indicator, objectives, state = promised(
        prometheus,
        services,
        kind=kind,
        bad='sum by (service) (increase(http_requests_total{code="500"}[{{.window}}]))',
        good='sum by (service) (increase(http_requests_total{code="200"}[{{.window}}]))',
        total=f"{late} or {total}",
    )

    assert (state.error, state.problems) == ("", [])
    counted = pytest.approx((15.0, 300.0, 300.0))
    assert steps(objectives["search"]) == [counted, (0, 0, 0), counted]


def test_a_threshold_takes_infinity_for_a_value_and_not_a_number_for_a_gap(
    prometheus: Server, services: dict[str, Service]
) -> None:
    _indicator, objectives, _state = promised(
        prometheus,
        services,
        kind=IndicatorKind.THRESHOLD,
        value="queue_seconds",
        operator="<=",
        limit=5.0,
        good="",
        total="",
    )

    assert steps(objectives["checkout"]) == [(0, 1, 300)] * 3
    assert steps(objectives["search"]) == [(0, 1, 300), (1, 1, 300), (0, 1, 300)]
    assert steps(objectives["mail"]) == [(0, 1, 300), (0, 0, 0), (0, 1, 300)]
