"""What the sample of numbers that people enter lets one claim of a change; verdicts are worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from incidents.domain.statistics import Change
from reports.kpis import KPIS
from reports.kpis._entered import Entered, EnteredKpi


def entered(*numbers: dict[str, float], whole: bool = False) -> list[Entered]:
    return [Entered(pk, whole, False, each) for pk, each in enumerate(numbers)]


def change(key: str, now: list[Entered], before: list[Entered]) -> Change:
    return KPIS[key].trend(now, before, exposure=0.5).change


def pages(n: int, shifts: int) -> dict[str, float]:
    return {"pages": n, "shifts": shifts}


@pytest.mark.parametrize(
    ("now", "before", "found"),
    [
        # 30 of 40 in half of the shifts: two-sided 0.0022.
        ((30, 100), (10, 100), Change.UP),
        ((10, 100), (30, 100), Change.DOWN),
        ((12, 100), (10, 100), Change.NO_CLEAR),
        # Three times the pages in three times the shifts.
        ((30, 300), (10, 100), Change.NO_CLEAR),
        # As many in a third of the shifts: 30 of 60 where 20 of 80 parts were expected.
        ((30, 100), (30, 300), Change.UP),
        ((0, 100), (0, 100), Change.UNKNOWN),
        ((3, 0), (10, 100), Change.UNKNOWN),
    ],
)
def test_pages_are_compared_by_the_shifts_in_which_they_rang(now: Any, before: Any, found: Change) -> None:
    assert change("page_load", entered(pages(*now)), entered(pages(*before))) is found


def test_what_was_said_of_the_whole_company_is_compared_and_its_teams_are_not_added() -> None:
    whole, team = entered(pages(12, 100), whole=True), entered(pages(90, 100))
    assert change("page_load", whole + team, entered(pages(10, 100), whole=True)) is Change.NO_CLEAR


def toil(hours: float, of: float = 100) -> dict[str, float]:
    return {"toil_h": hours, "work_h": of, "answered": 6, "asked": 8}


LOW, HIGH = (20, 21, 22, 23, 24), (30, 31, 32, 33, 34)


def test_toil_rises_where_the_weeks_of_teams_do_and_four_weeks_say_nothing() -> None:
    """All five above all five: 2 of 252 orders are as far apart, 0.008."""
    low, high = (entered(*map(toil, hours)) for hours in (LOW, HIGH))
    assert change("toil", high, low) is Change.UP
    assert change("toil", low, high) is Change.DOWN
    assert change("toil", high[:4], low) is Change.UNKNOWN
    assert change("toil", low, low) is Change.NO_CLEAR
    assert change("toil", [], low) is Change.UNKNOWN


def test_one_large_team_that_moves_the_figure_against_all_others_is_no_clear_change() -> None:
    before = entered(*map(toil, LOW), toil(200, 1000))
    now = entered(*map(toil, HIGH), toil(100, 1000))
    assert sum(each.numbers["toil_h"] for each in now) < sum(each.numbers["toil_h"] for each in before)
    assert change("toil", now, before) is Change.NO_CLEAR


def test_forecasts_are_compared_by_the_errors_of_their_resources() -> None:
    good, bad = (
        entered(*({"forecast": 100 + off + n, "actual": 100} for n in map(float, range(5)))) for off in (1, 20)
    )
    assert change("forecast_accuracy", bad, good) is Change.UP
    assert change("forecast_accuracy", good, bad) is Change.DOWN
    assert change("forecast_accuracy", good[:4], bad) is Change.UNKNOWN


@pytest.mark.parametrize(
    ("key", "name", "whole"),
    [
        ("stakeholders", "top_2", "answered"),
        ("oncall_satisfaction", "top_2", "answered"),
        ("roadmap_delivery", "met", "committed"),
    ],
)
def test_shares_are_compared_by_what_they_are_of(key: str, name: str, whole: str) -> None:
    few, many = (entered({name: n, whole: 50, "asked": 60}) for n in (20, 40))
    assert change(key, many, few) is Change.UP
    assert change(key, few, few) is Change.NO_CLEAR


def test_a_bill_is_no_sample() -> None:
    costs = entered(*({"cost": 100 + n, "requests": 1000, "base": 0.1} for n in range(9)))
    assert change("cost_efficiency", costs, costs) is Change.UNKNOWN
    untested = {key for key, kpi in KPIS.items() if isinstance(kpi, EnteredKpi) and kpi.untested}
    assert untested == {"cost_efficiency"}
