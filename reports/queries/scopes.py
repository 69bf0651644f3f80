"""What scopes are of, and their keys: "" for the company, "tier:1", "team:payments"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import Final

from relportal.core.models import Journey, Service, Team
from reports.domain.scopes import ScopeKind

MODELS: Final = {ScopeKind.TEAM: Team, ScopeKind.SERVICE: Service, ScopeKind.JOURNEY: Journey}
"""The scopes that have a row, with a short name and a name."""


def names_of(scopes: Iterable[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """(kind, number) -> name, one statement a kind; the company, tiers and what was deleted have none."""
    wanted: defaultdict[str, set[int]] = defaultdict(set)
    for kind, number in scopes:
        wanted[kind].add(number)
    return {
        (kind.value, pk): name
        for kind, model in MODELS.items()
        if wanted[kind]
        for pk, name in model._default_manager.filter(pk__in=wanted[kind]).values_list("pk", "name")
    }


class ScopeNames:
    """Reads the short names of all of them once, when the first is asked for."""

    def key(self, kind: str, number: int) -> str:
        if kind == ScopeKind.COMPANY:
            return ""
        if kind == ScopeKind.TIER:
            return f"tier:{number}"
        # What was deleted keeps its number.
        return f"{kind}:{self._slugs[kind].get(number, number)}"

    @cached_property
    def _slugs(self) -> dict[str, dict[int, str]]:
        return {kind.value: dict(model._default_manager.values_list("pk", "slug")) for kind, model in MODELS.items()}
