"""Which scope and which period an address asks for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from relportal.core import company
from relportal.core.models import Team, Tier
from reports.domain.periods import Cut, Period
from reports.domain.scopes import COMPANY, Scope, ScopeKind
from reports.queries.calendar import kept_periods
from reports.queries.scopes import MODELS


@dataclass(frozen=True, slots=True)
class NamedScope:
    """`key` stands in addresses: "team:payments", "tier:1", "" for the company."""

    scope: Scope
    key: str
    name: str


def scope_named(key: str) -> NamedScope:
    """Of the company where the key names nothing."""
    kind, _colon, short = key.partition(":")
    if kind == ScopeKind.TIER and short in {str(each.value) for each in Tier}:
        return NamedScope(Scope(ScopeKind.TIER, int(short)), key, str(Tier(int(short)).label))
    if kind in set(MODELS):
        model = MODELS[ScopeKind(kind)]
        row = model._default_manager.filter(slug=short).values_list("pk", "name").first()
        if row is not None:
            return NamedScope(Scope(ScopeKind(kind), row[0]), key, row[1])
    return NamedScope(COMPANY, "", _("The company"))


def scope_of(team: Team | None, tier: int | None) -> NamedScope:
    """Of a row that is about a team, a tier, or (neither) the company; asks nothing."""
    if team is not None:
        return NamedScope(Scope(ScopeKind.TEAM, team.pk), f"team:{team.slug}", team.name)
    if tier is not None:
        return NamedScope(Scope(ScopeKind.TIER, tier), f"tier:{tier}", str(Tier(tier).label))
    return NamedScope(COMPANY, "", _("The company"))


def offered_scopes() -> dict[str, tuple[tuple[str, str], ...]]:
    """Keys and names by kind, but for services, of which there are too many to choose from."""
    return {
        _("Tiers"): tuple((f"tier:{each.value}", str(each.label)) for each in Tier),
        _("Teams"): _named(ScopeKind.TEAM),
        _("Journeys"): _named(ScopeKind.JOURNEY),
    }


def _named(kind: ScopeKind) -> tuple[tuple[str, str], ...]:
    rows = MODELS[kind]._default_manager.order_by("name").values_list("slug", "name")
    return tuple((f"{kind}:{slug}", name) for slug, name in rows)


def period_asked(key: str, *, at: dt.datetime) -> tuple[Period, tuple[Period, ...]]:
    """The period of a key ("quarter:2026-10-01"), and those of its cut, newest first; by default the quarter that goes on."""
    kept = kept_periods(at)
    cut = key.partition(":")[0]
    rows = _of_cut(kept, cut) or _of_cut(kept, Cut.QUARTER)
    newest = next((each for each in rows if each.first <= company.day(at)), rows[0])
    return next((each for each in rows if each.key == key), newest), rows


def _of_cut(kept: Sequence[Period], cut: str) -> tuple[Period, ...]:
    return tuple(sorted((each for each in kept if each.cut == cut), reverse=True))
