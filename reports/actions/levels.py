"""Where every service stands on the ladder, looked at each hour and after changes, and kept: only what changed is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from django.db import connection, transaction

from relportal.core import work
from reports.domain.ladder import Judged, Standing, Verdict, standing
from reports.facts._base import Placed
from reports.models import RuleResult, ServiceLevel
from reports.queries.ladder.versions import Version, current, gathered

LEVELS: Final = "reports.levels"
EVERY: Final = dt.timedelta(hours=1)
LOCK: Final = 740_602
"""Held while levels are written; no other code uses this number."""
BATCH: Final = 5000
SEEN: Final = ("passed", "failed", "unknown", "exempt", "evaluated_at")
"""What each look renews of a level that lasts."""


@dataclass(slots=True)
class Evaluated:
    services: int = 0
    changed: int = 0
    """How many services have another level, tier or team now."""


@dataclass(slots=True)
class _Writing:
    """What a look writes, collected for a few statements."""

    at: dt.datetime
    over: list[ServiceLevel | RuleResult] = field(default_factory=list)
    levels: list[ServiceLevel] = field(default_factory=list)
    seen: list[ServiceLevel] = field(default_factory=list)
    results: list[RuleResult] = field(default_factory=list)
    moved: list[RuleResult] = field(default_factory=list)


def schedule_levels(*, at: dt.datetime) -> None:
    with transaction.atomic():
        work.enqueue(LEVELS, "all", at=at, every=EVERY)


def evaluate(*, at: dt.datetime) -> Evaluated:
    """Judges every service that is not retired by the ladder in force; what was kept of others ends."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        version, found = current(), gathered(at=at)
        writing = _Writing(at)
        done = Evaluated(services=len(found.services))
        levels = {row.service_id: row for row in ServiceLevel.objects.filter(until=None)}
        results: dict[int, dict[str, RuleResult]] = {}
        for row in RuleResult.objects.filter(until=None):
            results.setdefault(row.service_id, {})[row.rule] = row
        for pk, placed in found.services.items():
            stands = standing(version.ladder, found.readings.get(pk, {}), exempt=frozenset(found.exempt.get(pk, {})))
            done.changed += _level(writing, levels.pop(pk, None), _stood(version, pk, placed, stands, at=at))
            _results(writing, pk, results.pop(pk, {}), stands.results, exempt=found.exempt.get(pk, {}))
        writing.over += [*levels.values(), *(row for rows in results.values() for row in rows.values())]
        _write(writing)
    return done


def _stood(version: Version, pk: int, placed: Placed, stands: Standing, *, at: dt.datetime) -> ServiceLevel:
    return ServiceLevel(
        service_id=pk,
        since=at,
        ladder=version.row,
        rank=stands.rank,
        excused=stands.excused,
        minimum=version.ladder.minimum(placed.tier),
        tier=placed.tier,
        team_id=placed.team,
        passed=stands.count(Verdict.PASSED),
        failed=stands.count(Verdict.FAILED),
        unknown=stands.count(Verdict.UNKNOWN),
        exempt=stands.count(Verdict.EXEMPT),
        evaluated_at=at,
    )


def _level(writing: _Writing, kept: ServiceLevel | None, now: ServiceLevel) -> bool:
    """Whether it is another one than was kept."""
    if kept is not None and _what(kept) == _what(now):
        for name in SEEN:
            setattr(kept, name, getattr(now, name))
        writing.seen.append(kept)
        return False
    if kept is not None:
        writing.over.append(kept)
    writing.levels.append(now)
    return True


def _what(row: ServiceLevel) -> tuple[object, ...]:
    return row.ladder_id, row.rank, row.excused, row.minimum, row.tier, row.team_id


def _results(
    writing: _Writing, service: int, kept: dict[str, RuleResult], now: Iterable[Judged], *, exempt: Mapping[str, int]
) -> None:
    for one in now:
        row = kept.pop(one.rule.key, None)
        exception = exempt.get(one.rule.key) if one.verdict is Verdict.EXEMPT else None
        if row is not None and (row.verdict, row.exception_id) == (one.verdict, exception):
            if row.reading != one.reading:
                row.reading = one.reading
                writing.moved.append(row)
            continue
        if row is not None:
            writing.over.append(row)
        writing.results.append(
            RuleResult(
                service_id=service,
                rule=one.rule.key,
                verdict=one.verdict,
                reading=one.reading,
                exception_id=exception,
                since=writing.at,
            )
        )
    writing.over += kept.values()


def _write(writing: _Writing) -> None:
    for model in (ServiceLevel, RuleResult):
        rows = [row for row in writing.over if isinstance(row, model)]
        # Two looks at one instant: what began at it never was.
        model._default_manager.filter(pk__in=[row.pk for row in rows if row.since >= writing.at]).delete()
        over = model._default_manager.filter(pk__in=[row.pk for row in rows if row.since < writing.at])
        over.update(until=writing.at)
    ServiceLevel.objects.bulk_update(writing.seen, SEEN, batch_size=BATCH)
    RuleResult.objects.bulk_update(writing.moved, ["reading"], batch_size=BATCH)
    ServiceLevel.objects.bulk_create(writing.levels, batch_size=BATCH)
    RuleResult.objects.bulk_create(writing.results, batch_size=BATCH)
