"""Declaring incidents and moving them: state, severity, merging, reopening, who may see them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from incidents.actions.burning import note_burn
from incidents.actions.correlation import carry_alerts, declare_with
from incidents.actions.marks import marked, sentence
from incidents.actions.runbooks import carry_runs
from incidents.actions.suspects import carry
from incidents.actions.timeline import noted, person
from incidents.domain.entry_line import AHEAD
from incidents.domain.states import State as StateOf
from incidents.domain.states import may_go, reopens
from incidents.domain.times import Times, flaws
from incidents.models import (
    Draft,
    Entry,
    EntryKind,
    Incident,
    IncidentAccess,
    IncidentObjective,
    IncidentService,
    Kind,
    Moment,
    Precision,
    Severity,
    State,
    StateChange,
    TimeSource,
)
from incidents.queries.exit_criteria import unmet
from incidents.queries.suggestion import Suggested, suggested
from incidents.signals import privacy_changed
from relportal.core import audit
from relportal.core.exceptions import Conflict, Invalid
from relportal.core.models import Service, User
from relportal.core.permissions import Actor, require
from relportal.core.rows import clean, save
from relportal.core.versions import locked
from slo.models import BurnAlert, Objective

FIELDS = ("title", "summary", "kind", "impact", "condition")


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """A title is enough; the rest is asked for later, or follows from the burning objective. `alerts` are ids."""

    title: str
    summary: str = ""
    kind: str = Kind.REAL.value
    impact: str = ""
    condition: str = ""
    severity: int | None = None
    services: Sequence[Service] = ()
    objectives: Sequence[Objective] = ()
    is_private: bool = False
    source: str = ""
    impact_started: dt.datetime | None = None
    detected: dt.datetime | None = None
    alerts: Sequence[int] = ()


def declare(actor: Actor, given: Declaration, *, at: dt.datetime) -> Incident:
    """A new incident, in triage, with what the portal knows already: severity, services, when the burn began.

    Raises: NotAllowed; Invalid, by field.
    """
    require(actor, "incident.declare")
    _refuse_impossible(given, at=at)
    services = list(dict.fromkeys([*given.services, *(each.service for each in given.objectives)]))
    found = suggested(given.objectives, impact=given.impact, condition=given.condition)
    row = Incident(
        title=given.title.strip(),
        summary=given.summary,
        kind=given.kind,
        impact=given.impact,
        condition=given.condition,
        is_private=given.is_private,
        declared_at=at,
        declared_by=person(actor),
        declared_from=given.source,
        team=services[0].team if services else None,
    )
    row.suggested_id, row.suggested_because = found.level, found.because
    row.severity_id = given.severity if given.severity is not None else found.level
    with transaction.atomic():
        clean(row)
        save(row)
        IncidentService.objects.bulk_create(IncidentService(incident=row, service=each) for each in services)
        IncidentObjective.objects.bulk_create(
            IncidentObjective(incident=row, objective=each) for each in given.objectives
        )
        StateChange.objects.create(incident=row, state=row.state, at=at, by=person(actor))
        _first_times(row, given, found, actor=actor, at=at)
        declare_with(actor, row, given.alerts, at=at)
        noted(row, EntryKind.STATE, _("Declared by %(who)s") % {"who": actor}, at=at, actor=actor, key="declared")
        audit.record(actor, "incident.declare", row, at=at, changes={"severity": (None, row.severity)})
    return row


def _refuse_impossible(given: Declaration, *, at: dt.datetime) -> None:
    """A clock that is a little ahead is no mistake: such a time is taken as now."""
    said = Times(declared=at, impact_started=given.impact_started, detected=given.detected)
    if wrong := flaws(said, at=at + AHEAD):
        raise Invalid({field: sentence(flaw) for field, flaw in wrong.items()})


def _first_times(row: Incident, given: Declaration, found: Suggested, *, actor: Actor, at: dt.datetime) -> None:
    if given.impact_started is not None:
        marked(row, Moment.IMPACT_STARTED, given.impact_started, source=TimeSource.PERSON, actor=actor, at=at)
    if given.detected is not None:
        marked(row, Moment.DETECTED, given.detected, source=TimeSource.PERSON, actor=actor, at=at)
    elif found.burning_since is not None:
        marked(row, Moment.DETECTED, found.burning_since, source=TimeSource.BURN, actor=actor, at=at)
    firing = BurnAlert.objects.filter(objective__in=given.objectives, resolved_at=None)
    for alert in firing.select_related("objective__service").order_by("severity", "fired_at"):
        note_burn(row, alert, actor=actor, at=at)


def move(
    actor: Actor,
    incident: Incident,
    to: str,
    *,
    at: dt.datetime,
    version: int | None = None,
    reason: str = "",
    despite: bool = False,
) -> Incident:
    """To another state; into monitoring marks the mitigation, into resolved the end, out of either reopens.

    Raises: NotAllowed, Stale; Conflict where there is no way, or where exit criteria are not met and `despite` is not set.
    """
    require(actor, "incident.run")
    with transaction.atomic():
        row = locked(Incident, incident.pk, version=version)
        if row.state == to:
            return row
        if not may_go(StateOf(row.state), StateOf(to)):
            raise Conflict(
                _("%(incident)s is %(state)s and cannot become %(to)s. Reload the page for what is possible.")
                % {"incident": row.short_id, "state": row.get_state_display(), "to": State(to).label}
            )
        if to == State.RESOLVED and not despite and (open_ones := unmet(row, at=at)):
            raise Conflict(
                _("%(objectives)s still burn too fast. Resolve all the same if you are sure.")
                % {"objectives": ", ".join(map(str, open_ones))}
            )
        again = reopens(StateOf(row.state), StateOf(to))
        before, row.state = row.get_state_display(), to
        row.version += 1
        save(row)
        StateChange.objects.create(incident=row, state=to, at=at, by=person(actor), reason=reason[:500])
        _mark_state(row, again=again, actor=actor, at=at)
        words = _("Reopened: %(state)s") if again else _("State: %(state)s")
        noted(row, EntryKind.STATE, words % {"state": row.get_state_display()}, at=at, actor=actor)
        audit.record(
            actor, "incident.state", row, at=at, reason=reason, changes={"state": (before, row.get_state_display())}
        )
    return row


_MARKS = {
    State.MONITORING.value: Moment.MITIGATED,
    State.RESOLVED.value: Moment.RESOLVED,
    State.CLOSED.value: Moment.CLOSED,
}


def _mark_state(row: Incident, *, again: bool, actor: Actor, at: dt.datetime) -> None:
    """A state tells a time that nobody entered; reopening takes back the ones that turned out wrong.

    Of what is entered afterwards it tells none: that moves through the states long after it was over.
    """
    if again:
        row.times.filter(moment__in=[Moment.RESOLVED, Moment.CLOSED], is_override=False).delete()
        return
    moment = None if row.kind == Kind.BACKFILLED else _MARKS.get(row.state)
    if moment is not None and not row.times.filter(moment=moment).exists():
        marked(row, moment, at, source=TimeSource.STATE, actor=actor, at=at, precision=Precision.EXACT)


def set_severity(
    actor: Actor,
    incident: Incident,
    severity: Severity,
    *,
    at: dt.datetime,
    version: int | None = None,
    impact: str | None = None,
    condition: str | None = None,
    reason: str = "",
) -> Incident:
    """What was suggested is kept beside what is chosen. Raises: NotAllowed, Stale."""
    require(actor, "incident.run")
    with transaction.atomic():
        row = locked(Incident, incident.pk, version=version)
        before = Incident.objects.get(pk=row.pk)
        row.impact = row.impact if impact is None else impact
        row.condition = row.condition if condition is None else condition
        found = suggested(list(row.objectives.all()), impact=row.impact, condition=row.condition)
        row.suggested_id, row.suggested_because = found.level, found.because
        row.severity = severity
        clean(row)
        changes = audit.differences(before, row, ("severity", "impact", "condition"))
        if changes:
            row.version += 1
            save(row)
            if before.severity_id != row.severity_id:
                noted(
                    row,
                    EntryKind.SEVERITY,
                    _("Severity: %(old)s → %(new)s") % {"old": before.severity or "–", "new": row.severity},
                    at=at,
                    actor=actor,
                )
            audit.record(actor, "incident.severity", row, at=at, reason=reason, changes=changes)
    return row


def edit(
    actor: Actor,
    incident: Incident,
    *,
    version: int | None,
    at: dt.datetime,
    services: Sequence[Service] | None = None,
    objectives: Sequence[Objective] | None = None,
    **fields: str,
) -> Incident:
    """Title, summary, kind, impact and condition; the services and objectives that it hits. What is not given stays.

    Raises: NotAllowed, Stale; Invalid, by field.
    """
    require(actor, "incident.run")
    if unknown := fields.keys() - set(FIELDS):
        raise TypeError(f"not a field of an incident: {unknown}")
    with transaction.atomic():
        row = locked(Incident, incident.pk, version=version)
        before = Incident.objects.get(pk=row.pk)
        for name, value in fields.items():
            setattr(row, name, value)
        clean(row)
        changes = audit.differences(before, row, FIELDS)
        if services is not None:
            changes |= _relinked(row, "services", services)
            row.team = services[0].team if services else None
        if objectives is not None:
            changes |= _relinked(row, "objectives", objectives)
        if changes:
            row.version += 1
            save(row)
            audit.record(actor, "incident.edit", row, at=at, changes=changes)
    return row


def _relinked(row: Incident, name: str, wanted: Sequence[Service] | Sequence[Objective]) -> dict[str, audit.Change]:
    relation = getattr(row, name)
    before = sorted(map(str, relation.all()))
    relation.set(wanted)
    after = sorted(map(str, wanted))
    return {name: (", ".join(before), ", ".join(after))} if before != after else {}


def merge(actor: Actor, incident: Incident, into: Incident, *, at: dt.datetime, reason: str = "") -> Incident:
    """Ends `incident` and carries its timeline, services, objectives and suspects over; its link leads to `into` from then on.

    Raises: NotAllowed; Invalid for merging into itself, or into one that was merged itself.
    """
    require(actor, "incident.run")
    with transaction.atomic():
        first, second = sorted((incident.pk, into.pk))
        rows = {pk: locked(Incident, pk) for pk in dict.fromkeys((first, second))}
        row, target = rows[incident.pk], rows[into.pk]
        if row.pk == target.pk:
            raise Invalid({"into": _("An incident cannot be merged into itself.")})
        if State.MERGED in (row.state, target.state):
            raise Invalid({"into": _("One of the two was merged already. Choose the incident that it went on in.")})
        if row.is_private and not target.is_private:
            raise Invalid({"into": _("A private incident cannot be merged into one that everybody sees.")})
        row.state, row.merged_into = State.MERGED, target
        row.version += 1
        save(row)
        StateChange.objects.create(incident=row, state=row.state, at=at, by=person(actor), reason=reason[:500])
        IncidentService.objects.bulk_create(
            (IncidentService(incident=target, service=each) for each in row.services.all()), ignore_conflicts=True
        )
        IncidentObjective.objects.bulk_create(
            (IncidentObjective(incident=target, objective=each) for each in row.objectives.all()), ignore_conflicts=True
        )
        Entry.objects.bulk_create(
            Entry(
                incident=target,
                kind=each.kind,
                at=each.at,
                text=f"{row.short_id}: {each.text}"[:4000],
                key=f"merged:{row.pk}:{each.pk}",
                url=each.url,
                author=each.author,
                recorded_at=each.recorded_at,
            )
            for each in row.entries.select_related("author")
        )
        carry(row, target)
        carry_alerts(row, target)
        carry_runs(row, target)
        noted(target, EntryKind.LINK, _("%(one)s was merged into this") % {"one": row}, at=at, actor=actor)
        changes: dict[str, audit.Change] = {"merged_into": (None, target.short_id)}
        audit.record(actor, "incident.merge", row, at=at, reason=reason, changes=changes)
    return target


def split(actor: Actor, incident: Incident, *, title: str, at: dt.datetime, entries: Sequence[Entry] = ()) -> Incident:
    """A second incident out of a part of the first; `entries` are carried over, and stay where they were, too.

    Raises: NotAllowed; Invalid.
    """
    require(actor, "incident.run")
    with transaction.atomic():
        given = Declaration(
            title=title, kind=incident.kind, is_private=incident.is_private, services=list(incident.services.all())
        )
        part = declare(actor, given, at=at)
        part.split_from = incident
        save(part)
        if incident.is_private:
            names = [IncidentAccess(incident=part, user_id=each.user_id) for each in incident.access.all()]
            IncidentAccess.objects.bulk_create(names)
        for each in entries:
            noted(
                part,
                EntryKind(each.kind),
                each.text,
                at=at,
                happened_at=each.at,
                actor=actor,
                key=f"split:{each.pk}",
            )
        noted(incident, EntryKind.LINK, _("%(part)s was split off") % {"part": part}, at=at, actor=actor)
        audit.record(actor, "incident.split", incident, at=at, changes={"part": (None, part.short_id)})
    return part


def set_privacy(
    actor: Actor, incident: Incident, *, is_private: bool, people: Sequence[User], at: dt.datetime, reason: str = ""
) -> Incident:
    """Private: only `people`, holders of a role, who declared it, and administrators see that there is one.

    Raises: NotAllowed.
    """
    require(actor, "incident.run")
    with transaction.atomic():
        row = locked(Incident, incident.pk)
        before = row.is_private
        row.is_private = is_private
        row.version += 1
        save(row)
        row.access.exclude(user__in=people).delete()
        IncidentAccess.objects.bulk_create(
            (IncidentAccess(incident=row, user=each) for each in people), ignore_conflicts=True
        )
        changes: dict[str, audit.Change] = {"is_private": (before, is_private), "access": (None, len(people))}
        audit.record(actor, "incident.privacy", row, at=at, reason=reason, changes=changes)
        privacy_changed.send(Incident, at=at)
    return row


def keep_draft(actor: User, incident: Incident, *, field: str, text: str, at: dt.datetime) -> None:
    """What the person has typed and not sent; an empty text forgets it. Raises: NotAllowed; Invalid."""
    require(actor, "incident.run")
    if not text:
        Draft.objects.filter(incident=incident, user=actor, field=field).delete()
        return
    if len(text) > 10_000 or len(field) > 60:
        raise Invalid({"text": _("A draft holds 10,000 characters.")})
    Draft.objects.update_or_create(incident=incident, user=actor, field=field, defaults={"text": text, "saved_at": at})
