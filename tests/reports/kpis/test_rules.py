"""Rules of single KPIs that need no database: what is left out, what is compared, what is beyond chance."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from reports.domain.periods import Calendar, Cut
from reports.domain.values import Lacking, Rag, count
from reports.kpis import KPIS
from reports.kpis._entered import Entered
from reports.kpis._objectives import Kept
from reports.kpis.incidents import Counted
from reports.kpis.repeats import Again
from reports.models import KpiValue
from reports.queries.beside import beside
from reports.queries.scorecard import Line
from reports.queries.values import Stood, year_before
from reports.templatetags.reports import kpi_counts, kpi_data, kpi_missed

approx: Any = pytest.approx


def kept(total: float, bad: float, target: str = "0.99") -> Kept:
    return Kept(
        pk=1, series=1, service=1, target=Decimal(target), bad=bad, total=total, coverage=1.0, sli=1 - bad / total,
        consumed=bad / total / float(1 - Decimal(target)), minutes=60,
    )  # fmt: skip


def entered(**numbers: float) -> Entered:
    return Entered(1, whole=True, pushed=False, numbers=numbers)


def counts(k: int) -> list[Any]:
    return [Counted(None, None)] * k  # type: ignore[arg-type]


def again(*, grave: bool = False, top: bool = True) -> Again:
    return Again(1, grave, known=True, repeated=True, top=top, fixed=False)


def test_an_objective_whose_budget_is_less_than_one_event_has_no_burn() -> None:
    """One bad event of 99, where one in a hundred may be."""
    burn = KPIS["budget_burn"]
    few = burn.value([kept(99, 1)])
    assert (few.value, few.lacking, few.excluded) == (None, Lacking.FEW, 1)
    both = burn.value([kept(99, 1), kept(200, 1), kept(9, 0)])
    assert (both.value, both.excluded, both.n) == (approx(0.5), 1, 2)


def test_after_ten_incidents_each_period_twenty_three_are_beyond_chance_and_twenty_two_are_not() -> None:
    one = KPIS["incidents"]
    before = [counts(10)] * 4
    found = [one.judged(count(n), counts(n), before).forced for n in (10, 22, 23)]
    assert found == [Rag.GREEN, Rag.AMBER, Rag.RED]


def test_the_chart_of_incidents_has_the_limits_of_a_c_chart_of_the_eight_periods_before() -> None:
    one = KPIS["incidents"]
    found = one.limits([(99, 0), *[(16, 0)] * 8], 0)
    assert found is not None
    assert (found.centre, found.warning, found.alarm) == (16, 24, 28)
    # The first without any are from before anybody counted.
    assert one.limits([(0, 0), (16, 0), (16, 0), (16, 0)], 0) is None
    assert KPIS["toil"].limits([(1, 2)] * 8, 5) is None


@pytest.mark.parametrize(
    ("facts", "colour"),
    [
        ([again(top=False), again(top=False)], Rag.GREEN),
        ([again()], Rag.AMBER),
        ([again(), again()], Rag.RED),
        ([again(grave=True, top=False)], Rag.RED),
    ],
)
def test_repeats_are_judged_in_the_commonest_failure_modes_and_grave_ones_in_any(
    facts: list[Again], colour: Rag
) -> None:
    assert KPIS["repeats"].value(facts).forced is colour


def test_a_forecast_that_was_frozen_late_is_left_out() -> None:
    forecast = KPIS["forecast_accuracy"]
    late, early = entered(forecast=10, actual=100, ahead_days=89), entered(forecast=90, actual=100, ahead_days=90)
    assert (forecast.value([late]).lacking, forecast.value([late]).excluded) == (Lacking.FEW, 1)
    assert (forecast.value([late, early]).value, forecast.value([late, early]).n) == (approx(0.1), 1)


def test_answers_to_another_question_are_not_compared() -> None:
    survey = KPIS["stakeholders"]
    good, bad = {"top_2": 90, "answered": 100, "asked": 100}, {"top_2": 30, "answered": 100, "asked": 100}
    same = survey.trend([entered(**good, question=2)], [entered(**bad, question=2)], exposure=0.5)
    other = survey.trend([entered(**good, question=2)], [entered(**bad, question=1)], exposure=0.5)
    assert (same.change, other.change) == ("up", "unknown")


def test_the_leavers_of_a_tiny_pool_are_not_told() -> None:
    pool = KPIS["oncall_satisfaction"].value([entered(top_2=5, answered=6, asked=6, pool=4, left=1, days=90)])
    assert [pool.parts[name] for name in ("pool", "left", "left_share")] == [None, None, None]


def test_a_share_names_what_has_no_data_and_how_much_is_known() -> None:
    row = KpiValue(
        value=11 / 12, numerator=11, denominator=12, n=12, coverage=12 / 13, maturity="3", parts={"no_data": 1}
    )
    assert kpi_counts(row, KPIS["slo_attainment"]) == "11 of 12, 1 no data"
    known = "92\N{NARROW NO-BREAK SPACE}% known · counted"
    assert kpi_data(row, KPIS["slo_attainment"]) == known
    assert kpi_data(row, KPIS["incidents"]) == f"n 12 · {known}"
    assert kpi_data(KpiValue(value=None), KPIS["incidents"]) == ""


@pytest.mark.parametrize(
    ("key", "lines", "words"),
    [("toil", (0.3, 0.4), "missed > 40"), ("ttr", (0.9, 0.7), "missed < 70"), ("postmortem_done", (1, 1), "")],
)
def test_a_target_says_where_missed_begins(key: str, lines: tuple[float, float], words: str) -> None:
    said = kpi_missed(KpiValue(green=lines[0], red=lines[1]), KPIS[key])
    assert said.startswith(words)
    assert bool(said) is bool(words)


def test_cost_is_never_shown_without_the_attainment_even_where_that_is_unknown() -> None:
    kpi, row = KPIS["cost_efficiency"], KpiValue(value=121, parts={})
    line = Line(kpi=kpi, value=row, kept=(row,), restated=None, comment=None, beside=beside(kpi, {kpi.key: row}))
    assert [str(one.label) for one in line.listed] == ["of the tier-1 SLOs met"]
    assert replace(line, value=KpiValue(value=None)).listed == ()


def test_a_year_before_is_the_same_months_of_a_month_or_a_quarter() -> None:
    stood = Stood(KpiValue(value=1), None)
    october, week = (
        Calendar().period(Cut.MONTH, dt.date(2026, 10, 1)),
        Calendar().period(Cut.WEEK, dt.date(2026, 10, 5)),
    )
    before = Calendar().period(Cut.MONTH, dt.date(2025, 10, 1))
    assert year_before({before: stood, october: stood}, october) is stood
    assert year_before({october: stood}, october) is None
    assert year_before({Calendar().period(Cut.WEEK, dt.date(2025, 10, 6)): stood, week: stood}, week) is None
