"""Whether the portal itself is well: what /readyz answers and the stale bar says."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

TICK_LATE = dt.timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    ok: bool
    detail: str


def last_tick() -> dt.datetime | None:
    # Every page asks it, also one that is not drawn again: building the query takes longer than answering it.
    with connection.cursor() as cursor:
        cursor.execute("SELECT at FROM core_heartbeat WHERE name = 'tick'")
        row = cursor.fetchone()
    at: dt.datetime | None = row[0] if row else None
    return at


def staleness(*, at: dt.datetime) -> str | None:
    """A sentence when the worker has stopped, None when numbers are being renewed."""
    seen = last_tick()
    if seen is None:
        return _("Nothing has been collected yet: the worker has not started.")
    if at - seen > TICK_LATE:
        minutes = int((at - seen).total_seconds() // 60)
        return _("Data is stale: the worker was last seen %(minutes)s minutes ago.") % {"minutes": minutes}
    return None


def shown_staleness(request: HttpRequest) -> str | None:
    """`staleness` now, read once a request."""
    if not hasattr(request, "_staleness"):
        request._staleness = staleness(at=timezone.now())  # type: ignore[attr-defined]
    told: str | None = request._staleness  # type: ignore[attr-defined]
    return told


def readiness(*, at: dt.datetime) -> list[Check]:
    """Database, migrations and the age of the last tick; never raises."""
    try:
        connection.ensure_connection()
        executor = MigrationExecutor(connection)
        pending = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        stale = staleness(at=at)
    except DatabaseError as error:
        return [Check("database", ok=False, detail=type(error).__name__)]
    return [
        Check("database", ok=True, detail="answers"),
        Check("migrations", ok=pending == 0, detail=f"{pending} pending"),
        Check("tick", ok=stale is None, detail=stale or "fresh"),
    ]
