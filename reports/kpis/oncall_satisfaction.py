"""KPI 22: whether people on call are content, and stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from reports.domain.values import Better, Lines, Maturity, Rag, Unit, Value, forced
from reports.kpis._base import Heading
from reports.kpis._entered import EnteredKpi, Field, total
from reports.kpis._surveys import ANSWERS, of_answers

GREEN = 0.7


class OncallSatisfaction(EnteredKpi):
    key = "oncall_satisfaction"
    number = 22
    title = _("On-call satisfaction")
    about = _(
        "Answers of 4 or 5 on a scale of 5 of people on call, of all their answers; beside it those who left the rotation by "
        "their own wish. Green only where nobody left whose leaving is regretted. Groups of fewer than five are not shown."
    )
    connect = _("Ask the people on call once a quarter, and enter the answers and who left.")
    guard = _("Size of the rotation, and the page load of its busiest tenth")
    heading = Heading.PEOPLE
    unit = Unit.SHARE
    better = Better.UP
    lines = Lines(green=GREEN, red=0.5, better=Better.UP)
    fields = (
        *ANSWERS,
        Field(name="left", label=_("Left by their own wish"), whole=True, required=False),
        Field(name="regretted", label=_("Of these, regretted"), whole=True, required=False),
        Field(name="pool", label=_("People on call (mean)"), required=False),
    )

    def of(self, numbers: Sequence[Mapping[str, float]], maturity: Maturity) -> Value:
        pool = total(numbers, "pool")
        parts = {"left": total(numbers, "left"), "left_share": total(numbers, "left") / pool if pool else None}
        found = of_answers(numbers, maturity, parts)
        lost = total(numbers, "regretted")
        if lost and found.value is not None and found.value >= GREEN:
            return forced(found, Rag.AMBER)
        return found


PLUGIN = OncallSatisfaction()
