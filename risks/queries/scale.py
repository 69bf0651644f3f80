"""The scale as the domain knows it, from the rows of a version."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from relportal.core.exceptions import Missing, Unavailable
from risks.domain.matrix import Column, Criterion, Level, Scale, Step
from risks.models import Matrix, MatrixState


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the scale: its row, and what it says."""

    matrix: Matrix
    scale: Scale


def scale_of(matrix: Matrix) -> Scale:
    """As it stands, whole or not; five statements."""
    columns = matrix.columns.order_by("position").prefetch_related("criteria__impact")
    cells = matrix.cells.values_list("likelihood__key", "impact__key", "level__key")
    return Scale(
        likelihoods=tuple(
            Step(one.key, one.name, one.low, one.high) for one in matrix.likelihoods.order_by("position")
        ),
        impacts=tuple(Step(one.key, one.name) for one in matrix.impacts.order_by("position")),
        columns=tuple(
            Column(
                one.key,
                one.name,
                {each.impact.key: Criterion(each.words, each.low, each.high) for each in one.criteria.all()},
            )
            for one in columns
        ),
        levels=tuple(
            Level(one.key, one.name, one.symbol, one.review_days, one.needs_plan, one.needs_ask)
            for one in matrix.levels.order_by("position")
        ),
        cells={(likelihood, impact): level for likelihood, impact, level in cells},
    )


def current() -> Version:
    """The scale in force. Raises: Unavailable where there is none, which only a broken database has."""
    matrix = Matrix.objects.current().first()
    if matrix is None:
        raise Unavailable(_("No scale of risks is in force: put one in force in the settings."))
    return Version(matrix, scale_of(matrix))


def version(number: int) -> Version:
    """One that is or was in force. Raises: Missing."""
    matrix = Matrix.objects.exclude(state=MatrixState.DRAFT).select_related("created_by").filter(number=number).first()
    if matrix is None:
        raise Missing(_("There is no such version of the scale."))
    return Version(matrix, scale_of(matrix))
