"""The forms of sources, indicators and objectives against a real Prometheus: what is tried, previewed, refused and saved."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import time_machine
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from relportal.core.models import Service, Team, User
from slo.models import Indicator, Objective, Source
from tests import make
from tests.slo.prom import Counter, Server, grid, load, needs_prometheus, serving

pytestmark = [needs_prometheus, pytest.mark.django_db]

AT = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Four days, a request a second: of those to checkout one in twenty fails and one in ten is slower than 0.3 s, of those to
    find none. The catalog knows nothing of ghost."""
    at = grid(AT - dt.timedelta(days=4), AT + dt.timedelta(hours=1), offset_s=13)
    minutes = np.arange(len(at), dtype=np.float64)

    def counter(name: str, rate: float, **labels: str) -> Counter:
        kind = "unknown" if name.endswith("_bucket") else "counter"
        return Counter(name, labels, at, 5_000 + rate * minutes, kind=kind)

    data = tmp_path_factory.mktemp("forms") / "data"
    bucket = "http_request_duration_seconds_bucket"
    load(
        [
            counter("http_requests_total", 57, service="checkout", code="200"),
            counter("http_requests_total", 3, service="checkout", code="500"),
            counter("http_requests_total", 60, service="find", code="200"),
            counter("http_requests_total", 60, service="ghost", code="200"),
            counter(bucket, 54, service="checkout", le="0.3"),
            counter(bucket, 60, service="checkout", le="+Inf"),
        ],
        data,
    )
    with serving(data) as server:
        yield server


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with time_machine.travel(AT + dt.timedelta(seconds=100), tick=False):
        yield


@pytest.fixture
def page(client: Client, lead: User) -> Client:
    client.force_login(lead)
    return client


@pytest.fixture
def checkout(payments: Team) -> Service:
    return make.service(slug="checkout", name="Checkout", team=payments)


@pytest.fixture
def search(payments: Team) -> Service:
    return make.service(slug="search", name="Search", team=payments, aliases=["find"])


@pytest.fixture
def source(prometheus: Server) -> Source:
    return make.source(slug="live", name="Live", url=prometheus.url)


@pytest.fixture
def typed(source: Source) -> dict[str, Any]:
    return {
        "slug": "availability",
        "name": "Availability",
        "source": source.pk,
        "kind": "ratio_bad",
        "bad": 'http_requests_total{code=~"5.."}',
        "total": "http_requests_total",
        "service_label": "service",
    }


LATENCY = {"kind": "latency_classic", "histogram": "http_request_duration_seconds", "latency_s": "0.3"}


def preview(page: Client, typed: dict[str, Any], path: str = "/indicators/new/") -> Any:
    answer = page.post(path, typed | {"preview": "1"}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return answer


def shown(answer: Any) -> str:
    """The words of a page, without its marks."""
    return " ".join(re.sub(r"<[^>]*>", " ", answer.content.decode()).split())


class TestSource:
    def typed(self, url: str, **more: Any) -> dict[str, Any]:
        return {
            "slug": "prom",
            "name": "Prom",
            "kind": "prometheus",
            "url": url,
            "auth": "none",
            "scrape_interval_s": 60,
            "timeout_s": 20,
            "series_limit": 50_000,
            "max_response_mb": 64,
        } | more

    def test_a_tried_address_says_which_version_answers_and_nothing_is_saved(
        self, page: Client, prometheus: Server
    ) -> None:
        answer = page.post("/sources/new/", self.typed(prometheus.url, **{"try": "1"}))

        assertContains(answer, "It answers.")
        assert re.search(r"\b[23]\.\d+\.\d+", shown(answer))
        assert not Source.objects.exists()

    @pytest.mark.parametrize(
        ("path", "kind", "said"),
        [("/wrong/path", "mimir", "There is no Prometheus API at this address"), ("", "pushed", "nothing to ask")],
    )
    def test_a_try_that_fails_says_why_at_the_field(
        self, page: Client, prometheus: Server, path: str, kind: str, said: str
    ) -> None:
        answer = page.post("/sources/new/", self.typed(prometheus.url + path, kind=kind, **{"try": "1"}))

        assertContains(answer, said)
        assertContains(answer, 'value="Prom"')
        assertNotContains(answer, "It answers.")

    def test_a_saved_source_is_tried_from_its_page(self, page: Client, prometheus: Server) -> None:
        assertRedirects(
            page.post("/sources/new/", self.typed(prometheus.url)), "/sources/prom/", fetch_redirect_response=False
        )
        assertContains(page.get("/sources/prom/"), "Prom is a source now.")

        assertRedirects(page.post("/sources/prom/test/"), "/sources/prom/", fetch_redirect_response=False)

        assertContains(page.get("/sources/prom/"), "It answers:")

    def test_an_edited_address_is_tried_before_it_is_saved(self, page: Client, source: Source) -> None:
        answer = page.post("/sources/live/edit/", self.typed("http://127.0.0.1:9", **{"try": "1"}))

        assertContains(answer, "rp-error")
        assertNotContains(answer, "It answers.")
        source.refresh_from_db()
        assert source.url != "http://127.0.0.1:9"

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"url": "ftp://prometheus"}, "begins with http:// or https://"),
            ({"url": ""}, "Enter the address"),
            ({"auth": "basic"}, "Signing in with a password needs a user."),
            ({"scrape_interval_s": 301}, "Between 1 and 300 seconds"),
            ({"timeout_s": 121}, "Between 1 and 120 seconds."),
            ({"max_response_mb": 513}, "Between 1 and 512 MB."),
            ({"kind": "graphite"}, "graphite"),
        ],
    )
    def test_what_cannot_be_is_said_and_what_was_typed_stays(
        self, page: Client, prometheus: Server, changed: dict[str, Any], said: str
    ) -> None:
        answer = page.post("/sources/new/", self.typed(prometheus.url) | changed)

        assertContains(answer, said, status_code=422)
        assertContains(answer, 'value="Prom"', status_code=422)
        assert not Source.objects.exists()


class TestIndicator:
    def test_a_preview_shows_services_sli_series_and_cost(
        self, page: Client, typed: dict[str, Any], checkout: Service, search: Service
    ) -> None:
        answer = preview(page, typed)

        words = shown(answer)
        # Three days of 60 a minute; the worst first.
        assert "Checkout new 95.00 % 259 k 13.0 k Search new 100 % 259 k 0" in words
        # The failing series is one of all: it is read once, at five instants of a tick.
        assert "Services 2 Series 4 Samples a tick 20 Answered in" in words
        assertContains(answer, "1 label value is no service: ghost")
        assertNotContains(answer, "<html")
        assert not Indicator.objects.exists()

    def test_saving_maps_the_services_that_the_source_answers_for(
        self, page: Client, typed: dict[str, Any], checkout: Service, search: Service
    ) -> None:
        assertRedirects(
            page.post("/indicators/new/", typed), "/indicators/availability/", fetch_redirect_response=False
        )

        saved = Indicator.objects.get()
        assert dict(saved.mappings.values_list("label_value", "service__slug")) == {
            "checkout": "checkout",
            "find": "search",
        }

    def test_a_label_value_that_was_mapped_by_hand_is_found(
        self, page: Client, typed: dict[str, Any], checkout: Service, search: Service
    ) -> None:
        other = make.service(slug="spirit", name="Spirit")

        answer = preview(page, typed | {"services": "ghost = spirit"})

        assert f"{other.name} 100 %" in shown(answer)
        assertNotContains(answer, "is no service")

    def test_a_classic_histogram_is_counted_at_its_bucket(
        self, page: Client, typed: dict[str, Any], checkout: Service
    ) -> None:
        assert "Checkout new 90.00 % 259 k 25.9 k" in shown(preview(page, typed | LATENCY))

    def test_a_threshold_without_a_bucket_says_that_nothing_can_be_counted(
        self, page: Client, typed: dict[str, Any], checkout: Service
    ) -> None:
        answer = preview(page, typed | LATENCY | {"latency_s": "0.4"})

        assertContains(answer, "has no bucket at this threshold")
        assertNotContains(answer, "100 %")

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"total": "sum(http_requests_total"}, "This is not PromQL"),
            ({"total": "http_requests_total[5m]"}, "A range in brackets is no value"),
            ({"bad": ""}, "An indicator of this kind needs this."),
            ({"service_label": "the service"}, "is no label name"),
            ({"total": "no_such_metric_total", "bad": "no_such_bad_total"}, "The query finds no series."),
            ({"service_label": "team"}, "No series has the label “team”"),
            ({"bad": "http_requests_total", "total": 'http_requests_total{code="500"}'}, "events than events at all"),
            (
                {"total": "increase(http_requests_total[{{.window}}])", "bad": "vector(0)"},
                "more than one series for checkout",
            ),
            (
                {"total": "rate(http_requests_total[{{.window}}]) * on (service) http_requests_total"},
                "many-to-many matching",
            ),
            ({"bad": "scalar(vector(1))"}, "The source refuses the query"),
            ({"kind": "pushed"}, "pushed"),
            (LATENCY | {"latency_s": "0"}, "A number of seconds above 0"),
            (LATENCY | {"histogram": "sum(x)"}, "Enter the histogram&#x27;s name"),
        ],
    )
    def test_a_preview_says_what_is_wrong_and_saves_nothing(
        self, page: Client, typed: dict[str, Any], checkout: Service, changed: dict[str, Any], said: str
    ) -> None:
        assertContains(preview(page, typed | changed), said)
        assert not Indicator.objects.exists()

    def test_more_series_than_the_source_allows_are_told_with_the_numbers(
        self, page: Client, typed: dict[str, Any], checkout: Service, source: Source
    ) -> None:
        Source.objects.filter(pk=source.pk).update(series_limit=3)

        assertContains(preview(page, typed), "4 series; the source allows 3")

    def test_a_source_that_is_down_is_told_and_the_indicator_can_still_be_saved(
        self, page: Client, typed: dict[str, Any], checkout: Service, source: Source
    ) -> None:
        Source.objects.filter(pk=source.pk).update(url="http://127.0.0.1:9")
        assertContains(preview(page, typed), "rp-error")

        page.post("/indicators/new/", typed | {"services": "checkout"})

        assert list(Indicator.objects.get().mappings.values_list("service__slug", flat=True)) == ["checkout"]

    def test_an_edited_query_is_previewed_and_begins_a_new_generation_when_it_is_saved(
        self, page: Client, typed: dict[str, Any], checkout: Service, search: Service
    ) -> None:
        page.post("/indicators/new/", typed)
        changed = {name: value for name, value in typed.items() if name != "slug"} | {
            "version": Indicator.objects.get().version,
            "bad": 'http_requests_total{code="404"}',
        }

        assert "Checkout new 100 % 259 k 0" in shown(preview(page, changed, "/indicators/availability/edit/"))
        assert Indicator.objects.get().generation == 1
        page.post("/indicators/availability/edit/", changed)

        assert Indicator.objects.get().generation == 2


class TestObjective:
    @pytest.fixture
    def promised(self, page: Client, typed: dict[str, Any], checkout: Service, search: Service) -> dict[str, Any]:
        page.post("/indicators/new/", typed)
        return {
            "indicator": Indicator.objects.get().pk,
            "services": [checkout.pk, search.pk],
            "name": "Availability",
            "target": "90",
            "window_kind": "rolling",
            "window_days": 30,
            "counting": "occurrences",
        }

    def test_a_preview_shows_sli_budget_series_and_cost(self, page: Client, promised: dict[str, Any]) -> None:
        words = shown(preview(page, promised, "/slos/new/"))

        assert re.search(r"Checkout 95\.00 % 50(\.0+)? %", words)
        assert re.search(r"Search 100 % 100(\.0+)? %", words)
        assert "Samples a tick" in words
        assert not Objective.objects.exists()

    def test_a_target_that_was_missed_shows_how_far_the_budget_is_overspent(
        self, page: Client, promised: dict[str, Any]
    ) -> None:
        assert re.search(
            r"Checkout 95\.00 % [-−]400(\.0+)? %", shown(preview(page, promised | {"target": "99"}, "/slos/new/"))
        )

    def test_slices_are_judged_on_the_five_minute_grid(self, page: Client, promised: dict[str, Any]) -> None:
        slices = {"counting": "timeslices", "slice_target": "96"}

        words = shown(preview(page, promised | slices, "/slos/new/"))

        assert "Checkout 0 %" in words
        assert "Search 100 %" in words

    def test_a_service_that_no_series_stands_for_is_named(self, page: Client, promised: dict[str, Any]) -> None:
        silent = make.service(name="Silent")

        assertContains(
            preview(page, promised | {"services": [silent.pk]}, "/slos/new/"), "No series is mapped to Silent"
        )
