"""Short ids such as SLO-12: each app says which prefix is its own and where a number of it leads."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from relportal.core.models import User

SHAPE: Final = re.compile(r"(?P<prefix>[A-Za-z]{2,8})-(?P<number>[0-9]{1,12})")
Resolver = Callable[[User, int], str | None]
"""(viewer, number) -> address, or None where it is not there or not visible."""

_resolvers: dict[str, Resolver] = {}


def provide(prefix: str, resolver: Resolver) -> None:
    """Adds or replaces the resolver of `prefix`, so that a second import changes nothing."""
    _resolvers[prefix.upper()] = resolver


def resolve(user: User, short_id: str) -> str | None:
    match = SHAPE.fullmatch(short_id.strip())
    resolver = _resolvers.get(match["prefix"].upper()) if match else None
    return resolver(user, int(match["number"])) if match and resolver else None
