"""What is tolerated: the curve in force of each unit, and those that it replaced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from relportal.core.models import AuditEvent
from risks.domain.portfolio import Tolerance
from risks.models import MoneySettings, ToleranceCurve, Unit


@dataclass(frozen=True, slots=True)
class Curve:
    """`points` (loss, chance a year) as they were entered, none: it was taken back. `version` is what a form replaces."""

    row: ToleranceCurve
    points: tuple[tuple[float, float], ...]
    version: int

    @property
    def tolerance(self) -> Tolerance | None:
        return Tolerance(self.points) if self.points else None


@dataclass(frozen=True, slots=True)
class Curves:
    """`current` None where none was ever set or it was taken back; `all` newest first, the current one among them."""

    unit: Unit
    current: Curve | None
    all: tuple[Curve, ...]


def curve_of(row: ToleranceCurve) -> Curve:
    return Curve(row, tuple(zip(row.losses, row.chances, strict=True)), row.pk)


def newest(unit: str) -> Curve | None:
    """Also one without points: it is what the next one replaces."""
    row = ToleranceCurve.objects.filter(unit=unit).select_related("by").first()
    return None if row is None else curve_of(row)


def curves() -> Mapping[Unit, Curves]:
    rows = [curve_of(row) for row in ToleranceCurve.objects.select_related("by")]
    found = {}
    for unit in Unit:
        mine = tuple(one for one in rows if one.row.unit == unit)
        found[unit] = Curves(unit, mine[0] if mine and mine[0].points else None, mine)
    return found


def money_settings() -> MoneySettings:
    return MoneySettings.objects.get(pk=1)


def last_change() -> AuditEvent | None:
    """Who last changed the money settings, when and why; None: they are as they shipped."""
    return AuditEvent.objects.filter(object_type="moneysettings", object_key="money").order_by("-at", "-pk").first()
