"""KPI 8: whether grave incidents are over within the hour."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from incidents.domain.statistics import Trend, distribution, shares_changed
from incidents.models import ONGOING, State, StateChange
from incidents.queries.behind import Behind, durations
from relportal.core import units
from reports.domain.periods import Period
from reports.domain.scopes import Seen
from reports.domain.values import Better, Lines, Unit, Value, share
from reports.kpis._base import Beside, Frame, Heading, Kpi, Row
from reports.kpis._incidents import GRAVE, seen_incidents

WITHIN_S = 3600
AGAIN_WITHIN = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Restored:
    """A grave incident; `reopened` within a day of having been said to be over."""

    one: Behind
    reopened: bool


class TimeToRestore(Kpi[Restored]):
    key = "ttr"
    number = 8
    title = _("Grave incidents restored within 60 min")
    about = _(
        "SEV-0 and SEV-1 incidents that were resolved within 60 minutes of the start of their impact, of those of which both "
        "times are known. The medians from impact to restored and from detected to mitigated stand beside it: so few incidents "
        "carry no mean."
    )
    connect = _("Say on each grave incident when its impact started and when it was resolved.")
    guard = _("Reopened within a day")
    heading = Heading.OPERATIONS
    unit = Unit.SHARE
    better = Better.UP
    lines = Lines(green=0.9, red=0.7, better=Better.UP, min_n=5)
    definition = 2
    beside = (
        Beside("reopened", _("reopened within a day"), guard=True),
        Beside("median", _("median to restore"), Unit.DURATION),
        Beside("p90", _("90th percentile to restore"), Unit.DURATION),
        Beside("mitigated", _("median from detected to mitigated"), Unit.DURATION),
    )

    def seen(self, frame: Frame) -> Iterator[Seen[Period, Restored]]:
        rows = list(seen_incidents(frame, GRAVE))
        reopened = _reopened({seen.fact.pk for seen in rows})
        for seen in rows:
            fact = Restored(seen.fact, seen.fact.pk in reopened)
            yield Seen(period=seen.period, fact=fact, services=seen.services, team=seen.team)

    def value(self, facts: Sequence[Restored]) -> Value:
        k, n = _within(facts)
        restored = distribution(_restored(facts))
        mitigated = distribution([_mitigated(each.one) for each in facts])
        return share(
            k,
            n,
            coverage=n / len(facts) if facts else None,
            parts={
                "reopened": float(sum(each.reopened for each in facts)),
                "median": restored.median,
                "p90": restored.p90,
                "mitigated": mitigated.median,
            },
        )

    def trend(self, now: Sequence[Restored], before: Sequence[Restored], *, exposure: float) -> Trend:
        _unused = exposure
        return shares_changed(_within(now), _within(before))

    def rows(self, fact: Restored) -> Sequence[Row]:
        took = fact.one.times.time_to_resolve
        if took is None:
            return [Row("incident", fact.one.pk, _("not known"))]
        return [Row("incident", fact.one.pk, units.duration(took), took.total_seconds() > WITHIN_S)]


def _reopened(ids: set[int]) -> frozenset[int]:
    """Those that went on within a day after they were said to be resolved or closed."""
    found, over = set(), dict[int, dt.datetime]()
    changes = StateChange.objects.filter(incident__in=ids).order_by("at", "pk")
    for pk, state, at in changes.values_list("incident_id", "state", "at"):
        if state in (State.RESOLVED, State.CLOSED):
            over.setdefault(pk, at)
        elif state in ONGOING and pk in over and at - over.pop(pk) <= AGAIN_WITHIN:
            found.add(pk)
    return frozenset(found)


def _restored(facts: Sequence[Restored]) -> list[float | None]:
    return durations([each.one for each in facts], "time_to_resolve")


def _mitigated(one: Behind) -> float | None:
    times = one.times
    if times.detected is None or times.mitigated is None:
        return None
    return (times.mitigated - times.detected).total_seconds()


def _within(facts: Sequence[Restored]) -> tuple[int, int]:
    known = [each for each in _restored(facts) if each is not None]
    return sum(each <= WITHIN_S for each in known), len(known)


PLUGIN = TimeToRestore()
