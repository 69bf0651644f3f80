"""The services list: filtered, sorted and paged by the database, the same for the page, its CSV and the API."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Final

from relportal.core.models import Lifecycle, User
from slo.domain.bands import Band
from slo.queries.catalog_state import BANDS, BandCounts, ServiceState, select_states

PAGE_SIZE: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFilters:
    """What is let through; an empty field lets everything through, and without a lifecycle retired services are left out.

    `text` holds words that must all occur in the name, short name, aliases or team. `incomplete_below` is a ratio 0..1.
    """

    text: str = ""
    tiers: tuple[int, ...] = ()
    teams: tuple[str, ...] = ()
    lifecycles: tuple[Lifecycle, ...] = ()
    bands: tuple[Band, ...] = ()
    journey: str = ""
    incomplete_below: float | None = None
    firing: bool = False
    without_objective: bool = False

    @property
    def active(self) -> bool:
        """Whether anything was filtered, which is what an empty list must say."""
        return any(bool(getattr(self, field.name)) for field in fields(self))


class ServiceSort(StrEnum):
    """What the list is ordered by; `attention` puts the worst first."""

    ATTENTION = "attention"
    NAME = "name"
    TIER = "tier"
    TEAM = "team"
    LIFECYCLE = "lifecycle"
    OBJECTIVES = "objectives"
    REMAINING = "remaining"
    BURN = "burn"
    COMPLETENESS = "completeness"


@dataclass(frozen=True, slots=True)
class Order:
    by: ServiceSort = ServiceSort.ATTENTION
    descending: bool = False


# Ties always end at the name, which is unique, so that a page never repeats or loses a row.
_ORDERS: Final[Mapping[ServiceSort, tuple[str, str]]] = {
    ServiceSort.ATTENTION: (
        "band, paging = 0, remaining NULLS LAST, tier, name",
        "band DESC, paging > 0, remaining DESC NULLS FIRST, tier DESC, name DESC",
    ),
    ServiceSort.NAME: ("name", "name DESC"),
    ServiceSort.TIER: ("tier, name", "tier DESC, name"),
    ServiceSort.TEAM: (
        "team_name NULLS LAST, tier, name",
        "team_name DESC NULLS LAST, tier, name",
    ),
    ServiceSort.LIFECYCLE: ("lifecycle, tier, name", "lifecycle DESC, tier, name"),
    ServiceSort.OBJECTIVES: ("objectives, name", "objectives DESC, name"),
    ServiceSort.REMAINING: (
        "remaining NULLS LAST, name",
        "remaining DESC NULLS LAST, name",
    ),
    ServiceSort.BURN: ("burn_1h NULLS LAST, name", "burn_1h DESC NULLS LAST, name"),
    ServiceSort.COMPLETENESS: ("score NULLS LAST, name", "score DESC NULLS LAST, name"),
}


_CONDITIONS: Final[Mapping[str, str]] = {
    "lifecycles": "lifecycle = ANY(%(lifecycles)s)",
    "search": "NOT EXISTS (SELECT 1 FROM unnest(%(search)s) word WHERE position(word IN"
    " lower(concat_ws(' ', name, slug, array_to_string(aliases, ' '), team_name))) = 0)",
    "tiers": "tier = ANY(%(tiers)s)",
    "teams": "team_slug = ANY(%(teams)s)",
    "bands": "band = ANY(%(bands)s)",
    "firing": "paging + ticketing > 0",
    "without": "objectives = 0",
    "below": "score < %(below)s",
    "journey": "id IN (SELECT js.service_id FROM core_journeyservice js"
    " JOIN core_journey j ON j.id = js.journey_id WHERE j.slug = %(journey)s)",
}


@dataclass(frozen=True, slots=True)
class ServiceList:
    """One page of the list. `watermark` is the newest instant that any row of it counts; `at` when it was asked for.

    `services` counts all that are not retired, whatever the filters.
    """

    rows: tuple[ServiceState, ...]
    total: int
    page: int
    services: BandCounts
    at: dt.datetime
    size: int | None = PAGE_SIZE

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size)) if self.size else 1

    @property
    def watermark(self) -> dt.datetime | None:
        return max((row.watermark for row in self.rows if row.watermark), default=None)

    @property
    def first(self) -> int:
        """The number of the first row shown, from 1; 0 when there is none."""
        return (self.page - 1) * (self.size or 0) + 1 if self.rows else 0

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1 if self.rows else 0


def service_rows(
    user: User,
    *,
    filters: ServiceFilters,
    order: Order | None = None,
    page: int = 1,
    size: int | None = PAGE_SIZE,
    at: dt.datetime,
) -> ServiceList:
    """One page of services in one statement; `size` None gives all of them, without sparklines, for an export.

    A page beyond the end is the last page.
    """
    if not user.roles:
        return ServiceList((), 0, 1, BandCounts(0, 0, 0, 0), at, size)
    order = order or Order()
    page = max(1, page)
    conditions, params = _conditions(filters)
    found = select_states(
        conditions=conditions,
        params=params,
        order=_ORDERS[order.by][order.descending],
        limit=size,
        offset=(page - 1) * (size or 0),
        with_tightest=size is not None,
    )
    last = max(1, -(-found.total // size)) if size else 1
    return ServiceList(found.states, found.total, min(page, last), found.services, at, size)


def matching_ids(user: User, *, filters: ServiceFilters) -> list[int]:
    """The services that the filters let through, for lists that are paged in another way."""
    if not user.roles:
        return []
    conditions, params = _conditions(filters)
    found = select_states(conditions=conditions, params=params, with_tightest=False)
    return [state.id for state in found.states]


def service_states(ids: Iterable[int], *, with_tightest: bool = True) -> dict[int, ServiceState]:
    """Id -> state of these services, retired ones too."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    found = select_states(ids=wanted, with_tightest=with_tightest)
    return {state.id: state for state in found.states}


def _conditions(filters: ServiceFilters) -> tuple[list[str], dict[str, Any]]:
    """The fragments of the filters that are set, each with the one value that it names."""
    lifecycles = filters.lifecycles or tuple(one for one in Lifecycle if one is not Lifecycle.RETIRED)
    values: dict[str, Any] = {
        "lifecycles": [one.value for one in lifecycles],
        # PostgreSQL refuses a NUL in any text.
        "search": filters.text.lower().replace("\0", " ").split(),
        "tiers": list(filters.tiers),
        "teams": list(filters.teams),
        "bands": [BANDS.index(band) for band in filters.bands],
        "firing": filters.firing,
        "without": filters.without_objective,
        "below": filters.incomplete_below,
        "journey": filters.journey,
    }
    params = {name: value for name, value in values.items() if value}
    return [_CONDITIONS[name] for name in params], params
