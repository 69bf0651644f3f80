"""KPI 13: how much of the work is toil."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from reports.domain.values import Better, Lacking, Lines, Maturity, Unit, Value
from reports.kpis._base import Beside, Heading
from reports.kpis._entered import Field, RatedKpi, total, total_of

MIN_PEOPLE = 5


class Toil(RatedKpi):
    key = "toil"
    number = 13
    title = _("Toil")
    about = _(
        "Hours of toil of all hours of work, from a short weekly sample. Not judged where fewer than five people or fewer than "
        "60 % of those asked have answered."
    )
    connect = _("Ask each week how many hours went into toil, and enter or push the answers.")
    guard = _("Hours saved by automation")
    heading = Heading.PEOPLE
    unit = Unit.SHARE
    better = Better.DOWN
    lines = Lines(green=0.30, red=0.40, better=Better.DOWN, min_n=MIN_PEOPLE, min_coverage=0.6)
    beside = (Beside("saved_h", _("hours saved by automation"), guard=True),)
    fields = (
        Field(name="toil_h", label=_("Hours of toil")),
        Field(name="work_h", label=_("Hours of work")),
        Field(name="answered", label=_("People who answered"), whole=True),
        Field(name="asked", label=_("People asked"), whole=True),
        Field(name="saved_h", label=_("Hours saved by automation"), required=False),
    )

    def of(self, numbers: Sequence[Mapping[str, float]], maturity: Maturity) -> Value:
        toil, work, asked = total(numbers, "toil_h"), total(numbers, "work_h"), total(numbers, "asked")
        if not work:
            return Value(lacking=Lacking.NOTHING, maturity=maturity)
        # Samples of several weeks ask the same people again: the largest says how many they are.
        people = int(max(each.get("answered", 0) for each in numbers))
        return Value(
            value=toil / work,
            numerator=toil,
            denominator=work,
            n=people,
            coverage=min(1.0, total(numbers, "answered") / asked) if asked else None,
            maturity=maturity,
            parts={"saved_h": total_of(numbers, "saved_h")},
        )

    def rate(self, numbers: Mapping[str, float]) -> float | None:
        return numbers["toil_h"] / numbers["work_h"] if numbers.get("work_h") else None


PLUGIN = Toil()
