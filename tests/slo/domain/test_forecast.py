from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.domain.budget import budget
from slo.domain.counts import Array, Counts
from slo.domain.forecast import Forecast, Outlook, calendar_forecast, crossings, of_period, rolling_forecast
from slo.domain.windows import Bounds, parse_window

AT = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)
DAY_S = 86_400
EB = 0.001
DAYS = 30
TOTAL = np.full(DAYS, 1000.0)


def forecast(bad: Array, *, burn: float | None, total: Array = TOTAL) -> Forecast:
    return rolling_forecast(bad, total, error_budget=EB, burn=burn, bucket_s=DAY_S, at=AT)


def days(count: float) -> dt.datetime:
    return AT + dt.timedelta(seconds=round(count * DAY_S))


def only(day: int, bad: float) -> Array:
    """Bad events on one day of the window; day 0 leaves first. The budget of the window is 30."""
    array = np.zeros(DAYS)
    array[day] = bad
    return array


class TestRolling:
    @pytest.mark.parametrize(("burn", "exhausted_after"), [(2, 15), (10, 3), (1000, 0.03)])
    def test_an_untouched_budget_lasts_as_long_as_the_workbook_says(self, burn: float, exhausted_after: float) -> None:
        """Site Reliability Workbook, chapter 5: burn 2 lasts 15 days, 10 lasts 3, 1000 lasts 43 minutes.

        In a window that was clean, clean days leave, so nothing comes back.
        """
        assert forecast(np.zeros(DAYS), burn=burn) == Forecast(outlook=Outlook.EXHAUSTS, at=days(exhausted_after))

    def test_a_burn_of_one_never_exhausts(self) -> None:
        assert forecast(np.zeros(DAYS), burn=1).outlook is Outlook.NEVER_AT_THIS_RATE

    def test_old_errors_that_leave_make_room(self) -> None:
        """Half of the budget was used on the oldest day. It leaves within a day, before the new errors use the rest."""
        assert forecast(only(0, 15), burn=2) == Forecast(outlook=Outlook.EXHAUSTS, at=days(15))

    def test_recent_errors_stay(self) -> None:
        assert forecast(only(29, 15), burn=2) == Forecast(outlook=Outlook.EXHAUSTS, at=days(7.5))

    def test_steady_errors_below_the_budget_stay_below(self) -> None:
        assert forecast(np.full(DAYS, 0.9), burn=0.9).outlook is Outlook.NEVER_AT_THIS_RATE

    def test_an_overspent_budget_recovers_when_its_errors_leave(self) -> None:
        assert forecast(only(9, 31), burn=0) == Forecast(outlook=Outlook.RECOVERS, at=days(9 + 1 / 31))

    def test_an_overspent_budget_that_goes_on_burning_stays(self) -> None:
        assert forecast(np.full(DAYS, 2.0), burn=2).outlook is Outlook.STAYS_EXHAUSTED

    @pytest.mark.parametrize("burn", [None, 0.0])
    def test_without_traffic_there_is_no_forecast(self, burn: float | None) -> None:
        nothing = np.zeros(DAYS)
        assert forecast(nothing, burn=burn, total=nothing).outlook is Outlook.NO_DATA

    def test_without_a_burn_there_is_no_forecast(self) -> None:
        assert forecast(np.zeros(DAYS), burn=None).outlook is Outlook.NO_DATA

    def test_many_objectives_are_forecast_at_once(self) -> None:
        bad = np.stack([np.zeros(DAYS), np.zeros(DAYS), np.zeros(DAYS)])
        result = crossings(bad, np.stack([TOTAL] * 3), error_budget=np.full(3, EB), burn=np.array([2.0, 10.0, np.nan]))
        assert result.after.tolist() == pytest.approx([15, 3, np.inf])
        assert result.exhausted.tolist() == [False, False, False]


@given(
    st.lists(st.integers(0, 40), min_size=DAYS, max_size=DAYS),
    st.lists(st.integers(1, 3000), min_size=DAYS, max_size=DAYS),
    st.floats(0, 100),
)
def test_law_the_forecast_is_what_a_simulation_in_small_steps_finds(
    bad: list[int], total: list[int], burn: float
) -> None:
    parts = 40
    fine_bad = np.repeat(np.array(bad) / parts, parts)
    fine_total = np.repeat(np.array(total) / parts, parts)
    mean = fine_total.mean()
    over = [fine_bad.sum() - EB * fine_total.sum()]
    for step in range(DAYS * parts):
        out = fine_bad[step] - EB * fine_total[step]
        over.append(over[-1] + burn * EB * mean - EB * mean - out)
    sign = over[0] > 1e-9
    crossed = next((i for i, each in enumerate(over) if (each > 1e-9) != sign), None)
    result = forecast(np.array(bad, float), burn=burn, total=np.array(total, float))
    if result.at is not None:
        after_s = (result.at - AT).total_seconds()
        assert min(abs(each) for each in over[max(0, int(after_s / DAY_S * parts) - 1) :][:3]) <= max(
            abs(b - a) for a, b in itertools.pairwise(over)
        )
        if crossed is not None:
            assert after_s <= (crossed + 1) * DAY_S / parts
    else:
        assert crossed is None or abs(over[crossed]) < 1e-6


@given(st.lists(st.integers(0, 3), min_size=DAYS, max_size=DAYS), st.floats(1.001, 500), st.floats(1, 3))
def test_law_a_faster_burn_never_exhausts_later(bad: list[int], burn: float, factor: float) -> None:
    slow, fast = forecast(np.array(bad, float), burn=burn), forecast(np.array(bad, float), burn=burn * factor)
    if slow.outlook is Outlook.EXHAUSTS:
        assert fast.outlook is Outlook.EXHAUSTS
        assert fast.at is not None
        assert slow.at is not None
        assert fast.at <= slow.at + dt.timedelta(seconds=2)


def period(elapsed_days: float) -> Bounds:
    start = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    return parse_window("month@UTC").bounds(start + dt.timedelta(days=elapsed_days))


class TestCalendar:
    def test_what_is_left_goes_linearly(self) -> None:
        """After 10 of 30 days, half of what was earned is left; a burn of 6 uses it up in one day."""
        bounds = period(10)
        result = calendar_forecast(0.5, burn=6, bounds=bounds)
        assert result == Forecast(outlook=Outlook.EXHAUSTS, at=bounds.until + dt.timedelta(days=1))

    def test_the_period_may_end_first(self) -> None:
        assert calendar_forecast(0.5, burn=1.1, bounds=period(10)).outlook is Outlook.NOT_IN_THIS_PERIOD

    def test_a_burn_of_one_never_exhausts(self) -> None:
        assert calendar_forecast(0.5, burn=1, bounds=period(10)).outlook is Outlook.NEVER_AT_THIS_RATE

    def test_an_overspent_budget_recovers_when_the_burn_is_low(self) -> None:
        bounds = period(10)
        result = calendar_forecast(-0.5, burn=0.5, bounds=bounds)
        assert result == Forecast(outlook=Outlook.RECOVERS, at=bounds.until + dt.timedelta(days=10))

    @pytest.mark.parametrize(("remaining", "burn"), [(-0.5, 1.0), (-0.5, 3.0), (-3.0, 0.0)])
    def test_an_overspent_budget_stays_when_it_is_not(self, remaining: float, burn: float) -> None:
        assert calendar_forecast(remaining, burn=burn, bounds=period(10)).outlook is Outlook.STAYS_EXHAUSTED

    @pytest.mark.parametrize(("remaining", "burn"), [(None, 1.0), (0.5, None)])
    def test_without_numbers_there_is_no_forecast(self, remaining: float | None, burn: float | None) -> None:
        assert calendar_forecast(remaining, burn=burn, bounds=period(10)).outlook is Outlook.NO_DATA

    def test_early_failures_weigh_less_on_the_whole_month(self) -> None:
        """10 minutes of outage in the first 3 days of a month at 99.9 %."""
        bounds = period(3)
        earned = 1 - 10 / (3 * 1440 * 0.001)
        assert earned == pytest.approx(-1.315, abs=1e-3)
        assert of_period(earned, bounds=bounds) == pytest.approx(1 - 10 / 43.2)


@given(st.floats(0.1, 29), st.floats(0, 0.9), st.floats(1.01, 1000), st.integers(1, 10**6))
def test_law_at_the_forecast_instant_nothing_is_left(elapsed: float, used: float, burn: float, rate: int) -> None:
    bounds = period(elapsed)
    result = calendar_forecast(1 - used, burn=burn, bounds=bounds)
    if result.at is None:
        return
    later_s = (result.at - bounds.until).total_seconds()
    counts = Counts(
        bad=rate * EB * (used * bounds.elapsed_s + burn * later_s),
        total=rate * (bounds.elapsed_s + later_s),
        covered_s=bounds.elapsed_s + later_s,
    )
    left = budget(counts, target=Decimal("0.999"), window_s=bounds.length_s).remaining
    assert left == pytest.approx(0, abs=burn / bounds.elapsed_s)
