"""What scopes are of, and their keys: "" for the company, "tier:1", "team:payments"."""

from __future__ import annotations

from functools import cached_property
from typing import Final

from relportal.core.models import Journey, Service, Team
from reports.domain.scopes import ScopeKind

MODELS: Final = {ScopeKind.TEAM: Team, ScopeKind.SERVICE: Service, ScopeKind.JOURNEY: Journey}
"""The scopes that have a row, with a short name and a name."""


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
