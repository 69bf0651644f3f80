"""Risks with an estimate, as the action leaves them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from risks.domain.portfolio import portfolio
from risks.models import PortfolioRun, Risk, RiskEstimate, Unit
from risks.queries.portfolio_inputs import inputs
from risks.queries.portfolio_result import as_json, result


def estimated(title: str, *, at: dt.datetime, unit: Unit = Unit.MONEY, **ranges: Any) -> Risk:
    """By default once in two years to twice a year, for 10,000 to 100,000."""
    risk = Risk.objects.create(title=title, identified_on=at.date(), created_at=at)
    estimate(risk, at=at, unit=unit, **ranges)
    return risk


def estimate(risk: Risk, *, at: dt.datetime, unit: Unit = Unit.MONEY, **ranges: Any) -> RiskEstimate:
    given = {"rate_low": 0.5, "rate_high": 2.0, "loss_low": 1e4, "loss_high": 1e5}
    given |= {"currency": "EUR" if unit == Unit.MONEY else "", "reason": "By judgement"} | ranges
    figures = dict.fromkeys(("expected", "zero_year", "p50", "p80", "p95", "p99", "standard_error"), 0.0)
    row = RiskEstimate.objects.create(risk=risk, unit=unit, at=at, seed=1, trials=1, **figures, **given)
    setattr(risk, unit.value, row)
    risk.save()
    return row


def ran(unit: Unit, *, at: dt.datetime) -> PortfolioRun:
    """As the worker does, with few years."""
    given = inputs(unit)
    found = portfolio([each.estimate for each in given.held], trials=200, seed=1, plan=given.plan)
    return PortfolioRun.objects.create(
        unit=unit, at=at, seed=1, trials=200, risks=len(given.held), result=as_json(result(given, found))
    )
