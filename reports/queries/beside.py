"""The figures that stand beside a value: its guards, which keep it honest, and what else it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reports.domain.values import Unit
from reports.kpis._base import AnyKpi, Beside, Words
from reports.models import KpiValue


@dataclass(frozen=True, slots=True)
class Stands:
    """`value` None: not known. `borrowed`: it is the value of another KPI. `between`: where it lies, the
    upper end None where nobody knows one; None: `value` is exact."""

    label: Words
    unit: Unit
    value: float | None
    guard: bool
    between: tuple[float, float | None] | None = None
    listed: bool = False
    borrowed: bool = False


def beside(kpi: AnyKpi, values: Mapping[str, KpiValue | None]) -> tuple[Stands, ...]:
    """Guards first. `values` are those of the scope and period by KPI; one that is not there is not known."""
    found = []
    for one in kpi.beside:
        row = values.get(one.of or kpi.key)
        part = one.part if one.of else one.name
        known = None if row is None else row.parts.get(part) if part else row.value
        if one.optional and known is None:
            continue
        found.append(
            Stands(one.label, one.unit, known, one.guard, _between(one, row), one.guard or one.listed, bool(one.of))
        )
    return tuple(sorted(found, key=lambda one: not one.guard))


def _between(one: Beside, row: KpiValue | None) -> tuple[float, float | None] | None:
    if one.between is None or row is None:
        return None
    low, high = (row.parts.get(name) for name in one.between)
    return None if low is None else (low, high)
