"""Writing a postmortem together, having it reviewed and approved by someone else, and publishing it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final

from django.contrib.postgres.search import SearchVector
from django.db import transaction
from django.db.models import Value
from django.utils.translation import gettext as _

from incidents.actions.timeline import noted, person
from incidents.domain.business_days import business_days_after
from incidents.domain.postmortem_states import State as StateOf
from incidents.domain.postmortem_states import may_go, may_write
from incidents.models import (
    ActionItem,
    EntryKind,
    FailureMode,
    Incident,
    IncidentRole,
    Postmortem,
    PostmortemComment,
    PostmortemSection,
    PostmortemState,
    RoleHolder,
    SectionKind,
    State,
)
from incidents.queries.prefill import prefilled, template
from incidents.queries.times import times_of
from relportal.core import audit, company
from relportal.core.actions.notifications import notify
from relportal.core.exceptions import Conflict, Invalid, NotAllowed
from relportal.core.models import Membership, Role, User
from relportal.core.permissions import Actor, allowed, require
from relportal.core.rows import clean, save
from relportal.core.versions import locked

MOST_TAGS: Final = 12
# What a reader must find: the review is complete with these and with what is done about it (KPI 14).
REQUIRED: Final = (SectionKind.SUMMARY, SectionKind.CAUSES)
DEFAULT_DAYS: Final = 5


def due_at(incident: Incident) -> dt.datetime | None:
    """The end of the business day by which the severity asks for it; None while the incident goes on, or nothing is asked."""
    severity = incident.severity
    ended = times_of(incident).resolved
    if severity is None or severity.postmortem_days is None or ended is None:
        return None
    day = business_days_after(company.day(ended), severity.postmortem_days)
    return company.end_of(day)


def open_postmortem(actor: Actor, incident: Incident, *, at: dt.datetime) -> Postmortem:
    """Begins it with what the portal knows; there is one of each incident, so doing it twice gives the first.

    Raises: NotAllowed; Conflict for an incident that was merged into another, or was none.
    """
    require(actor, "postmortem.edit")
    with transaction.atomic():
        row = locked(Incident, incident.pk)
        existing = Postmortem.objects.filter(incident=row).first()
        if existing is not None:
            return existing
        if row.state in (State.MERGED, State.FALSE_ALARM, State.CANCELLED):
            words = _("%(incident)s is %(state)s: there is nothing to learn from it here.")
            raise Conflict(words % {"incident": row.short_id, "state": row.get_state_display().lower()})
        postmortem = Postmortem(incident=row, owner=_first_owner(row, actor), due_at=due_at(row), created_at=at)
        save(postmortem)
        PostmortemSection.objects.bulk_create(
            PostmortemSection(postmortem=postmortem, kind=kind, text=prefilled(row, kind), position=number)
            for number, kind in enumerate(template(row))
        )
        index(postmortem)
        url = postmortem.get_absolute_url()
        noted(row, EntryKind.LINK, _("Postmortem begun"), at=at, actor=actor, key="postmortem", url=url)
        audit.record(actor, "postmortem.open", postmortem, at=at, changes={"owner": (None, postmortem.owner)})
        if postmortem.owner is not None and postmortem.owner != actor:
            words = _("The postmortem of %(incident)s is yours") % {"incident": row}
            notify([postmortem.owner], words, key=f"postmortem:{postmortem.pk}:owner", url=url, at=at)
    return postmortem


def write_section(
    actor: Actor, section: PostmortemSection, text: str, *, version: int | None, at: dt.datetime
) -> PostmortemSection:
    """Raises: NotAllowed, Stale; Invalid; Conflict for what is approved already."""
    require(actor, "postmortem.edit")
    with transaction.atomic():
        postmortem = _writable(section.postmortem_id)
        row = locked(PostmortemSection, section.pk, version=version)
        before = row.text
        row.text = text.replace("\r\n", "\n")
        if row.text != before:
            clean(row)
            row.version += 1
            save(row)
            index(postmortem)
            changes: dict[str, audit.Change] = {row.kind: (f"{len(before)} characters", f"{len(row.text)} characters")}
            audit.record(actor, "postmortem.write", postmortem, at=at, changes=changes)
    return row


def add_section(actor: Actor, postmortem: Postmortem, kind: SectionKind, *, at: dt.datetime) -> PostmortemSection:
    """One that the template left out. Raises: NotAllowed; Conflict."""
    require(actor, "postmortem.edit")
    with transaction.atomic():
        row = _writable(postmortem.pk)
        section, added = PostmortemSection.objects.get_or_create(
            postmortem=row,
            kind=kind,
            defaults={"position": list(SectionKind).index(kind), "text": prefilled(row.incident, kind)},
        )
        if added:
            audit.record(actor, "postmortem.section", row, at=at, changes={"section": (None, section.kind)})
    return section


def describe(
    actor: Actor,
    postmortem: Postmortem,
    *,
    version: int | None,
    owner: User | None,
    tags: Sequence[str],
    failure_modes: Sequence[FailureMode],
    no_actions_because: str,
    at: dt.datetime,
) -> Postmortem:
    """Who writes it, and under what it is found. The failure modes are those of the incident: repeats are counted by them.

    Raises: NotAllowed, Stale; Invalid, by field.
    """
    require(actor, "postmortem.edit")
    with transaction.atomic():
        row = locked(Postmortem, postmortem.pk, version=version)
        before = Postmortem.objects.get(pk=row.pk)
        row.owner, row.no_actions_because = owner, no_actions_because
        row.tags = _tags(tags)
        _check_owner(row)
        clean(row)
        changes = audit.differences(before, row, ("owner", "no_actions_because", "tags"))
        modes = sorted(map(str, row.incident.failure_modes.all()))
        if modes != sorted(map(str, failure_modes)):
            row.incident.failure_modes.set(failure_modes)
            changes["failure_modes"] = (", ".join(modes), ", ".join(sorted(map(str, failure_modes))))
        if changes:
            row.version += 1
            save(row)
            index(row)
            audit.record(actor, "postmortem.describe", row, at=at, changes=changes)
    return row


def comment(actor: User, postmortem: Postmortem, text: str, *, at: dt.datetime, section: str = "") -> PostmortemComment:
    """Whoever sees the incident may say something; the owner is told. Raises: NotAllowed; Invalid."""
    require(actor, "incident.view")
    row = PostmortemComment(postmortem=postmortem, section=section, text=text.strip(), author=actor, at=at)
    with transaction.atomic():
        clean(row)
        save(row)
        audit.record(actor, "postmortem.comment", postmortem, at=at, changes={"comment": (None, row.pk)})
        owner = postmortem.owner
        if owner is not None and owner != actor:
            words = _("%(who)s commented on %(postmortem)s") % {"who": actor, "postmortem": postmortem}
            notify([owner], words, key=f"comment:{row.pk}", url=postmortem.get_absolute_url(), at=at)
    return row


def settle(actor: Actor, row: PostmortemComment, *, at: dt.datetime, settled: bool = True) -> PostmortemComment:
    """Ticks a comment off, or takes that back. Raises: NotAllowed."""
    require(actor, "postmortem.edit")
    with transaction.atomic():
        row.settled_at = at if settled else None
        save(row)
        changes: dict[str, audit.Change] = {"settled": (not settled, settled)}
        audit.record(actor, "postmortem.settle", row.postmortem, at=at, changes=changes)
    return row


def move(actor: Actor, postmortem: Postmortem, to: str, *, version: int | None = None, at: dt.datetime) -> Postmortem:
    """Into review, approved, published, or back to draft.

    Raises:
        NotAllowed: approving needs the ability, and eyes other than the owner's.
        Conflict: there is no way, or something is missing; the sentence says what.
    """
    require(actor, "postmortem.edit")
    with transaction.atomic():
        row = locked(Postmortem, postmortem.pk, version=version)
        if row.state == to:
            return row
        if not may_go(StateOf(row.state), StateOf(to)):
            words = _("It is %(state)s and cannot become %(to)s. Reload the page for what is possible.")
            raise Conflict(words % {"state": row.get_state_display().lower(), "to": PostmortemState(to).label.lower()})
        if to == PostmortemState.APPROVED:
            _check_approver(actor, row)
        if to != PostmortemState.DRAFT and (gaps := missing(row)):
            raise Conflict(" ".join(gaps))
        before, row.state = row.get_state_display(), to
        _stamp(row, to, actor=actor, at=at)
        row.version += 1
        save(row)
        index(row)
        changes: dict[str, audit.Change] = {"state": (before, row.get_state_display())}
        audit.record(actor, "postmortem.state", row, at=at, changes=changes)
        _tell(actor, row, to, at=at)
        if to == PostmortemState.PUBLISHED:
            url = row.get_absolute_url()
            noted(row.incident, EntryKind.LINK, _("Postmortem published"), at=at, actor=actor, url=url)
    return row


def missing(postmortem: Postmortem) -> list[str]:
    """What a review cannot go without, as sentences; empty when nothing is."""
    texts = dict(postmortem.sections.values_list("kind", "text"))
    gaps = [
        _("“%(section)s” is empty.") % {"section": kind.label} for kind in REQUIRED if not texts.get(kind, "").strip()
    ]
    promised = ActionItem.objects.filter(incident=postmortem.incident_id, owner__isnull=False).exists()
    if not promised and not postmortem.no_actions_because.strip():
        gaps.append(_("There is no action with an owner: promise one, or say why none is needed."))
    return gaps


def index(postmortem: Postmortem) -> None:
    """Writes the words that it is found by: title and tags weigh more than the text."""
    incident = postmortem.incident
    modes = " ".join(incident.failure_modes.values_list("name", flat=True))
    text = "\n".join(postmortem.sections.values_list("text", flat=True))
    heavy = SearchVector(Value(f"{incident.short_id} {incident.title}"), weight="A", config="english")
    middle = SearchVector(Value(f"{' '.join(postmortem.tags)} {modes}"), weight="B", config="english")
    # PostgreSQL takes one megabyte of distinct words; nine sections of 50,000 characters stay below that.
    light = SearchVector(Value(text), weight="C", config="english")
    Postmortem.objects.filter(pk=postmortem.pk).update(search=heavy + middle + light)


def _writable(pk: int) -> Postmortem:
    row = locked(Postmortem, pk)
    if not may_write(StateOf(row.state)):
        words = _("It is %(state)s. Take it back to draft to change it; then it is approved again.")
        raise Conflict(words % {"state": row.get_state_display().lower()})
    return row


def _first_owner(incident: Incident, actor: Actor) -> User | None:
    held = RoleHolder.objects.select_related("user").filter(incident=incident, role=IncidentRole.COMMANDER)
    last = held.filter(since__isnull=False).order_by("-since").first()
    return last.user if last is not None and last.user.is_active else person(actor)


def _check_owner(row: Postmortem) -> None:
    owner = row.owner
    if owner is None:
        return
    sees = Incident.objects.visible_to(owner).filter(pk=row.incident_id).exists()
    if not sees or not allowed(owner, "postmortem.edit"):
        raise Invalid({"owner": _("%(name)s cannot write it. Choose someone who can.") % {"name": owner}})


def _check_approver(actor: Actor, row: Postmortem) -> None:
    require(actor, "postmortem.approve", row if row.team_id else None)
    if isinstance(actor, User) and actor.pk == row.owner_id:
        raise NotAllowed(_("Someone else than its owner approves a postmortem."), ability="postmortem.approve")


def _tags(given: Iterable[str]) -> list[str]:
    found = list(dict.fromkeys(" ".join(each.lower().split())[:40] for each in given if each.strip()))
    if len(found) > MOST_TAGS:
        raise Invalid({"tags": _("At most %(n)d tags: more of them find nothing better.") % {"n": MOST_TAGS}})
    return found


def _stamp(row: Postmortem, to: str, *, actor: Actor, at: dt.datetime) -> None:
    if to == PostmortemState.APPROVED:
        row.approved_by = person(actor)
    elif to == PostmortemState.PUBLISHED:
        row.published_at = at
    else:
        row.approved_by = row.published_at = None


def _tell(actor: Actor, row: Postmortem, to: str, *, at: dt.datetime) -> None:
    """In review: those who may approve. Approved or published: its owner; published: whoever held a role, too."""
    url, key = row.get_absolute_url(), f"postmortem:{row.pk}:{to}:{row.version}"
    if to == PostmortemState.IN_REVIEW:
        words = _("The postmortem of %(incident)s waits for your approval") % {"incident": row.incident}
        notify(approvers(row), words, key=key, url=url, at=at)
        return
    people = {row.owner_id or 0} if to != PostmortemState.DRAFT else set()
    if to == PostmortemState.PUBLISHED:
        held = RoleHolder.objects.filter(incident=row.incident_id, since__isnull=False)
        people |= set(held.values_list("user_id", flat=True))
    people.discard(actor.pk if isinstance(actor, User) else 0)
    words = _("The postmortem of %(incident)s is %(state)s")
    told = words % {"incident": row.incident, "state": row.get_state_display().lower()}
    notify(User.objects.filter(pk__in=people), told, key=key, url=url, at=at)


def approvers(row: Postmortem) -> list[User]:
    """Service owners of the incident's team, else those who lead reliability, else every service owner; who sees it, and
    is not its owner."""
    held = Membership.objects.filter(user__is_active=True).exclude(user=row.owner_id or 0)
    chosen = held.filter(role=Role.SERVICE_OWNER, team=row.team_id) if row.team_id else held.none()
    if not chosen.exists():
        chosen = held.filter(role=Role.RELIABILITY_LEAD)
    if not chosen.exists():
        chosen = held.filter(role=Role.SERVICE_OWNER)
    people = User.objects.filter(pk__in=chosen.values("user"))
    return [each for each in people if Incident.objects.visible_to(each).filter(pk=row.incident_id).exists()]
