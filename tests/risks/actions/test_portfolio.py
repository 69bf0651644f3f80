"""All risks together, simulated by a worker and kept."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

import pytest

from relportal.core import work
from relportal.core.models import User, WorkItem
from risks.actions.benefits import Effects, set_benefit
from risks.actions.money_settings import edit_money
from risks.actions.portfolio import SEED, next_run, request_runs, run_portfolio, schedule_portfolios
from risks.actions.risks import close, reopen
from risks.actions.tolerance import set_tolerance
from risks.actions.treatments import move_treatment
from risks.domain.lognormal import Range
from risks.domain.money import Estimate
from risks.models import PortfolioRun, Risk, RiskState, Treatment, Unit
from risks.queries.portfolio_inputs import WORK
from risks.queries.portfolio_result import as_json, from_json
from risks.tasks import portfolio as run_item
from tests.risks.estimated import estimate, estimated

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


def test_every_risk_that_can_still_happen_and_is_estimated_is_in_it(at: dt.datetime) -> None:
    first = estimated("Disk", at=at)
    kept = estimated("Accepted", at=at, rate_low=0.01, rate_high=0.1)
    gone = estimated("Closed", at=at)
    Risk.objects.filter(pk=kept.pk).update(state=RiskState.ACCEPTED)
    Risk.objects.filter(pk=gone.pk).update(state=RiskState.CLOSED, closed_at=at)
    silent = Risk.objects.create(title="Silent", identified_on=at.date(), created_at=at)
    foreign = estimated("Dollars", at=at, currency="USD")
    wide = estimated("Anything", at=at, loss_low=1e-3, loss_high=1e9)

    row = run_portfolio(Unit.MONEY, at=at)

    found = from_json(row.result)
    assert [each.risk for each in found.risks] == [first.pk, kept.pk]
    assert (found.missing, found.other_currency, found.unfit) == ((silent.pk,), (foreign.pk,), (wide.pk,))
    assert (row.risks, row.trials, row.seed, found.open, found.coverage) == (2, 100_000, SEED, 5, 0.4)
    assert as_json(found) == row.result


def test_the_totals_are_those_of_the_risks(at: dt.datetime) -> None:
    for number in range(3):
        estimated(f"Disk {number}", at=at)
    totals = from_json(run_portfolio(Unit.MONEY, at=at).result).totals
    alone = Estimate("RISK-1", Range(0.5, 2), Range(1e4, 1e5))
    assert totals is not None
    assert totals.expected == pytest.approx(3 * alone.expected)
    assert totals.mean == pytest.approx(totals.expected, abs=4 * totals.standard_error)
    assert totals.zero_year == pytest.approx(alone.zero_year**3)
    assert totals.p50 < totals.p80 < totals.p95_low < totals.p95 < totals.p95_high < totals.p99
    assert totals.p95 < totals.tail_mean


def test_the_same_estimates_give_the_same_figures_and_minutes_are_apart(at: dt.datetime) -> None:
    risk = estimated("Disk", at=at)
    estimate(risk, at=at, unit=Unit.MINUTES)
    first, again = (run_portfolio(Unit.MONEY, at=at + day * DAY) for day in (0, 1))
    minutes = run_portfolio(Unit.MINUTES, at=at)
    assert first.result == again.result
    assert minutes.result["currency"] == ""
    assert PortfolioRun.objects.count() == 3


def test_without_an_estimate_there_are_no_figures(at: dt.datetime) -> None:
    Risk.objects.create(title="Silent", identified_on=at.date(), created_at=at)
    found = from_json(run_portfolio(Unit.MONEY, at=at).result)
    assert (found.totals, found.curve, found.beyond, found.coverage) == (None, (), (), 0.0)


def test_nothing_at_all_has_no_coverage(at: dt.datetime) -> None:
    assert from_json(run_portfolio(Unit.MONEY, at=at).result).coverage is None


def test_where_losses_are_likelier_than_tolerated_is_kept_with_the_curve(lead: User, at: dt.datetime) -> None:
    estimated("Disk", at=at)
    curve = set_tolerance(lead, Unit.MONEY, ((1e3, 0.9), (1e5, 0.02)), reason="The board", at=at)
    found = from_json(run_portfolio(Unit.MONEY, at=at).result)
    [beyond] = found.beyond
    assert (found.tolerance_id, found.tolerance) == (curve.pk, ((1e3, 0.9), (1e5, 0.02)))
    assert beyond.chance > beyond.tolerated
    assert found.curve[0][0] <= 1e3


def test_what_is_planned_is_simulated_beside_what_is_and_a_change_of_it_makes_a_run_due(
    lead: User, at: dt.datetime, django_capture_on_commit_callbacks: Any
) -> None:
    risk = estimated("Disk", at=at)
    make = partial(Treatment.objects.create, risk=risk, created_at=at)
    planned = make(title="Mirror")
    make(title="In place", state="done", rate_factor_low=0.1, rate_factor_high=0.1)
    make(title="Dropped", state="dropped", rate_factor_low=0.1, rate_factor_high=0.1)
    make(title="Nobody knows", state="doing")
    assert from_json(run_portfolio(Unit.MONEY, at=at).result).after_plan is None
    WorkItem.objects.filter(kind=WORK).delete()
    with django_capture_on_commit_callbacks(execute=True):
        effects = Effects(rate_factor_low=0.5, rate_factor_high=0.5)
        planned = set_benefit(lead, planned, effects, reason="Measured", at=at)
    assert due() == {"money": at}
    row = run_portfolio(Unit.MONEY, at=at)
    found = from_json(row.result)
    plan = found.after_plan
    assert plan is not None
    assert found.totals is not None
    assert (plan.treatments, plan.risks, plan.silent) == (1, 1, 1)
    assert plan.expected == pytest.approx(found.totals.expected / 2, rel=0.02)
    assert plan.p95 < found.totals.p95
    assert as_json(found) == row.result
    # A run of before this was asked has no such part.
    assert from_json({key: each for key, each in row.result.items() if key != "after_plan"}).after_plan is None
    WorkItem.objects.filter(kind=WORK).delete()
    with django_capture_on_commit_callbacks(execute=True):
        move_treatment(lead, planned, "done", at=at)
    assert due() == {"money": at}
    assert next_run(row, at=at) == at


def test_days_are_kept_for_a_while_and_then_months(at: dt.datetime) -> None:
    estimated("Disk", at=at)
    for hours in (0, 1, 30, 31, 24 * 35, 24 * 70, 24 * 71, 24 * 110):
        PortfolioRun.objects.create(
            unit=Unit.MONEY, at=at - hours * dt.timedelta(hours=1), seed=1, trials=1, risks=0, result={}
        )
    PortfolioRun.objects.create(unit=Unit.MINUTES, at=at - 71 * DAY, seed=1, trials=1, risks=0, result={})
    run_portfolio(Unit.MONEY, at=at + dt.timedelta(hours=2))
    left = PortfolioRun.objects.filter(unit=Unit.MONEY).values_list("at", flat=True)
    # Of two days in August the last one, and what is alone in its month or day.
    assert [round((at - each) / dt.timedelta(hours=1)) for each in left] == [-2, 30, 24 * 35, 24 * 70, 24 * 110]
    assert PortfolioRun.objects.filter(unit=Unit.MINUTES).count() == 1


def test_it_runs_every_night_and_at_once_where_something_changed_meanwhile(at: dt.datetime) -> None:
    risk = estimated("Disk", at=at)
    row = run_portfolio(Unit.MONEY, at=at)
    night = next_run(row, at=at)
    assert dt.timedelta(0) < night - at <= DAY
    assert next_run(row, at=night) == night + DAY
    assert next_run(row, at=night - dt.timedelta(minutes=1)) == night
    estimate(risk, at=at, rate_high=3.0)
    assert next_run(row, at=at) == at


def test_a_worker_runs_it_and_comes_back(at: dt.datetime) -> None:
    estimated("Disk", at=at)
    schedule_portfolios(at=at)
    item = WorkItem.objects.get(kind=WORK, key="money")
    outcome = run_item(item, at)
    assert work.handler_of(WORK) is run_item
    assert outcome.result == {"risks": 1, "trials": 100_000}
    assert outcome.again_at is not None
    assert outcome.again_at > at
    assert PortfolioRun.objects.get().unit == Unit.MONEY


def due() -> dict[str, dt.datetime]:
    return dict(WorkItem.objects.filter(kind=WORK).values_list("key", "due_at"))


def test_what_changes_the_portfolio_makes_it_due_once(
    lead: User, at: dt.datetime, django_capture_on_commit_callbacks: Any
) -> None:
    risk = estimated("Disk", at=at)
    # What the first migration wants is due by the clock of the machine.
    WorkItem.objects.filter(kind=WORK).delete()
    request_runs(Unit, at=at + DAY)
    with django_capture_on_commit_callbacks(execute=True):
        close(lead, risk, because="Replaced", at=at)
    assert due() == {"money": at, "minutes": at + DAY}
    request_runs(["money"], at=at + DAY)
    assert due()["money"] == at
    WorkItem.objects.update(due_at=at + DAY)
    with django_capture_on_commit_callbacks(execute=True):
        reopen(lead, risk, reason="Not so", at=at)
        edit_money(lead, currency="EUR", minute_low=1, minute_high=2, reason="Finance", version=None, at=at)
    assert due() == {"money": at, "minutes": at + DAY}
