"""Initiatives in words: their state and why, and what they are to reach."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.domain.initiatives import State
from reports.domain.ladder import Ladder
from reports.domain.values import Better
from reports.kpis import KPIS
from reports.models import Goal, Initiative
from reports.queries.initiatives.standing import Stands
from reports.queries.kpi_words import written
from reports.queries.ladder.words import rule_words
from slo.domain.bands import Band

STATES: Final = {
    State.PLANNED: gettext_lazy("Planned"),
    State.ON_TRACK: gettext_lazy("On track"),
    State.BEHIND: gettext_lazy("Behind"),
    State.NO_DATA: gettext_lazy("No data"),
    State.DONE: gettext_lazy("Done"),
    State.MISSED: gettext_lazy("Missed"),
    State.ENDED: gettext_lazy("Ended"),
}
BANDS: Final = {
    State.PLANNED: Band.NO_DATA,
    State.ON_TRACK: Band.HEALTHY,
    State.BEHIND: Band.AT_RISK,
    State.NO_DATA: Band.NO_DATA,
    State.DONE: Band.HEALTHY,
    State.MISSED: Band.BREACHED,
    State.ENDED: Band.NO_DATA,
}


def goal_words(row: Initiative, ladder: Ladder) -> str:
    """Such as "Gold", "Runbook linked" or "Toil ≤ 30 %"."""
    if row.goal == Goal.LEVEL:
        return next((one.name for one in ladder.levels if one.key == row.key), row.key)
    if row.goal == Goal.RULE:
        rule = next((one for one in ladder.rules if one.key == row.key), None)
        return rule_words(rule) if rule is not None else row.key
    kpi = KPIS.get(row.key)
    if kpi is None:
        return row.key
    return f"{kpi.title} {'≥' if kpi.better is Better.UP else '≤'} {written(row.target, kpi.unit)}"


def progress_words(found: Stands) -> str:
    """Such as "6 of 8", or the value of the KPI."""
    if found.counted is not None:
        return _("%(done)d of %(scope)d") % {"done": found.counted.done, "scope": found.counted.scope}
    return _kpi(found.row, found.value)


def why(found: Stands, *, today: dt.date) -> str:
    """Why it has its state, with the numbers that say so."""
    row, now = found.row, progress_words(found)
    words = {"now": now, "due": date_format(row.due_on), "start": date_format(row.starts_on)}
    if found.state is State.ENDED:
        return row.ended_because
    if found.state is State.PLANNED:
        return _("It starts on %(start)s; its baseline is taken then.") % words
    if found.state is State.NO_DATA:
        return _("Nothing is known of it: no service is in scope, or the figure has no value at its start or now.")
    if found.state is State.DONE:
        return _("%(now)s: the goal is reached.") % words
    if found.state is State.MISSED:
        return _("%(now)s when it was due on %(due)s.") % words
    if found.expected is None:
        return now
    asked = f"{found.expected:g}" if found.counted is not None else _kpi(row, found.expected)
    words |= {"asked": asked, "way": str(round(100 * row.course.way(today)))}
    return _("%(now)s; by today, with %(way)s %% of the time over, it had to be %(asked)s.") % words


def _kpi(row: Initiative, value: float | None) -> str:
    kpi = KPIS.get(row.key)
    return written(value, kpi.unit) if kpi is not None else "–"
