"""What a report that is closing still waits for, and from whom: said while there is time to bring it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.models import Alert, Incident, IncidentService, Postmortem
from incidents.queries.behind import Scope as Everything
from incidents.queries.behind import beginning, counted
from relportal.core import company
from relportal.core.models import Membership, Role, User
from reports.domain.payload import Payload
from reports.domain.periods import Cut, Period
from reports.domain.scopes import ScopeKind
from reports.domain.values import Lacking
from reports.kpis import KPIS
from reports.models import Report
from reports.queries.reports import explains
from reports.queries.scopes import ScopeNames

MOST: Final = 200
"""Incidents that are named: whoever has more begins somewhere."""
SHOWN: Final = 6


@dataclass(frozen=True, slots=True)
class Missing:
    """`words` say what is to be brought, `path` where."""

    words: str
    path: str


@dataclass(frozen=True, slots=True)
class Owing:
    """Somebody by name, and what they have not brought yet."""

    owner: str
    rows: tuple[Missing, ...]

    @property
    def first(self) -> tuple[Missing, ...]:
        return self.rows[:SHOWN]

    @property
    def more(self) -> int:
        return max(0, len(self.rows) - SHOWN)


def missing(user: User, report: Report, payload: Payload) -> tuple[Owing, ...]:
    """By the name of who owes it, as things stand now: what was brought is gone from it at once. Of incidents those that `user`
    may see. Six statements."""
    lead, owners = explains(report), _owners()
    found: defaultdict[str, list[Missing]] = defaultdict(list)
    found[lead] += _figures(report, payload)
    rows = _incidents(user, report)
    for one in rows:
        if lacks := _lacks(one):
            words = _("%(incident)s: say %(lacks)s") % {"incident": one, "lacks": ", ".join(lacks)}
            found[owners.get(one.team_id, lead)].append(Missing(words, one.get_absolute_url()))
    for late in Postmortem.objects.filter(incident__in=rows, published_at=None).select_related("owner", "incident"):
        owner = str(late.owner) if late.owner is not None else owners.get(late.incident.team_id, lead)
        found[owner].append(Missing(_postmortem(late), late.get_absolute_url()))
    for team, n in _alerts(report):
        words = ngettext("%(n)d alert is not judged", "%(n)d alerts are not judged", n) % {"n": n}
        path = f"{reverse('incidents:alert-list')}?state=unjudged"
        found[owners.get(team, lead)].append(Missing(words, path))
    return tuple(Owing(owner, tuple(found[owner])) for owner in sorted(found) if found[owner])


def _bounds(report: Report) -> tuple[dt.datetime, dt.datetime]:
    return Period(report.first, report.last, Cut(report.cut)).bounds(company.zone())


def _owners() -> dict[int | None, str]:
    """The first owner of each team, by its id."""
    rows = Membership.objects.filter(role=Role.SERVICE_OWNER, user__is_active=True).order_by("-user__display_name")
    return dict(rows.values_list("team_id", "user__display_name"))


def _figures(report: Report, payload: Payload) -> Iterator[Missing]:
    """KPIs of which nobody has entered or connected anything."""
    values = {one.code: one for one in payload.values}
    query = f"?of={ScopeNames().key(report.scope, report.number)}&period={report.cut}:{report.first}"
    for key, kpi in sorted(KPIS.items(), key=lambda each: each[1].number):
        value = values.get(key)
        if value is None or value.lacking == Lacking.NOT_CONNECTED:
            words = _("“%(kpi)s” has no data. %(connect)s") % {"kpi": kpi.title, "connect": kpi.connect}
            yield Missing(words, reverse("reports:kpi", args=[key]) + query)


def _incidents(user: User, report: Report) -> list[Any]:
    """Of the quarter and the scope, the newest first, with what is known of each."""
    start, end = _bounds(report)
    modes = Incident.failure_modes.through._default_manager.filter(incident=OuterRef("pk"))
    rows = counted(user, Everything()).annotate(began=beginning(), caused=Exists(modes))
    rows = rows.filter(began__gte=start, began__lt=end).filter(_hit(report))
    rows = rows.filter(
        Q(figures__customer_minutes=None) | Q(detection=None) | Q(caused=False) | Q(postmortem__published_at=None)
    )
    return list(rows.select_related("figures", "detection").order_by("-began", "-pk")[:MOST])


def _hit(report: Report) -> Q:
    hit = IncidentService.objects.all()
    if report.scope == ScopeKind.TEAM:
        return Q(team=report.number) | Q(pk__in=hit.filter(service__team=report.number).values("incident"))
    if report.scope == ScopeKind.TIER:
        return Q(pk__in=hit.filter(service__tier=report.number).values("incident"))
    return Q()


def _lacks(one: Any) -> list[str]:
    figures, detection = getattr(one, "figures", None), getattr(one, "detection", None)
    said = []
    if figures is None or figures.customer_minutes is None:
        said.append(_("whom it reached"))
    if not one.caused:
        said.append(_("what failed"))
    if detection is None:
        said.append(_("who noticed it"))
    return said


def _postmortem(one: Postmortem) -> str:
    words = _("The postmortem of %(incident)s is not published") % {"incident": one.incident.short_id}
    return f"{words}, {_('due %s') % date_format(one.due_at, 'j M Y')}" if one.due_at is not None else words


def _alerts(report: Report) -> QuerySet[Alert, tuple[int | None, int]]:
    """(team, how many): of the quarter, judged by nobody."""
    start, end = _bounds(report)
    rows = Alert.objects.unjudged().filter(started_at__gte=start, started_at__lt=end)
    if report.scope == ScopeKind.TEAM:
        rows = rows.filter(service__team=report.number)
    if report.scope == ScopeKind.TIER:
        rows = rows.filter(service__tier=report.number)
    found: QuerySet[Alert, tuple[int | None, int]] = (
        rows.order_by("service__team").values_list("service__team").annotate(n=Count("pk"))
    )
    return found
