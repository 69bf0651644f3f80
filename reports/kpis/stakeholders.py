"""KPI 21: whether engineering and product are content with how reliability is run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from reports.domain.values import Better, Lines, Maturity, Unit, Value
from reports.kpis._base import Heading
from reports.kpis._surveys import ANSWERS, RESPONSE_RATE, SurveyKpi, of_answers


class Stakeholders(SurveyKpi):
    key = "stakeholders"
    number = 21
    title = _("Stakeholder satisfaction")
    about = _(
        "Answers of 4 or 5 on a scale of 5, of all answers, to the same question each quarter; put otherwise, no change is "
        "claimed. Groups of fewer than five are not shown."
    )
    connect = _("Ask engineering and product once a quarter, and enter the answers.")
    guard = _("Response rate")
    heading = Heading.PEOPLE
    unit = Unit.SHARE
    better = Better.UP
    lines = Lines(green=0.7, red=0.5, better=Better.UP)
    fields = ANSWERS
    beside = (RESPONSE_RATE,)

    def of(self, numbers: Sequence[Mapping[str, float]], maturity: Maturity) -> Value:
        return of_answers(numbers, maturity, {})


PLUGIN = Stakeholders()
