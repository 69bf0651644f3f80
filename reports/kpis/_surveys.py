"""KPIs that ask people: the share of the two best of five answers, hidden where the group is small."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from incidents.domain.statistics import UNKNOWN, Trend
from reports.domain.values import Lacking, Maturity, Unit, Value, share
from reports.kpis._base import Beside
from reports.kpis._entered import Entered, EnteredKpi, Field, taken, total

MIN_ANSWERS = 5
"""A smaller group could be told apart."""
RESPONSE = "response"
RESPONSE_RATE = Beside(RESPONSE, _("of those asked answered"), Unit.SHARE, guard=True)
ANSWERS = (
    Field(name="top_2", label=_("Answers of 4 or 5"), whole=True),
    Field(name="answered", label=_("Answers"), low=1, whole=True),
    Field(name="asked", label=_("People asked"), low=1, whole=True),
    Field(name="question", label=_("Version of the question"), low=1, whole=True, required=False),
)


class SurveyKpi(EnteredKpi):
    """Answers to one question. Entries of fewer than five are summed into larger groups, and read by nobody."""

    def tells(self, numbers: Mapping[str, float], *, whole: bool) -> bool:
        _unused = whole
        return numbers.get("answered", 0) >= MIN_ANSWERS

    def trend(self, now: Sequence[Entered], before: Sequence[Entered], *, exposure: float) -> Trend:
        """None where the question was put otherwise: then the answers are to another one."""
        asked, asked_before = (_questions(facts) for facts in (now, before))
        if asked and asked_before and asked != asked_before:
            return UNKNOWN
        return super().trend(now, before, exposure=exposure)


def _questions(facts: Sequence[Entered]) -> frozenset[float]:
    """The versions that were put; empty: nobody said."""
    return frozenset(one.numbers["question"] for one in taken(facts) if "question" in one.numbers)


def of_answers(numbers: Sequence[Mapping[str, float]], maturity: Maturity, parts: Mapping[str, float | None]) -> Value:
    answered, asked = int(total(numbers, "answered")), total(numbers, "asked")
    if answered < MIN_ANSWERS:
        return Value(lacking=Lacking.TOO_FEW_PEOPLE, maturity=maturity)
    return share(
        int(total(numbers, "top_2")),
        answered,
        coverage=min(1.0, answered / asked) if asked else None,
        maturity=maturity,
        parts={**parts, RESPONSE: min(1.0, answered / asked) if asked else None},
    )
