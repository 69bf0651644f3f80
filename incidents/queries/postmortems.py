"""The library of what was learnt, one postmortem with its evidence, and the incidents that still owe one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import OrderBy
from django.http import Http404

from incidents.domain.blameless import Finding, findings
from incidents.domain.postmortem_states import WAYS, may_write
from incidents.domain.postmortem_states import State as StateOf
from incidents.domain.times import Times
from incidents.models import (
    COUNTED_KINDS,
    ActionItem,
    Alert,
    Deploy,
    Entry,
    ImpactFigures,
    Incident,
    Postmortem,
    PostmortemComment,
    PostmortemSection,
    PostmortemState,
    SectionKind,
    State,
)
from incidents.queries.action_items import ActionRow, actions_of
from incidents.queries.times import times_of
from relportal.core.models import Service, User
from relportal.core.permissions import allowed
from slo.models import Objective

PAGE_SIZE: Final = 30
OVERDUE: Final = "overdue"
AROUND: Final = dt.timedelta(hours=2)
SHOWN: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class PostmortemFilters:
    """Empty: not filtered by. `states` may hold "overdue"."""

    text: str = ""
    states: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    services: tuple[str, ...] = ()


class PostmortemSort(StrEnum):
    NEWEST = "newest"
    DUE = "due"
    RELEVANCE = "relevance"


@dataclass(frozen=True, slots=True)
class PostmortemOrder:
    sort: PostmortemSort = PostmortemSort.NEWEST
    descending: bool = True


@dataclass(frozen=True, slots=True)
class PostmortemRow:
    postmortem: Postmortem
    actions: int
    open_actions: int
    is_late: bool

    @property
    def done(self) -> int:
        return self.actions - self.open_actions


@dataclass(frozen=True, slots=True)
class PostmortemList:
    """`late` counts all that match and are not published by their day."""

    rows: tuple[PostmortemRow, ...]
    total: int
    late: int
    page: int
    size: int | None


def _late(at: dt.datetime) -> Q:
    return Q(due_at__lt=at) & ~Q(state=PostmortemState.PUBLISHED)


def found(user: User, filters: PostmortemFilters, *, at: dt.datetime) -> QuerySet[Postmortem]:
    """Full-text search in English words, with "quotes", -without and or."""
    rows = Postmortem.objects.visible_to(user)
    if filters.text:
        rows = rows.filter(search=SearchQuery(filters.text, search_type="websearch", config="english"))
    if filters.states:
        wanted = Q(state__in=[each for each in filters.states if each != OVERDUE])
        rows = rows.filter(wanted | _late(at) if OVERDUE in filters.states else wanted)
    if filters.tags:
        rows = rows.filter(tags__contains=list(filters.tags))
    simple: dict[str, tuple[str, ...]] = {
        "incident__failure_modes__slug__in": filters.modes,
        "incident__team__slug__in": filters.teams,
        "incident__services__slug__in": filters.services,
    }
    return rows.filter(**{name: value for name, value in simple.items() if value}).distinct()


def postmortem_rows(
    user: User,
    *,
    filters: PostmortemFilters,
    order: PostmortemOrder,
    at: dt.datetime,
    page: int = 1,
    size: int | None = PAGE_SIZE,
) -> PostmortemList:
    matching = Postmortem.objects.filter(pk__in=found(user, filters, at=at).values("pk"))
    counted = matching.aggregate(total=Count("pk"), late=Count("pk", filter=_late(at)))
    total = counted["total"]
    page = max(1, min(page, -(-total // size))) if size and total else 1
    actions = ActionItem.objects.filter(incident=OuterRef("incident_id")).order_by().values("incident")
    open_ones = actions.filter(state__in=("open", "doing"))
    rows = matching.defer("search").annotate(
        promised=Subquery(actions.annotate(n=Count("pk")).values("n")),
        unfinished=Subquery(open_ones.annotate(n=Count("pk")).values("n")),
    )
    words = rows.select_related("incident__severity", "incident__team", "incident__figures", "owner")
    ordered = words.prefetch_related("incident__failure_modes").order_by(*_ordering(order, filters))
    chosen = ordered[(page - 1) * size : page * size] if size else ordered
    return PostmortemList(tuple(_row(each, at=at) for each in chosen), total, counted["late"], page, size)


def _ordering(order: PostmortemOrder, filters: PostmortemFilters) -> tuple[OrderBy, ...]:
    last = F("pk").desc()
    if order.sort is PostmortemSort.DUE:
        column = F("due_at")
        return (column.desc(nulls_last=True) if order.descending else column.asc(nulls_last=True), last)
    if filters.text:
        query = SearchQuery(filters.text, search_type="websearch", config="english")
        return (SearchRank(F("search"), query).desc(), last)
    declared = F("incident__declared_at")
    return (declared.desc() if order.descending else declared.asc(), last)


def _row(row: Postmortem, *, at: dt.datetime) -> PostmortemRow:
    late = row.due_at is not None and row.due_at < at and row.state != PostmortemState.PUBLISHED
    counted: tuple[int | None, int | None] = (row.promised, row.unfinished)  # type: ignore[attr-defined]
    return PostmortemRow(row, counted[0] or 0, counted[1] or 0, late)


def owing(user: User) -> QuerySet[Incident]:
    """Ended incidents whose severity asks for a postmortem, and that have none."""
    over = Incident.objects.visible_to(user).filter(state__in=(State.RESOLVED, State.CLOSED), kind__in=COUNTED_KINDS)
    return over.filter(severity__postmortem_days__isnull=False, postmortem=None).select_related("severity")


def tags(user: User) -> tuple[tuple[str, str], ...]:
    """Those in use, by name."""
    used = Postmortem.objects.visible_to(user).exclude(tags=[]).values_list("tags", flat=True)
    return tuple((each, each) for each in sorted({tag for row in used for tag in row}))


@dataclass(frozen=True, slots=True)
class Section:
    """`wording` are hints of the blameless check, for those who may write."""

    row: PostmortemSection
    comments: tuple[PostmortemComment, ...]
    wording: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PostmortemDetail:
    """A postmortem with what stands around it. `ways` are the states that this viewer may move it to."""

    postmortem: Postmortem
    incident: Incident
    sections: tuple[Section, ...]
    absent: tuple[SectionKind, ...]
    comments: tuple[PostmortemComment, ...]
    actions: tuple[ActionRow, ...]
    entries: tuple[Entry, ...]
    alerts: tuple[Alert, ...]
    deploys: tuple[Deploy, ...]
    figures: ImpactFigures | None
    times: Times
    ways: tuple[PostmortemState, ...]
    may_write: bool
    is_late: bool

    @property
    def open_comments(self) -> int:
        everywhere = [*self.comments, *(each for section in self.sections for each in section.comments)]
        return sum(each.settled_at is None for each in everywhere)


def visible(user: User, incident: int) -> Postmortem:
    """The postmortem of an incident. Raises: Http404, also where the viewer may not see it."""
    rows = Postmortem.objects.visible_to(user).defer("search")
    found = rows.select_related("incident__severity", "incident__team", "owner", "approved_by")
    row = found.filter(incident=incident).first()
    if row is None:
        raise Http404
    return row


def around(times: Times) -> tuple[dt.datetime, dt.datetime]:
    """Two hours before it began to two hours after it ended, or to its declaration while it goes on."""
    began = min(each for each in (times.impact_started, times.detected, times.declared) if each is not None)
    ended = max(each for each in (times.resolved, times.mitigated, times.declared) if each is not None)
    return began - AROUND, ended + AROUND


def burnt(incident: Incident) -> list[Objective]:
    """The linked objectives; where none is linked, those that lost most to it, as the impact was computed."""
    rows = Objective.objects.select_related("service", "series")
    linked = list(rows.filter(incidents=incident).order_by("pk"))
    if linked:
        return linked
    figures = getattr(incident, "figures", None)
    shares = figures.explained.get("shares", ()) if figures is not None else ()
    spent = {each["id"]: each["spent"] for each in shares if each["spent"]}
    return sorted(rows.filter(pk__in=spent), key=lambda each: -spent[each.pk])


def detail(user: User, row: Postmortem, *, at: dt.datetime) -> PostmortemDetail:
    incident = row.incident
    times = times_of(incident)
    start, end = around(times)
    comments = list(row.comments.select_related("author"))
    sections = list(row.sections.all())
    writes = allowed(user, "postmortem.edit") and may_write(StateOf(row.state))
    kinds = {each.kind for each in sections}
    services = list(Service.objects.visible_to(user).filter(incidents=incident).values_list("pk", flat=True))
    alerts = Alert.objects.filter(Q(incident=incident) | Q(service__in=services, started_at__range=(start, end)))
    deploys = Deploy.objects.filter(service__in=services, started_at__range=(start, end))
    return PostmortemDetail(
        postmortem=row,
        incident=incident,
        sections=tuple(
            Section(
                each,
                tuple(one for one in comments if one.section == each.kind),
                findings(each.text) if writes else (),
            )
            for each in sections
        ),
        absent=tuple(kind for kind in SectionKind if kind not in kinds),
        comments=tuple(one for one in comments if one.section not in kinds),
        actions=actions_of(user, incident, at=at),
        entries=tuple(incident.entries.filter(struck=False).select_related("author")),
        alerts=tuple(alerts.select_related("service", "integration").order_by("started_at")[:SHOWN]),
        deploys=tuple(deploys.select_related("service").order_by("started_at")[:SHOWN]),
        figures=getattr(incident, "figures", None),
        times=times,
        ways=_ways(user, row),
        may_write=writes,
        is_late=row.due_at is not None and row.due_at < at and row.state != PostmortemState.PUBLISHED,
    )


def _ways(user: User, row: Postmortem) -> tuple[PostmortemState, ...]:
    if not allowed(user, "postmortem.edit"):
        return ()
    ways = [to for to in PostmortemState if StateOf(to.value) in WAYS[StateOf(row.state)]]
    approves = row.owner_id != user.pk and allowed(user, "postmortem.approve", row if row.team_id else None)
    return tuple(to for to in ways if to != PostmortemState.APPROVED or approves)
