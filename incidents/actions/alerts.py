"""Taking over the alerts of deliveries: each once, in any order, in one statement for a batch."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _

from incidents.domain.firings import Firing, Told, fold
from incidents.models import Alert, Integration
from incidents.queries.service_names import ServiceNames
from incidents.webhooks._base import ToldAlert

# A sender's clock may be ahead of ours by so much without anyone being told.
TOLERANCE: Final = dt.timedelta(minutes=1)
TOLD_START: Final = "relportal_told_start"
"""Label of an alert whose start was told as in the future: it began when it was received, and is known by what was told."""
LOOKBACK: Final = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Arrived:
    told: ToldAlert
    received: dt.datetime


@dataclass(slots=True)
class Taken:
    """`began` and `ended` are alerts that did so by this batch. `ahead` is how far the sender's clock is ahead, `unknown` are
    the names that no service has."""

    began: list[Alert] = field(default_factory=list)
    ended: list[Alert] = field(default_factory=list)
    acknowledged: list[Alert] = field(default_factory=list)
    ahead: dt.timedelta = dt.timedelta(0)
    unknown: set[str] = field(default_factory=set)


def take_alerts(integration: Integration, arrived: Sequence[Arrived], *, names: ServiceNames) -> Taken:
    """Must run in a transaction that holds the lock of the integration, see `incidents.actions.deliveries`."""
    taken = Taken()
    if not arrived:
        return taken
    by_print: dict[str, list[Arrived]] = defaultdict(list)
    for one in arrived:
        by_print[_fingerprint(one.told)].append(one)
        taken.ahead = max(taken.ahead, (one.told.started or one.received) - one.received)
    known = _known(integration, by_print, arrived)
    changed: list[Alert] = []
    for fingerprint, mine in by_print.items():
        changed += _folded(integration, fingerprint, known[fingerprint], mine, names, taken)
    Alert.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["integration", "fingerprint", "started_at"],
        update_fields=[
            "name",
            "summary",
            "labels",
            "severity",
            "url",
            "service",
            "acknowledged_at",
            "ended_at",
            "last_received_at",
        ],  # fmt: skip
        batch_size=2000,
    )
    return taken


def _fingerprint(told: ToldAlert) -> str:
    given = told.fingerprint
    return given if len(given) <= 128 else hashlib.sha256(given.encode()).hexdigest()


def _known(
    integration: Integration, prints: Iterable[str], arrived: Sequence[Arrived]
) -> defaultdict[str, list[Alert]]:
    oldest = min(one.told.started or one.received for one in arrived) - LOOKBACK
    rows = Alert.objects.filter(integration=integration, fingerprint__in=list(prints)).filter(
        Q(started_at__gte=oldest) | Q(ended_at=None)
    )
    found: defaultdict[str, list[Alert]] = defaultdict(list)
    for row in rows.order_by("started_at"):
        row.integration = integration
        found[row.fingerprint].append(row)
    return found


def told_start(row: Alert) -> dt.datetime:
    """The start as its sender told it, which is the alert's identity."""
    told = row.labels.get(TOLD_START)
    return dt.datetime.fromisoformat(told) if told else row.started_at


def _folded(
    integration: Integration,
    fingerprint: str,
    known: Sequence[Alert],
    arrived: Sequence[Arrived],
    names: ServiceNames,
    taken: Taken,
) -> list[Alert]:
    """The rows of one alert that are new or have changed."""
    rows = {told_start(row): row for row in known}
    was = {start: (row.ended_at, row.acknowledged_at) for start, row in rows.items()}
    firings = [Firing(start, row.ended_at, row.acknowledged_at) for start, row in rows.items()]
    touched: dict[dt.datetime, Arrived] = {}
    for one in arrived:
        told = one.told
        firings, meant = fold(
            firings,
            Told(
                received=one.received,
                start=told.started,
                end=told.ended,
                over=told.over,
                acknowledged=told.acknowledged,
            ),
        )
        if meant is not None:
            touched[meant.start] = one
    changed = []
    for firing in firings:
        now = (firing.end, firing.acknowledged)
        if firing.start not in touched and was.get(firing.start) == now:
            continue
        source = touched.get(firing.start) or arrived[-1]
        row = rows.get(firing.start)
        fresh = row is None
        row = row or _begun(integration, fingerprint, firing.start, source.received)
        _describe(row, source, names, taken)
        row.ended_at, row.acknowledged_at = _capped(firing, row, source.received)
        ended_before, acknowledged_before = was.get(firing.start, (None, None))
        if fresh:
            taken.began.append(row)
        if row.ended_at is not None and ended_before is None:
            taken.ended.append(row)
        if row.acknowledged_at is not None and acknowledged_before is None:
            taken.acknowledged.append(row)
        changed.append(row)
    return _each_start_once(changed)


def _begun(integration: Integration, fingerprint: str, start: dt.datetime, received: dt.datetime) -> Alert:
    ahead = start - received > TOLERANCE
    return Alert(
        integration=integration,
        fingerprint=fingerprint,
        started_at=received if ahead else start,
        first_received_at=received,
        last_received_at=received,
        labels={TOLD_START: start.isoformat()} if ahead else {},
    )


def _describe(row: Alert, arrived: Arrived, names: ServiceNames, taken: Taken) -> None:
    """What is told last is shown; but a row keeps the service that it has where none is found any more."""
    told = arrived.told
    mark = {TOLD_START: row.labels[TOLD_START]} if TOLD_START in row.labels else {}
    row.name, row.summary, row.severity, row.url = (
        told.name[:200],
        told.summary[:500],
        told.severity[:40],
        told.url[:500],
    )
    row.labels = dict(told.labels) | mark
    row.last_received_at = max(row.last_received_at, arrived.received)
    service = names.find(told.services)
    if service is None and told.services:
        taken.unknown.add(told.services[0])
    row.service_id = service or row.service_id or row.integration.default_service_id


def _capped(firing: Firing, row: Alert, received: dt.datetime) -> tuple[dt.datetime | None, dt.datetime | None]:
    """End and acknowledgement, neither before the start nor by more than the tolerance after they were told."""
    latest = max(row.started_at, received + TOLERANCE)
    end, seen = firing.end, firing.acknowledged
    return (
        None if end is None else max(row.started_at, received if end > latest else end),
        None if seen is None else max(row.started_at, received if seen > latest else seen),
    )


def _each_start_once(rows: list[Alert]) -> list[Alert]:
    """Two starts in the future that came at the same instant would be one row: they are kept a microsecond apart."""
    seen: set[dt.datetime] = set()
    for row in rows:
        while row.pk is None and row.started_at in seen:
            row.started_at += dt.timedelta.resolution
        seen.add(row.started_at)
    return rows


def told_of(taken: Taken) -> str:
    """A sentence for the page of the delivery about what was odd; empty when nothing was."""
    parts = []
    if taken.ahead > TOLERANCE:
        minutes = round(taken.ahead.total_seconds() / 60)
        parts.append(_("The sender's clock is %(n)d min ahead: alerts begin when they were received.") % {"n": minutes})
    if taken.unknown:
        some = ", ".join(sorted(taken.unknown)[:5])
        parts.append(_("No service has the name %(names)s: add it as an alias.") % {"names": some[:200]})
    return " ".join(parts)[:400]
