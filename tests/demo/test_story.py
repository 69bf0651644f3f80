"""What a visitor finds at the anchor, from the truth alone; docs/demo.md tells the same."""

from __future__ import annotations

import datetime as dt
import itertools
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from relportal.demo import story, truth
from relportal.demo.events import Span, Timeline
from relportal.demo.indicators import indicator
from relportal.demo.objectives import OBJECTIVES, DemoObjective, DemoWindow
from relportal.demo.people import COMPANY_ZONE
from tests.demo.conftest import ANCHOR

ANCHORS = [
    dt.datetime(2026, 11, 23, 6, 30, tzinfo=dt.UTC),
    dt.datetime(2027, 3, 28, 22, 0, tzinfo=dt.UTC),
    dt.datetime(2027, 8, 14, 13, 25, tzinfo=dt.UTC),
]


def window(of: DemoWindow, at: dt.datetime) -> Span:
    if of.days is not None:
        return Span(at - dt.timedelta(days=of.days), at)
    zone = ZoneInfo(of.zone)
    month = at.astimezone(zone).month
    first = month if of.kind == "month" else (month - 1) // 3 * 3 + 1
    return Span(dt.datetime(at.astimezone(zone).year, first, 1, tzinfo=zone).astimezone(dt.UTC), at)


def remaining(company: Timeline, of: DemoObjective, at: dt.datetime) -> float:
    span = window(of.window, at)
    if indicator(of.indicator).kind == "threshold":
        limit = indicator(of.indicator).limit
        assert limit is not None
        share = float(np.mean(truth.values(company, of.service, of.indicator, span) > limit))
    elif of.counting == "occurrences":
        counted = truth.tally(company, of.service, of.indicator, span)
        share = counted.bad / counted.total
    else:
        counted_slices = truth.slices(company, of.service, of.indicator, span)
        busy = counted_slices.total > 0
        ratios = counted_slices.good[busy] / counted_slices.total[busy]
        good = ratios >= float(of.slice_target) if of.slice_target is not None else ratios
        share = 1 - float(np.mean(good))
    return 1 - share / float(1 - of.target)


@pytest.mark.parametrize("anchor", ANCHORS, ids=lambda each: f"{each:%d %b %Y}")
def test_three_objectives_are_breached_about_six_at_risk_and_one_has_no_data(anchor: dt.datetime) -> None:
    company = story.timeline(anchor)
    seen = {each: truth.seen(company, each.service, window(each.window, anchor)) for each in OBJECTIVES if _ours(each)}
    left = {each: remaining(company, each, anchor) for each, share in seen.items() if share >= 0.9}
    assert [each.service for each, share in seen.items() if share < 0.9] == ["loyalty"]
    breached = {(each.service, each.indicator) for each, rest in left.items() if rest < 0}
    assert breached == {
        ("payments-api", "http-availability"),
        ("refunds", "jobs-succeeded"),
        ("fares-feed", "data-fresh"),
    }
    assert 4 <= sum(0 <= rest < 0.25 for rest in left.values()) <= 7
    worst = min(left, key=lambda each: left[each])
    assert worst.service == "payments-api"


@pytest.mark.parametrize("anchor", ANCHORS, ids=lambda each: f"{each:%d %b %Y}")
def test_booking_burns_fast_at_the_anchor_and_payments_every_three_hours(anchor: dt.datetime) -> None:
    company = story.timeline(anchor)

    def burn(service: str, end: dt.datetime, minutes: int) -> float:
        counted = truth.tally(company, service, "http-availability", Span(end - dt.timedelta(minutes=minutes), end))
        return counted.bad / counted.total / 0.001

    for service in ("booking-api", "payments-api"):
        assert burn(service, anchor, 60) > 14.4
        assert burn(service, anchor, 5) > 14.4
    pool = next(each for each in company.incidents if each.key == story.POOL)
    assert pool.every is not None
    for number in (48, 49, 200):
        burst_end = pool.start.replace(second=0) + number * pool.every + pool.burst
        assert burn("payments-api", burst_end, 60) > 14.4
        assert burn("payments-api", burst_end, 5) > 14.4
        assert burn("payments-api", burst_end + dt.timedelta(minutes=20), 5) < 3


def _ours(each: DemoObjective) -> bool:
    return indicator(each.indicator).family is not None


def test_maintenance_takes_turns_on_sunday_nights_and_the_next_is_at_most_a_week_away(company: Timeline) -> None:
    nights = [each.start.astimezone(ZoneInfo(COMPANY_ZONE)) for each in company.works]
    assert {(each.isoweekday(), each.hour) for each in nights} == {(7, 2), (7, 3)}
    assert all(a.start < b.start for a, b in itertools.pairwise(company.works))
    assert {
        len([each for each in company.works if each.service == slug]) for slug in ("payments-api", "search-api")
    } == {26}
    assert dt.timedelta(0) < company.works[-1].start - ANCHOR <= dt.timedelta(days=7)
