"""The health of sources and the state of indicators."""

from __future__ import annotations

import datetime as dt

import pytest

from relportal.core.models import Team, User
from slo.models import Backfill, Indicator, IndicatorState, Reconciliation, Source, SourceState
from slo.queries.problems import Finding, Problem
from slo.queries.sources import indicator_page, indicator_rows, source_page, source_rows, sources_claim
from tests import make
from tests.slo import company
from tests.slo.company import Company


@pytest.fixture
def shown(payments: Team, at: dt.datetime) -> Company:
    return company.built(team=payments, at=at)


def test_a_source_is_as_far_behind_as_its_newest_instant(shown: Company, at: dt.datetime) -> None:
    (row,) = source_rows(at=at + dt.timedelta(minutes=4))
    assert (row.lag, row.band, row.word) == (dt.timedelta(minutes=4), "healthy", "Collecting")


def test_a_source_that_does_not_answer_stands_first(shown: Company, at: dt.datetime) -> None:
    gone = make.source(name="Away", slug="away")
    SourceState.objects.create(source=gone, unavailable_since=at, last_error="refused")
    rows = source_rows(at=at)
    assert [row.source for row in rows] == [gone, shown.source]
    assert rows[0].word == "Unavailable"
    assert sources_claim(rows) == "Away does not answer"


def test_a_late_source_is_said_to_be_late(shown: Company, at: dt.datetime) -> None:
    rows = source_rows(at=at + dt.timedelta(minutes=30))
    assert (rows[0].band, rows[0].word) == ("at_risk", "Late")
    assert sources_claim(rows) == "Prometheus is late"


def test_a_paused_or_new_source_has_no_data_rather_than_trouble(shown: Company, at: dt.datetime) -> None:
    Source.objects.update(paused=True)
    (row,) = source_rows(at=at + dt.timedelta(days=3))
    assert (row.band, row.word) == ("no_data", "Paused")
    Source.objects.update(paused=False)
    SourceState.objects.all().delete()
    (row,) = source_rows(at=at)
    assert (row.band, row.lag, row.word) == ("no_data", None, "Never collected")


def test_a_source_whose_plug_in_is_gone_says_so(shown: Company, at: dt.datetime) -> None:
    Source.objects.update(kind="vanished")
    (row,) = source_rows(at=at)
    assert (row.band, row.word, row.kind_label) == ("breached", "Missing plug-in", "vanished")


def test_who_is_pushed_to_is_never_late(shown: Company, at: dt.datetime) -> None:
    Source.objects.update(kind="pushed")
    (row,) = source_rows(at=at + dt.timedelta(days=1))
    assert row.band == "healthy"


def test_the_page_of_a_source_names_the_series_that_drift(shown: Company, at: dt.datetime) -> None:
    def compared(day: dt.date, drift: float | None, *, agrees: bool | None, series: int) -> None:
        Reconciliation.objects.create(
            series_id=series,
            day=day,
            ours_total=1000,
            theirs_total=None if drift is None else 1000 / (1 + drift),
            ours_bad=1,
            theirs_bad=1,
            drift=drift,
            agrees=agrees,
            checked_at=at,
        )

    yesterday = at.date() - dt.timedelta(days=1)
    compared(yesterday, 0.05, agrees=False, series=shown.missed.series_id)
    compared(yesterday, 0.0, agrees=True, series=shown.kept.series_id)
    compared(yesterday, None, agrees=None, series=shown.risky.series_id)
    compared(yesterday - dt.timedelta(days=1), 0.5, agrees=False, series=shown.kept.series_id)
    page = source_page("prometheus", at=at)
    assert page is not None
    assert (page.compared_on, page.compared) == (yesterday, 2)
    assert [one.series for one in page.drifting] == [shown.missed.series]
    assert len(page.runs) == 1


def test_running_backfills_hide_finished_ones(shown: Company, at: dt.datetime) -> None:
    fields = {"start": at - dt.timedelta(days=9), "end": at, "cursor": at, "chunks_total": 9, "requested_at": at}
    done = Backfill.objects.create(indicator=shown.indicator, state=Backfill.State.DONE, **fields)
    page = source_page("prometheus", at=at)
    assert page is not None
    assert page.backfills == (done,)
    running = Backfill.objects.create(indicator=shown.indicator, **fields)
    page = source_page("prometheus", at=at)
    assert page is not None
    assert page.backfills == (running,)


def test_an_indicator_tells_what_is_odd_about_its_data(bob: User, shown: Company, at: dt.datetime) -> None:
    finding = Finding.of(Problem.NO_SERVICE, ["ghost"])
    IndicatorState.objects.update(problems=[finding.as_json()])
    page = indicator_page(bob, "availability", at=at)
    assert page is not None
    assert (page.row.band, page.row.word) == ("at_risk", "Look at the data")
    assert page.row.findings == (finding,)
    assert "ghost" in finding.sentence
    assert (page.row.services, page.row.objectives) == (4, 4)
    assert [row.objective for row in page.objectives] == [shown.missed, shown.risky, shown.unknown, shown.kept]


def test_a_failing_indicator_says_failing_and_a_paused_one_paused(shown: Company) -> None:
    IndicatorState.objects.update(error="parse error")
    assert [(row.band, row.word) for row in indicator_rows()] == [("breached", "Failing")]
    IndicatorState.objects.update(error="")
    Indicator.objects.update(paused=True)
    assert [(row.band, row.word) for row in indicator_rows()] == [("no_data", "Paused")]


def test_indicators_are_found_by_words_of_their_name_or_source(shown: Company) -> None:
    make.indicator(name="Speed")
    assert [row.indicator.name for row in indicator_rows(text="prom avail")] == ["Availability"]
    assert [row.indicator.name for row in indicator_rows()] == ["Availability", "Speed"]


def test_what_does_not_exist_is_none(bob: User, at: dt.datetime) -> None:
    assert source_page("none", at=at) is None
    assert indicator_page(bob, "none", at=at) is None


def test_no_sources_are_said(db: None) -> None:
    assert sources_claim(()) == "No sources yet"
