"""The burn-up of an initiative: what was done against the line to its goal."""

from __future__ import annotations

import numpy as np
from django.utils.translation import gettext as _

from relportal.core import company
from relportal.core.charts import Axes, Chart, Role, Series, instants, time_series
from reports.charts.history import SCALE
from reports.kpis import KPIS
from reports.models import Initiative
from reports.queries.initiatives.burn_up import BurnUp
from reports.queries.initiatives.standing import counted_baseline, value_baseline
from reports.queries.initiatives.words import progress_words
from reports.queries.kpi_words import written


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
    values = np.array([_drawn(each.value, factor) for each in found.values])
    ends = instants([company.end_of(row.starts_on), company.end_of(row.due_on)])
    line = np.array([_drawn(value_baseline(row), factor), row.target * factor])
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


def _drawn(value: float | None, factor: float) -> float:
    return float("nan") if value is None else value * factor
