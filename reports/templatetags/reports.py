"""Words and signs of KPIs for templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.domain.statistics import Change
from relportal.core import units
from relportal.core.templatetags.portal import icon, shape, sparkline
from reports.domain.claims import FEW
from reports.domain.markup import Left
from reports.domain.payload import Cell, Column, Table, Tone
from reports.domain.periods import Cut, Period
from reports.domain.report_states import ReportState
from reports.domain.values import Better, Lacking, Maturity, Rag, Unit
from reports.kpis._base import AnyKpi, Heading
from reports.kpis._entered import EnteredKpi
from reports.models import KpiInput, KpiValue, Report
from reports.queries.beside import Stands
from reports.queries.claim_words import counts
from reports.queries.kpi_words import CAME, CHANGES, HEADINGS, LACKING, RAGS, period_name, written
from reports.queries.scorecard import Line
from slo.domain.bands import Band

register = template.Library()

RECENT: Final = 4
ARROWS: Final = {Change.UP: "arrow-up", Change.DOWN: "arrow-down"}


@register.filter
def heading_name(heading: Heading) -> str:
    return str(HEADINGS[heading])


@register.filter
def period_words(period: Period) -> str:
    return period_name(period)


@register.simple_tag
def rag(colour: Rag | str) -> SafeString:
    """Shape and word."""
    one = Rag(colour)
    return format_html('<span class="rp-status is-{}">{}{}</span>', one.band, shape(one.band), RAGS[one])


@register.simple_tag(name="written")
def kpi_number(value: float | None, kpi: AnyKpi) -> str:
    return written(value, kpi.unit)


@register.simple_tag
def stands(one: Stands) -> str:
    """A figure beside a value, in its own unit, and where it lies where it is no exact number."""
    if one.value is None or one.between is None:
        return written(one.value, one.unit)
    low, high = one.between
    if high is None:
        return _("above %(low)s") % {"low": written(low, one.unit)}
    return _("%(value)s (%(low)s – %(high)s)") % {
        "value": written(one.value, one.unit), "low": written(low, one.unit), "high": written(high, one.unit),
    }  # fmt: skip


@register.simple_tag
def entered(row: KpiInput, kpi: EnteredKpi) -> str:
    return kpi.told(row.numbers, row.named)


@register.simple_tag
def kpi_value(value: KpiValue | None, kpi: AnyKpi) -> str:
    return written(value.value if value is not None else None, kpi.unit)


@register.simple_tag
def kpi_counts(value: KpiValue | None, kpi: AnyKpi) -> str:
    """What a share is of: "11 of 12, 1 no data"; empty for everything else."""
    if kpi.unit is not Unit.SHARE or value is None or value.numerator is None or value.denominator is None:
        return ""
    words = counts(value.numerator, value.denominator)
    unknown = value.parts.get("no_data")
    return _("%(words)s, %(n)s no data") % {"words": words, "n": units.count(unknown)} if unknown else words


@register.simple_tag
def kpi_data(value: KpiValue | None, kpi: AnyKpi) -> str:
    """How large the sample is, unless its counts say so, how much of it is known, and how it came: "n 7 · 92 % known"."""
    if value is None or value.value is None:
        return ""
    known = value.coverage
    parts = (
        "" if kpi_counts(value, kpi) else _("n %(n)s") % {"n": units.count(value.n)},
        _("%(share)s known") % {"share": units.percent(known, 0)} if known is not None and known < 1 else "",
        str(CAME[Maturity(value.maturity)]),
    )
    return " · ".join(part for part in parts if part)


@register.simple_tag
def kpi_interval(value: KpiValue | None, kpi: AnyKpi) -> str:
    if value is None or value.low is None or value.high is None:
        return ""
    return _("%(low)s to %(high)s") % {"low": written(value.low, kpi.unit), "high": written(value.high, kpi.unit)}


@register.simple_tag
def kpi_target(value: KpiValue | None, kpi: AnyKpi) -> str:
    if value is None or value.green is None:
        return "–"
    sign = "≥" if kpi.better is Better.UP else "≤"
    return f"{sign} {written(value.green, kpi.unit)}"


@register.simple_tag
def kpi_missed(value: KpiValue | None, kpi: AnyKpi) -> str:
    """Where missed begins; empty where nothing lies between."""
    if value is None or value.red is None or value.red == value.green:
        return ""
    words = _("missed < %(line)s") if kpi.better is Better.UP else _("missed > %(line)s")
    return words % {"line": written(value.red, kpi.unit)}


@register.simple_tag
def kpi_lacking(value: KpiValue | None) -> str:
    """Why it earns no colour; empty where it has one."""
    if value is None:
        return _("not computed yet")
    return str(LACKING[Lacking(value.lacking)]) if value.lacking else ""


@register.simple_tag
def kpi_change(value: KpiValue | None, kpi: AnyKpi) -> SafeString | str:
    """What the sample lets one claim, with the value before."""
    if value is None or value.before is None or value.value is None:
        return "–"
    change = Change(value.change)
    words = _("not tested") if kpi.untested else CHANGES[change]
    arrow = icon(ARROWS[change]) if change in ARROWS else ""
    return format_html('{}{} <span class="rp-muted">{}</span>', arrow, words, written(value.before, kpi.unit))


@register.simple_tag
def kpi_spark(line: Line) -> SafeString:
    return sparkline(list(line.spark))


@register.simple_tag
def kpi_recent(line: Line) -> str:
    """The last four periods, oldest first; a share of few as its counts."""
    return " · ".join(_recent(row, line.kpi.unit) for row in line.kept[-RECENT:])


def _recent(row: KpiValue | None, unit: Unit) -> str:
    if row is None or row.value is None:
        return written(None, unit)
    few = unit is Unit.SHARE and row.denominator and row.denominator < FEW
    return counts(row.numerator or 0, row.denominator or 0) if few else written(row.value, unit)


TONES: Final = {Tone.GREEN: Rag.GREEN, Tone.AMBER: Rag.AMBER, Tone.RED: Rag.RED, Tone.GREY: Rag.GREY}
LEFT_OUT: Final = {
    Left.PICTURES: gettext_lazy("Pictures are left out: those of other hosts would tell them who reads."),
    Left.HTML: gettext_lazy("HTML is shown as it was typed: write markdown."),
    Left.SCRIPTS: gettext_lazy("What would run in the reader's browser is neutralised."),
}
STATES: Final = {
    ReportState.DRAFT: Band.NO_DATA,
    ReportState.CLOSING: Band.NO_DATA,
    ReportState.FROZEN: Band.AT_RISK,
    ReportState.APPROVED: Band.AT_RISK,
    ReportState.PUBLISHED: Band.HEALTHY,
    ReportState.DISCUSSED: Band.HEALTHY,
    ReportState.SUPERSEDED: Band.NO_DATA,
}


@register.simple_tag
def tone_band(tone: Tone | str) -> str:
    """The band that a tone is drawn as; empty for none."""
    return TONES[Tone(tone)].band.value if tone else ""


@register.simple_tag
def toned(cell: Cell) -> SafeString | str:
    """The text of a cell, with the shape of its tone."""
    if not cell.tone:
        return cell.text
    band = TONES[Tone(cell.tone)].band
    return format_html('<span class="rp-status is-{}">{}{}</span>', band, shape(band), cell.text)


@register.filter
def left_out_words(kind: str) -> str:
    return str(LEFT_OUT[Left(kind)])


@register.simple_tag
def report_state(report: Report) -> SafeString:
    """Shape and word."""
    band = STATES[report.life]
    return format_html('<span class="rp-status is-{}">{}{}</span>', band, shape(band), report.get_state_display())


@register.filter
def report_period(report: Report) -> str:
    return period_name(Period(report.first, report.last, Cut(report.cut)))


@register.filter
def of_key(found: Mapping[str, Any] | str, key: str) -> Any:
    """What stands under a key; None where nothing does, or where the page knows of no such things."""
    return found.get(key) if isinstance(found, Mapping) else None


@register.filter
def rows_of(table: Table) -> list[tuple[str, tuple[Cell, ...], tuple[Column, ...]]]:
    """Each row with its key, empty where rows have none."""
    keys = table.keys or ("",) * len(table.rows)
    return [(key, row, table.columns) for key, row in zip(keys, table.rows, strict=True)]


@register.filter
def paired(row: tuple[Cell, ...], columns: tuple[Column, ...]) -> list[tuple[Cell, Column]]:
    return list(zip(row, columns, strict=True))
