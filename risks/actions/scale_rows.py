"""The rows of a draft, written from what the domain knows as a scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from relportal.core.exceptions import Invalid
from relportal.core.rows import clean_alone
from risks.domain.matrix import Axis, Scale
from risks.models import (
    ImpactColumn,
    ImpactCriterion,
    ImpactStep,
    LikelihoodStep,
    Matrix,
    MatrixCell,
    RiskLevel,
)
from risks.models.matrix import Step

S = TypeVar("S", bound=Step)


def write_scale(matrix: Matrix, scale: Scale) -> None:
    """Replaces every row: nothing refers to those of a draft. Raises: Invalid for a word that does not fit."""
    matrix.cells.all().delete()
    for rows in (matrix.columns, matrix.likelihoods, matrix.impacts, matrix.levels):
        rows.all().delete()
    likelihoods = _made(
        Axis.LIKELIHOOD,
        [
            LikelihoodStep(matrix=matrix, key=one.key, name=one.name, position=n, low=one.low, high=one.high)
            for n, one in enumerate(scale.likelihoods, 1)
        ],
    )
    impacts = _made(
        Axis.IMPACT,
        [ImpactStep(matrix=matrix, key=one.key, name=one.name, position=n) for n, one in enumerate(scale.impacts, 1)],
    )
    levels = _made(
        Axis.LEVEL,
        [
            RiskLevel(
                matrix=matrix,
                key=one.key,
                name=one.name,
                position=n,
                symbol=one.symbol,
                review_days=one.review_days,
                needs_plan=one.needs_plan,
                needs_ask=one.needs_ask,
            )
            for n, one in enumerate(scale.levels, 1)
        ],
    )
    _columns(matrix, scale, {one.key: one for one in impacts})
    by_row, by_column = {one.key: one for one in likelihoods}, {one.key: one for one in impacts}
    by_level = {one.key: one for one in levels}
    MatrixCell.objects.bulk_create(
        MatrixCell(matrix=matrix, likelihood=by_row[row], impact=by_column[column], level=by_level[level])
        for (row, column), level in scale.cells.items()
    )


def _columns(matrix: Matrix, scale: Scale, impacts: dict[str, ImpactStep]) -> None:
    columns = _made(
        Axis.COLUMN,
        [ImpactColumn(matrix=matrix, key=one.key, name=one.name, position=n) for n, one in enumerate(scale.columns, 1)],
    )
    criteria = [
        ImpactCriterion(column=row, impact=impacts[key], words=each.words, low=each.low, high=each.high)
        for row, column in zip(columns, scale.columns, strict=True)
        for key, each in column.criteria.items()
        if key in impacts
    ]
    for each in criteria:
        # A draft may still lack words.
        clean_alone(each, exclude=("column", "impact", *(() if each.words else ("words",))))
    ImpactCriterion.objects.bulk_create(criteria)


def _made(axis: Axis, rows: Sequence[S]) -> list[S]:
    """Saved, in their order. What is wrong with one of them stands at its field."""
    for row in rows:
        try:
            # A draft may still lack names.
            clean_alone(row, exclude=("matrix", *(() if row.name else ("name",))))
        except Invalid as error:
            raise Invalid({f"{axis}.{row.key}": [text for texts in error.errors.values() for text in texts]}) from error
    manager: Any = type(rows[0])._default_manager if rows else None
    return list(manager.bulk_create(rows)) if rows else []
