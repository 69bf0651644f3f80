"""KPI 22: whether people on call are content, and stay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from reports.domain.periods import Period
from reports.domain.scopes import Seen
from reports.domain.values import Better, Lines, Maturity, Rag, Unit, Value
from reports.kpis._base import Beside, Frame, Heading
from reports.kpis._entered import Entered, Field, total, total_of
from reports.kpis._surveys import ANSWERS, MIN_ANSWERS, RESPONSE_RATE, SurveyKpi, of_answers

DAYS = "days"
YEAR = 365


class OncallSatisfaction(SurveyKpi):
    key = "oncall_satisfaction"
    number = 22
    title = _("On-call satisfaction")
    about = _(
        "Answers of 4 or 5 on a scale of 5 of people on call, of all their answers; beside it those who left the rotation by "
        "their own wish, as a share of the mean pool and year. Green only where nobody left whose leaving is regretted. "
        "Confidential: it is shown for the company alone, because the people of one team could be told, and not for fewer "
        "than five."
    )
    connect = _("Ask the people on call once a quarter, and enter the answers and who left.")
    guard = _("Size of the rotation, and the page load of its busiest tenth")
    heading = Heading.PEOPLE
    unit = Unit.SHARE
    better = Better.UP
    lines = Lines(green=0.7, red=0.5, better=Better.UP)
    definition = 3
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
        Beside("left_share", _("of the people on call left, a year"), Unit.SHARE),
    )
    fields = (
        *ANSWERS,
        Field(name="left", label=_("Left by their own wish"), whole=True, required=False),
        Field(name="regretted", label=_("Of these, regretted"), whole=True, required=False),
        Field(name="pool", label=_("People on call (mean)"), required=False),
    )

    def seen(self, frame: Frame) -> Iterator[Seen[Period, Entered]]:
        """What is said of a team or a service counts for the company, and says nothing of the team."""
        for one in super().seen(frame):
            fact = replace(one.fact, numbers={**one.fact.numbers, DAYS: one.fact.days})
            yield Seen(period=one.period, fact=fact)
            if not fact.whole:
                yield replace(one, fact=replace(fact, withheld=True))

    def tells(self, numbers: Mapping[str, float], *, whole: bool) -> bool:
        return whole and super().tells(numbers, whole=whole)

    def of(self, numbers: Sequence[Mapping[str, float]], maturity: Maturity) -> Value:
        pool, left = total(numbers, "pool"), total_of(numbers, "left")
        parts: dict[str, float | None] = {"pool": pool or None, "left": left, "left_share": _a_year(numbers)}
        if 0 < pool < MIN_ANSWERS:
            parts |= dict.fromkeys(parts)
        found = of_answers(numbers, maturity, parts)
        return replace(found, at_best=Rag.AMBER) if total(numbers, "regretted") else found


def _a_year(numbers: Sequence[Mapping[str, float]]) -> float | None:
    """Those who left, by the years that people were on call, of the entries that say both."""
    known = [each for each in numbers if "left" in each and each.get("pool")]
    years = sum(each["pool"] * each[DAYS] for each in known) / YEAR
    return total(known, "left") / years if years else None


PLUGIN = OncallSatisfaction()
