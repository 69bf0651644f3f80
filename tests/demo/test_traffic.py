from __future__ import annotations

import datetime as dt
import itertools

import numpy as np
import pytest

from relportal.demo import traffic, truth
from relportal.demo.catalog import SERVICES
from relportal.demo.counters import columns
from relportal.demo.events import Span, Timeline
from tests.demo.conftest import ANCHOR

DAY = dt.timedelta(days=1)


@pytest.mark.parametrize("service", [each.slug for each in SERVICES])
def test_every_part_is_a_part_of_the_whole(company: Timeline, service: str) -> None:
    minutes = traffic.minutes_of(Span(ANCHOR - 2 * DAY, ANCHOR))
    found = {column.series: column.per_minute for column in columns(company, service, minutes)}
    assert found
    for series, values in found.items():
        assert values.min() >= 0, series
    buckets = [values for series, values in found.items() if series.name.endswith("_bucket")]
    for smaller, larger in itertools.pairwise(buckets):
        assert np.all(smaller <= larger)
    if buckets:
        answers = sum(values for series, values in found.items() if series.name == "http_requests_total")
        assert np.array_equal(buckets[-1], answers)


def test_a_minute_is_the_same_whatever_was_asked_with_it(company: Timeline) -> None:
    whole = traffic.minutes_of(Span(ANCHOR - 9 * DAY, ANCHOR))
    for service in ("payments-api", "seat-inventory", "fares-feed", "reporting"):
        for one, other in zip(
            columns(company, service, whole), columns(company, service, whole[4000:5000]), strict=True
        ):
            assert np.array_equal(one.per_minute[4000:5000], other.per_minute), one.series


def test_the_partner_portal_has_no_traffic_at_night_on_the_clock_of_berlin(company: Timeline) -> None:
    for day, closes in ((dt.date(2026, 7, 1), 20), (dt.date(2026, 11, 4), 21)):
        at = dt.datetime.combine(day, dt.time(closes), tzinfo=dt.UTC)
        night = truth.tally(company, "partner-portal", "http-availability", Span(at, at + dt.timedelta(hours=8)))
        before = truth.tally(company, "partner-portal", "http-availability", Span(at - dt.timedelta(hours=1), at))
        assert night.total == 0
        assert before.total > 0


def test_evenings_are_busier_than_nights_and_the_company_grows(company: Timeline) -> None:
    def total(at: dt.datetime) -> int:
        return truth.tally(company, "search-api", "http-availability", Span(at, at + dt.timedelta(hours=1))).total

    evening = ANCHOR.replace(hour=17, minute=0) - 10 * DAY
    assert total(evening) > 3 * total(evening.replace(hour=2))
    assert total(evening) > 1.2 * total(evening - 364 * DAY)


def test_search_declines_gently(company: Timeline) -> None:
    def slow(days: int) -> float:
        month = Span(ANCHOR - dt.timedelta(days=days), ANCHOR - dt.timedelta(days=days - 28))
        counted = truth.tally(company, "search-api", "http-within-second", month)
        return counted.bad / counted.total

    assert slow(28) > 1.2 * slow(70) > 1.4 * slow(160)


def test_samples_of_loyalty_are_lost_at_night_only_lately(company: Timeline) -> None:
    assert truth.seen(company, "loyalty", Span(ANCHOR - 28 * DAY, ANCHOR)) < 0.9
    assert truth.seen(company, "loyalty", Span(ANCHOR - 80 * DAY, ANCHOR - 40 * DAY)) == 1
    assert 0.98 < truth.seen(company, "fares-feed", Span(ANCHOR - 28 * DAY, ANCHOR)) < 1


def test_a_stalled_feed_grows_older_by_the_second(company: Timeline) -> None:
    incident = next(each for each in company.incidents if each.key == "fares-stalled")
    ages = truth.values(
        company, "fares-feed", "data-fresh", Span(incident.start, incident.start + dt.timedelta(hours=2))
    )
    assert 7000 < ages[-1] < 7700
    assert np.sum(ages > 900) == pytest.approx(22, abs=1)
