"""The policy of signatures as the domain knows it, and which row of it decides."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from relportal.core.models.catalog import Tier
from risks.domain import policy as domain
from risks.domain.policy import Case, Lint, Row
from risks.models import ExceptionKind, Matrix, PolicyRow, Risk, RiskLevel


@dataclass(frozen=True, slots=True)
class Policy:
    """`rows` in their order. `version` rises with every change of any of them; 0: there is none."""

    rows: tuple[PolicyRow, ...]
    version: int

    def deciding(self, case: Case) -> PolicyRow | None:
        found = domain.deciding([as_row(row) for row in self.rows], case)
        return None if found is None else self.rows[found]


def policy() -> Policy:
    rows = tuple(PolicyRow.objects.order_by("position"))
    return Policy(rows, max((row.version for row in rows), default=0))


def as_row(row: PolicyRow) -> Row:
    return Row(
        kind=row.kind,
        tiers=frozenset(row.tiers),
        levels=frozenset(row.levels),
        approvers=tuple(row.approvers),
        max_days=row.max_days,
    )


def possible() -> tuple[Case, ...]:
    """Every case that an exception can be today: levels are those of the matrix in force, and of ratings that still count."""
    return domain.cases(ExceptionKind.values, Tier.values, sorted(level_keys()))


def level_keys() -> set[str]:
    current = Matrix.objects.current()
    rated = Risk.objects.alive().filter(current__isnull=False).values("current__level")
    counting = RiskLevel.objects.filter(Q(matrix__in=current) | Q(pk__in=rated))
    return set(counting.values_list("key", flat=True))


def lint(rows: tuple[Row, ...]) -> Lint:
    return domain.lint(rows, possible())


@dataclass(frozen=True, slots=True)
class LevelWord:
    """`symbol` is the band that its shape and colour are drawn as; `position` orders the levels of one matrix."""

    name: str
    symbol: str
    position: int


def level_words() -> dict[str, LevelWord]:
    """By key; a key that several versions of the matrix have is called as in the newest. One statement."""
    rows = RiskLevel.objects.order_by("matrix__number").values_list("key", "name", "symbol", "position")
    return {key: LevelWord(name, symbol, position) for key, name, symbol, position in rows}
