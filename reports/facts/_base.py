"""What a fact is, and how it is read: for every service at once, in few statements.

Everybody who may read scorecards reads why a service stands where it does. What is read of incidents is therefore read of public
ones only, so that a level never tells of a private one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from django.urls import reverse

from reports.domain.ladder import FactKind, Measure
from reports.domain.values import Better
from reports.kpis._base import Words

QUARTERS: Final = 4

Readings = Mapping[int, float]
"""Service -> what was read; a service that is not in it is unknown. Flags are 1 or 0, shares 0..1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """`connect` says what has to be connected where it is unknown, `where` gives the address, for a service's short name, at
    which it is mended. `by_hand`: for how many days an attestation holds; None: nobody can attest it."""

    key: str
    title: Words
    connect: Words
    kind: FactKind = FactKind.FLAG
    better: Better = Better.UP
    most: float | None = None
    where: Callable[[str], str]
    by_hand: int | None = None

    @property
    def measure(self) -> Measure:
        return Measure(self.key, self.kind, self.better, self.most)


@dataclass(frozen=True, slots=True)
class Placed:
    tier: int
    team: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The services that are judged, by id, and when. `today` is the company's, `quarters` are the first days of the last four
    that are over."""

    at: dt.datetime
    today: dt.date
    quarters: tuple[dt.date, ...]
    services: Mapping[int, Placed]


class FactSource(Protocol):
    @property
    def key(self) -> str: ...

    @property
    def facts(self) -> tuple[Fact, ...]: ...

    def read(self, world: World) -> Mapping[str, Readings]:
        """Fact -> its readings."""
        ...


def catalog(slug: str) -> str:
    return reverse("slo:service-edit", args=[slug])


def service(slug: str) -> str:
    return reverse("slo:service-detail", args=[slug])


def attest(slug: str) -> str:
    return reverse("reports:ladder-attest", args=[slug])


def listed(name: str, query: str = "service") -> Callable[[str], str]:
    """The list of that name, of the service alone."""
    return lambda slug: f"{reverse(name)}?{query}={slug}"
