"""Where objectives stood at instants of the past, from their cumulative rows, by the targets of today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from math import isnan

import numpy as np

from slo.domain.bands import Band, band
from slo.domain.burn import BURN_WINDOWS_S
from slo.domain.grid import STEP_S, epoch
from slo.models import Objective
from slo.queries.standing import LOOKBACKS_S, REASONS, Promises, promises, standing

_BURN = LOOKBACKS_S.index(BURN_WINDOWS_S["3d"])


@dataclass(frozen=True, slots=True)
class Stood:
    """`remaining` of the budget and `burn` over three days; None: no data."""

    objective: Objective
    remaining: float | None
    burn: float | None
    band: Band


def standings_at(
    services: Collection[int], instants: tuple[dt.datetime, dt.datetime]
) -> tuple[dict[int, Stood], dict[int, Stood]]:
    """By the id of the objective, at each of two instants. Never later than what was collected."""
    rows = {one.pk: one for one in Objective.objects.active().filter(service__in=services).select_related("service")}
    if not rows:
        return {}, {}
    told = promises(sorted(rows))
    before, now = (_at(rows, told, epoch(each) // STEP_S * STEP_S) for each in instants)
    return before, now


def _at(rows: dict[int, Objective], told: Promises, end: int) -> dict[int, Stood]:
    ends = np.minimum(told.end, end)
    found: dict[int, Stood] = {}
    for reached in np.unique(ends).tolist():
        stands = standing(told.only(ends == reached), end=reached)
        for number, pk in enumerate(stands.promises.ids.tolist()):
            remaining, burn = _number(stands.remaining[number]), _number(stands.burns[number, _BURN])
            reason = REASONS[int(stands.reason[number])]
            found[pk] = Stood(rows[pk], remaining, burn, band(remaining, reason=reason))
    return found


def _number(value: float) -> float | None:
    return None if isnan(value) else float(value)
