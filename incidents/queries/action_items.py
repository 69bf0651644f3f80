"""Actions: as a list and a board, one with what may be done to it, and whether promises are kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.db.models import Case, Count, DateField, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.expressions import OrderBy
from django.http import Http404

from incidents.domain.action_states import WAYS
from incidents.domain.action_states import State as StateOf
from incidents.domain.closure import Ageing, Closure, Promise, ageing, closure
from incidents.models import UNFINISHED, ActionItem, ActionState, Deferral, Incident
from relportal.core import company
from relportal.core.models import User
from relportal.core.permissions import allowed

PAGE_SIZE: Final = 50
BOARD_SIZE: Final = 200
BOARD_PAST: Final = dt.timedelta(days=30)
CLOSURE_DAYS: Final = 90
OVERDUE: Final = "overdue"
UNFINISHED_WORD: Final = "unfinished"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionFilters:
    """Empty: not filtered by. `states` may hold "unfinished" and "overdue"; `mine` holds one's own only."""

    text: str = ""
    states: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    priorities: tuple[int, ...] = ()
    teams: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    tiers: tuple[int, ...] = ()
    incident: int | None = None
    mine: bool = False


class ActionSort(StrEnum):
    DUE = "due"
    TITLE = "title"
    OWNER = "owner"
    PRIORITY = "priority"
    CREATED = "created"


@dataclass(frozen=True, slots=True)
class ActionOrder:
    sort: ActionSort = ActionSort.DUE
    descending: bool = False


@dataclass(frozen=True, slots=True)
class ActionRow:
    """`incident` None: of none, or of one that the viewer may not see. `late_days` counts from the date that holds now."""

    item: ActionItem
    incident: Incident | None
    late_days: int

    @property
    def is_late(self) -> bool:
        return self.late_days > 0


@dataclass(frozen=True, slots=True)
class Kept:
    """What fell due in the last 90 days, and the age of what is open; over all that the viewer sees and that matches."""

    closure: Closure
    ageing: Ageing


@dataclass(frozen=True, slots=True)
class ActionList:
    rows: tuple[ActionRow, ...]
    total: int
    overdue: int
    page: int
    size: int | None


def _wanted(filters: ActionFilters, today: dt.date) -> Q:
    states = {word for word in filters.states if word not in (OVERDUE, UNFINISHED_WORD)}
    wanted = Q(state__in=states)
    if UNFINISHED_WORD in filters.states:
        wanted |= Q(state__in=UNFINISHED)
    if OVERDUE in filters.states:
        wanted |= Q(state__in=UNFINISHED, due_on__lt=today)
    return wanted


def found(user: User, filters: ActionFilters, *, at: dt.datetime) -> QuerySet[ActionItem]:
    rows = ActionItem.objects.visible_to(user)
    for word in filters.text.split():
        named = Q(title__icontains=word) | Q(description__icontains=word) | Q(owner__display_name__icontains=word)
        number = word.upper().removeprefix("ACT-")
        rows = rows.filter(named | Q(pk=int(number)) if number.isdecimal() and len(number) < 15 else named)
    if filters.states:
        rows = rows.filter(_wanted(filters, company.day(at)))
    if filters.tiers:
        rows = rows.of_tiers(filters.tiers)
    simple: dict[str, object] = {
        "kind__in": filters.kinds,
        "priority__in": filters.priorities,
        "team__slug__in": filters.teams,
        "service__slug__in": filters.services,
        "incident": filters.incident,
        "owner": user.pk if filters.mine else None,
    }
    return rows.filter(**{name: value for name, value in simple.items() if value})


def action_rows(
    user: User,
    *,
    filters: ActionFilters,
    order: ActionOrder,
    at: dt.datetime,
    page: int = 1,
    size: int | None = PAGE_SIZE,
) -> ActionList:
    """One page, what is not finished first; `size` None: everything, for a CSV."""
    matching = found(user, filters, at=at)
    late = Q(state__in=UNFINISHED, due_on__lt=company.day(at))
    counted = matching.aggregate(total=Count("pk"), overdue=Count("pk", filter=late))
    total = counted["total"]
    page = max(1, min(page, -(-total // size))) if size and total else 1
    ordered = _with_words(matching).order_by(*_ordering(order))
    chosen = list(ordered[(page - 1) * size : page * size] if size else ordered)
    return ActionList(rows_of(user, chosen, at=at), total, counted["overdue"], page, size)


def _with_words(rows: QuerySet[ActionItem]) -> QuerySet[ActionItem]:
    return rows.select_related("owner", "team", "service")


def rows_of(user: User, items: Sequence[ActionItem], *, at: dt.datetime) -> tuple[ActionRow, ...]:
    """With the incidents that the viewer may see, in one statement."""
    today = company.day(at)
    asked = {item.incident_id for item in items if item.incident_id}
    seen = Incident.objects.visible_to(user).select_related("severity").in_bulk(asked) if asked else {}
    return tuple(
        ActionRow(
            item,
            seen.get(item.incident_id or 0),
            max(0, (today - item.due_on).days) if item.is_unfinished else 0,
        )
        for item in items
    )


def actions_of(user: User, incident: Incident, *, at: dt.datetime) -> tuple[ActionRow, ...]:
    """Those of one incident, which the viewer may see, by their date."""
    return rows_of(user, list(_with_words(ActionItem.objects.filter(incident=incident))), at=at)


def _ordering(order: ActionOrder) -> tuple[OrderBy | Case, ...]:
    column = {
        ActionSort.DUE: "due_on",
        ActionSort.TITLE: "title",
        ActionSort.OWNER: "owner__display_name",
        ActionSort.PRIORITY: "priority",
        ActionSort.CREATED: "created_at",
    }[order.sort]
    over = Case(When(state__in=UNFINISHED, then=Value(0)), default=Value(1), output_field=IntegerField())
    if order == ActionOrder():
        # What is over is history: the newest first.
        pending = Case(When(state__in=UNFINISHED, then=F("due_on")), output_field=DateField())
        return (OrderBy(over), OrderBy(pending), F("due_on").desc(), OrderBy(F("priority")), OrderBy(F("pk")))
    first = F(column).desc(nulls_last=True) if order.descending else F(column).asc(nulls_last=True)
    return (OrderBy(over), first, OrderBy(F("priority")), OrderBy(F("pk")))


def kept(user: User, *, filters: ActionFilters, at: dt.datetime) -> Kept:
    """Source: KPI 15, action item closure rate: by the first due date, of the last 90 days."""
    today = company.day(at)
    start = today - dt.timedelta(days=CLOSURE_DAYS)
    rows = found(user, filters, at=at).filter(Q(first_due_on__gte=start) | Q(state__in=UNFINISHED))
    promises = [
        Promise(
            made=company.day(created),
            due=first,
            now_due=due,
            done=company.day(done) if done else None,
            dropped=state == ActionState.DROPPED,
        )
        for created, first, due, done, state in rows.values_list(
            "created_at", "first_due_on", "due_on", "done_at", "state"
        )
    ]
    return Kept(closure(promises, start, today), ageing(promises, today))


@dataclass(frozen=True, slots=True)
class Column:
    state: str
    label: str
    rows: tuple[ActionRow, ...]
    more: int


def board(user: User, *, filters: ActionFilters, at: dt.datetime) -> tuple[Column, ...]:
    """A column a state; what was finished more than 30 days ago is in the list only."""
    recent = Q(state__in=UNFINISHED) | Q(done_at__gte=at - BOARD_PAST)
    matching = found(user, filters, at=at).filter(recent).exclude(state=ActionState.DROPPED)
    items = rows_of(user, list(_with_words(matching).order_by("due_on", "priority", "pk")[: BOARD_SIZE + 1]), at=at)
    shown = [state for state in ActionState if state != ActionState.DROPPED]
    return tuple(
        Column(
            state.value,
            str(state.label),
            tuple(row for row in items[:BOARD_SIZE] if row.item.state == state),
            max(0, len(items) - BOARD_SIZE),
        )
        for state in shown
    )


@dataclass(frozen=True, slots=True)
class ActionDetail:
    """`ways` are the states that it can go to and this viewer may move it to; `wish` waits for a decision. `whole` is what
    it was split from, `parts` what was split off it, as far as the viewer sees them."""

    row: ActionRow
    ways: tuple[ActionState, ...]
    deferrals: tuple[Deferral, ...]
    wish: Deferral | None
    may_edit: bool
    may_decide: bool
    whole: ActionItem | None
    parts: tuple[ActionItem, ...]


def visible(user: User, pk: int) -> ActionItem:
    """Raises: Http404, also for one that the viewer may not see."""
    item = _with_words(ActionItem.objects.visible_to(user)).select_related("verified_by").filter(pk=pk).first()
    if item is None:
        raise Http404
    return item


def incident_of(user: User, number: int | None) -> Incident | None:
    """One that the person sees; None where there is no such one."""
    if number is None:
        return None
    return Incident.objects.visible_to(user).select_related("severity", "team").filter(pk=number).first()


def may_edit(user: User, item: ActionItem) -> bool:
    owns = item.owner_id == user.pk and allowed(user, "action.edit")
    return owns or allowed(user, "action.edit", _scope(item))


def _scope(item: ActionItem) -> ActionItem | None:
    return item if item.team_id or item.service_id else None


def detail(user: User, item: ActionItem, *, at: dt.datetime) -> ActionDetail:
    edits = may_edit(user, item)
    defers = allowed(user, "action.defer", _scope(item))
    deferrals = tuple(item.deferrals.select_related("asked_by", "decided_by"))
    wish = next((each for each in deferrals if each.approved is None), None)
    own = wish is not None and user.pk in (wish.asked_by_id, item.owner_id)
    seen = ActionItem.objects.visible_to(user)
    return ActionDetail(
        rows_of(user, [item], at=at)[0],
        tuple(
            to for to in ActionState if StateOf(to.value) in WAYS[StateOf(item.state)] and _may(user, item, to, edits)
        ),
        deferrals,
        wish,
        edits,
        defers and wish is not None and not own,
        seen.filter(pk=item.split_from_id).first() if item.split_from_id else None,
        tuple(seen.filter(split_from=item).order_by("pk")),
    )


def _may(user: User, item: ActionItem, to: ActionState, edits: bool) -> bool:  # noqa: FBT001
    if to == ActionState.VERIFIED:
        return allowed(user, "action.edit") and item.owner_id != user.pk
    if to == ActionState.DROPPED:
        return edits and allowed(user, "action.defer", _scope(item))
    return edits
