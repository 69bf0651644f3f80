"""The steps of all versions of the scale by their ids: a few dozen rows in one statement, so that no list has to join them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import BooleanField, F, IntegerField, QuerySet, TextField, Value

from risks.domain.movement import Place
from risks.models import ImpactStep, LikelihoodStep, MatrixState, RiskLevel

_COLUMNS: Final = ("kind", "pk", "matrix", "position", "key", "name", "symbol", "days", "plan", "in_force")


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
    levels = _columns(RiskLevel, kind="levels", symbol=F("symbol"), days=F("review_days"), plan=F("needs_plan"))
    plain = {
        "symbol": Value("", output_field=TextField()),
        "days": Value(0, output_field=IntegerField()),
        "plan": Value(value=False, output_field=BooleanField()),
    }
    others = (
        _columns(LikelihoodStep, kind="likelihoods", **plain),
        _columns(ImpactStep, kind="impacts", **plain),
    )
    found: dict[str, dict[int, StepWord]] = {"levels": {}, "likelihoods": {}, "impacts": {}}
    for kind, pk, matrix, position, key, name, symbol, days, plan, state in levels.union(*others, all=True):
        in_force = state == MatrixState.CURRENT
        found[kind][pk] = StepWord(pk, matrix, position, key, name, symbol, days, plan, in_force)
    return Steps(**found)


def _columns(model: Any, *, kind: str, **columns: Any) -> QuerySet[Any, Any]:
    """Under names that no model has: a union is built from columns in one order."""
    given = {
        "kind": Value(kind, output_field=TextField()),
        "pk": F("pk"),
        "matrix": F("matrix_id"),
        "position": F("position"),
        "key": F("key"),
        "name": F("name"),
        "in_force": F("matrix__state"),
        **columns,
    }
    named = model.objects.order_by().annotate(**{f"_{name}": given[name] for name in _COLUMNS})
    listed: QuerySet[Any, Any] = named.values_list(*(f"_{name}" for name in _COLUMNS))
    return listed
