"""An objective whose error budget was exhausted in two of its last three closed periods.

A calendar window is judged by its own periods; a rolling one by the calendar period that is nearest to its length, since windows
that overlap would count the same errors again and again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from relportal.core import units
from risks.rules._base import Found, of_objective
from slo.domain import bulk
from slo.domain.budget import error_budget
from slo.domain.counts import Array
from slo.domain.grid import epoch
from slo.domain.windows import Bounds, Calendar, CalendarUnit
from slo.models import Objective
from slo.queries.cumulative import points

PERIODS: Final = 3
EXHAUSTED: Final = 2
# A rolling window up to so many days is judged by weeks, by months, and beyond them by quarters.
WEEKS_UP_TO: Final = 14
MONTHS_UP_TO: Final = 60


class Budgets:
    key = "budgets"
    title: str | Promise = _("Error budget exhausted again")
    about: str | Promise = _(
        "The error budget of an objective was exhausted in two or three of its last three closed periods. A rolling window is "
        "judged by calendar weeks (up to 14 days), months (up to 60 days) or quarters. A period of which less than 90 % was "
        "measured is not counted. One more such period is new evidence."
    )

    def found(self, at: dt.datetime) -> Iterator[Found]:
        rows = Objective.objects.active().select_related("service__team").order_by("pk")
        objectives = [row for row in rows if row.service.lifecycle != "retired"]
        spent = _spent(objectives, at=at)
        for row, periods in zip(objectives, spent, strict=True):
            over = [one for one in periods if one.consumed is not None and one.consumed > 1]
            if len(over) >= EXHAUSTED:
                yield _found(row, periods, over)

    def sentence(self, facts: Mapping[str, Any]) -> str:
        words = _t(
            "%(objective)s (target %(target)s) exhausted its error budget in %(over)d of %(known)d periods: %(spent)s of the "
            "budget spent in the worst."
        )
        return words % {
            "objective": facts["objective"],
            "target": units.target(facts["target"]),
            "over": facts["exhausted"],
            "known": facts["periods"],
            "spent": units.percent(facts["worst"], 0),
        }


@dataclass(frozen=True, slots=True)
class Spent:
    """`consumed` is the share of the period's budget; None: too little was measured, or nothing happened."""

    period: Bounds
    unit: CalendarUnit
    consumed: float | None


def periods_of(objective: Objective, *, at: dt.datetime) -> tuple[CalendarUnit, tuple[Bounds, ...]]:
    """The unit, and the last three closed periods, the newest first."""
    window = objective.window
    if not isinstance(window, Calendar):
        short, middle = window.days <= WEEKS_UP_TO, window.days <= MONTHS_UP_TO
        unit = CalendarUnit.WEEK if short else CalendarUnit.MONTH if middle else CalendarUnit.QUARTER
        window = Calendar(unit=unit, zone=settings.COMPANY_TIME_ZONE)
    found = [window.previous(window.bounds(at))]
    while len(found) < PERIODS:
        found.append(window.previous(found[-1]))
    return window.unit, tuple(found)


def _spent(objectives: Sequence[Objective], *, at: dt.datetime) -> list[tuple[Spent, ...]]:
    """The periods of each, the newest first; all counts in one statement."""
    if not objectives:
        return []
    chosen = [periods_of(row, at=at) for row in objectives]
    edges = np.array(
        [[epoch(moment) for one in periods for moment in (one.start, one.end)] for _unit, periods in chosen], np.int64
    )
    ids = np.array([row.series_id for row in objectives], np.int64)
    held = points(np.unique(ids), np.unique(edges))
    rows = np.searchsorted(held.series, ids)[:, None]
    columns = np.searchsorted(held.instants, edges)
    bad, total, covered_s = (_during(values[rows, columns]) for values in (held.bad, held.total, held.covered_s))
    budgets = np.array([[error_budget(row.target)] for row in objectives])
    burns = bulk.burns(bad, total, error_budget=budgets)
    expected = (edges[:, 1::2] - edges[:, 0::2]).astype(np.float64)
    consumed = np.where(bulk.covered(covered_s, expected), burns, np.nan)
    return [
        tuple(
            Spent(period, unit, None if np.isnan(share) else float(share))
            for period, share in zip(periods, shares, strict=True)
        )
        for (unit, periods), shares in zip(chosen, consumed, strict=True)
    ]


def _during(cumulative: Array) -> Array:
    """Columns of starts and ends, alternating, become one column a period."""
    return cumulative[:, 1::2] - cumulative[:, 0::2]


def _found(row: Objective, periods: Sequence[Spent], over: Sequence[Spent]) -> Found:
    worst = max(one.consumed or 0.0 for one in over)
    known = sum(one.consumed is not None for one in periods)
    proofs = tuple(of_objective(row, label=_label(row, one), key=_named(one)) for one in over)
    cause = _t(
        "Errors beyond what %(target)s allows, in %(n)d of %(known)d periods: the promise is not one that is kept."
    )
    return Found(
        subject=f"objective-{row.pk}",
        title=_t("%(service)s misses its objective again: %(name)s") % {"service": row.service, "name": row.name},
        cause=cause % {"target": units.target(row.target), "n": len(over), "known": known},
        event=_t("The error budget is exhausted in the next period, too.")
        if len(over) < PERIODS
        else _t("The error budget stays exhausted."),
        consequence=_t("Customers get less than they were promised: up to %(spent)s of what the objective allows.")
        % {"spent": units.percent(worst, 0)},
        team=row.service.team_id,
        services=(row.service_id,),
        proofs=proofs,
        facts={
            "objective": str(row),
            "target": float(row.target),
            "exhausted": len(over),
            "periods": known,
            "worst": worst,
        },
    )


def _named(one: Spent) -> str:
    """Which period, for the evidence: it is closed, and does not change."""
    return f"{one.unit}-{one.period.start:%Y-%m-%dT%H}"


def _label(row: Objective, one: Spent) -> str:
    # The first day in the company's zone: a period begins at midnight there.
    first = one.period.start + dt.timedelta(hours=12)
    words = _t("%(id)s from %(day)s: %(spent)s of the budget spent")
    return words % {"id": row.short_id, "day": first.date(), "spent": units.percent(one.consumed, 0)}


PLUGIN = Budgets()
