"""Every address of the portal, and how it is written with the objects of the access matrix."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import get_resolver, reverse

from tests.core.access import World


@dataclass(frozen=True, slots=True)
class Route:
    name: str
    pattern: str


def routes() -> Iterator[Route]:
    """Every address of the resolver; those without a name are called by their pattern."""
    return _below(get_resolver().url_patterns, (), "")


def _below(patterns: Any, spaces: tuple[str, ...], prefix: str) -> Iterator[Route]:
    for one in patterns:
        pattern = prefix + str(one.pattern)
        if hasattr(one, "url_patterns"):
            yield from _below(one.url_patterns, (*spaces, one.namespace) if one.namespace else spaces, pattern)
        else:
            yield Route(":".join((*spaces, one.name)) if one.name else pattern, pattern)


def address(world: World, name: str) -> str:
    """The address of a route, its arguments filled from the longest name that begins it; `app:` is for all of an app."""
    found = [
        key
        for key in world.arguments
        if name == key or name.startswith(f"{key}-") or (key.endswith(":") and name.startswith(key))
    ]
    kwargs = world.arguments[max(found, key=len)] if found else {}
    wanted = {key: value for key, value in kwargs.items() if _takes(name, key)}
    return reverse(name, kwargs=wanted or None)


def _takes(name: str, key: str) -> bool:
    return any(
        route.name == name and (f":{key}>" in route.pattern or f"<{key}>" in route.pattern) for route in routes()
    )
