"""The charts of an objective."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import numpy as np
from django.utils.translation import gettext as _

from relportal.core import units
from relportal.core.charts import Axes, Chart, Marker, Role, Series, time_series, trend
from slo.domain.grid import instant
from slo.models import BurnAlert, Objective
from slo.queries.budget_history import BudgetHistory

TABLE_ROWS = 30


def burn_down(history: BudgetHistory, *, alerts: Iterable[BurnAlert]) -> Chart:
    """The budget left over the window, in percent, with the alerts of the window as markers."""
    percent = history.remaining * 100
    figure = time_series(
        [Series(name=_("Budget left"), x=history.instants.astype("datetime64[s]"), y=percent, fill=True)],
        axes=Axes(y_suffix=" %", zero_line=True, lines=((0.0, _("Budget spent"), Role.BAD),)),
        markers=[_marker(alert) for alert in alerts if history.start <= alert.fired_at <= history.end],
    )
    known = [None if np.isnan(each) else float(each) for each in percent]
    return Chart(
        title=_("Error budget left"),
        summary=trend(known, unit=" %"),
        figure=figure,
        columns=(_("Until"), _("Budget left"), _("Bad"), _("All")),
        rows=_rows(history),
    )


def sli_over_time(history: BudgetHistory, *, objective: Objective) -> Chart:
    """What each piece of the window had, in percent, with the target as a line."""
    percent = history.sli * 100
    figure = time_series(
        [Series(name=_("SLI"), x=history.instants.astype("datetime64[s]"), y=percent)],
        axes=Axes(y_suffix=" %", lines=((float(objective.target) * 100, _("Target"), Role.TARGET),)),
    )
    known = [None if np.isnan(each) else float(each) for each in percent]
    return Chart(title=_("SLI over time"), summary=trend(known, unit=" %", places=3), figure=figure)


def _marker(alert: BurnAlert) -> Marker:
    page = alert.severity == "page"
    return Marker(
        at=alert.fired_at,
        label=f"{alert.get_severity_display()} {units.burn(alert.factor)}",
        role=Role.BAD if page else Role.RISK,
    )


def _rows(history: BudgetHistory) -> tuple[tuple[str, ...], ...]:
    """At most TABLE_ROWS rows, evenly chosen, the newest first."""
    chosen = np.unique(np.linspace(0, len(history.instants) - 1, TABLE_ROWS).astype(int))[::-1]
    edges = [*chosen[1:], -1]
    rows = []
    for last, before in zip(chosen, edges, strict=True):
        span = slice(before + 1, last + 1)
        left = history.remaining[last]
        rows.append(
            (
                _stamp(instant(int(history.instants[last]))),
                units.budget(None if np.isnan(left) else float(left)),
                units.exact_count(float(history.bad[span].sum())),
                units.exact_count(float(history.total[span].sum())),
            )
        )
    return tuple(rows)


def _stamp(moment: dt.datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
