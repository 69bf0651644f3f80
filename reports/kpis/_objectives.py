"""What objectives kept in each period: two rows of cumulative counts apiece, however long it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import numpy as np
from django.utils.translation import gettext

from relportal.core import units
from relportal.core.models import JourneyService
from relportal.core.queries.row_history import rows_at
from reports.domain.periods import Period
from reports.domain.scopes import Seen
from reports.kpis._base import Frame, Kpi, Row
from reports.kpis._planned import NOTHING, Planned, planned
from slo.domain.budget import error_budget
from slo.domain.coverage import MIN_COVERAGE
from slo.domain.grid import epoch
from slo.models import Indicator, IndicatorKind, Objective
from slo.queries.cumulative import Points, points

COLUMNS: Final = ("series_id", "service_id", "target", "retired_at", "indicator_id")
LATENCY: Final = frozenset({IndicatorKind.LATENCY_CLASSIC, IndicatorKind.LATENCY_NATIVE})
STEP_S: Final = 300
TWICE: Final = 2.0
"""A budget spent so many times over is red: of promises from there on (KPI 1), of journeys and latency beyond (KPI 3, 4)."""
HOUR: Final = dt.timedelta(hours=1)
SIX_HOURS: Final = dt.timedelta(hours=6)
LATELY: Final = dt.timedelta(days=3)
"""How far back one looks for what burns now; all are whole steps of the 5-minute grid, so that each has a row of its own."""
FRESH: Final = dt.timedelta(days=1)
"""An objective of which nothing was measured for so long tells nothing."""
Table = Mapping[int, tuple[Any, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An objective in a period, by the target that held at its end. `sli` and `consumed` (of the budget, 1 = all of it) are
    None where too little was measured, or nothing happened. `coverage` is the measured part of the period up to now, `minutes`
    its length up to now. `hour`, `six_hours` and `lately` are the burn over its last hour, six hours and three days, None where
    nothing happened in them; of the two short ones also where counts are kept further apart than they are long.

    `fresh`: something was measured within its last day. `threshold_s` None: it is no latency objective. `on_journey`: its
    service is a step of one. `was`: its target when the period began, None where it had none. `planned`, of steps
    of journeys alone, is what fell within announced maintenance.
    """

    pk: int
    series: int
    service: int
    target: Decimal
    bad: float
    total: float
    coverage: float
    sli: float | None
    consumed: float | None
    minutes: float
    hour: float | None = None
    six_hours: float | None = None
    lately: float | None = None
    fresh: bool = False
    threshold_s: float | None = None
    on_journey: bool = False
    planned: Planned = NOTHING
    was: Decimal | None = None

    @property
    def loosened(self) -> bool:
        return self.was is not None and self.was > self.target

    @property
    def met(self) -> bool:
        return self.sli is not None and self.sli >= float(self.target)

    @property
    def is_known(self) -> bool:
        return self.sli is not None


def seen_objectives(frame: Frame) -> list[Seen[Period, Kept]]:
    """Of those that were promised at the end of each period."""
    ends = {each: min(end, frame.at) for each, (start, end) in frame.bounds.items() if start < frame.at}
    starts = {each: frame.bounds[each][0] for each in ends}
    told = rows_at(Objective, COLUMNS, {*ends.values(), *starts.values()})
    steps = rows_at(JourneyService, ("service_id",), set(ends.values()))
    kinds = dict(Indicator.objects.filter(kind__in=LATENCY).values_list("pk", "latency_s"))
    before = [end - back for end in ends.values() for back in (HOUR, SIX_HOURS, LATELY, FRESH)]
    counts = _counts(frame, [*starts.values(), *ends.values(), *before], told)
    journeys = {period: {service for (service,) in steps[end].values()} for period, end in ends.items()}
    work = planned(
        {period: (starts[period], end) for period, end in ends.items()},
        {
            period: [
                (row[1], row[0]) for row in told[end].values() if row[1] in journeys[period] and row[4] not in kinds
            ]
            for period, end in ends.items()
        },
    )
    found = []
    for period, end in ends.items():
        start = starts[period]
        span, late, last = (counts.between(each, end) for each in (start, end - LATELY, end - FRESH))
        short = [(back, counts.between(end - back, end)) for back in (HOUR, SIX_HOURS)]
        seconds = (end - start).total_seconds()
        for pk, (series, service, target, retired, indicator) in told[end].items():
            if (retired is not None and retired <= end) or not frame.concerns(service):
                continue
            place = counts.places[series]
            (bad, total, covered), (late_bad, late_total, _seconds) = span[place], late[place]
            hour, six_hours = (_short(rows[place], target, back) for back, rows in short)
            fact = _kept(
                bad, total, covered / seconds,
                pk=pk, series=series, service=service, target=target, minutes=seconds / 60,
                hour=hour, six_hours=six_hours, lately=_burn(late_bad, late_total, target),
                fresh=last[place][2] > 0, threshold_s=kinds.get(indicator),
                planned=work.get((period, series), NOTHING),
                on_journey=service in journeys[period], was=told[start][pk][2] if pk in told[start] else None,
            )  # fmt: skip
            found.append(Seen(period=period, fact=fact, services=(service,)))
    return found


@dataclass(frozen=True, slots=True)
class _Counts:
    """`places` are the rows of series in `found`."""

    found: Points
    places: Mapping[int, int]

    def between(self, start: dt.datetime, end: dt.datetime) -> list[list[float]]:
        """Bad, total and covered seconds of each series; NaN where there is no row at all."""
        low, high = np.searchsorted(self.found.instants, [_grid(start), _grid(end)])
        columns = [of[:, high] - of[:, low] for of in (self.found.bad, self.found.total, self.found.covered_s)]
        rows: list[list[float]] = np.stack(columns, axis=1).tolist()
        return rows


def _counts(frame: Frame, instants: Iterable[dt.datetime], told: Mapping[dt.datetime, Table]) -> _Counts:
    rows = {row[0] for table in told.values() for row in table.values() if frame.concerns(row[1])}
    series = np.array(sorted(rows), np.int64)
    return _Counts(
        points(series, np.unique([_grid(each) for each in instants])),
        {key: place for place, key in enumerate(series.tolist())},
    )


def _grid(instant: dt.datetime) -> int:
    return epoch(instant) // STEP_S * STEP_S


def _kept(bad: float, total: float, coverage: float, *, target: Decimal, **fields: Any) -> Kept:
    known = total > 0 and coverage >= MIN_COVERAGE
    return Kept(
        target=target,
        bad=bad if known else 0.0,
        total=total if known else 0.0,
        coverage=min(1.0, coverage) if coverage >= 0 else 0.0,
        sli=1 - bad / total if known else None,
        consumed=_burn(bad, total, target) if known else None,
        **fields,
    )


def _burn(bad: float, total: float, target: Decimal) -> float | None:
    return bad / total / error_budget(target) if total > 0 else None


def _short(counted: Sequence[float], target: Decimal, back: dt.timedelta) -> float | None:
    """Of a look-back whose first row was kept before it began, more time is covered than it has."""
    bad, total, covered_s = counted
    return _burn(bad, total, target) if covered_s <= back.total_seconds() else None


class ObjectiveKpi(Kpi[Kept]):
    def seen(self, frame: Frame) -> Iterator[Seen[Period, Kept]]:
        yield from frame.once(seen_objectives, lambda: seen_objectives(frame))

    def rows(self, fact: Kept) -> Sequence[Row]:
        return [Row("objective", fact.pk, said(fact), not fact.met)]


def said(one: Kept) -> str:
    """What an objective adds to a figure."""
    if one.sli is None:
        return gettext("no data")
    return gettext("%(sli)s of %(target)s") % {"sli": units.sli(one.sli), "target": units.target(one.target)}


def traffic(facts: Iterable[Kept]) -> float:
    """Events of the series, each once though several objectives may be promised on it."""
    return sum({one.series: one.total for one in facts}.values())
