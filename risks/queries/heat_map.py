"""The heat map: where the risks that match stand on the version of the scale in force, how they moved, and what they cost.

What was rated by another version stands nowhere on it: it is listed as to be rated again.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from django.db.models import F, Q

from relportal.core.models import User
from risks.domain.map_drawing import Dot, Drawing, drawing, slots
from risks.domain.movement import Moved, Movements, movements
from risks.models import Matrix, MatrixCell, Risk, RiskState
from risks.models.risk import RiskQuerySet
from risks.queries.moves import Shift, midnight, shifts
from risks.queries.register import Known, RiskFilters, found, known, since_day
from risks.queries.steps import Steps, StepWord, Stood, steps

TABLE_ROWS: Final = 50
BARS: Final = 12
_RANKS: Final = {moved: rank for rank, moved in enumerate(Moved)}
_HIGHEST: Final = 2**16
"""Above every rank of a risk."""
_COLUMNS: Final = (
    "pk",
    "state",
    "level_id",
    "likelihood_id",
    "impact_id",
    "rank",
    "money__expected",
    "money__currency",
)


@dataclass(frozen=True, slots=True)
class Spot:
    """A rated risk that matches; `expected` is a year's loss in `currency`, None where nobody has estimated it."""

    pk: int
    title: str
    state: str
    owner: str
    now: Stood
    shift: Shift | None
    expected: float | None
    currency: str

    @property
    def short_id(self) -> str:
        return f"RISK-{self.pk}"

    @property
    def moved(self) -> Moved:
        return self.shift.moved if self.shift is not None else Moved.SAME


@dataclass(frozen=True, slots=True)
class Cell:
    """A pair of steps, with the number of risks that stand there and are not closed."""

    likelihood: StepWord
    impact: StepWord
    level: StepWord
    n: int


@dataclass(frozen=True, slots=True)
class HeatMap:
    """`rows` stand on the map, what moved first; `dearest` by expected loss; `to_rate` were rated by another version, the worst
    first. Each has as many as were asked for, and `on_map` and `off_map` say how many there are. `unrated` stand nowhere.

    `spots` are those that have a dot in `drawing`, by id.
    """

    matrix: Matrix | None
    since: dt.date
    likelihoods: tuple[StepWord, ...]
    impacts: tuple[StepWord, ...]
    cells: tuple[Cell, ...]
    drawing: Drawing | None
    spots: dict[int, Spot]
    rows: tuple[Spot, ...]
    dearest: tuple[Spot, ...]
    to_rate: tuple[Spot, ...]
    on_map: int
    off_map: int
    unrated: int
    movements: Movements


class _Point(NamedTuple):
    """A row of the database: most of thousands need neither a title nor a place in a drawing. A tuple is made in no time."""

    pk: int
    state: str
    now: Stood
    rank: int
    expected: float | None
    currency: str
    shift: Shift | None
    moved: Moved


def heat_map(user: User, *, filters: RiskFilters, at: dt.datetime, size: int | None = TABLE_ROWS) -> HeatMap:
    """`size` None: all rows, for a file and for the API."""
    since = since_day(filters, at=at)
    matching, about = _matching(user, filters, at=at)
    points, unrated = _points(matching, about)
    here = [one for one in points if one.now.level.in_force]
    away = sorted((one for one in points if not one.now.level.in_force), key=lambda one: -one.rank)
    rows = sorted(here, key=lambda one: _RANKS[one.moved] * _HIGHEST - one.rank)
    words = about.steps
    likelihoods, impacts = _axis(words.likelihoods.values()), _axis(words.impacts.values())
    drawn = _drawn(here, likelihoods=len(likelihoods), impacts=len(impacts)) if impacts else None
    dotted = [placed.dot.pk for box in drawn.boxes for placed in box.dots] if drawn is not None else []
    dearest = [one for one in here if one.expected is not None and one.state != RiskState.CLOSED][:BARS]
    shown = (rows[:size], dearest, away[:size])
    spots = _spots(points, {*dotted, *(one.pk for some in shown for one in some)})
    named = [tuple(spots[one.pk] for one in some) for some in shown]
    return HeatMap(
        matrix=Matrix.objects.current().first(),
        since=since,
        likelihoods=likelihoods,
        impacts=impacts,
        cells=_cells(words, here),
        drawing=drawn,
        spots={pk: spots[pk] for pk in dotted},
        rows=named[0],
        dearest=named[1],
        to_rate=named[2],
        on_map=len(here),
        off_map=len(away),
        unrated=unrated,
        movements=movements(one.moved for one in points),
    )


def _matching(user: User, filters: RiskFilters, *, at: dt.datetime) -> tuple[RiskQuerySet, Known]:
    """What was closed before the day that is compared is history. Movement is asked for of no more than what matches."""
    since = midnight(since_day(filters, at=at))
    about = known(user, filters, at=at) if filters.moved else Known(steps(), {})
    rows = found(user, filters, at=at, about=about).filter(~Q(state=RiskState.CLOSED) | Q(closed_at__gte=since))
    if not filters.moved:
        about = Known(about.steps, shifts(rows, about.steps, since=since))
    return rows, about


def _points(rows: RiskQuerySet, about: Known) -> tuple[list[_Point], int]:
    """The dearest first, and how many are not rated."""
    ordered = rows.order_by(F("money__expected").desc(nulls_last=True), "-rank", "pk")
    # Thousands of risks stand at a few dozen places.
    places: dict[Any, Stood | None] = {}
    points, unrated, moves = [], 0, about.moves
    for pk, state, level, likelihood, impact, rank, expected, currency in ordered.values_list(*_COLUMNS):
        key = (level, likelihood, impact)
        if key not in places:
            places[key] = about.steps.stood(*key)
        now = places[key]
        if now is None:
            unrated += state != RiskState.CLOSED
        else:
            shift = moves.get(pk)
            moved = shift.moved if shift is not None else Moved.SAME
            points.append(_Point(pk, state, now, rank, expected, currency or "", shift, moved))
    return points, unrated


def _axis(steps: Iterable[StepWord]) -> tuple[StepWord, ...]:
    return tuple(sorted((one for one in steps if one.in_force), key=lambda one: one.position))


def _drawn(points: Sequence[_Point], *, likelihoods: int, impacts: int) -> Drawing:
    """In the order in which a reader wants to see them, the dearest first among equals; what no cell can hold is counted."""
    most = slots(impacts)
    dots: list[Dot] = []
    taken: Counter[tuple[int, int]] = Counter()
    for one in sorted(points, key=lambda one: _RANKS[one.moved]):
        cell = one.now.likelihood.position, one.now.impact.position
        taken[cell] += 1
        if taken[cell] <= most:
            dots.append(_dot(one))
    beyond = {cell: n - most for cell, n in taken.items() if n > most}
    return drawing(dots, likelihoods=likelihoods, impacts=impacts, beyond=beyond)


def _dot(one: _Point) -> Dot:
    """An arrow begins where it stood by this version of the scale."""
    before = one.shift.before if one.shift is not None else None
    cell = one.now.likelihood.position, one.now.impact.position
    left = before.place.cell if before is not None and before.level.matrix == one.now.level.matrix else None
    return Dot(one.pk, cell, one.moved, None if left == cell else left)


def _cells(steps: Steps, points: Sequence[_Point]) -> tuple[Cell, ...]:
    counted = Counter((one.now.likelihood.pk, one.now.impact.pk) for one in points if one.state != RiskState.CLOSED)
    cells = MatrixCell.objects.filter(matrix__state="current").order_by("-likelihood__position", "impact__position")
    return tuple(
        Cell(steps.likelihoods[row], steps.impacts[column], steps.levels[level], counted[row, column])
        for row, column, level in cells.values_list("likelihood_id", "impact_id", "level_id")
    )


def _spots(points: Sequence[_Point], wanted: set[int]) -> dict[int, Spot]:
    rows = Risk.objects.filter(pk__in=wanted).order_by()
    named = {pk: (title, owner or "") for pk, title, owner in rows.values_list("pk", "title", "owner__display_name")}
    return {
        one.pk: Spot(
            one.pk,
            named[one.pk][0],
            one.state,
            named[one.pk][1],
            one.now,
            one.shift,
            one.expected,
            one.currency,
        )
        for one in points
        if one.pk in named
    }
