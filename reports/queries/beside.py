"""The figures that stand beside a value: its guards, which keep it honest, and what else it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reports.domain.values import Unit
from reports.kpis._base import AnyKpi, Words
from reports.models import KpiValue


@dataclass(frozen=True, slots=True)
class Stands:
    """`value` None: not known."""

    label: Words
    unit: Unit
    value: float | None
    guard: bool


def beside(kpi: AnyKpi, values: Mapping[str, KpiValue | None]) -> tuple[Stands, ...]:
    """Guards first. `values` are those of the scope and period by KPI; one that is not there is not known."""
    found = []
    for one in kpi.beside:
        row = values.get(one.of or kpi.key)
        part = one.part if one.of else one.name
        known = None if row is None else row.parts.get(part) if part else row.value
        found.append(Stands(one.label, one.unit, known, one.guard))
    return tuple(sorted(found, key=lambda one: not one.guard))
