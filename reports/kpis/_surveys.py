"""KPIs that ask people: the share of the two best of five answers, hidden where the group is small."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from reports.domain.values import Lacking, Maturity, Unit, Value, share
from reports.kpis._base import Beside
from reports.kpis._entered import Field, total

MIN_ANSWERS = 5
"""A smaller group could be told apart."""
RESPONSE = "response"
RESPONSE_RATE = Beside(RESPONSE, _("of those asked answered"), Unit.SHARE, guard=True)
ANSWERS = (
    Field(name="top_2", label=_("Answers of 4 or 5"), whole=True),
    Field(name="answered", label=_("Answers"), low=1, whole=True),
    Field(name="asked", label=_("People asked"), low=1, whole=True),
)


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
