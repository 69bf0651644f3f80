"""All risks together, as simulated last before the end of the period and before its beginning."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from reports.domain.scopes import ScopeKind
from reports.queries.facts.frame import Asked
from risks.models import PortfolioRun, Unit
from risks.queries.portfolio_result import Result, from_json


@dataclass(frozen=True, slots=True)
class ExposureFacts:
    """None: it had not been simulated by then, or the report is not of the company: risks are simulated together for it alone."""

    now: Result | None
    before: Result | None


def exposure_facts(asked: Asked) -> ExposureFacts:
    if asked.scope.kind is not ScopeKind.COMPANY:
        return ExposureFacts(None, None)
    return ExposureFacts(_result(asked.until), _result(asked.start))


def _result(at: dt.datetime) -> Result | None:
    run = PortfolioRun.objects.filter(unit=Unit.MONEY, at__lt=at).order_by("-at", "-pk").first()
    return from_json(run.result) if run is not None else None
