"""Reports: which there are, who wrote them, and what hinders their publication."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from relportal.core import company
from relportal.core.models import Membership, Role, Team, Tier
from reports.domain.payload import Payload, Tone
from reports.domain.periods import Cut, Period
from reports.domain.report_states import Hindrance, Judged, Lack, ReportState, hindrances
from reports.domain.scopes import Scope, ScopeKind
from reports.domain.values import Rag
from reports.kpis import KPIS
from reports.models import KpiComment, Narrative, Report
from reports.queries.confidential import confidential_in
from reports.queries.scopes import ScopeNames

_RAGS = {Tone.GREEN: Rag.GREEN, Tone.AMBER: Rag.AMBER, Tone.RED: Rag.RED}
SCOPES = (ScopeKind.COMPANY, ScopeKind.TIER, ScopeKind.TEAM)
"""Of which there are reports; a service and a journey have their scorecards."""


def reports() -> QuerySet[Report]:
    """Without what they say, which is large."""
    return Report.objects.defer("facts", "payload").select_related("created_by")


def scope_name(scope: Scope, *, known: str = "") -> str:
    """As it is called now; a team that is gone keeps the name by which it was `known`."""
    if scope.kind is ScopeKind.COMPANY:
        return settings.COMPANY_NAME
    if scope.kind is ScopeKind.TIER:
        return str(Tier(scope.number).label)
    found = Team.objects.filter(pk=scope.number).values_list("name", flat=True).first()
    return found or known or _("A team that is gone (%(number)d)") % {"number": scope.number}


def closes_on(report: Report) -> dt.date:
    """The first day on which its figures are final."""
    return Period(report.first, report.last, Cut(report.cut)).closes_on


def is_final(report: Report) -> bool:
    """Whether what was drafted last was drafted when its figures were final."""
    return report.drafted_at is not None and company.day(report.drafted_at) >= closes_on(report)


def authors(report: Report) -> frozenset[int]:
    """Who made it or ever wrote in it, or in what it revises, for a revision begins with these words: they do not approve it."""
    # Not who saved a page last: its words may be those of whoever wrote there before.
    kept: Any = apps.get_model("reports", "NarrativeEvent")._default_manager.filter(by_id__isnull=False)
    wrote: set[int] = set()
    line: Report | None = report
    while line is not None:
        wrote.update(kept.filter(report_id=line.pk).values_list("by_id", flat=True))
        line = reports().filter(revised=line).first()
    return frozenset([*([report.created_by_id] if report.created_by_id is not None else []), *wrote])


@dataclass(frozen=True, slots=True)
class Hindering:
    """What has to be done before the report goes out, where, and by whom."""

    hindrance: Hindrance
    words: str
    path: str
    owner: str


def hindering(report: Report, payload: Payload, *, needed: Mapping[str, str]) -> tuple[Hindering, ...]:
    """`needed` are the topics of pages that need a message, by key. Four statements."""
    said = Narrative.objects.filter(report=report).exclude(title="").values_list("page", flat=True)
    comments = {
        row.kpi: row
        for row in KpiComment.objects.filter(
            cut=report.cut, first=report.first, scope=report.scope, number=report.number
        )
    }
    judged = [
        Judged(
            one.code,
            _RAGS.get(one.tone, Rag.GREY),
            commented=one.code in comments,
            mended=one.code in comments and comments[one.code].is_mended,
        )
        for one in payload.values
    ]
    pages = [page.key for page in payload.pages if page.key in needed]
    owner = explains(report)
    query = f"?of={ScopeNames().key(report.scope, report.number)}&period={report.cut}:{report.first}"
    return tuple(
        _hindering(one, report, needed, owner=owner, query=query)
        for one in hindrances(judged, needed=pages, said=set(said), secret=confidential_in(payload))
    )


def _hindering(one: Hindrance, report: Report, needed: Mapping[str, str], *, owner: str, query: str) -> Hindering:
    if one.lack is Lack.CONFIDENTIAL:
        words = _(
            "%(incident)s is confidential now, and the report leads to it: compute its numbers anew, and take it out of what was"
            " written. What is approved is opened again first."
        )
        name = {ReportState.FROZEN: "recompute", ReportState.APPROVED: "reopen"}.get(report.life)
        path = reverse(f"reports:report-{name}", args=[report.pk]) if name else report.get_absolute_url()
        return Hindering(one, words % {"incident": one.key}, path, _maker(report))
    if one.lack is Lack.MESSAGE:
        words = _("Page “%(page)s” has no message: write one, or take the one that is proposed.")
        path = reverse("reports:report-write", args=[report.pk, one.key])
        return Hindering(one, words % {"page": needed[one.key]}, path, _maker(report))
    title = KPIS[one.key].title if one.key in KPIS else one.key
    words = {
        Lack.COMMENT: _("“%(kpi)s” is off its target: its owner has to say why, and what comes next."),
        Lack.ACTION: _(
            "“%(kpi)s” is off its target: link the action that mends it, or the ask for what would, to its comment."
        ),
    }[one.lack]
    path = reverse("reports:kpi-comment", args=[one.key]) + query
    return Hindering(one, words % {"kpi": title}, path, owner)


def _maker(report: Report) -> str:
    return str(report.created_by) if report.created_by is not None else _("whoever made the report")


def explains(report: Report) -> str:
    """Who explains the figures of the scope: the owners of the team, or who leads reliability."""
    role = {ScopeKind.TEAM.value: Role.SERVICE_OWNER}.get(report.scope, Role.RELIABILITY_LEAD)
    team = report.number if report.scope == ScopeKind.TEAM else None
    names = Membership.objects.filter(role=role, team=team, user__is_active=True).order_by("user__display_name")
    found = names.values_list("user__display_name", flat=True).first()
    return found or str(role.label)
