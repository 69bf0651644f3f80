"""KPI 22: whether people on call are content, and stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from reports.domain.values import Better, Lines, Maturity, Rag, Unit, Value
from reports.kpis._base import Beside, Heading
from reports.kpis._entered import EnteredKpi, Field, total
from reports.kpis._surveys import ANSWERS, RESPONSE_RATE, of_answers


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
    lines = Lines(green=0.7, red=0.5, better=Better.UP)
    definition = 2
    beside = (
        Beside("pool", _("people on call"), guard=True),
        Beside(
            "busiest",
            _("pages per shift of the busiest tenth"),
            Unit.RATE,
            guard=True,
            of="page_load",
            part="p90_person",
        ),
        RESPONSE_RATE,
        Beside("left", _("left by their own wish")),
        Beside("left_share", _("of the people on call left"), Unit.SHARE),
    )
    fields = (
        *ANSWERS,
        Field(name="left", label=_("Left by their own wish"), whole=True, required=False),
        Field(name="regretted", label=_("Of these, regretted"), whole=True, required=False),
        Field(name="pool", label=_("People on call (mean)"), required=False),
    )

    def of(self, numbers: Sequence[Mapping[str, float]], maturity: Maturity) -> Value:
        pool = total(numbers, "pool")
        left = total(numbers, "left")
        parts = {"left": left, "left_share": left / pool if pool else None, "pool": pool or None}
        found = of_answers(numbers, maturity, parts)
        return replace(found, at_best=Rag.AMBER) if total(numbers, "regretted") else found


PLUGIN = OncallSatisfaction()
