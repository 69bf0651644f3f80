"""KPI 12: how often people on call are woken or interrupted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from incidents.domain.statistics import UNKNOWN, Interval, Trend, count_interval, counts_changed
from reports.domain.values import Better, Lacking, Lines, Maturity, Unit, Value
from reports.kpis._base import Beside, Heading
from reports.kpis._entered import Entered, EnteredKpi, Field, taken, total, total_of


class PageLoad(EnteredKpi):
    key = "page_load"
    number = 12
    title = _("Pages per shift")
    about = _(
        "Pages that reached a person, those within five minutes counted as one, for each responder and shift, with the exact "
        "interval of a count; the busiest tenth of people and the share of quiet nights stand beside it, because a mean hides "
        "one person. A night is one in the responder's own zone. Who pushes the pages groups them: say so when that rule changes."
    )
    connect = _("Enter or push the pages and shifts of each rotation.")
    guard = _("Missed and escalated pages")
    heading = Heading.PEOPLE
    unit = Unit.RATE
    better = Better.DOWN
    lines = Lines(green=1, red=2, better=Better.DOWN)
    definition = 2
    beside = (
        Beside("missed", _("pages missed or escalated"), guard=True),
        Beside("p90_person", _("pages per shift of the busiest tenth of people"), Unit.RATE, listed=True),
        Beside("quiet_nights", _("of the nights without a page"), Unit.SHARE, listed=True),
    )
    fields = (
        Field(name="pages", label=_("Pages"), whole=True),
        Field(name="shifts", label=_("Shifts"), low=1, whole=True),
        Field(name="p90_person", label=_("Pages per shift of the busiest tenth of people"), required=False),
        Field(name="nights", label=_("Nights (in the responder's zone)"), whole=True, required=False),
        Field(name="quiet_nights", label=_("Nights without a page"), whole=True, required=False),
        Field(name="missed", label=_("Missed or escalated pages"), whole=True, required=False),
    )

    def of(self, numbers: Sequence[Mapping[str, float]], maturity: Maturity) -> Value:
        pages, shifts = total(numbers, "pages"), total(numbers, "shifts")
        if not shifts:
            return Value(lacking=Lacking.NOTHING, maturity=maturity)
        nights, around = total(numbers, "nights"), count_interval(round(pages))
        return Value(
            value=pages / shifts,
            numerator=pages,
            denominator=shifts,
            interval=Interval(around.low / shifts, around.high / shifts),
            n=int(shifts),
            maturity=maturity,
            parts={
                "p90_person": max((each["p90_person"] for each in numbers if "p90_person" in each), default=None),
                "quiet_nights": total(numbers, "quiet_nights") / nights if nights else None,
                "missed": total_of(numbers, "missed"),
            },
        )

    def trend(self, now: Sequence[Entered], before: Sequence[Entered], *, exposure: float) -> Trend:
        """Pages are counts, and shifts the time in which they were counted: the test of two rates, as of incidents. It takes
        pages to come independently, which is why those within five minutes are one."""
        _unused = exposure
        (pages, shifts), (pages_before, shifts_before) = (_counted(facts) for facts in (now, before))
        if not (shifts and shifts_before):
            return UNKNOWN
        return counts_changed(pages, pages_before, exposure=shifts / (shifts + shifts_before))


def _counted(facts: Sequence[Entered]) -> tuple[int, int]:
    """Pages and shifts."""
    numbers = [one.numbers for one in taken(facts)]
    return round(total(numbers, "pages")), round(total(numbers, "shifts"))


PLUGIN = PageLoad()
