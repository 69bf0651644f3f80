"""The heat map: where the risks that match stand on the version of the scale in force, how they moved, and what they cost.

What was rated by another version stands nowhere on it: it is listed as to be rated again.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, Q

from relportal.core.models import User
from risks.domain.map_drawing import Dot, Drawing, drawing, slots
from risks.domain.movement import Moved, Movements
from risks.models import Matrix, RiskState
from risks.models.risk import RiskQuerySet
from risks.queries.moves import BEFORE, MOVED, Shift, midnight
from risks.queries.register import RiskFilters, found, since_day
from risks.queries.steps import Steps, StepWord, Stood, steps

TABLE_ROWS: Final = 50
BARS: Final = 12
_MOVES: Final = tuple(Moved)
"""In the order in which a reader wants to know of them."""
_COLUMNS: Final = {
    "risk": F("pk"),
    "stage": F("state"),
    "at_level": F("level_id"),
    "at_likelihood": F("likelihood_id"),
    "at_impact": F("impact_id"),
    "weight": F("rank"),
    "rated": F("rated_at"),
    "closed": F("closed_at"),
    "matrix": F("level__matrix_id"),
    "yearly": F("expected_loss"),
}
_STOOD: Final = f"""
    WITH risk (id, state, level_id, likelihood_id, impact_id, rank, rated_at, closed_at, matrix_id, expected)
        AS ({{matching}}),
    stood AS MATERIALIZED (
        SELECT risk.id, risk.state = '{RiskState.CLOSED}' AS closed, risk.level_id, risk.likelihood_id, risk.impact_id,
            risk.rank, risk.expected, before.level_id AS from_level, before.likelihood_id AS from_likelihood,
            before.impact_id AS from_impact, array_position(%(moves)s, COALESCE({MOVED}, '{Moved.SAME}')) - 1 AS moved,
            COALESCE(risk.matrix_id = %(scale)s, FALSE) AS here
        FROM risk {BEFORE}
    ),
    picked AS (
        SELECT 'group' AS kind, count(*) AS n, NULL AS id, closed, level_id, likelihood_id, impact_id, NULL AS rank,
            NULL AS expected, NULL AS from_level, NULL AS from_likelihood, NULL AS from_impact, moved, here
        FROM stood GROUP BY closed, level_id, likelihood_id, impact_id, moved, here
        UNION ALL (
            SELECT * FROM (
                SELECT 'dot', row_number() OVER (
                    PARTITION BY likelihood_id, impact_id ORDER BY moved, expected DESC NULLS LAST, id
                ) AS nth, stood.*
                FROM stood WHERE here
            ) dots WHERE nth <= %(dots)s
        ) UNION ALL (
            SELECT 'row', 1, * FROM stood WHERE here ORDER BY moved, rank DESC, expected DESC NULLS LAST, id LIMIT %(size)s
        ) UNION ALL (
            SELECT 'dear', 1, * FROM stood WHERE here AND expected IS NOT NULL AND NOT closed
            ORDER BY expected DESC, rank DESC, id LIMIT %(bars)s
        ) UNION ALL (
            SELECT 'away', 1, * FROM stood WHERE NOT here AND level_id IS NOT NULL
            ORDER BY rank DESC, expected DESC NULLS LAST, id LIMIT %(size)s
        )
    )
    SELECT kind, n, id, closed, ARRAY[level_id, likelihood_id, impact_id], expected,
        ARRAY[from_level, from_likelihood, from_impact], moved, here,
        (
            SELECT ARRAY[risk.title, risk.state, COALESCE(owner.display_name, ''), risk.loss_currency]
            FROM risks_risk risk LEFT JOIN core_user owner ON owner.id = risk.owner_id
            WHERE risk.id = picked.id
        )
    FROM picked
"""  # noqa: S608 -- words of the models and what the ORM made of the filters
"""Of thousands of risks the few leave the database that are shown, and how many stand where."""


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


@dataclass(frozen=True, slots=True)
class _Group:
    """`n` risks, all closed or none, that stand at one place and came there alike; `now` None: they are not rated."""

    n: int
    closed: bool
    now: Stood | None
    moved: Moved
    here: bool


@dataclass(frozen=True, slots=True)
class _Picked:
    """What is shown by its ids, in order: what has a dot, the rows of the table, the dearest, what stands on no cell."""

    groups: Sequence[_Group]
    spots: Mapping[int, Spot]
    shown: Mapping[str, Sequence[int]]

    def named(self, kind: str) -> tuple[Spot, ...]:
        return tuple(self.spots[pk] for pk in self.shown.get(kind, ()))


def heat_map(user: User, *, filters: RiskFilters, at: dt.datetime, size: int | None = TABLE_ROWS) -> HeatMap:
    """`size` None: all rows, for a file and for the API. Four statements."""
    words, since = steps(), since_day(filters, at=at)
    likelihoods, impacts = _axis(words.likelihoods.values()), _axis(words.impacts.values())
    midnight_of = midnight(since)
    rows = found(user, filters, at=at, words=words)
    # What was closed before the day that is compared is history.
    rows = rows.filter(~Q(state=RiskState.CLOSED) | Q(closed_at__gte=midnight_of))
    picked = _picked(rows, words, since=midnight_of, dots=slots(len(impacts) or 1), size=size)
    matrix = Matrix.objects.current().first()
    here = [one for one in picked.groups if one.here]
    rated = [one for one in picked.groups if one.now is not None]
    dots = picked.named("dot")
    return HeatMap(
        matrix=matrix,
        since=since,
        likelihoods=likelihoods,
        impacts=impacts,
        cells=_cells(matrix, words, here),
        drawing=_drawn(dots, here, likelihoods=len(likelihoods), impacts=len(impacts)) if impacts else None,
        spots={one.pk: one for one in dots},
        rows=picked.named("row"),
        dearest=picked.named("dear"),
        to_rate=picked.named("away"),
        on_map=sum(one.n for one in here),
        off_map=sum(one.n for one in rated) - sum(one.n for one in here),
        unrated=sum(one.n for one in picked.groups if one.now is None and not one.closed),
        movements=Movements(**_counted((one.moved.value, one.n) for one in rated)),
    )


def _picked(rows: RiskQuerySet, words: Steps, *, since: dt.datetime, dots: int, size: int | None) -> _Picked:
    """One statement."""
    scale = next((one.matrix for one in words.levels.values() if one.in_force), None)
    given: dict[str, Any] = {
        "since": since,
        "scale": scale,
        "dots": dots,
        "bars": BARS,
        "size": size,
        "moves": list(_MOVES),
    }
    groups, spots, shown = [], {}, defaultdict(list)
    for kind, n, pk, closed, now, expected, before, moved, here, named in _asked(rows, given):
        stands = words.stood(*now)
        if kind == "group":
            groups.append(_Group(n, closed, stands, _MOVES[moved], here))
        elif stands is not None:
            shown[kind].append(pk)
            shift = Shift(_MOVES[moved], words.stood(*before)) if _MOVES[moved] is not Moved.SAME else None
            title, state, owner, currency = named
            spots[pk] = Spot(pk, title, state, owner, stands, shift, expected, currency)
    return _Picked(groups, spots, shown)


def _asked(rows: RiskQuerySet, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    asked = rows.order_by().annotate(**{f"_{name}": column for name, column in _COLUMNS.items()})
    try:
        matching, values = asked.values_list(*(f"_{name}" for name in _COLUMNS)).query.sql_with_params()
    except EmptyResultSet:
        return []
    names = [f"matching_{number}" for number in range(len(values))]
    matching %= tuple(f"%({name})s" for name in names)
    with connection.cursor() as cursor:
        cursor.execute(_STOOD.format(matching=matching), {**given, **dict(zip(names, values, strict=True))})
        return list(cursor.fetchall())


def _counted(groups: Iterable[tuple[Any, int]]) -> Counter[Any]:
    found: Counter[Any] = Counter()
    for key, n in groups:
        found[key] += n
    return found


def _axis(steps: Iterable[StepWord]) -> tuple[StepWord, ...]:
    return tuple(sorted((one for one in steps if one.in_force), key=lambda one: one.position))


def _drawn(spots: Sequence[Spot], groups: Iterable[_Group], *, likelihoods: int, impacts: int) -> Drawing:
    """Those of a cell in the order in which a reader wants to see them; what no cell can hold is counted."""
    dots = [_dot(one) for one in spots]
    standing = _counted((one.now.place.cell, one.n) for one in groups if one.now is not None)
    shown = Counter(one.cell for one in dots)
    return drawing(dots, likelihoods=likelihoods, impacts=impacts, beyond=standing - shown)


def _dot(one: Spot) -> Dot:
    """An arrow begins where it stood by this version of the scale."""
    before = one.shift.before if one.shift is not None else None
    cell = one.now.place.cell
    left = before.place.cell if before is not None and before.level.matrix == one.now.level.matrix else None
    return Dot(one.pk, cell, one.moved, None if left == cell else left)


def _cells(matrix: Matrix | None, steps: Steps, groups: Iterable[_Group]) -> tuple[Cell, ...]:
    if matrix is None:
        return ()
    counted = _counted(
        ((one.now.likelihood.pk, one.now.impact.pk), one.n) for one in groups if one.now is not None and not one.closed
    )
    cells = [
        Cell(steps.likelihoods[row], steps.impacts[column], steps.levels[level], counted[row, column])
        for row, column, level in matrix.cells.order_by().values_list("likelihood_id", "impact_id", "level_id")
    ]
    return tuple(sorted(cells, key=lambda one: (-one.likelihood.position, one.impact.position)))
