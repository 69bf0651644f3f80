"""The draft of a scale as its page draws it, and in what two versions of it differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from relportal.core.editing import Difference
from risks.domain.matrix import Axis, Column, Criterion, Keyed, Level, Scale, Step, by_key
from risks.models import Matrix, MatrixState


@dataclass(frozen=True, slots=True)
class CellField:
    name: str
    label: str
    level: str


@dataclass(frozen=True, slots=True)
class GridRow:
    likelihood: Step
    cells: tuple[CellField, ...]


@dataclass(frozen=True, slots=True)
class CriterionField:
    """`words` and `low` are the names of two fields, below `prefix`."""

    prefix: str
    impact: Step
    words: str
    low: float | None


@dataclass(frozen=True, slots=True)
class ColumnField:
    key: str
    name: str
    criteria: tuple[CriterionField, ...]


@dataclass(frozen=True, slots=True)
class DraftPage:
    """Likelihoods with the most likely on top, as the grid has them; impacts and levels from the least."""

    scale: Scale
    columns: tuple[ColumnField, ...]
    rows: tuple[GridRow, ...]
    levels: tuple[Level, ...]


def draft() -> Matrix | None:
    return Matrix.objects.filter(state=MatrixState.DRAFT).select_related("created_by").first()


def draft_page(scale: Scale) -> DraftPage:
    rows = tuple(
        GridRow(
            row,
            tuple(
                CellField(
                    f"{Axis.CELL}.{row.key}.{column.key}",
                    f"{row.name or row.key}, {column.name or column.key}",
                    scale.cells.get((row.key, column.key), ""),
                )
                for column in scale.impacts
            ),
        )
        for row in reversed(scale.likelihoods)
    )
    columns = tuple(
        ColumnField(
            one.key,
            one.name,
            tuple(
                CriterionField(
                    f"{Axis.COLUMN}.{one.key}.{impact.key}",
                    impact,
                    one.criteria[impact.key].words if impact.key in one.criteria else "",
                    one.criteria[impact.key].low if impact.key in one.criteria else None,
                )
                for impact in scale.impacts
            ),
        )
        for one in scale.columns
    )
    return DraftPage(scale, columns, rows, scale.levels)


def differences(theirs: Scale, yours: Scale) -> tuple[Difference, ...]:
    """By what a reader sees: a step, a criterion, a level, a cell."""
    one, other = _flat(theirs), _flat(yours)
    labels = list(dict.fromkeys([*one, *other]))
    return tuple(
        Difference(label, one.get(label, ""), other.get(label, ""))
        for label in labels
        if one.get(label) != other.get(label)
    )


def _flat(scale: Scale) -> dict[str, str]:
    found = {_("Likelihood %(key)s") % {"key": one.key}: _step(one) for one in scale.likelihoods}
    found |= {_("Impact %(key)s") % {"key": one.key}: one.name for one in scale.impacts}
    for column in scale.columns:
        for impact, each in column.criteria.items():
            label = f"{column.name or column.key}, {impact}"
            found[label] = each.words if each.low is None else f"{each.words} (≥ {each.low:g})"
    for level in scale.levels:
        asks = [_("a plan")] * level.needs_plan + [_("a decision")] * level.needs_ask
        words = _("%(name)s, every %(days)s days") % {"name": level.name, "days": level.review_days}
        found[_("Level %(key)s") % {"key": level.key}] = ", ".join([words, *asks])
    for (row, column_key), level_key in scale.cells.items():
        found[f"{_name(scale.likelihoods, row)} × {_name(scale.impacts, column_key)}"] = _name(scale.levels, level_key)
    return found


def _step(one: Step) -> str:
    return one.name if one.low is None else f"{one.name} (≥ {one.low:g})"


def _name(things: tuple[Keyed, ...], key: str) -> str:
    try:
        return by_key(things, key).name or key
    except KeyError:
        return key


def as_json(scale: Scale) -> dict[str, Any]:
    """Whole, for an undo that brings a draft back."""
    return asdict(replace(scale, cells={})) | {"cells": [[*pair, level] for pair, level in scale.cells.items()]}


def from_json(found: Mapping[str, Any]) -> Scale:
    """What `as_json` made."""
    return Scale(
        tuple(Step(**one) for one in found["likelihoods"]),
        tuple(Step(**one) for one in found["impacts"]),
        tuple(
            Column(one["key"], one["name"], {key: Criterion(**each) for key, each in one["criteria"].items()})
            for one in found["columns"]
        ),
        tuple(Level(**one) for one in found["levels"]),
        {(row, column): level for row, column, level in found["cells"]},
    )
