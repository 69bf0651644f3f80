"""KPI 16: what failed again in the same way."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from incidents.domain.repeats import YEAR, Failed, repeated
from incidents.domain.statistics import Trend, shares_changed
from incidents.models import ActionItem, ActionState
from incidents.queries.behind import Behind, Scope, behind
from incidents.queries.repeats import SEVERITIES
from reports.domain.periods import Period
from reports.domain.scopes import Seen
from reports.domain.values import Better, Lines, Rag, Unit, Value, forced, share
from reports.kpis._base import Beside, Frame, Heading, Kpi, Row
from reports.kpis._incidents import GRAVE, seen_incidents

TOP = 10
"""Failure modes in which nothing should repeat."""


@dataclass(frozen=True, slots=True)
class Again:
    """An incident; `repeated`: one before it failed in the same way, `top`: in one of the commonest. `known`: somebody has said
    how it failed. `fixed`: every action of one that it repeats was done before."""

    pk: int
    grave: bool
    known: bool
    repeated: bool
    top: bool
    fixed: bool


class Repeats(Kpi[Again]):
    key = "repeats"
    number = 16
    title = _("Repeat incidents")
    about = _(
        "SEV-0 to SEV-2 incidents that share a confirmed failure mode with one of the 12 months before them, of all SEV-0 to "
        "SEV-2 incidents. Green with none in the ten failure modes that were commonest in the 12 months to the end of the "
        "period, amber with one, red with two or with any repeat of SEV-0 or SEV-1. Those without a failure mode count as no "
        "repeats: the coverage says how many have one. People confirm a failure mode; what is alike is only suggested."
    )
    connect = _("Confirm the failure modes of incidents.")
    guard = _("Incidents without a failure mode, and repeats of what was said to be fixed")
    heading = Heading.OPERATIONS
    unit = Unit.SHARE
    better = Better.DOWN
    lines = Lines(green=0, red=0.1, better=Better.DOWN)
    definition = 2
    beside = (
        Beside("unclassified_share", _("without a failure mode"), Unit.SHARE, guard=True),
        Beside("after_fixed", _("repeats after every action of an earlier one was done"), guard=True),
        Beside("top", _("repeats in the ten commonest failure modes")),
        Beside("unclassified", _("without a failure mode")),
    )

    def seen(self, frame: Frame) -> Iterator[Seen[Period, Again]]:
        # What a repeat repeats may lie a year before the first period.
        history = behind(None, Scope(severities=SEVERITIES), start=frame.start - YEAR, end=frame.end)
        again = repeated(
            Failed(one.pk, one.began, frozenset(slug for slug, _name in one.failure_modes)) for one in history
        )
        commonest = {
            period: _commonest(each for each in history if end - YEAR <= each.began < end)
            for period, (_start, end) in frame.bounds.items()
        }
        done = _done({before for found in again.values() for before in found.values()})
        for seen in seen_incidents(frame, SEVERITIES):
            one, found = seen.fact, again.get(seen.fact.pk, {})
            fact = Again(
                pk=one.pk,
                grave=one.severity in GRAVE,
                known=bool(one.failure_modes),
                repeated=bool(found),
                top=not commonest[seen.period].isdisjoint(found),
                fixed=any(before in done and done[before] <= one.began for before in found.values()),
            )
            yield Seen(period=seen.period, fact=fact, services=seen.services, team=seen.team)

    def value(self, facts: Sequence[Again]) -> Value:
        known, top = sum(one.known for one in facts), sum(one.top for one in facts)
        found = share(
            sum(one.repeated for one in facts),
            len(facts),
            coverage=known / len(facts) if facts else None,
            parts={
                "unclassified_share": 1 - known / len(facts) if facts else None,
                "unclassified": float(len(facts) - known),
                "after_fixed": float(sum(one.fixed for one in facts)),
                "top": float(top),
            },
        )
        worst = any(one.repeated and one.grave for one in facts)
        return forced(found, Rag.RED if worst or top > 1 else Rag.AMBER if top else Rag.GREEN) if facts else found

    def trend(self, now: Sequence[Again], before: Sequence[Again], *, exposure: float) -> Trend:
        _unused = exposure
        return shares_changed(
            (sum(one.repeated for one in now), len(now)), (sum(one.repeated for one in before), len(before))
        )

    def rows(self, fact: Again) -> Sequence[Row]:
        return [Row("incident", fact.pk, _("repeats an earlier one") if fact.repeated else "", fact.repeated)]


def _commonest(rows: Iterable[Behind]) -> frozenset[str]:
    """The failure modes that most of these had; of two that are as common, the first by name."""
    counts = Counter(slug for one in rows for slug, _name in one.failure_modes)
    return frozenset(sorted(counts, key=lambda slug: (-counts[slug], slug))[:TOP])


def _done(incidents: Iterable[int]) -> dict[int, dt.datetime]:
    """Since when every action of an incident is done, of those that were not dropped; one without any is not in it."""
    last: dict[int, dt.datetime] = {}
    undone: set[int] = set()
    rows = ActionItem.objects.filter(incident__in=list(incidents)).exclude(state=ActionState.DROPPED)
    for incident, at in rows.values_list("incident_id", "done_at"):
        if at is None:
            undone.add(incident)
        else:
            last[incident] = max(at, last.get(incident, at))
    return {pk: at for pk, at in last.items() if pk not in undone}


PLUGIN = Repeats()
