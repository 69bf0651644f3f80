"""The history of a KPI, with the target that was in force in each period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
from django.utils.translation import gettext as _

from relportal.core import company
from relportal.core.charts import Axes, Chart, Role, Series, instants, time_series
from reports.domain.periods import Period
from reports.domain.values import Unit
from reports.kpis._base import AnyKpi
from reports.queries.kpi_words import period_name, written
from reports.queries.values import Stood

SCALE = {Unit.SHARE: (100.0, " %"), Unit.DURATION: (1 / 60, " min"), Unit.BURN: (1.0, "×")}


def history(kpi: AnyKpi, rows: Mapping[Period, Stood], *, period: Period) -> Chart:
    """One point a period, at its middle; one without a value is a gap. Restated values stand in the table."""
    factor, suffix = SCALE.get(kpi.unit, (1.0, ""))
    at = instants([_middle(each) for each in rows])
    values = np.array([_number(each.value.value, factor) for each in rows.values()])
    targets = np.array([_number(each.value.green, factor) for each in rows.values()])
    series = [Series(name=str(kpi.title), x=at, y=values, dotted=True)]
    if not np.isnan(targets).all():
        series.append(Series(name=_("Target"), x=at, y=targets, role=Role.TARGET))
    high = kpi.unit is not Unit.SHARE
    shown = rows[period].value.value if period in rows else None
    return Chart(
        title=str(kpi.title),
        summary=(_("%(value)s in %(period)s.") if shown is not None else _("No figure for %(period)s."))
        % {"value": written(shown, kpi.unit), "period": period_name(period)},
        figure=time_series(series, axes=Axes(y_suffix=suffix, zero_line=high, from_zero=high)),
        columns=(_("Period"), _("Value"), _("Range"), _("n"), _("Target"), _("Restated")),
        rows=tuple(
            (
                period_name(past),
                written(each.value.value, kpi.unit),
                f"{written(each.value.low, kpi.unit)} – {written(each.value.high, kpi.unit)}",
                str(each.value.n),
                written(each.value.green, kpi.unit),
                written(each.restated.value, kpi.unit) if each.restated is not None else "",
            )
            for past, each in reversed(list(rows.items()))
        ),
    )


def _middle(period: Period) -> dt.datetime:
    start, end = period.bounds(company.zone())
    return start + (end - start) / 2


def _number(value: float | None, factor: float) -> float:
    return float("nan") if value is None else value * factor
