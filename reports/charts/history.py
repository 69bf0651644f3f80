"""The history of a KPI, with the target that was in force in each period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from django.utils.translation import gettext as _

from relportal.core import company
from relportal.core.charts import Axes, Chart, Marker, Role, Series, instants, time_series
from reports.domain.periods import Period
from reports.domain.values import Unit
from reports.kpis._base import AnyKpi
from reports.models import KpiTarget
from reports.queries.kpi_words import period_name, written
from reports.queries.values import Stood

SCALE = {Unit.SHARE: (100.0, " %"), Unit.DURATION: (1 / 60, " min"), Unit.BURN: (1.0, "×")}


def history(kpi: AnyKpi, rows: Mapping[Period, Stood], *, period: Period, targets: Iterable[KpiTarget] = ()) -> Chart:
    """One point a period, at its middle; one without a value is a gap. Restated values stand in the table. Where a target
    changed stands a line, and control limits where the KPI is judged by them."""
    factor, suffix = SCALE.get(kpi.unit, (1.0, ""))
    at = instants([_middle(each) for each in rows])
    values = np.array([_number(each.value.value, factor) for each in rows.values()])
    green = np.array([_number(each.value.green, factor) for each in rows.values()])
    series = [Series(name=str(kpi.title), x=at, y=values, dotted=True)]
    if not np.isnan(green).all():
        series.append(Series(name=_("Target"), x=at, y=green, role=Role.TARGET))
    high = kpi.unit is not Unit.SHARE
    shown = rows[period].value.value if period in rows else None
    return Chart(
        title=str(kpi.title),
        summary=(_("%(value)s in %(period)s.") if shown is not None else _("No figure for %(period)s."))
        % {"value": written(shown, kpi.unit), "period": period_name(period)},
        figure=time_series(
            series,
            axes=Axes(
                y_suffix=suffix,
                zero_line=high,
                from_zero=high,
                lines=tuple(_limits(kpi, rows, period=period, factor=factor)),
            ),
            markers=tuple(_changed(kpi, rows, targets)),
        ),
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


def _limits(
    kpi: AnyKpi, rows: Mapping[Period, Stood], *, period: Period, factor: float
) -> Iterator[tuple[float, str, Role]]:
    """Of the period that is shown, from what was counted in those before it."""
    if period not in rows:
        return
    before = [rows[each].value for each in sorted(rows) if each < period]
    known = [(round(one.numerator), round(one.denominator or 0)) for one in before if one.numerator is not None]
    found = kpi.limits(known, round(rows[period].value.denominator or 0))
    if found is not None:
        yield found.centre * factor, _("mean before"), Role.MUTED
        yield found.warning * factor, _("2 sigma"), Role.RISK
        yield found.alarm * factor, _("3 sigma"), Role.BAD


def _changed(kpi: AnyKpi, rows: Mapping[Period, Stood], targets: Iterable[KpiTarget]) -> Iterator[Marker]:
    """Within what is drawn."""
    first, last = min(each.first for each in rows), max(each.last for each in rows)
    for one in targets:
        if first <= one.since <= last:
            what = _("default target") if one.retired else _("target %(line)s") % {"line": written(one.green, kpi.unit)}
            tier = _(", tier %(n)d") % {"n": one.tier} if one.tier is not None else ""
            at = dt.datetime.combine(one.since, dt.time(), tzinfo=company.zone())
            yield Marker(at=at, label=f"{what}{tier}")


def _middle(period: Period) -> dt.datetime:
    start, end = period.bounds(company.zone())
    return start + (end - start) / 2


def _number(value: float | None, factor: float) -> float:
    return float("nan") if value is None else value * factor
