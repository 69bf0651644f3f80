"""All risks together, simulated by a worker: every night, and whenever what it is computed from has changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final

from django.db import transaction

from relportal.core import company, work
from risks.domain.portfolio import portfolio, trials_for
from risks.models import PortfolioRun, Unit
from risks.queries.portfolio_inputs import WORK, inputs
from risks.queries.portfolio_result import as_json, result

SEED: Final = 1
"""The same in every run: what changed between two of them are the risks, not the dice."""
NIGHT: Final = dt.time(2, 30)
FIRST: Final = dt.timedelta(minutes=5)
EVERY_DAY: Final = dt.timedelta(days=1)
KEPT_DAILY: Final = dt.timedelta(days=40)
"""From then on the last run of each month is kept."""


def schedule_portfolios(*, at: dt.datetime) -> None:
    """That it is simulated every night, from the first migration on."""
    request_runs(Unit, at=at + FIRST)


def request_runs(units: Iterable[str], *, at: dt.datetime) -> None:
    """As soon as a worker has time; asked for twice, it is done once."""
    with transaction.atomic():
        for unit in units:
            work.enqueue(WORK, Unit(unit).value, at=at, every=EVERY_DAY)


def run_portfolio(unit: Unit, *, at: dt.datetime) -> PortfolioRun:
    """Simulates what is estimated now, and keeps what it found beside the runs before."""
    given = inputs(unit)
    estimates = [each.estimate for each in given.held]
    trials = trials_for(estimates)
    found = portfolio(estimates, trials=trials, seed=SEED, plan=given.plan)
    with transaction.atomic():
        row = PortfolioRun.objects.create(
            unit=unit, at=at, seed=SEED, trials=trials, risks=len(estimates), result=as_json(result(given, found))
        )
        _thin(unit, at=at)
    return row


def next_run(row: PortfolioRun, *, at: dt.datetime) -> dt.datetime:
    """The next night, or at once where something changed while it was simulated: that was asked for, and would be lost."""
    if inputs(Unit(row.unit)).stamp != row.result["stamp"]:
        return at
    night = dt.datetime.combine(company.day(at), NIGHT, tzinfo=company.zone())
    return night if night > at else dt.datetime.combine(company.day(at) + EVERY_DAY, NIGHT, tzinfo=company.zone())


def _thin(unit: Unit, *, at: dt.datetime) -> None:
    """Keeps the last run of each day, and of each month where they are older."""
    kept: set[tuple[int, ...]] = set()
    gone = []
    for pk, ran in PortfolioRun.objects.filter(unit=unit).order_by("-at", "-pk").values_list("pk", "at"):
        day = company.day(ran)
        period = (day.year, day.month, day.day) if ran > at - KEPT_DAILY else (day.year, day.month)
        if period in kept:
            gone.append(pk)
        kept.add(period)
    PortfolioRun.objects.filter(pk__in=gone).delete()
