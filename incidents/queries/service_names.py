"""Which service a name of another tool means: short name, name, alias or address of its repository."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from relportal.core.models import LinkKind, Service, ServiceLink


@dataclass(frozen=True, slots=True)
class ServiceNames:
    """Case does not count. A short name wins over a name, and that over an alias, of another service."""

    by_name: dict[str, int]

    @classmethod
    def load(cls) -> Self:
        rows = list(Service.objects.order_by("pk").values_list("pk", "slug", "name", "aliases"))
        links = ServiceLink.objects.filter(kind=LinkKind.REPO).order_by("-pk").values_list("service", "url")
        found = {_plain(url): service for service, url in links}
        found |= {_plain(alias): pk for pk, _slug, _name, aliases in rows for alias in aliases}
        found |= {_plain(name): pk for pk, _slug, name, _aliases in rows}
        found |= {_plain(slug): pk for pk, slug, _name, _aliases in rows}
        return cls(found)

    def find(self, names: Iterable[str]) -> int | None:
        """The id of the service that the first known of the names means."""
        return next((pk for name in names if (pk := self.by_name.get(_plain(name))) is not None), None)


def _plain(name: str) -> str:
    return name.strip().lower().removesuffix("/").removesuffix(".git")
