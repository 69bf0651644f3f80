from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from slo.actions.alert_history import judge_catch_up, judge_history
from slo.actions.status import refresh_statuses
from slo.domain.grid import epoch
from slo.models import AlertSeverity, BurnAlert, BurnRule, IndicatorState, Measurement, Objective
from slo.queries.standing import promises
from tests import make

AT = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)
STEP = dt.timedelta(minutes=5)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
# Long, short, factor, severity, failures: the last one looks back further than any default rule.
RULES = (
    (3600, 300, 10.0, AlertSeverity.PAGE, 3),
    (7200, 1800, 4.0, AlertSeverity.PAGE, 0),
    (14400, 3600, 2.0, AlertSeverity.TICKET, 0),
    (5 * 86400, 7200, 1.0, AlertSeverity.TICKET, 0),
)
Standing = tuple[int, dt.datetime, dt.datetime | None]
pytestmark = pytest.mark.django_db


def promised(target: str, *rules: tuple[int, int, float, str, int], **fields: object) -> Objective:
    made = make.objective(target=Decimal(target), **fields)
    for long_s, short_s, factor, severity, failures in rules:
        BurnRule.objects.create(
            objective=made, long_s=long_s, short_s=short_s, factor=factor, severity=severity, min_failures=failures
        )
    return made


def counted(
    objective: Objective, bad: Sequence[float], *, total: Sequence[float], measured: Sequence[float], until: dt.datetime
) -> None:
    """Cumulative rows of these steps, the last of which ends at `until`."""
    start = until - len(bad) * STEP
    columns = (np.concatenate(([0.0], np.cumsum(each))).tolist() for each in (bad, total, np.multiply(measured, 300)))
    Measurement.objects.bulk_create(
        Measurement(series=objective.series, instant=start + number * STEP, bad=row[0], total=row[1], covered_s=row[2])
        for number, row in enumerate(zip(*columns, strict=True))
    )
    objective.series.started_at = start
    objective.series.save()
    IndicatorState.objects.update_or_create(indicator=objective.indicator, defaults={"watermark": until})


def judged_at(objective: Objective, at: dt.datetime) -> None:
    IndicatorState.objects.filter(indicator=objective.indicator).update(watermark=at)
    refresh_statuses([objective.pk], at=at)


def caught_up(objective: Objective, *, since: dt.datetime) -> int:
    """What a tick does that reaches AT from `since`."""
    IndicatorState.objects.filter(indicator=objective.indicator).update(watermark=AT)
    return judge_catch_up(promises([objective.pk]), judged_last={objective.indicator_id: epoch(since)})


def alerts() -> list[Standing]:
    return list(BurnAlert.objects.order_by("long_s", "fired_at").values_list("long_s", "fired_at", "resolved_at"))


def figures() -> list[tuple[float | None, ...]]:
    fields = ("burn_long", "burn_short", "peak_burn", "remaining_at_fire")
    return list(BurnAlert.objects.order_by("long_s", "fired_at").values_list(*fields))


@pytest.fixture
def objective() -> Objective:
    """99 % of 100 events each five minutes; half of them failed from 8:00 to 8:30, and from 11:40 on."""
    made = promised("0.99", (3600, 300, 10.0, AlertSeverity.PAGE, 1))
    bad = np.zeros(12 * 8)
    bad[48:54] = bad[92:] = 50
    counted(made, bad.tolist(), total=[100.0] * 96, measured=[1.0] * 96, until=AT)
    return made


BEGAN, ENDED = AT - 4 * HOUR + 3 * STEP, AT - 3.5 * HOUR + STEP


def test_an_outage_of_the_collector_leaves_its_alerts(objective: Objective) -> None:
    caught_up(objective, since=AT - 7 * HOUR)

    assert alerts() == [(3600, BEGAN, ENDED), (3600, AT - STEP, None)]
    first = BurnAlert.objects.earliest("fired_at")
    assert (first.burn_long, first.peak_burn, first.severity) == (12.5, 25.0, "page")
    # 150 of the 5,100 events since the series began were bad, and 1 % may be.
    assert first.remaining_at_fire == pytest.approx(1 - 150 / 5100 / 0.01)

    judged_at(objective, AT)
    assert alerts() == [(3600, BEGAN, ENDED), (3600, AT - STEP, None)]


def test_what_fired_before_the_outage_ends_where_it_ended(objective: Objective) -> None:
    judged_at(objective, AT - 3.75 * HOUR)
    assert alerts() == [(3600, AT - 3.75 * HOUR, None)]

    caught_up(objective, since=AT - 3.75 * HOUR)

    assert alerts() == [(3600, AT - 3.75 * HOUR, ENDED), (3600, AT - STEP, None)]


def test_a_span_without_an_unjudged_instant_writes_nothing(objective: Objective) -> None:
    assert caught_up(objective, since=AT - STEP) == 0
    assert not BurnAlert.objects.exists()


def test_a_history_moves_what_fires_back_to_where_it_began(objective: Objective) -> None:
    judged_at(objective, AT)
    open_one = BurnAlert.objects.get()
    assert open_one.fired_at == AT

    judge_history([objective.pk], start=AT - 7 * HOUR, end=AT)

    open_one.refresh_from_db()
    assert (open_one.fired_at, open_one.resolved_at, open_one.burn_long) == (AT - STEP, None, 12.5)
    assert alerts() == [(3600, BEGAN, ENDED), (3600, AT - STEP, None)]


def test_a_history_that_is_judged_again_says_the_same_and_writes_nothing(objective: Objective) -> None:
    judge_history([objective.pk], start=AT - 7 * HOUR, end=AT)
    rows = list(BurnAlert.objects.values_list())

    for start in (AT - 7 * HOUR, BEGAN, BEGAN + STEP, ENDED):
        assert judge_history([objective.pk], start=start, end=AT) == 0

    assert list(BurnAlert.objects.values_list()) == rows


def test_alerts_that_stand_are_kept_as_they_were_seen(objective: Objective) -> None:
    """The open one fires since before the span; a closed one was judged when the rule was another."""
    judged_at(objective, AT - 3.75 * HOUR)
    judged_at(objective, AT - 3.7 * HOUR)
    stood = list(BurnAlert.objects.values_list())

    judge_history([objective.pk], start=AT - 3.75 * HOUR, end=AT - 2 * HOUR)
    assert list(BurnAlert.objects.values_list()) == stood

    BurnAlert.objects.update(resolved_at=AT - 3.6 * HOUR, fired_at=AT - 4 * HOUR)
    judge_history([objective.pk], start=AT - 7 * HOUR, end=AT - 2 * HOUR)
    assert alerts() == [(3600, AT - 4 * HOUR, AT - 3.6 * HOUR)]


def test_what_began_after_the_end_is_left_to_who_judged_there(objective: Objective) -> None:
    judge_history([objective.pk], start=AT - 7 * HOUR, end=AT - 2 * STEP)

    assert alerts() == [(3600, BEGAN, ENDED)]


def test_nothing_is_made_up_of_hourly_rows(objective: Objective) -> None:
    hours = [AT - number * HOUR for number in range(2, 9)]
    Measurement.objects.filter(instant__lt=AT - 2 * HOUR).exclude(instant__in=hours).delete()

    judge_history([objective.pk], start=AT - 7 * HOUR, end=AT)

    assert alerts() == [(3600, AT - STEP, None)]


def test_quiet_objectives_cost_the_same_few_queries_however_many_there_are(objective: Objective) -> None:
    def cost(ids: list[int]) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert judge_history(ids, start=AT - 7 * HOUR, end=AT) == 0
        return len(queries)

    quiet = []
    for _number in range(4):
        made = promised("0.9", (3600, 300, 5.0, AlertSeverity.PAGE, 1), indicator=objective.indicator)
        counted(made, [1.0] * 96, total=[100.0] * 96, measured=[1.0] * 96, until=AT)
        quiet.append(made.pk)

    assert cost(quiet[:1]) == cost(quiet)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("history", [False, True], ids=["outage", "history"])
def test_it_finds_what_judging_each_instant_in_turn_finds(seed: int, history: bool) -> None:
    """Failures, gaps, quiet hours and a window that is measured too little, at random, with the judge of every tick."""
    rng = np.random.default_rng(seed)
    made = promised("0.95", *RULES, window_days=(1, 7)[seed % 2])
    steps = 72
    _random_counts(made, rng, steps=steps + (0, 30, 400)[seed % 3])
    first = AT - steps * STEP
    for number in range(1, steps + 1):
        judged_at(made, first + number * STEP)
    in_turn, in_turn_figures = alerts(), figures()
    BurnAlert.objects.all().delete()

    if history:
        judged_at(made, AT)
        judge_history([made.pk], start=first, end=AT)
    else:
        judged_at(made, first + STEP)
        caught_up(made, since=first + STEP)
        judged_at(made, AT)

    assert alerts() == in_turn
    assert in_turn
    for found, expected in zip(figures(), in_turn_figures, strict=True):
        assert found == pytest.approx(expected)


def _random_counts(objective: Objective, rng: np.random.Generator, *, steps: int) -> None:
    level, measured = np.zeros(steps), np.ones(steps)
    for begin in rng.integers(steps - 72, steps, 6).tolist():
        level[begin : begin + rng.integers(1, 14)] = rng.choice([0.1, 0.3, 1.0])
    for begin in rng.integers(steps - 72, steps, 2).tolist():
        measured[begin] = 0
    measured[: rng.choice([0, steps // 18])] = 0
    total = rng.integers(0, 40, steps) * measured
    bad = np.round(total * level)
    counted(objective, bad.tolist(), total=total.tolist(), measured=measured.tolist(), until=AT)
