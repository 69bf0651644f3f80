"""KPI 16: what failed again in the same way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from incidents.domain.repeats import YEAR, Failed, repeated
from incidents.domain.statistics import Trend, shares_changed
from incidents.queries.behind import Scope, behind
from incidents.queries.repeats import SEVERITIES
from reports.domain.periods import Period
from reports.domain.scopes import Seen
from reports.domain.values import Better, Lines, Rag, Unit, Value, forced, share
from reports.kpis._base import Beside, Frame, Heading, Kpi, Row
from reports.kpis._incidents import GRAVE, seen_incidents


@dataclass(frozen=True, slots=True)
class Again:
    """An incident; `repeated`: one before it failed in the same way. `known`: somebody has said how it failed."""

    pk: int
    grave: bool
    known: bool
    repeated: bool


class Repeats(Kpi[Again]):
    key = "repeats"
    number = 16
    title = _("Repeat incidents")
    about = _(
        "SEV-0 to SEV-2 incidents that share a confirmed failure mode with one of the 12 months before them, of all SEV-0 to "
        "SEV-2 incidents. Green with none, amber with one, red with two or with any of SEV-0 or SEV-1. Those without a failure "
        "mode count as no repeats: the coverage says how many have one."
    )
    connect = _("Confirm the failure modes of incidents.")
    guard = _("Incidents without a failure mode")
    heading = Heading.OPERATIONS
    unit = Unit.SHARE
    better = Better.DOWN
    lines = Lines(green=0, red=0.1, better=Better.DOWN)
    beside = (
        Beside("unclassified_share", _("without a failure mode"), Unit.SHARE, guard=True),
        Beside("unclassified", _("without a failure mode")),
    )

    def seen(self, frame: Frame) -> Iterator[Seen[Period, Again]]:
        # What a repeat repeats may lie a year before the first period.
        history = behind(None, Scope(severities=SEVERITIES), start=frame.start - YEAR, end=frame.end)
        again = repeated(
            Failed(one.pk, one.began, frozenset(slug for slug, _name in one.failure_modes)) for one in history
        )
        for seen in seen_incidents(frame, SEVERITIES):
            one = seen.fact
            fact = Again(one.pk, one.severity in GRAVE, bool(one.failure_modes), one.pk in again)
            yield Seen(period=seen.period, fact=fact, services=seen.services, team=seen.team)

    def value(self, facts: Sequence[Again]) -> Value:
        known = sum(one.known for one in facts)
        found = share(
            sum(one.repeated for one in facts),
            len(facts),
            coverage=known / len(facts) if facts else None,
            parts={
                "unclassified_share": 1 - known / len(facts) if facts else None,
                "unclassified": float(len(facts) - known),
            },
        )
        worst = any(one.repeated and one.grave for one in facts)
        if found.value is None or found.numerator is None:
            return found
        return forced(
            found, Rag.GREEN if not found.numerator else Rag.RED if worst or found.numerator > 1 else Rag.AMBER
        )

    def trend(self, now: Sequence[Again], before: Sequence[Again], *, exposure: float) -> Trend:
        _unused = exposure
        return shares_changed(
            (sum(one.repeated for one in now), len(now)), (sum(one.repeated for one in before), len(before))
        )

    def rows(self, fact: Again) -> Sequence[Row]:
        return [Row("incident", fact.pk, _("repeats an earlier one") if fact.repeated else "", fact.repeated)]


PLUGIN = Repeats()
