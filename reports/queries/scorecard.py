"""A scorecard: every KPI of a scope in a period, from stored values alone."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.db.models import Q

from reports.domain.periods import Period
from reports.domain.scopes import Scope
from reports.domain.values import Rag
from reports.kpis import KPIS
from reports.kpis._base import AnyKpi, Heading
from reports.models import Edition, KpiComment, KpiRun, KpiValue
from reports.queries.beside import Stands, beside

SPARK = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A KPI. `value` is the one to print, None where it was never computed: of a closed period as it was closed, and then
    `restated` is the one of now if it differs. `kept` has the periods up to this one, oldest first, and `moved` the values as
    closed and as known now of those places in it that differ. `problem`: why it could not be computed of late, so that the value
    is an old one."""

    kpi: AnyKpi
    value: KpiValue | None
    restated: KpiValue | None
    kept: tuple[KpiValue | None, ...]
    comment: KpiComment | None
    moved: Mapping[int, tuple[KpiValue, KpiValue]] = field(default_factory=dict)
    beside: tuple[Stands, ...] = ()
    problem: str = ""

    @property
    def spark(self) -> tuple[float | None, ...]:
        return tuple(one.value if one is not None else None for one in self.kept)

    @property
    def listed(self) -> tuple[Stands, ...]:
        """Guards, and what else of a figure a reader of the scorecard looks for; what is not known, only where the figure must
        not be read without it."""
        shown = self.value is not None and self.value.value is not None
        return tuple(one for one in self.beside if one.listed and (one.value is not None or (one.borrowed and shown)))

    @property
    def rag(self) -> Rag:
        return Rag(self.value.rag) if self.value is not None else Rag.GREY


@dataclass(frozen=True, slots=True)
class Group:
    heading: Heading
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """`groups` list the worst first; `counts` how many KPIs have which colour. `computed_at`: as of when; None: never."""

    scope: Scope
    period: Period
    groups: tuple[Group, ...]
    counts: Mapping[Rag, int]
    computed_at: dt.datetime | None

    @property
    def lines(self) -> tuple[Line, ...]:
        return tuple(line for group in self.groups for line in group.lines)


def scorecard(scope: Scope, period: Period, *, earlier: Sequence[Period]) -> Scorecard:
    """`earlier` are the periods before it, in any order. Three statements."""
    asked = Q()
    for each in (period, *earlier):
        asked |= Q(cut=each.cut, first=each.first)
    rows = KpiValue.objects.filter(asked, scope=scope.kind, number=scope.number)
    by_kpi: defaultdict[str, dict[tuple[dt.date, str], KpiValue]] = defaultdict(dict)
    for row in rows:
        by_kpi[row.kpi][row.first, row.edition] = row
    comments = {
        row.kpi: row
        for row in KpiComment.objects.filter(
            cut=period.cut, first=period.first, scope=scope.kind, number=scope.number
        ).select_related("action", "by")
    }
    firsts = sorted({each.first for each in (period, *earlier) if each.first <= period.first})[-SPARK:]
    runs = KpiRun.objects.in_bulk()
    lines = [_line(kpi, by_kpi[kpi.key], firsts, comments.get(kpi.key)) for kpi in KPIS.values()]
    shown = {line.kpi.key: line.value for line in lines}
    lines = [
        replace(
            line, beside=beside(line.kpi, shown), problem=runs[key].problem if (key := line.kpi.key) in runs else ""
        )
        for line in lines
    ]
    computed = [as_of(line.value, runs) for line in lines if line.value is not None]
    return Scorecard(
        scope=scope,
        period=period,
        groups=tuple(_group(heading, lines) for heading in Heading),
        counts=Counter(line.rag for line in lines),
        computed_at=max(computed, default=None),
    )


def _line(
    kpi: AnyKpi, rows: Mapping[tuple[dt.date, str], KpiValue], firsts: Sequence[dt.date], comment: KpiComment | None
) -> Line:
    known = [(rows.get((first, Edition.CLOSED)), rows.get((first, Edition.LIVE))) for first in firsts]
    moved = {
        place: (closed, live)
        for place, (closed, live) in enumerate(known)
        if closed is not None and live is not None and differs(closed, live)
    }
    kept = tuple(closed or live for closed, live in known)
    last = len(firsts) - 1
    return Line(
        kpi=kpi,
        value=kept[-1],
        restated=moved[last][1] if last in moved else None,
        kept=kept,
        comment=comment,
        moved=moved,
    )


def as_of(value: KpiValue, runs: Mapping[str, KpiRun]) -> dt.datetime:
    """When it was computed last: what is closed stays as of its day, what lives as of the last run of its KPI."""
    run = runs.get(value.kpi)
    known = run.at if run is not None and value.edition == Edition.LIVE else None
    return max(value.computed_at, known) if known is not None else value.computed_at


def differs(closed: KpiValue, live: KpiValue) -> bool:
    """What a reader would see as another figure."""
    return (closed.value, closed.numerator, closed.denominator) != (live.value, live.numerator, live.denominator)


def _group(heading: Heading, lines: Sequence[Line]) -> Group:
    mine = [line for line in lines if line.kpi.heading is heading]
    return Group(heading, tuple(sorted(mine, key=lambda line: (line.rag.rank, line.kpi.number))))
