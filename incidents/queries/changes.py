"""Change failure rate, rollback rate and lead to failure, over what the viewer may see.

Source: KPI 9 (change failure rate) and 10 (rollback rate).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import OuterRef, QuerySet, Subquery

from incidents.domain.changes import (
    MENDED_WITHIN,
    Changes,
    Failure,
    Shipped,
    by_service,
    changes,
    failures,
    mended,
)
from incidents.models import Deploy, DeployState, Incident, Moment, Suspect, SuspectVerdict, TimeMark
from incidents.queries.suspects import PRODUCTION, deploys_visible_to, production
from relportal.core.models import Service, User

PERIOD: Final = dt.timedelta(days=90)
COLUMNS: Final = (
    "pk", "service_id", "environment", "started_at", "finished_at", "state", "is_rollback",
    "rollback_automatic", "is_hotfix",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeScope:
    """[start, end), by the begin of the deploy; empty: of all services and teams."""

    start: dt.datetime
    end: dt.datetime
    services: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceChanges:
    service: Service
    changes: Changes


@dataclass(frozen=True, slots=True)
class ChangeFigures:
    """`services` have the most failed deploys first."""

    scope: ChangeScope
    changes: Changes
    services: tuple[ServiceChanges, ...]


def change_figures(user: User, scope: ChangeScope) -> ChangeFigures:
    """Of production. What private incidents say counts only for those who may see them."""
    told = shipped(user, scope)
    causes = causes_of(user, since=scope.start)
    parts = by_service(told, scope.start, scope.end, causes=causes)
    named = Service.objects.select_related("team").in_bulk(parts)
    rows = [ServiceChanges(named[pk], one) for pk, one in parts.items()]
    rows.sort(key=lambda one: (-one.changes.failures.k, -one.changes.failures.n, one.service.name))
    return ChangeFigures(scope, changes(told, scope.start, scope.end, causes=causes), tuple(rows))


def shipped(user: User | None, scope: ChangeScope) -> list[Shipped]:
    """Up to a day after the end, for the rollbacks of the last deploys. None: whoever may see them."""
    rows = Deploy.objects.all() if user is None else deploys_visible_to(user)
    rows = rows.filter(production(), started_at__gte=scope.start)
    rows = rows.filter(started_at__lt=scope.end + MENDED_WITHIN)
    if scope.services:
        rows = rows.filter(service__slug__in=scope.services)
    if scope.teams:
        rows = rows.filter(service__team__slug__in=scope.teams)
    return [_shipped(row) for row in rows.values(*COLUMNS)]


def _shipped(row: Mapping[str, Any]) -> Shipped:
    return Shipped(
        key=row["pk"],
        service=row["service_id"],
        started=row["started_at"],
        finished=row["finished_at"],
        failed=row["state"] == DeployState.FAILED,
        is_rollback=row["is_rollback"],
        automatic=row["rollback_automatic"],
        is_hotfix=row["is_hotfix"],
    )


def causes_of(user: User | None, *, since: dt.datetime | None) -> dict[int, dt.datetime | None]:
    """Marked cause of a counted incident that `user` sees (None: of any) -> the first impact that it had, None where nobody said
    when. Of deploys that began from `since` on; None: of no deploy."""
    if since is None:
        return {}
    began = TimeMark.objects.filter(incident=OuterRef("incident"), moment=Moment.IMPACT_STARTED).order_by(
        "-is_override"
    )
    told = Incident.objects.all() if user is None else Incident.objects.visible_to(user)
    marks = Suspect.objects.filter(
        verdict=SuspectVerdict.CAUSE,
        incident__in=told.counted(),
        deploy__started_at__gte=since,
    ).annotate(began=Subquery(began.values("at")[:1]))
    found: dict[int, dt.datetime | None] = {}
    for deploy, at in marks.values_list("deploy_id", "began"):
        known = [each for each in (found.get(deploy), at) if each is not None]
        found[deploy] = min(known, default=None)
    return found


def failures_of(user: User, deploys: Sequence[Deploy]) -> dict[int, tuple[Failure, ...]]:
    """Why each of these failed; what went well is not in it."""
    if not deploys:
        return {}
    first, last = min(each.started_at for each in deploys), max(each.started_at for each in deploys)
    near = Deploy.objects.filter(
        service__in={each.service_id for each in deploys}, started_at__range=(first, last + MENDED_WITHIN)
    )
    _rows, failed = failures_among(user, near)
    return {each.pk: failed[each.pk] for each in deploys if each.pk in failed}


def failures_among(user: User, rows: QuerySet[Deploy]) -> tuple[list[Shipped], dict[int, tuple[Failure, ...]]]:
    """The deploys, and why those of them failed that did. A rollback names the one before it in its own environment."""
    told: dict[str, list[Shipped]] = defaultdict(list)
    for row in rows.values(*COLUMNS):
        told[environment(row["environment"])].append(_shipped(row))
    everything = [each for group in told.values() for each in group]
    causes = causes_of(user, since=min((each.started for each in everything), default=None))
    found: dict[int, tuple[Failure, ...]] = {}
    for group in told.values():
        found |= failures(group, mended=mended(group), causes=causes)
    return everything, found


def environment(name: str) -> str:
    """One name for production, however a tool calls it."""
    plain = name.strip().lower()
    return PRODUCTION[0] if plain in PRODUCTION else plain
