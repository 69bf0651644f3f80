"""KPI 5: how many incidents there were."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import dropwhile
from statistics import fmean

from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from incidents.domain.statistics import Change, Trend, counts_changed
from incidents.models import Incident
from incidents.queries.behind import Behind
from relportal.core.queries.history import tracked_models
from reports.domain.control import Limits, count_limits
from reports.domain.periods import Period
from reports.domain.scopes import Seen
from reports.domain.values import Better, Rag, Unit, Value, count, forced
from reports.kpis._base import Beside, Frame, Heading, Kpi, Row, Words
from reports.kpis._deploys import Changes, counted, seen_changes
from reports.kpis._incidents import seen_incidents

BASE = 4
"""Periods whose mean the count is compared with."""
CHART = 8
"""Periods from which the limits of the chart are made."""
SEVERITIES = range(5)


def _declared(level: int) -> Words:
    return format_lazy("{} SEV-{}", _("declared as"), level)


@dataclass(frozen=True, slots=True)
class Counted:
    """An incident with the severity that it was declared with; None: it had none then."""

    one: Behind
    declared: int | None

    @property
    def downgraded(self) -> bool:
        """Severity 0 is the gravest."""
        return self.declared is not None and self.one.severity is not None and self.one.severity > self.declared


Fact = Counted | Changes


class Incidents(Kpi[Fact]):
    key = "incidents"
    number = 5
    title = _("Incidents")
    about = _(
        "Incidents whose impact began in the period (or that were declared in it, where nobody said when it began), by their "
        "final severity. Drills, tests, near misses and false alarms do not count. Green at or below the mean of the four "
        "periods before, red when significantly above it, amber between."
    )
    connect = _("Declare incidents here, or connect a tool that does.")
    guard = _("Noticed by customers first, and put to a lower severity later")
    heading = Heading.CUSTOMERS
    looks_back = BASE
    unit = Unit.COUNT
    better = Better.DOWN
    lines = None
    definition = 2
    beside = (
        Beside("by_customers", _("noticed by customers first"), guard=True),
        Beside("downgraded", _("put to a lower severity"), guard=True),
        Beside("per_1000_deploys", _("per 1,000 deploys"), Unit.RATE),
        *(Beside(f"sev_{level}", f"SEV-{level}") for level in SEVERITIES),
        *(Beside(f"declared_sev_{level}", _declared(level)) for level in SEVERITIES),
    )

    def seen(self, frame: Frame) -> Iterator[Seen[Period, Fact]]:
        """Deploys stand beside: more changes break more, and that is no worse."""
        first = _first_severities()
        for seen in seen_incidents(frame):
            fact = Counted(seen.fact, first.get(seen.fact.pk))
            yield Seen(period=seen.period, fact=fact, services=seen.services, team=seen.team)
        for shipped in frame.once(seen_changes, lambda: seen_changes(frame)):
            yield Seen(period=shipped.period, fact=shipped.fact, services=shipped.services)

    def value(self, facts: Sequence[Fact]) -> Value:
        mine = _incidents(facts)
        deploys = counted([one for one in facts if isinstance(one, Changes)])
        by_severity = {f"sev_{level}": float(sum(one.one.severity == level for one in mine)) for level in SEVERITIES}
        declared = {f"declared_sev_{level}": float(sum(one.declared == level for one in mine)) for level in SEVERITIES}
        guards = {
            "by_customers": float(sum(one.one.detected_by in ("customer", "third_party") for one in mine)),
            "downgraded": float(sum(one.downgraded for one in mine)),
            "per_1000_deploys": 1000 * len(mine) / deploys if deploys else None,
        }
        return count(len(mine), parts=guards | by_severity | declared)

    def trend(self, now: Sequence[Fact], before: Sequence[Fact], *, exposure: float) -> Trend:
        return counts_changed(len(_incidents(now)), len(_incidents(before)), exposure=exposure)

    def judged(self, value: Value, facts: Sequence[Fact], before: Sequence[Sequence[Fact]]) -> Value:
        if not before:
            return value
        n, mean = len(_incidents(facts)), fmean(len(_incidents(each)) for each in before[:BASE])
        if n <= mean:
            return forced(value, Rag.GREEN)
        risen = counts_changed(n, round(mean)).change is Change.UP
        return forced(value, Rag.RED if risen else Rag.AMBER)

    def limits(self, before: Sequence[tuple[int, int]], size: int) -> Limits | None:
        """A c chart of up to eight periods, from four on: it says what is chance, and gives no colour."""
        _unused = size
        counts = [n for n, _of in before[-CHART:]]
        # Oldest periods without any are from before anybody counted.
        counts = list(dropwhile(lambda n: not n, counts))
        return count_limits(counts) if len(counts) >= BASE else None

    def rows(self, fact: Fact) -> Sequence[Row]:
        if isinstance(fact, Changes):
            return ()
        level, declared = fact.one.severity, fact.declared
        words = f"SEV-{level}" if level is not None else ""
        if fact.downgraded:
            words = gettext("%(now)s, declared as SEV-%(then)d") % {"now": words, "then": declared}
        return [Row("incident", fact.one.pk, words)]


def _first_severities() -> dict[int, int]:
    """What each incident was declared with, from the history of its row."""
    events = tracked_models()[Incident._meta.model_name or ""]._default_manager
    first = events.order_by("pgh_obj_id", "pgh_created_at", "pgh_id").distinct("pgh_obj_id")
    return {pk: level for pk, level in first.values_list("pgh_obj_id", "severity_id") if level is not None}


def _incidents(facts: Sequence[Fact]) -> list[Counted]:
    return [one for one in facts if isinstance(one, Counted)]


PLUGIN = Incidents()
