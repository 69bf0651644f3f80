"""Numbers that a decision or a signature rests on, as they stand at an instant: kept with it, and never computed again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from relportal.core import units
from slo.models import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """`text` is the number as it was read, `note` its period, target or interval; `source` refers to where it is from.

    `as_of`: when it was computed, ISO 8601.
    """

    label: str
    text: str
    note: str
    source: str
    as_of: str

    def stored(self) -> dict[str, str]:
        return asdict(self)


def kept(rows: Sequence[Mapping[str, Any]]) -> tuple[Figure, ...]:
    """As they were stored."""
    return tuple(Figure(**row) for row in rows)


def of_budgets(rows: Iterable[Status]) -> Iterable[tuple[str, Figure]]:
    """By the short id of the objective: its budget that is left, signed. Takes rows with `objective__service`."""
    for row in rows:
        yield (
            row.objective.short_id,
            Figure(
                label=_("Error budget left: %(slo)s") % {"slo": row.objective},
                text=units.budget(row.remaining),
                note=_("target %(target)s") % {"target": units.target(row.objective.target)},
                source=row.objective.short_id,
                as_of=(row.at or row.computed_at).isoformat(),
            ),
        )
