"""Values of KPIs and the names of scopes and periods, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Final

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.domain.statistics import Change
from relportal.core import units
from reports.domain.periods import Cut, Period, Wording
from reports.domain.values import Lacking, Maturity, Rag, Unit
from reports.kpis._base import Heading

HEADINGS: Final = {
    Heading.CUSTOMERS: gettext_lazy("Customer outcomes"),
    Heading.OPERATIONS: gettext_lazy("Operational excellence"),
    Heading.ENGINEERING: gettext_lazy("Engineering"),
    Heading.PEOPLE: gettext_lazy("People"),
}
LACKING: Final = {
    Lacking.NOT_CONNECTED: gettext_lazy("nothing entered"),
    Lacking.NOTHING: gettext_lazy("nothing to count"),
    Lacking.FEW: gettext_lazy("too few to judge"),
    Lacking.LOW_COVERAGE: gettext_lazy("too little is known"),
    Lacking.NO_BASE: gettext_lazy("nothing to compare with"),
    Lacking.TOO_FEW_PEOPLE: gettext_lazy("too few people to show"),
    Lacking.NO_TARGET: gettext_lazy("no target"),
}
RAGS: Final = {
    Rag.GREEN: gettext_lazy("On target"),
    Rag.AMBER: gettext_lazy("Short of target"),
    Rag.RED: gettext_lazy("Missed"),
    Rag.GREY: gettext_lazy("Not judged"),
}
MATURITIES: Final = {
    Maturity.MANUAL: gettext_lazy("entered by hand"),
    Maturity.PARTLY: gettext_lazy("pushed by a tool"),
    Maturity.AUTOMATIC: gettext_lazy("counted here"),
}
CAME: Final = {
    Maturity.MANUAL: gettext_lazy("by hand"),
    Maturity.PARTLY: gettext_lazy("pushed"),
    Maturity.AUTOMATIC: gettext_lazy("counted"),
}
"""The same in a word, for tables."""
CHANGES: Final = {
    Change.UP: gettext_lazy("up"),
    Change.DOWN: gettext_lazy("down"),
    Change.NO_CLEAR: gettext_lazy("no clear change"),
    Change.UNKNOWN: gettext_lazy("too few to compare"),
}
CUTS: Final = {
    Cut.WEEK: gettext_lazy("Weeks"),
    Cut.MONTH: gettext_lazy("Months"),
    Cut.QUARTER: gettext_lazy("Quarters"),
    Cut.DAYS_7: gettext_lazy("7 days"),
    Cut.DAYS_28: gettext_lazy("28 days"),
    Cut.DAYS_90: gettext_lazy("90 days"),
}
_WRITTEN: Final[Mapping[Unit, Callable[[float], str]]] = {
    Unit.SHARE: lambda value: units.percent(value, 2 if value > 0.99 else 1),
    Unit.COUNT: units.count,
    Unit.MINUTES: lambda value: _("%(n)s min") % {"n": units.count(round(value))},
    Unit.DURATION: units.duration,
    Unit.MILLISECONDS: lambda value: _("%(n)s ms") % {"n": units.count(round(value))},
    Unit.BURN: units.burn,
    Unit.RATE: units.count,
    Unit.INDEX: lambda value: units.count(round(value)),
}


def written(value: float | None, unit: Unit) -> str:
    return "–" if value is None else _WRITTEN[unit](value)


def told(value: float | None, unit: Unit) -> str:
    """As `written`, with at most three significant digits, for sentences."""
    if value is None:
        return "–"
    if unit is Unit.MINUTES:
        return _("%(n)s min") % {"n": units.three_digits(value)}
    return _WRITTEN[unit](value)


def period_name(period: Period) -> str:
    """Such as "Sep–Nov 2026": the months are printed, never a number of a quarter alone."""
    label = period.label
    first, last = _month(label.first), _month(label.last)
    if label.wording is Wording.DAYS:
        return f"{formats.date_format(label.first, 'j M')} – {formats.date_format(label.last, 'j M Y')}"
    if label.wording is Wording.MONTH:
        return f"{first} {label.first.year}"
    if label.wording is Wording.MONTHS:
        return f"{first}–{last} {label.last.year}"
    return f"{first} {label.first.year}–{last} {label.last.year}"


def _month(day: dt.date) -> str:
    return formats.date_format(day, "M")
