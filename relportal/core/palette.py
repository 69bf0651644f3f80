"""Search for the command palette and the search page: each app offers what it has, in the order of registration.

An app registers its provider in `AppConfig.ready`; core never knows who they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from relportal.core.models import User

GROUP_LIMIT: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One line: `hint` is what tells two alike apart (team, service); with a `band`, its shape and `word` replace the icon."""

    label: str
    url: str
    hint: str = ""
    icon: str = "arrow-right"
    band: str = ""
    word: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    label: str
    hits: Sequence[Hit]


Provider = Callable[[User, str, int], Group]
"""(viewer, what was typed, how many at most) -> what this viewer may see of it."""

_providers: dict[str, Provider] = {}


def provide(key: str, provider: Provider) -> None:
    """Adds or replaces the provider `key`, so that a second import changes nothing."""
    _providers[key] = provider


def search(user: User, query: str, *, limit: int = GROUP_LIMIT) -> list[Group]:
    """The groups that found something; nothing for less than two characters, which would match half the catalog."""
    text = query.strip()
    if len(text) < 2:
        return []
    groups = (provider(user, text, limit) for provider in _providers.values())
    return [group for group in groups if group.hits]
