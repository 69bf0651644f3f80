"""The numbers that a decision rests on, by what it refers to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from relportal.core import company, shortlinks
from reports.domain.periods import Cut, Period
from reports.domain.scopes import COMPANY
from reports.kpis import KPIS
from reports.kpis._base import AnyKpi
from reports.models import Edition, KpiValue
from reports.queries.calendar import calendar
from reports.queries.kpi_words import period_name, written
from reports.queries.references import KPI
from risks.models import Risk
from risks.queries.frozen_figures import Figure, of_budgets
from risks.queries.loss_words import about
from slo.models import Status


def figures_of(refs: Iterable[str], *, at: dt.datetime) -> tuple[Figure, ...]:
    """Of the KPIs, risks and objectives among the references; the rest has no number. Of everybody's, nothing private."""
    refs = tuple(refs)
    numbers: dict[str, list[int]] = {}
    for key in refs:
        if match := shortlinks.SHAPE.fullmatch(key):
            numbers.setdefault(match["prefix"], []).append(int(match["number"]))
    found = {f"{KPI}{key}": figure for key, figure in _of_kpis(refs, at=at)}
    found |= dict(_of_risks(numbers.get("RISK", ()), at=at))
    found |= dict(_of_objectives(numbers.get("SLO", ())))
    return tuple(found[key] for key in dict.fromkeys(refs) if key in found)


def _of_kpis(refs: Iterable[str], *, at: dt.datetime) -> Iterable[tuple[str, Figure]]:
    """Of the company, in the quarter that goes on."""
    keys = [key.removeprefix(KPI) for key in refs if key.startswith(KPI)]
    if not keys:
        return
    period = calendar().period(Cut.QUARTER, company.day(at))
    rows = KpiValue.objects.filter(
        scope=COMPANY.kind,
        number=COMPANY.number,
        cut=period.cut,
        first=period.first,
        edition=Edition.LIVE,
        kpi__in=keys,
    )
    for row in rows:
        if row.kpi in KPIS:
            yield row.kpi, _of_value(KPIS[row.kpi], row, period)


def _of_value(kpi: AnyKpi, row: KpiValue, period: Period) -> Figure:
    note = period_name(period)
    if row.green is not None:
        note = _("%(when)s, target %(target)s") % {"when": note, "target": written(row.green, kpi.unit)}
    return Figure(
        label=str(kpi.title),
        text=written(row.value, kpi.unit),
        note=note,
        source=f"{KPI}{kpi.key}",
        as_of=row.computed_at.isoformat(),
    )


def _of_risks(numbers: Sequence[int], *, at: dt.datetime) -> Iterable[tuple[str, Figure]]:
    if not numbers:
        return
    for risk in Risk.objects.filter(pk__in=numbers).select_related("level", "money"):
        money = risk.money
        note = (
            _("expected a year: %(loss)s") % {"loss": about(money.expected, money.unit, money.currency)}
            if money
            else ""
        )
        yield (
            risk.short_id,
            Figure(
                label=_("Risk: %(title)s") % {"title": risk.title},
                text=risk.level.name if risk.level else _("not rated"),
                note=note,
                source=risk.short_id,
                as_of=(risk.rated_at or at).isoformat(),
            ),
        )


def _of_objectives(numbers: Sequence[int]) -> Iterable[tuple[str, Figure]]:
    if not numbers:
        return
    yield from of_budgets(Status.objects.filter(objective__in=numbers).select_related("objective__service"))
