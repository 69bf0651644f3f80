"""What objectives kept in each period: two rows of cumulative counts apiece, however long it is."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from django.utils.translation import gettext

from relportal.core import units
from relportal.core.queries.row_history import rows_at
from reports.domain.periods import Period
from reports.domain.scopes import Seen
from reports.kpis._base import Frame, Kpi, Row
from slo.domain.budget import error_budget
from slo.domain.coverage import MIN_COVERAGE
from slo.domain.grid import epoch
from slo.models import Objective
from slo.queries.cumulative import points

COLUMNS = ("series_id", "service_id", "target", "retired_at", "indicator_id")


@dataclass(frozen=True, slots=True)
class Kept:
    """An objective in a period, by the target that held at its end. `sli` and `consumed` (of the budget, 1 = all of it) are
    None where too little was measured, or nothing happened. `coverage` is the measured part of the period up to now."""

    pk: int
    service: int
    target: Decimal
    bad: float
    total: float
    coverage: float
    sli: float | None
    consumed: float | None

    @property
    def met(self) -> bool:
        return self.sli is not None and self.sli >= float(self.target)

    @property
    def is_known(self) -> bool:
        return self.sli is not None


def seen_objectives(
    frame: Frame, *, indicators: Collection[int] | None = None, services: Collection[int] | None = None
) -> Iterator[Seen[Period, Kept]]:
    """Of those that were promised at the end of each period; None: of all indicators, of all services."""
    ends = {period: min(end, frame.at) for period, (_start, end) in frame.bounds.items()}
    told = rows_at(Objective, COLUMNS, set(ends.values()))
    instants = np.unique([epoch(each) for period in frame.periods for each in (frame.bounds[period][0], ends[period])])
    series = np.unique(np.array([row[0] for rows in told.values() for row in rows.values()], np.int64))
    found = points(series, instants // 300 * 300)
    for period in frame.periods:
        start, end = frame.bounds[period][0], ends[period]
        if start >= end:
            continue
        low, high = np.searchsorted(instants, [epoch(start), epoch(end)])
        for pk, (series_id, service, target, retired, indicator) in told[end].items():
            if retired is not None and retired <= end:
                continue
            if (indicators is not None and indicator not in indicators) or (
                services is not None and service not in services
            ):
                continue
            row = int(np.searchsorted(series, series_id))
            bad, total, covered = (
                float(of[row, high] - of[row, low]) for of in (found.bad, found.total, found.covered_s)
            )
            counted = _Counted(bad, total, covered / (end - start).total_seconds())
            yield Seen(period=period, fact=_kept(pk, service, target, counted), services=(service,))


@dataclass(frozen=True, slots=True)
class _Counted:
    """NaN where there is no row at all."""

    bad: float
    total: float
    coverage: float


def _kept(pk: int, service: int, target: Decimal, counted: _Counted) -> Kept:
    known = counted.total > 0 and counted.coverage >= MIN_COVERAGE
    share = counted.bad / counted.total if known else None
    return Kept(
        pk=pk,
        service=service,
        target=target,
        bad=counted.bad if known else 0.0,
        total=counted.total if known else 0.0,
        coverage=min(1.0, counted.coverage) if counted.coverage >= 0 else 0.0,
        sli=None if share is None else 1 - share,
        consumed=None if share is None else share / error_budget(target),
    )


class ObjectiveKpi(Kpi[Kept]):
    def seen(self, frame: Frame) -> Iterator[Seen[Period, Kept]]:
        return seen_objectives(frame)

    def row(self, fact: Kept) -> Row:
        return Row("objective", fact.pk, said(fact))


def said(one: Kept) -> str:
    """What an objective adds to a figure."""
    if one.sli is None:
        return gettext("no data")
    return gettext("%(sli)s of %(target)s") % {"sli": units.sli(one.sli), "target": units.target(one.target)}
