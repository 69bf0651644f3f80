"""The steps of all versions of the scale by their ids: a few dozen rows in one statement, so that no list has to join them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from django.db import connection

from risks.domain.movement import Place
from risks.models import MatrixState

_STEPS: Final = f"""
    SELECT kind, step.id, step.matrix_id, step.position, step.key, step.name, symbol, review_days, needs_plan,
        matrix.state = '{MatrixState.CURRENT}'
    FROM (
        SELECT 'levels' AS kind, id, matrix_id, position, key, name, symbol, review_days, needs_plan FROM risks_risklevel
        UNION ALL
        SELECT 'likelihoods', id, matrix_id, position, key, name, '', 0, FALSE FROM risks_likelihoodstep
        UNION ALL
        SELECT 'impacts', id, matrix_id, position, key, name, '', 0, FALSE FROM risks_impactstep
    ) step JOIN risks_matrix matrix ON matrix.id = step.matrix_id
"""  # noqa: S608 -- a word of the models


@dataclass(frozen=True, slots=True)
class StepWord:
    """A step or a level as lists name it; `matrix` is the id of its version, `position` counts from 1, the least.

    `symbol`, `review_days` and `needs_plan` are those of a level.
    """

    pk: int
    matrix: int
    position: int
    key: str
    name: str
    symbol: str = ""
    review_days: int = 0
    needs_plan: bool = False
    in_force: bool = False


@dataclass(frozen=True, slots=True)
class Stood:
    """Where a rating stands."""

    level: StepWord
    likelihood: StepWord
    impact: StepWord

    @property
    def place(self) -> Place:
        return Place(self.level.matrix, self.likelihood.position, self.impact.position, self.level.position)


@dataclass(frozen=True, slots=True)
class Steps:
    """By id. Drafts are among them; nothing is rated by a draft."""

    levels: Mapping[int, StepWord] = field(default_factory=dict)
    likelihoods: Mapping[int, StepWord] = field(default_factory=dict)
    impacts: Mapping[int, StepWord] = field(default_factory=dict)

    def stood(self, level: int | None, likelihood: int | None, impact: int | None) -> Stood | None:
        """None for a risk that has no such rating."""
        if level is None or likelihood is None or impact is None:
            return None
        return Stood(self.levels[level], self.likelihoods[likelihood], self.impacts[impact])


def steps() -> Steps:
    """One statement."""
    found: dict[str, dict[int, StepWord]] = {"levels": {}, "likelihoods": {}, "impacts": {}}
    with connection.cursor() as cursor:
        cursor.execute(_STEPS)
        for kind, *columns in cursor.fetchall():
            found[kind][columns[0]] = StepWord(*columns)
    return Steps(**found)
