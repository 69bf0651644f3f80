"""What becomes of a service's links and dependencies: worked out against the rows that are there, then written for one
service or for thousands in the same few statements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from relportal.core.audit import Change
from relportal.core.exceptions import Invalid
from relportal.core.models import Dependency, LinkKind, Service, ServiceLink


@dataclass(frozen=True, slots=True)
class Link:
    kind: LinkKind
    url: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """`service` is the called one; `hard` when the caller cannot answer its users without it."""

    service: Service
    hard: bool = True


@dataclass(frozen=True, slots=True)
class Difference:
    """`changes` for the audit, and the rows that make it true: `gone` by id; `turned` are dependencies to be saved."""

    changes: Mapping[str, Change]
    gone_links: Sequence[int] = ()
    new_links: Sequence[ServiceLink] = ()
    gone_edges: Sequence[int] = ()
    new_edges: Sequence[Dependency] = ()
    turned: Sequence[Dependency] = ()


def link_difference(
    service: Service, links: Sequence[Link], *, old: Iterable[ServiceLink], at: dt.datetime
) -> Difference:
    """A new address counts as seen to work at `at`; one that was there already keeps when it was, whatever else changes.

    Raises: Invalid, at `links`.
    """
    there = {(row.kind, row.url): row for row in old}
    seen = {row.url: row for row in there.values()}
    found = {(link.kind.value, link.url): _link(service, link, seen=seen.get(link.url), at=at) for link in links}
    if len(found) != len(links):
        raise Invalid({"links": _("This link is listed twice.")})
    for row in found.values():
        try:
            row.full_clean(validate_unique=False, validate_constraints=False, exclude=["service", "verified_by"])
        except ValidationError as error:
            raise Invalid({"links": f"{row.url}: {' '.join(error.messages)}"}) from error
    before, after = link_texts(there.values()), link_texts(found.values())
    if before == after:
        return Difference({})
    kept = {key for key, row in there.items() if key in found and found[key].label == row.label}
    return Difference(
        {"links": (before, after)},
        gone_links=[row.pk for key, row in there.items() if key not in kept],
        new_links=[row for key, row in found.items() if key not in kept],
    )


def edge_difference(service: Service, edges: Sequence[Edge], *, old: Iterable[Dependency]) -> Difference:
    """`old` with the called services. Raises: Invalid, at `dependencies`."""
    wanted = {edge.service.pk: edge for edge in edges}
    if service.pk in wanted:
        raise Invalid({"dependencies": _("A service cannot depend on itself.")})
    if len(wanted) != len(edges):
        raise Invalid({"dependencies": _("This dependency is listed twice.")})
    there = {row.depends_on_id: row for row in old}
    before = sorted(_edge_text(row.depends_on.slug, hard=row.hard) for row in there.values())
    after = sorted(_edge_text(edge.service.slug, hard=edge.hard) for edge in edges)
    if before == after:
        return Difference({})
    turned = [row for pk, row in there.items() if pk in wanted and wanted[pk].hard != row.hard]
    for row in turned:
        row.hard = not row.hard
    return Difference(
        {"dependencies": (before, after)},
        gone_edges=[row.pk for pk, row in there.items() if pk not in wanted],
        new_edges=[
            Dependency(service=service, depends_on=edge.service, hard=edge.hard)
            for pk, edge in wanted.items()
            if pk not in there
        ],
        turned=turned,
    )


def write(differences: Sequence[Difference]) -> None:
    """In at most five statements, whatever the number."""
    if gone := [pk for one in differences for pk in one.gone_links]:
        ServiceLink.objects.filter(pk__in=gone).delete()
    ServiceLink.objects.bulk_create([row for one in differences for row in one.new_links])
    if gone := [pk for one in differences for pk in one.gone_edges]:
        Dependency.objects.filter(pk__in=gone).delete()
    Dependency.objects.bulk_create([row for one in differences for row in one.new_edges])
    Dependency.objects.bulk_update([row for one in differences for row in one.turned], ["hard"])


def _link(service: Service, link: Link, *, seen: ServiceLink | None, at: dt.datetime) -> ServiceLink:
    """`seen` is a row with the same address."""
    row = ServiceLink(service=service, kind=link.kind.value, url=link.url, label=link.label, verified_at=at)
    if seen is not None:
        row.verified_at, row.verified_by_id = seen.verified_at, seen.verified_by_id
    return row


def link_texts(links: Iterable[ServiceLink]) -> list[str]:
    return sorted(f"{link.kind} {link.label} <{link.url}>" for link in links)


def _edge_text(slug: str, *, hard: bool) -> str:
    return slug if hard else f"{slug} (soft)"
