"""The whole catalog as the CSV that imports again."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Prefetch

from relportal.core.csvexport import Cell
from relportal.core.models import Dependency, LinkKind, Service, User
from slo.catalog_import.csv_file import cell_of_links, cell_of_values
from slo.catalog_import.entries import LinkEntry


def catalog_rows(user: User) -> Iterator[tuple[Cell, ...]]:
    """A row a service, retired ones too, in the order of slo.catalog_import.csv_file.COLUMNS."""
    edges = Prefetch("dependencies", Dependency.objects.select_related("depends_on").order_by("depends_on__slug"))
    services = Service.objects.visible_to(user).select_related("team").prefetch_related("links", edges).order_by("slug")
    for service in services:
        links = [LinkEntry(LinkKind(link.kind), link.url, link.label) for link in service.links.all()]
        called = list(service.dependencies.all())
        yield (
            service.slug,
            service.name,
            service.tier,
            service.team.slug if service.team else "",
            service.lifecycle,
            service.description,
            cell_of_values(service.aliases),
            *(cell_of_links(links, kind) for kind in LinkKind),
            cell_of_values(edge.depends_on.slug for edge in called if edge.hard),
            cell_of_values(edge.depends_on.slug for edge in called if not edge.hard),
        )
