"""All risks together, as simulated last before the end of the period and before its beginning."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from reports.queries.facts.frame import Asked
from risks.models import PortfolioRun, Unit
from risks.queries.portfolio_result import Result, from_json


@dataclass(frozen=True, slots=True)
class ExposureFacts:
    """None: it had not been simulated by then."""

    now: Result | None
    now_at: dt.datetime | None
    before: Result | None
    before_at: dt.datetime | None


def exposure_facts(asked: Asked) -> ExposureFacts:
    now, before = _run(asked.until), _run(asked.start)
    return ExposureFacts(
        from_json(now.result) if now is not None else None,
        now.at if now is not None else None,
        from_json(before.result) if before is not None else None,
        before.at if before is not None else None,
    )


def _run(at: dt.datetime) -> PortfolioRun | None:
    return PortfolioRun.objects.filter(unit=Unit.MONEY, at__lt=at).order_by("-at", "-pk").first()
