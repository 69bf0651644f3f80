"""What people gave a KPI: numbers, targets and a comment, the newest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from reports.domain.periods import Period
from reports.domain.scopes import Scope, ScopeKind
from reports.kpis import KPIS
from reports.kpis._base import AnyKpi
from reports.kpis._entered import EnteredKpi
from reports.models import KpiComment, KpiInput, KpiTarget
from reports.queries.scopes import names_of

MOST: Final = 25


@dataclass(frozen=True, slots=True)
class InputLine:
    """`of` names the team or the service; empty: the company. `replaced`: a newer one of the same days and scope holds. `told`:
    its numbers may be read."""

    row: KpiInput
    of: str
    replaced: bool
    told: bool


@dataclass(frozen=True, slots=True)
class Given:
    inputs: tuple[InputLine, ...]
    targets: tuple[KpiTarget, ...]
    comment: KpiComment | None


def given(kpi: AnyKpi, scope: Scope, period: Period) -> Given:
    """Targets of the KPI, inputs of every scope, and the comment on the one figure."""
    rows = list(KpiInput.objects.filter(kpi=kpi.key).select_related("by").order_by("-last", "-first", "-pk")[:MOST])
    comment = KpiComment.objects.filter(
        kpi=kpi.key, cut=period.cut, first=period.first, scope=scope.kind, number=scope.number
    )
    return Given(
        inputs=_lines(rows),
        targets=tuple(KpiTarget.objects.filter(kpi=kpi.key).select_related("by").order_by("-since", "-pk")[:MOST]),
        comment=comment.select_related("by", "action", "ask").first(),
    )


def tells(row: KpiInput) -> bool:
    """Whether its numbers may be read. Those of a KPI whose file is gone may not: nobody knows whether people could be told."""
    kpi = KPIS.get(row.kpi)
    return isinstance(kpi, EnteredKpi) and kpi.tells(row.numbers, whole=row.scope == ScopeKind.COMPANY)


def _lines(rows: list[KpiInput]) -> tuple[InputLine, ...]:
    names = names_of((row.scope, row.number) for row in rows)
    seen: set[tuple[object, ...]] = set()
    lines = []
    for row in rows:
        key = (row.first, row.last, row.scope, row.number)
        lines.append(InputLine(row, names.get((row.scope, row.number), ""), key in seen, tells(row)))
        seen.add(key)
    return tuple(lines)
