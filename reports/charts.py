"""The history of a KPI with the target that was in force in each period, and the burn-up of an initiative."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
from django.utils.translation import gettext as _

from relportal.core import company
from relportal.core.charts import Axes, Chart, Role, Series, instants, time_series
from reports.domain.periods import Period
from reports.domain.values import Unit
from reports.kpis import KPIS
from reports.kpis._base import AnyKpi
from reports.models import Initiative
from reports.queries.initiatives.burn_up import BurnUp
from reports.queries.initiatives.standing import counted_baseline, value_baseline
from reports.queries.initiatives.words import progress_words
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
    shown = rows[period].value.value if period in rows else None
    return Chart(
        title=str(kpi.title),
        summary=_("%(value)s in %(period)s.") % {"value": written(shown, kpi.unit), "period": period_name(period)},
        figure=time_series(series, axes=Axes(y_suffix=suffix, zero_line=kpi.unit is not Unit.SHARE)),
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


# Initiatives.


def burn_up_chart(row: Initiative, found: BurnUp) -> Chart | None:
    """What was done against the line to the goal, and how the scope moved; None before anything is known."""
    return _of_services(row, found) if found.burned is not None else _of_value(row, found)


def _of_services(row: Initiative, found: BurnUp) -> Chart | None:
    burned, baseline = found.burned, counted_baseline(row)
    if burned is None or not any(burned.scope):
        return None
    at = instants(burned.at)
    series = [
        Series(name=_("Done"), x=at, y=np.array(burned.done, float), steps=True, fill=True),
        Series(name=_("In scope"), x=at, y=np.array(burned.scope, float), steps=True, role=Role.MUTED),
    ]
    if baseline is not None:
        ends = instants([company.end_of(row.starts_on), company.end_of(row.due_on)])
        line = np.array([baseline.done, burned.scope[-1]], float)
        series.append(Series(name=_("Line to the goal"), x=ends, y=line, role=Role.TARGET))
    told = list(zip(burned.at, burned.done, burned.scope, strict=True))
    # A row for each day on which something moved.
    moved = [each for n, each in enumerate(told) if n in (0, len(told) - 1) or each[1:] != told[n - 1][1:]]
    return Chart(
        title=_("Burn-up"),
        summary=_("%(now)s are done.") % {"now": progress_words(found.stands)},
        figure=time_series(series, axes=Axes(whole=True)),
        columns=(_("Day"), _("Done"), _("In scope")),
        rows=tuple((str(company.day(day)), str(done), str(scope)) for day, done, scope in reversed(moved)),
    )


def _of_value(row: Initiative, found: BurnUp) -> Chart | None:
    kpi = KPIS.get(row.key)
    if kpi is None or not found.values or row.target is None:
        return None
    factor, suffix = SCALE.get(kpi.unit, (1.0, ""))
    at = instants([company.end_of(each.first) for each in found.values])
    values = np.array([_number(each.value, factor) for each in found.values])
    ends = instants([company.end_of(row.starts_on), company.end_of(row.due_on)])
    line = np.array([_number(value_baseline(row), factor), row.target * factor])
    return Chart(
        title=str(kpi.title),
        summary=_("%(now)s in the newest month that is known.") % {"now": progress_words(found.stands)},
        figure=time_series(
            [
                Series(name=str(kpi.title), x=at, y=values, dotted=True),
                Series(name=_("Line to the goal"), x=ends, y=line, role=Role.TARGET),
            ],
            axes=Axes(y_suffix=suffix),
        ),
        columns=(_("Month"), _("Value")),
        rows=tuple((str(each.first), written(each.value, kpi.unit)) for each in reversed(found.values)),
    )
