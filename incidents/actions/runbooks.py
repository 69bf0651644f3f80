"""Recording that a runbook was used: by whoever responds, with one click, or by a tool that ran it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from incidents.actions.timeline import noted, person
from incidents.models import Alert, EntryKind, Incident, RunbookRun, RunOutcome, State
from incidents.queries.runbooks import said_in, said_on
from relportal.core import audit
from relportal.core.exceptions import Conflict, Invalid
from relportal.core.models import LinkKind, Service, ServiceLink, User
from relportal.core.permissions import Actor, require
from relportal.core.rows import clean_alone

TOLD = ("started_at", "ended_at", "outcome", "note", "link_id", "alert_id", "incident_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldRun:
    """`link` None: the only runbook that the service links, if it is one. `incident` None: that of the alert."""

    started: dt.datetime
    ended: dt.datetime | None = None
    outcome: str = RunOutcome.USED
    link: ServiceLink | None = None
    alert: Alert | None = None
    incident: Incident | None = None
    source: str = ""
    external_id: str = ""
    note: str = ""


def record_run(actor: Actor, service: Service, told: ToldRun, *, at: dt.datetime) -> tuple[RunbookRun, bool]:
    """The run, and whether it is new. Told again under its `external_id`, it takes over what is said anew: an outcome, an end, a
    note; the earlier start holds. A time in the future is taken as now.

    Raises: NotAllowed; Invalid, by field.
    """
    require(actor, "incident.run")
    fresh = _fresh(actor, service, told, at=at)
    clean_alone(fresh, exclude=["service", "link", "alert", "incident", "by"])
    with transaction.atomic():
        row, made = _found(fresh)
        before = {} if made else {name: getattr(row, name) for name in TOLD}
        if not made:
            _take_over(row, fresh)
        after = {name: getattr(row, name) for name in TOLD}
        if after != before:
            row.save()
            changes = {name: (before.get(name), after[name]) for name in TOLD if before.get(name) != after[name]}
            audit.record(actor, "runbook.run", row, at=at, changes=changes)
            _note(actor, row, at=at)
    return row, made


def used_on_alert(actor: Actor, alert: Alert, outcome: str, *, at: dt.datetime) -> RunbookRun | None:
    """As whoever responds says it of an alert; empty takes it back. What is over was answered when it rang: nobody said when.

    Raises: NotAllowed; Invalid; Conflict for an alert that names no service.
    """
    require(actor, "incident.run")
    if alert.service is None:
        raise Conflict(_("This alert names no service, so it has no runbook."))
    key = said_on(alert)
    if not outcome:
        _withdraw(actor, RunbookRun.objects.filter(service=alert.service_id, source="", external_id=key), at=at)
        return None
    began = at if alert.ended_at is None else alert.started_at
    told = ToldRun(started=began, outcome=outcome, alert=alert, external_id=key)
    return record_run(actor, alert.service, told, at=at)[0]


def used_in_incident(
    actor: Actor, incident: Incident, link: ServiceLink, outcome: str, *, note: str = "", at: dt.datetime
) -> RunbookRun | None:
    """As in the room; empty takes it back. In what is over it was used when that was declared.

    Raises: NotAllowed; Invalid; Conflict for an incident that was merged or cancelled.
    """
    require(actor, "incident.run")
    if incident.state in (State.MERGED, State.CANCELLED):
        raise Conflict(_("%(incident)s was merged or cancelled. Nothing more happens in it.") % {"incident": incident})
    key = said_in(incident, link)
    if not outcome:
        _withdraw(actor, RunbookRun.objects.filter(service=link.service_id, source="", external_id=key), at=at)
        return None
    began = at if incident.is_ongoing else min(incident.declared_at, at)
    told = ToldRun(started=began, outcome=outcome, link=link, incident=incident, external_id=key, note=note)
    return record_run(actor, link.service, told, at=at)[0]


def carry_runs(row: Incident, target: Incident) -> None:
    """Those of an incident that is merged. Belongs into the transaction of the merge."""
    RunbookRun.objects.filter(incident=row).update(incident=target)


def _fresh(actor: Actor, service: Service, told: ToldRun, *, at: dt.datetime) -> RunbookRun:
    if told.outcome not in RunOutcome.values:
        raise Invalid({"outcome": _("Choose used, helped, no_help or not_needed.")})
    if told.link is not None and (told.link.service_id != service.pk or told.link.kind != LinkKind.RUNBOOK):
        raise Invalid({"runbook": _("%(service)s links no such runbook.") % {"service": service}})
    if told.alert is not None and told.alert.service_id not in (None, service.pk):
        words = _("This alert is of %(other)s, not of %(service)s.")
        raise Invalid({"alert": words % {"other": told.alert.service, "service": service}})
    return RunbookRun(
        service=service,
        link=told.link or _only_runbook(service),
        alert=told.alert,
        incident=told.incident or _incident_of(actor, told.alert),
        started_at=min(told.started, at),
        ended_at=None if told.ended is None else min(told.ended, at),
        outcome=told.outcome,
        by=None if told.source else person(actor),
        source=told.source,
        external_id=told.external_id,
        note=told.note,
        recorded_at=at,
    )


def _only_runbook(service: Service) -> ServiceLink | None:
    found = list(ServiceLink.objects.filter(service=service, kind=LinkKind.RUNBOOK)[:2])
    return found[0] if len(found) == 1 else None


def _incident_of(actor: Actor, alert: Alert | None) -> Incident | None:
    """Only one that the actor sees: what is said there must not come from outside of it."""
    if alert is None or alert.incident_id is None:
        return None
    rows = Incident.objects.visible_to(actor) if isinstance(actor, User) else Incident.objects.all()
    return rows.filter(pk=alert.incident_id).first()


def _found(fresh: RunbookRun) -> tuple[RunbookRun, bool]:
    if not fresh.external_id:
        return fresh, True
    fields = {
        each.attname: getattr(fresh, each.attname) for each in RunbookRun._meta.concrete_fields if not each.primary_key
    }
    key: dict[str, Any] = {name: fields.pop(name) for name in ("service_id", "source", "external_id")}
    rows = RunbookRun.objects.select_for_update(of=("self",)).select_related("service__team", "link", "incident")
    return rows.get_or_create(**key, defaults=fields)


def _take_over(row: RunbookRun, fresh: RunbookRun) -> None:
    """A tool tells in any order; of what a person says the first click says when, and the last one how it went."""
    if row.source:
        row.started_at = min(row.started_at, fresh.started_at)
    row.ended_at = fresh.ended_at or row.ended_at
    if fresh.outcome != RunOutcome.USED or not row.source:
        row.outcome = fresh.outcome
    row.note = fresh.note or row.note
    row.link, row.alert = fresh.link or row.link, fresh.alert or row.alert
    row.incident = fresh.incident or row.incident


def _withdraw(actor: Actor, rows: QuerySet[RunbookRun], *, at: dt.datetime) -> None:
    """Doing it twice changes nothing."""
    with transaction.atomic():
        row = rows.select_for_update(of=("self",)).select_related("service__team", "link", "incident").first()
        if row is None:
            return
        if row.incident is not None:
            words = _("%(runbook)s: taken back, it was not used") % {"runbook": named(row)}
            noted(row.incident, EntryKind.RUNBOOK, words, at=at, actor=actor)
        audit.record(actor, "runbook.take_back", row, at=at, changes={"outcome": (row.outcome, None)})
        row.delete()


def named(row: RunbookRun) -> str:
    """As it stands in the timeline: Runbook "Failover" of Checkout, by Rundeck."""
    label = row.link.label if row.link is not None else ""
    words = _("Runbook “%(label)s” of %(service)s") if label else _("Runbook of %(service)s")
    said = words % {"label": label, "service": row.service}
    return _("%(runbook)s, run by %(tool)s") % {"runbook": said, "tool": row.source} if row.source else said


def _note(actor: Actor, row: RunbookRun, *, at: dt.datetime) -> None:
    if row.incident is None:
        return
    words = {
        RunOutcome.USED: _("%(runbook)s: used"),
        RunOutcome.HELPED: _("%(runbook)s: it helped"),
        RunOutcome.NO_HELP: _("%(runbook)s: it did not help"),
        RunOutcome.NOT_NEEDED: _("%(runbook)s: not needed"),
    }[RunOutcome(row.outcome)]
    text = " · ".join(filter(None, (words % {"runbook": named(row)}, row.note)))
    url = row.link.url if row.link is not None else ""
    moment = row.ended_at or row.started_at
    noted(row.incident, EntryKind.RUNBOOK, text, at=at, actor=actor, happened_at=moment, url=url)
