"""Which alerts belong together: they began soon after one another, in one service, in services that call one another, or under
one name."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Final, Generic, TypeVar

WINDOW: Final = dt.timedelta(minutes=10)
"""Alerts that began further apart are not linked directly; a third one in between may link them."""

T = TypeVar("T", bound=Hashable)


class Link(StrEnum):
    """What two alerts that began within the window have in common."""

    SERVICE = "service"
    NEIGHBOUR = "neighbour"
    NAME = "name"
    FINGERPRINT = "fingerprint"


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """An alert; `service` is a short name, None where nobody knows it. Those of no service are linked by name only."""

    key: int
    name: str
    fingerprint: str
    service: str | None
    started: dt.datetime


@dataclass(frozen=True, slots=True)
class Group:
    """Alerts in the order of their start. `links` are what holds them together; empty for a single one."""

    firings: tuple[Firing, ...]
    links: frozenset[Link]

    @property
    def keys(self) -> tuple[int, ...]:
        return tuple(one.key for one in self.firings)

    @property
    def services(self) -> tuple[str, ...]:
        return tuple(sorted({one.service for one in self.firings if one.service is not None}))

    @property
    def began(self) -> dt.datetime:
        return self.firings[0].started

    @property
    def within(self) -> dt.timedelta:
        """From the first start to the last."""
        return self.firings[-1].started - self.firings[0].started


def neighbours(edges: Iterable[tuple[T, T]]) -> dict[T, frozenset[T]]:
    """Who is one hop away, in either direction; nobody is their own neighbour."""
    found: defaultdict[T, set[T]] = defaultdict(set)
    for one, other in edges:
        if one != other:
            found[one].add(other)
            found[other].add(one)
    return {each: frozenset(near) for each, near in found.items()}


def correlated(
    firings: Iterable[Firing], edges: Iterable[tuple[str, str]], *, window: dt.timedelta = WINDOW
) -> tuple[Group, ...]:
    """Every alert in exactly one group, the group that began last first. `edges` are (who calls, who is called).

    The groups are those of comparing every pair. Where all alerts of a list may be linked, it is enough to compare each with
    the next one: if two are within the window, so are those between them. That keeps a storm of thousands cheap.
    """
    rows = sorted({one.key: one for one in firings}.values(), key=lambda one: (one.started, one.key))
    sets: _Sets[int] = _Sets({one.key: one.key for one in rows})
    links: list[tuple[int, Link]] = []
    for link, linkable in _lists(rows, neighbours(edges)):
        for one, other in pairwise(linkable):
            if other.started - one.started <= window and (link is not Link.NEIGHBOUR or one.service != other.service):
                sets.join(one.key, other.key)
                links.append((one.key, link))
    members: defaultdict[int, list[Firing]] = defaultdict(list)
    for one in rows:
        members[sets.find(one.key)].append(one)
    kinds: defaultdict[int, set[Link]] = defaultdict(set)
    for key, link in links:
        kinds[sets.find(key)].add(link)
    groups = [Group(tuple(mine), frozenset(kinds[root])) for root, mine in members.items()]
    return tuple(sorted(groups, key=lambda group: (group.began, group.firings[0].key), reverse=True))


def _lists(rows: Sequence[Firing], near: dict[str, frozenset[str]]) -> Iterator[tuple[Link, list[Firing]]]:
    """Lists, in the order of time, in which any two alerts may be linked."""
    by_service: defaultdict[str, list[Firing]] = defaultdict(list)
    by_name: defaultdict[str, list[Firing]] = defaultdict(list)
    by_print: defaultdict[str, list[Firing]] = defaultdict(list)
    for one in rows:
        if one.service is not None:
            by_service[one.service].append(one)
        by_name[one.name].append(one)
        by_print[one.fingerprint].append(one)
    yield from ((Link.SERVICE, mine) for mine in by_service.values())
    yield from ((Link.NAME, mine) for mine in by_name.values())
    yield from ((Link.FINGERPRINT, mine) for mine in by_print.values())
    for service, mine in by_service.items():
        for other in near.get(service, ()):
            if service < other and other in by_service:
                both = [*mine, *by_service[other]]
                yield Link.NEIGHBOUR, sorted(both, key=lambda one: (one.started, one.key))


@dataclass(slots=True)
class _Sets(Generic[T]):
    """Union-find with path halving."""

    parent: dict[T, T] = field(default_factory=dict)

    def find(self, one: T) -> T:
        while self.parent[one] != one:
            self.parent[one] = self.parent[self.parent[one]]
            one = self.parent[one]
        return one

    def join(self, one: T, other: T) -> None:
        self.parent[self.find(one)] = self.find(other)
