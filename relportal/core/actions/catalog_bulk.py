"""Writing many services at once: what `create_service` and `update_service` do, in a number of statements that does not grow."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from relportal.core import audit, rows
from relportal.core.actions.catalog import SERVICE_FIELDS, ServiceFields, check_slug, given_values, require_team
from relportal.core.actions.catalog_parts import Difference, Edge, Link, edge_difference, link_difference, write
from relportal.core.audit import Change, Entry
from relportal.core.exceptions import Invalid, Missing
from relportal.core.models import Dependency, Service, ServiceLink
from relportal.core.permissions import Actor, require

# bulk_update writes a CASE of all rows for every field: larger batches cost more than they save.
BATCH = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One service to be. `place` says where it comes from, for what is refused: "Line 3, checkout".

    `dependencies` are (short name, hard) and may name services of the same call. `links` and `dependencies` are left alone when
    None.
    """

    slug: str
    place: str
    fields: ServiceFields
    links: tuple[Link, ...] | None = None
    dependencies: tuple[tuple[str, bool], ...] | None = None


@dataclass(frozen=True, slots=True)
class _Writing:
    """`before` is None for a service that is not there yet."""

    draft: Draft
    row: Service
    before: Service | None


def write_services(
    actor: Actor, *, created: Sequence[Draft], updated: Sequence[Draft], at: dt.datetime, reason: str = ""
) -> None:
    """All or nothing; first `created`, then `updated`. Each service that changes has one entry in the audit.

    Raises: NotAllowed; Invalid, its sentence begins with the draft's place; Missing; Conflict.
    """
    with transaction.atomic():
        new = [_Writing(draft, _new(actor, draft), None) for draft in created]
        held = _locked([draft.slug for draft in updated])
        old = [_old(actor, draft, held) for draft in updated]
        _check_names(new, old)
        with rows.uncollided():
            Service.objects.bulk_create([one.row for one in new])
        differences = _differences([*new, *old], at=at)
        audited = [Entry(one.row, _created(one.row) | differences[one.row.pk]) for one in new]
        changed = [(one, _changed(one) | differences[one.row.pk]) for one in old]
        _save([one for one, changes in changed if changes])
        audit.record_all(actor, "service.create", audited, at=at, reason=reason)
        edits = [Entry(one.row, changes) for one, changes in changed if changes]
        audit.record_all(actor, "service.edit", edits, at=at, reason=reason)


def _new(actor: Actor, draft: Draft) -> Service:
    with _told(draft):
        row = Service(slug=draft.slug, **given_values(draft.fields))
        require_team(actor, "service.create", row)
        check_slug(draft.slug)
        rows.clean_alone(row, exclude=("team",))
    return row


def _old(actor: Actor, draft: Draft, held: Mapping[str, Service]) -> _Writing:
    with _told(draft):
        if draft.slug not in held:
            raise Missing(_("This is not there any more."))
        row = held[draft.slug]
        require(actor, "service.edit", row)
        before = copy.copy(row)
        for name, value in given_values(draft.fields).items():
            setattr(row, name, value)
        if row.team_id != before.team_id:
            require_team(actor, "service.edit", row)
        rows.clean_alone(row, exclude=("team",))
    return _Writing(draft, row, before)


def _locked(slugs: Sequence[str]) -> dict[str, Service]:
    found = Service.objects.filter(slug__in=slugs).select_for_update(of=("self",)).select_related("team").order_by("pk")
    return {row.slug: row for row in found}


def _check_names(new: Sequence[_Writing], old: Sequence[_Writing]) -> None:
    """As one by one, in the order of writing: a name is free when nobody has it at that moment.

    Raises: Invalid.
    """
    owners = dict(Service.objects.values_list("name", "slug"))
    slugs = set(owners.values())
    for one in (*new, *old):
        with _told(one.draft):
            if one.before is None and one.row.slug in slugs:
                raise Invalid({"slug": str(one.row.unique_error_message(Service, ("slug",)).message)})
            if owners.get(one.row.name, one.row.slug) != one.row.slug:
                raise Invalid({"name": str(one.row.unique_error_message(Service, ("name",)).message)})
        if one.before is not None:
            owners.pop(one.before.name, None)
        owners[one.row.name] = one.row.slug
        slugs.add(one.row.slug)


def _differences(writings: Sequence[_Writing], *, at: dt.datetime) -> dict[int, dict[str, Change]]:
    """Writes links and dependencies; what changed by it, by service id."""
    called = {slug for one in writings for slug, _hard in one.draft.dependencies or ()}
    known = {row.slug: row for row in Service.objects.filter(slug__in=called)}
    there = [one.row.pk for one in writings if one.before is not None]
    links: dict[int, list[ServiceLink]] = {}
    for link in ServiceLink.objects.filter(service__in=there):
        links.setdefault(link.service_id, []).append(link)
    edges: dict[int, list[Dependency]] = {}
    for edge in Dependency.objects.filter(service__in=there).select_related("depends_on"):
        edges.setdefault(edge.service_id, []).append(edge)
    found: dict[int, list[Difference]] = {}
    for one in writings:
        pk, draft = one.row.pk, one.draft
        parts = found.setdefault(pk, [])
        with _told(draft):
            if draft.links is not None:
                parts.append(link_difference(one.row, draft.links, old=links.get(pk, ()), at=at))
            if draft.dependencies is not None:
                parts.append(edge_difference(one.row, _edges(draft, known), old=edges.get(pk, ())))
    write([part for parts in found.values() for part in parts])
    return {pk: {name: pair for part in parts for name, pair in part.changes.items()} for pk, parts in found.items()}


def _edges(draft: Draft, known: Mapping[str, Service]) -> list[Edge]:
    missing = [slug for slug, _hard in draft.dependencies or () if slug not in known]
    if missing:
        raise Invalid({"dependencies": _("There is no service “%(slug)s”.") % {"slug": missing[0]}})
    return [Edge(known[slug], hard=hard) for slug, hard in draft.dependencies or ()]


def _created(row: Service) -> dict[str, Change]:
    given = {name: (None, getattr(row, name)) for name in SERVICE_FIELDS}
    return {name: pair for name, pair in given.items() if pair[1] not in (None, "", [])}


def _changed(one: _Writing) -> dict[str, Change]:
    return audit.differences(one.before, one.row, SERVICE_FIELDS) if one.before is not None else {}


def _save(changed: Sequence[_Writing]) -> None:
    """Names that move are written one by one in their order, for PostgreSQL checks them row by row."""
    for one in changed:
        one.row.version += 1
    renamed = [one.row for one in changed if one.before is not None and one.before.name != one.row.name]
    for row in renamed:
        rows.save(row)
    with rows.uncollided():
        others = [one.row for one in changed if one.before is None or one.before.name == one.row.name]
        Service.objects.bulk_update(others, [*SERVICE_FIELDS, "version"], batch_size=BATCH)


@contextmanager
def _told(draft: Draft) -> Iterator[None]:
    try:
        yield
    except Invalid as error:
        raise Invalid(_("%(place)s: %(error)s") % {"place": draft.place, "error": error}) from error
