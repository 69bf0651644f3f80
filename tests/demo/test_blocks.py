"""The history in a real Prometheus, compared with the truth."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from relportal.demo import blocks, truth
from relportal.demo.events import Span, Timeline
from relportal.demo.indicators import indicator
from relportal.demo.profiles import Family
from tests.demo.conftest import ANCHOR, Prometheus, prometheus
from tests.slo.prom import needs_prometheus

THREE_DAYS = dt.timedelta(days=3)
# The last instant of the grid that has its sample: the build ends before the anchor.
PAST = Span(ANCHOR - THREE_DAYS, ANCHOR - dt.timedelta(minutes=5))


def silent(_line: str) -> None:
    pass


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("demo") / "data"
    blocks.build(target, now=ANCHOR + dt.timedelta(seconds=40), say=silent, history=THREE_DAYS)
    return target


@pytest.fixture(scope="module")
def server(history: Path) -> Iterator[Prometheus]:
    with prometheus(history) as running:
        yield running


def service_of(labels: tuple[tuple[str, str], ...]) -> str:
    return dict(labels)["service"]


@needs_prometheus
@pytest.mark.truth
@pytest.mark.parametrize(
    ("slug", "good", "total"),
    [
        ("http-availability", 'http_requests_total{code!="5xx"}', "http_requests_total"),
        ("jobs-succeeded", 'jobs_processed_total{result="ok"}', "jobs_processed_total"),
        ("payment-authorisations", 'payment_authorisations_total{result!="error"}', "payment_authorisations_total"),
        (
            "http-within-second",
            'http_request_duration_seconds_bucket{le="1.0"}',
            "http_request_duration_seconds_count",
        ),
    ],
)
def test_prometheus_holds_the_truth(company: Timeline, server: Prometheus, slug: str, good: str, total: str) -> None:
    """Deltas of each raw series on the 5-minute grid, summed by hand, against the generator's own sums."""
    for service in indicator(slug).services:
        if service in ("loyalty", "fares-feed"):
            continue
        known = truth.tally(company, service, slug, PAST)
        assert _counted(server, good, service) == pytest.approx(known.good, rel=1e-4, abs=2)
        assert _counted(server, total, service) == pytest.approx(known.total, rel=1e-4, abs=2)


def _counted(server: Prometheus, selector: str, service: str) -> float:
    name, _brace, rest = selector.partition("{")
    matchers = f'{{service="{service}"' + (f",{rest}" if rest else "}")
    found = 0.0
    for labels in server.values(f"count_over_time({name}{matchers}[3d])", at=ANCHOR):
        one = ",".join(f'{key}="{value}"' for key, value in labels)
        points = server.points(f"{name}{{{one}}}", start=PAST.start, end=PAST.end, step_s=300)
        values = np.array(list(points.values()))
        delta = np.diff(values)
        found += float(np.where(delta < 0, values[1:], delta).sum())
    return found


@needs_prometheus
def test_a_lost_scrape_is_a_gap_and_the_counter_still_knows(company: Timeline, server: Prometheus) -> None:
    points = server.points(
        'sum(http_requests_total{service="loyalty"})', start=PAST.start, end=PAST.end - THREE_DAYS / 864, step_s=300
    )
    expected = truth.seen(company, "loyalty", PAST)
    assert len(points) / 864 == pytest.approx(expected, abs=0.02)
    total = _counted(server, "http_requests_total", "loyalty")
    assert total == pytest.approx(truth.tally(company, "loyalty", "http-availability", PAST).total, rel=2e-3)


@needs_prometheus
def test_thresholds_read_the_generators_gauges(company: Timeline, server: Prometheus) -> None:
    span = Span(PAST.end - dt.timedelta(hours=6), PAST.end)
    points = server.points('consumer_lag_messages{service="event-bus"}', start=span.start, end=span.end, step_s=300)
    known = truth.values(company, "event-bus", "consumer-lag", span)
    assert list(points.values())[1:] == pytest.approx(known.tolist())


@needs_prometheus
def test_every_family_is_there_with_the_labels_of_a_scrape(server: Prometheus) -> None:
    found = server.values('count by (job, instance, __name__) ({job="perronova"})', at=ANCHOR)
    assert found
    assert all(dict(labels)["instance"] == "prod" for labels in found)
    ages = server.values(str(Family.AGE), at=ANCHOR)
    assert {service_of(labels) for labels in ages} == {"fares-feed", "timetable", "seat-inventory", "reporting"}


@needs_prometheus
def test_a_second_build_has_nothing_to_do(history: Path) -> None:
    before = sorted(entry.name for entry in history.iterdir())
    stamp = blocks.build(history, now=ANCHOR + dt.timedelta(minutes=2), say=pytest.fail)
    assert stamp.anchor == ANCHOR.isoformat()
    assert sorted(entry.name for entry in history.iterdir()) == before


@needs_prometheus
def test_a_build_that_was_stopped_starts_again_from_nothing(tmp_path: Path) -> None:
    target = tmp_path / "data"
    hours = dt.timedelta(hours=5)
    blocks.build(target, now=ANCHOR, say=silent, history=hours)
    (target / blocks.STAMP).unlink()
    (target / "demo-left").mkdir()
    blocks.build(target, now=ANCHOR, say=silent, history=hours)
    spans = sorted((meta["minTime"], meta["maxTime"]) for meta in _metas(target))
    assert all(left[1] <= right[0] for left, right in itertools.pairwise(spans))
    assert not (target / "demo-left").exists()


def test_chunks_follow_each_other_inside_aligned_blocks() -> None:
    span = Span(ANCHOR - dt.timedelta(days=70), ANCHOR)
    chunks = list(blocks.plan(span))
    assert chunks[0].span.start == span.start
    assert chunks[-1].span.end == span.end
    for left, right in itertools.pairwise(chunks):
        assert left.span.end == right.span.start
    for each in chunks:
        size = each.hours * 3600
        assert int(each.span.start.timestamp()) // size == int(each.span.end.timestamp() - 1) // size


def test_the_grid_is_finer_near_the_anchor_and_never_wider_than_five_minutes() -> None:
    instants = blocks.grid(Span(ANCHOR - dt.timedelta(days=91), ANCHOR + dt.timedelta(days=1)), anchor=ANCHOR)
    counts = Counter(np.diff(instants).tolist())
    assert counts == {300: 288, 150: 76 * 576, 60: 15 * 1440 - 1}
    assert set(range(int(instants[0]), int(instants[-1]), 300)) <= set(instants.tolist())


def test_a_missing_promtool_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(blocks.BuildError, match="promtool was not found: install"):
        blocks.build(tmp_path / "data", now=ANCHOR, say=silent)


def _metas(target: Path) -> list[dict[str, int]]:
    return [json.loads(path.read_text()) for path in target.glob("*/meta.json")]
