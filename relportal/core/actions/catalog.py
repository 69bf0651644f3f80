"""Writing the service catalog: services with their links and dependencies, and journeys."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from relportal.core import audit, rows
from relportal.core.actions.catalog_parts import Edge, Link, edge_difference, link_difference, link_texts, write
from relportal.core.audit import Change
from relportal.core.exceptions import Conflict, Invalid, Missing
from relportal.core.models import (
    AuditEvent,
    Journey,
    JourneyService,
    Lifecycle,
    Service,
    Team,
    User,
)
from relportal.core.permissions import Actor, allowed, require
from relportal.core.versions import locked


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFields:
    """What a service is. The short name is not among them: it stands in addresses and never changes."""

    name: str
    tier: int
    team: Team | None
    lifecycle: Lifecycle
    description: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyFields:
    """`services` in the order in which a customer meets them."""

    name: str
    description: str = ""
    team: Team | None = None
    services: tuple[Service, ...] = ()


# Words that stand in addresses where a service's short name stands otherwise.
RESERVED_SLUGS = frozenset({"new", "import"})
SERVICE_FIELDS = ("name", "tier", "team", "lifecycle", "description", "aliases")


def create_service(
    actor: Actor,
    *,
    slug: str,
    fields: ServiceFields,
    links: Sequence[Link] = (),
    dependencies: Sequence[Edge] = (),
    at: dt.datetime,
    reason: str = "",
) -> Service:
    """Raises: NotAllowed; Invalid, by field (`links` and `dependencies` for theirs)."""
    service = Service(slug=slug, **given_values(fields))
    require_team(actor, "service.create", service)
    check_slug(slug)
    with transaction.atomic():
        rows.clean(service)
        rows.save(service)
        changes: dict[str, Change] = _set_links(service, links, at=at) | _set_dependencies(service, dependencies)
        given = {name: (None, getattr(service, name)) for name in SERVICE_FIELDS}
        changes |= {name: pair for name, pair in given.items() if pair[1] not in (None, "", [])}
        audit.record(actor, "service.create", service, at=at, reason=reason, changes=changes)
    return service


def update_service(
    actor: Actor,
    service: Service,
    *,
    version: int | None,
    fields: ServiceFields,
    links: Sequence[Link] | None = None,
    dependencies: Sequence[Edge] | None = None,
    at: dt.datetime,
    reason: str = "",
) -> Service:
    """Links and dependencies are replaced as a whole, or left alone when None; nothing changed writes nothing.

    Raises: NotAllowed, Stale; Invalid, by field.
    """
    with transaction.atomic():
        row = locked(Service, service.pk, version=version)
        require(actor, "service.edit", row)
        before = Service.objects.select_related("team").get(pk=row.pk)
        for name, value in given_values(fields).items():
            setattr(row, name, value)
        if row.team_id != before.team_id:
            require_team(actor, "service.edit", row)
        rows.clean(row)
        changes = audit.differences(before, row, SERVICE_FIELDS)
        if links is not None:
            changes |= _set_links(row, links, at=at)
        if dependencies is not None:
            changes |= _set_dependencies(row, dependencies)
        if changes:
            row.version += 1
            rows.save(row)
            audit.record(actor, "service.edit", row, at=at, reason=reason, changes=changes)
    return row


def confirm_links(actor: Actor, service: Service, *, url: str = "", at: dt.datetime) -> int:
    """Somebody has seen that the links of the service work: those to `url`, or all when it is empty. How many there were.

    Its version stays as it is, for nothing that an edit replaces has changed. Raises: NotAllowed; Missing when there is none.
    """
    with transaction.atomic():
        row = locked(Service, service.pk)
        require(actor, "service.edit", row)
        links = row.links.filter(url=url) if url else row.links.all()
        texts = link_texts(links)
        if not texts:
            raise Missing(_("%(name)s has no such link.") % {"name": row.name})
        links.update(verified_at=at, verified_by=actor if isinstance(actor, User) else None)
        audit.record(actor, "service.confirm_links", row, at=at, changes={"links_confirmed": (None, texts)})
    return len(texts)


def retire_service(actor: Actor, service: Service, *, at: dt.datetime, reason: str = "") -> Service:
    """Takes it out of the lists; its objectives and its history stay.

    Raises: NotAllowed; Conflict when it is retired already.
    """
    with transaction.atomic():
        row = locked(Service, service.pk)
        require(actor, "service.edit", row)
        if row.lifecycle == Lifecycle.RETIRED:
            raise Conflict(_("%(name)s is retired already.") % {"name": row.name})
        return _move(actor, row, Lifecycle.RETIRED, action="service.retire", at=at, reason=reason)


def restore_service(actor: Actor, service: Service, *, at: dt.datetime, reason: str = "") -> Service:
    """Undoes a retirement: the lifecycle becomes what it was before.

    Raises: NotAllowed; Conflict when it is not retired.
    """
    with transaction.atomic():
        row = locked(Service, service.pk)
        require(actor, "service.edit", row)
        if row.lifecycle != Lifecycle.RETIRED:
            raise Conflict(_("%(name)s is not retired.") % {"name": row.name})
        return _move(actor, row, _before_retirement(row), action="service.restore", at=at, reason=reason)


def _before_retirement(service: Service) -> Lifecycle:
    event = AuditEvent.objects.filter(
        object_type="service", object_key=service.slug, changes__lifecycle__1=Lifecycle.RETIRED.value
    ).first()
    before = event.changes["lifecycle"][0] if event else None
    return Lifecycle(before) if before in Lifecycle.values else Lifecycle.PRODUCTION


def _move(
    actor: Actor, service: Service, lifecycle: Lifecycle, *, action: str, at: dt.datetime, reason: str
) -> Service:
    before = service.lifecycle
    service.lifecycle = lifecycle
    service.version += 1
    service.save(update_fields=["lifecycle", "version"])
    changes = {"lifecycle": (before, lifecycle.value)}
    audit.record(actor, action, service, at=at, reason=reason, changes=changes)
    return service


def create_journey(actor: Actor, *, slug: str, fields: JourneyFields, at: dt.datetime) -> Journey:
    """Raises: NotAllowed; Invalid, by field."""
    require(actor, "journey.edit")
    journey = Journey(slug=slug, name=fields.name, description=fields.description, team=fields.team)
    check_slug(slug)
    with transaction.atomic():
        rows.clean(journey)
        rows.save(journey)
        changes = audit.differences(Journey(), journey, ("name", "description", "team"))
        audit.record(actor, "journey.create", journey, at=at, changes=changes | _set_steps(journey, fields.services))
    return journey


def update_journey(
    actor: Actor, journey: Journey, *, version: int | None, fields: JourneyFields, at: dt.datetime
) -> Journey:
    """Raises: NotAllowed, Stale; Invalid, by field."""
    require(actor, "journey.edit")
    with transaction.atomic():
        row = locked(Journey, journey.pk, version=version)
        before = Journey.objects.select_related("team").get(pk=row.pk)
        row.name, row.description, row.team = fields.name, fields.description, fields.team
        rows.clean(row)
        changes = audit.differences(before, row, ("name", "description", "team"))
        changes |= _set_steps(row, fields.services)
        if changes:
            row.version += 1
            rows.save(row)
            audit.record(actor, "journey.edit", row, at=at, changes=changes)
    return row


def delete_journey(actor: Actor, journey: Journey, *, at: dt.datetime, reason: str = "") -> None:
    """A journey is only a named list, so it is deleted; the audit keeps what it held, and its services are untouched."""
    require(actor, "journey.edit")
    with transaction.atomic():
        row = locked(Journey, journey.pk)
        changes: dict[str, Change] = {"name": (row.name, None), "services": (_slugs(row), None)}
        audit.record(actor, "journey.delete", row, at=at, reason=reason, changes=changes)
        row.delete()


def require_team(actor: Actor, ability: str, service: Service) -> None:
    """A service owner writes for their own teams only, which is said at the field and not as a refused page."""
    if allowed(actor, ability, service):
        return
    if not allowed(actor, ability):
        require(actor, ability, service)
    raise Invalid({"team": _("Choose a team of yours: you own services of your own teams only.")})


def given_values(fields: ServiceFields) -> dict[str, Any]:
    return {name: getattr(fields, name) for name in SERVICE_FIELDS} | {
        "aliases": list(dict.fromkeys(fields.aliases)),
        "lifecycle": fields.lifecycle.value,
    }


def check_slug(slug: str) -> None:
    if slug.lower() in RESERVED_SLUGS:
        raise Invalid({"slug": _("“%(slug)s” is an address of the portal: choose another.") % {"slug": slug}})


def _set_links(service: Service, links: Sequence[Link], *, at: dt.datetime) -> dict[str, Change]:
    difference = link_difference(service, links, old=service.links.all(), at=at)
    write([difference])
    return dict(difference.changes)


def _set_dependencies(service: Service, edges: Sequence[Edge]) -> dict[str, Change]:
    difference = edge_difference(service, edges, old=service.dependencies.select_related("depends_on"))
    write([difference])
    return dict(difference.changes)


def _set_steps(journey: Journey, services: Sequence[Service]) -> dict[str, Change]:
    if len({service.pk for service in services}) != len(services):
        raise Invalid({"services": _("This service is listed twice.")})
    before, after = _slugs(journey), [service.slug for service in services]
    if before == after:
        return {}
    journey.steps.all().delete()
    JourneyService.objects.bulk_create(
        JourneyService(journey=journey, service=service, position=position) for position, service in enumerate(services)
    )
    return {"services": (before, after)}


def _slugs(journey: Journey) -> list[str]:
    return list(journey.steps.order_by("position").values_list("service__slug", flat=True))
