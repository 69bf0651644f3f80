"""The demo in the portal: what it collects from a real Prometheus, against the truth of the generator."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from relportal.core.models import WorkItem
from relportal.demo import blocks, seed, seed_slo
from relportal.demo.events import Timeline
from relportal.demo.indicators import indicator
from relportal.demo.objectives import OBJECTIVES
from slo.actions.backfill import run_backfill
from slo.actions.collect import collect_source
from slo.models import Backfill, Band, BurnAlert, Source, Status
from tests.demo.conftest import ANCHOR, Prometheus, prometheus
from tests.demo.test_story import remaining
from tests.slo.prom import needs_prometheus

NOW = ANCHOR - dt.timedelta(minutes=3)
WATERMARK = ANCHOR - dt.timedelta(minutes=5)
DAYS = 31


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    target = tmp_path_factory.mktemp("portal") / "data"
    blocks.build(target, now=ANCHOR, say=lambda _line: None, history=dt.timedelta(days=DAYS + 1))
    with prometheus(target) as running:
        yield running


@needs_prometheus
@pytest.mark.truth
@pytest.mark.django_db
def test_the_portal_shows_what_happened_at_the_company(
    company: Timeline, month: Prometheus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seed_slo, "FIRST_DAYS", DAYS)
    seed.company(url=month.url, at=NOW)
    source = Source.objects.get()
    assert collect_source(source.pk, at=NOW).error == ""
    for backfill in Backfill.objects.all():
        run_backfill(backfill.pk, at=NOW, slice_s=600)
    assert set(Backfill.objects.values_list("state", flat=True)) == {Backfill.State.DONE}

    shown = {(row.objective.service.slug, row.objective.indicator.slug): row for row in _statuses()}
    for each in OBJECTIVES:
        status = shown[each.service, each.indicator]
        if indicator(each.indicator).family is None or each.window.kind == "quarter":
            continue
        if each.service == "loyalty":
            assert (status.band, status.reason) == (Band.NO_DATA, "low_coverage")
            continue
        assert status.remaining is not None, each
        # A time slice is judged by the hour where the history was read by the hour; the rest is what restarts cost.
        off = 0.2 if each.counting == "timeslices" else 0.03
        assert status.remaining == pytest.approx(remaining(company, each, WATERMARK), abs=off), each
    breached = {key for key, row in shown.items() if row.band == Band.BREACHED}
    assert breached == {
        ("payments-api", "http-availability"),
        ("refunds", "jobs-succeeded"),
        ("fares-feed", "data-fresh"),
    }
    firing = set(
        BurnAlert.objects.filter(resolved_at=None, severity="page").values_list("objective__service__slug", flat=True)
    )
    assert "booking-api" in firing


@pytest.mark.django_db
def test_the_older_history_waits_for_the_newer(at: dt.datetime) -> None:
    seed.company(url="http://127.0.0.1:9090", at=at)
    assert WorkItem.objects.filter(kind=seed_slo.OLDER_HISTORY).count() == 1
    assert seed_slo.request_older_history(at=at) == seed_slo.PAUSE
    first = Backfill.objects.count()
    Backfill.objects.update(state=Backfill.State.DONE)
    assert seed_slo.request_older_history(at=at) is None
    assert Backfill.objects.filter(state=Backfill.State.RUNNING).count() == first


def _statuses() -> list[Status]:
    return list(Status.objects.select_related("objective__service", "objective__indicator"))
