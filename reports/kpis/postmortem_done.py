"""KPI 14: whether grave incidents are reviewed in time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from incidents.domain.business_days import business_days_after
from incidents.models import ActionItem, Postmortem, Severity
from incidents.queries.behind import Scope, behind
from relportal.core import company
from relportal.core.models import Service, Team
from reports.domain.periods import Period
from reports.domain.scopes import Seen
from reports.domain.values import Better, Lines, Rag, Unit, Value, forced
from reports.kpis._base import Beside, Frame, Heading
from reports.kpis._incidents import GRAVE
from reports.kpis._shares import Met, ShareKpi

LONGEST = dt.timedelta(days=120)
"""A review falls due at most so long after its incident began."""

SYSTEMIC = "systemic"
"""The tag of a postmortem."""


@dataclass(frozen=True, slots=True)
class Reviewed(Met):
    """`actions` None: there is no published postmortem. `systemic`: whoever wrote it found a cause beyond the one service."""

    actions: int | None = None
    systemic: bool = False


class PostmortemDone(ShareKpi):
    key = "postmortem_done"
    number = 14
    title = _("Postmortems published in time")
    about = _(
        "SEV-0 and SEV-1 incidents whose postmortem was published by its due date, of those whose due date lies in the period: "
        "so many business days after the incident was resolved, as its severity asks. Green when all are, amber when one is "
        "late, red when more are. A postmortem can be published only with its contributing factors, a timeline, and an owned "
        "action or the reason why there is none. The tag “systemic” says that a cause lies beyond the one service."
    )
    connect = _("Resolve grave incidents here and write their postmortems.")
    guard = _("Actions of each postmortem, and how many name a systemic cause")
    heading = Heading.OPERATIONS
    unit = Unit.SHARE
    better = Better.UP
    lines = Lines(green=1, red=1, better=Better.UP)
    buts = ("missing", "without_actions")
    definition = 2
    beside = (
        Beside("actions", _("actions of each postmortem"), Unit.RATE, guard=True),
        Beside("systemic", _("of the published ones tagged “systemic”"), Unit.SHARE, guard=True),
        Beside("missing", _("not published at all")),
        Beside("without_actions", _("published without an action")),
    )
    met_words = _("published in time")
    missed_words = _("not published in time")

    def seen(self, frame: Frame) -> Iterator[Seen[Period, Met]]:
        rows = behind(None, Scope(severities=GRAVE), start=frame.start - LONGEST, end=frame.end)
        days = dict(Severity.objects.exclude(postmortem_days=None).values_list("level", "postmortem_days"))
        written = Postmortem.objects.filter(incident__in=[one.pk for one in rows])
        told = {pk: (at, tags) for pk, at, tags in written.values_list("incident_id", "published_at", "tags")}
        actions = dict(
            ActionItem.objects.filter(incident__in=list(told)).values_list("incident_id").annotate(n=Count("pk"))
        )
        services = dict(Service.objects.values_list("slug", "pk"))
        teams = dict(Team.objects.values_list("slug", "pk"))
        for one in rows:
            wait = days.get(one.severity) if one.severity is not None else None
            if wait is None or one.times.resolved is None:
                continue
            due = business_days_after(company.day(one.times.resolved), wait)
            if company.end_of(due) >= frame.at:
                continue
            at, tags = told.get(one.pk, (None, ()))
            n = actions.get(one.pk, 0)
            but = ("missing",) if at is None else () if n else ("without_actions",)
            fact = Reviewed(
                "incident",
                one.pk,
                at is not None and at <= company.end_of(due),
                but,
                actions=n if at else None,
                systemic=SYSTEMIC in {tag.lower() for tag in tags},
            )
            named = tuple(services[slug] for slug, _name in one.services)
            for period in frame.of_day(due):
                yield Seen(period=period, fact=fact, services=named, team=teams.get(one.team))

    def value(self, facts: Sequence[Met]) -> Value:
        known = [one for one in facts if isinstance(one, Reviewed) and one.actions is not None]
        parts = {
            "actions": fmean(one.actions or 0 for one in known) if known else None,
            "systemic": sum(one.systemic for one in known) / len(known) if known else None,
        }
        found = super().value(facts)
        found = replace(found, parts={**found.parts, **parts})
        if not facts:
            return found
        late = sum(not one.met for one in facts)
        return forced(found, Rag.GREEN if not late else Rag.AMBER if late == 1 else Rag.RED)


PLUGIN = PostmortemDone()
