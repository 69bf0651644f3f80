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

from incidents.actions.correlation import assign
from incidents.domain.firings import Firing, Told, fold
from incidents.models import Alert, Integration
from incidents.queries.service_names import ServiceNames
from incidents.webhooks._base import ToldAlert

# A sender's clock may be ahead of ours by so much without anyone being told.
TOLERANCE: Final = dt.timedelta(minutes=1)
TOLD_START: Final = "relportal_told_start"
"""Label of an alert whose start was told as in the future: it began when it was received, and is known by what was told."""
LOOKBACK: Final = dt.timedelta(days=7)
UPDATED: Final = (
    "name", "summary", "labels", "severity", "url", "service", "acknowledged_at", "ended_at", "last_received_at",
)  # fmt: skip


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
    batch = _Batch(integration, names, Taken())
    if not arrived:
        return batch.taken
    by_print: dict[str, list[Arrived]] = defaultdict(list)
    for one in arrived:
        by_print[_fingerprint(one.told)].append(one)
    known = _known(integration, by_print, arrived)
    changed: list[Alert] = []
    for fingerprint, mine in by_print.items():
        changed += batch.fold(fingerprint, known[fingerprint], mine)
    assign(batch.taken.began, at=max(one.received for one in arrived))
    Alert.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["integration", "fingerprint", "started_at"],
        update_fields=UPDATED,
        batch_size=2000,
    )
    return batch.taken


def _fingerprint(told: ToldAlert) -> str:
    given = told.fingerprint
    return given if len(given) <= 128 else hashlib.sha256(given.encode()).hexdigest()


def _known(
    integration: Integration, prints: Iterable[str], arrived: Sequence[Arrived]
) -> defaultdict[str, list[Alert]]:
    oldest = min(min(one.told.started or one.received, one.received) for one in arrived) - LOOKBACK
    rows = Alert.objects.filter(integration=integration, fingerprint__in=list(prints)).filter(
        Q(started_at__gte=oldest) | Q(ended_at=None)
    )
    found: defaultdict[str, list[Alert]] = defaultdict(list)
    for row in rows.order_by("started_at"):
        row.integration = integration
        found[row.fingerprint].append(row)
    return found


@dataclass(frozen=True, slots=True)
class _Batch:
    integration: Integration
    names: ServiceNames
    taken: Taken

    def fold(self, fingerprint: str, known: Sequence[Alert], arrived: Sequence[Arrived]) -> list[Alert]:
        """The rows of one alert that are new or have changed."""
        rows = {row.started_at: row for row in known}
        was = {start: (row.ended_at, row.acknowledged_at) for start, row in rows.items()}
        capped = {row.labels[TOLD_START]: row.started_at for row in known if TOLD_START in row.labels}
        firings = [Firing(start, *times) for start, times in was.items()]
        touched: dict[dt.datetime, Arrived] = {}
        for one in arrived:
            firings, meant = fold(firings, self._told(one, capped))
            if meant is not None:
                touched[meant.start] = one
        marks = {start: told for told, start in capped.items()}
        changed = []
        for firing in firings:
            before = was.get(firing.start, (None, None))
            if firing.start not in touched and before == (firing.end, firing.acknowledged):
                continue
            source = touched.get(firing.start) or arrived[-1]
            row = rows.get(firing.start) or self._begun(fingerprint, firing.start, source.received)
            self._describe(row, source, mark=marks.get(firing.start, ""))
            row.ended_at, row.acknowledged_at = firing.end, firing.acknowledged
            self._sort(row, before)
            changed.append(row)
        return changed

    def _told(self, one: Arrived, capped: dict[str, dt.datetime]) -> Told:
        """With no time in the future: `capped` leads from a start as it was told to when the alert was first received."""
        told, latest = one.told, one.received + TOLERANCE
        start = told.started
        if start is not None and start.isoformat() in capped:
            start = capped[start.isoformat()]
        elif start is not None and start > latest:
            self.taken.ahead = max(self.taken.ahead, start - one.received)
            at = one.received
            while at in capped.values():
                at += dt.timedelta.resolution
            capped[start.isoformat()] = at
            start = at
        end, seen = told.ended, told.acknowledged
        return Told(
            received=one.received,
            start=start,
            end=one.received if end is not None and end > latest else end,
            over=told.over,
            acknowledged=one.received if seen is not None and seen > latest else seen,
        )

    def _begun(self, fingerprint: str, start: dt.datetime, received: dt.datetime) -> Alert:
        return Alert(
            integration=self.integration,
            fingerprint=fingerprint,
            started_at=start,
            first_received_at=received,
            last_received_at=received,
        )

    def _describe(self, row: Alert, arrived: Arrived, *, mark: str) -> None:
        """What is told last is shown; but a row keeps the service that it has where none is found any more."""
        told = arrived.told
        row.name, row.summary = told.name[:200], told.summary[:500]
        row.severity, row.url = told.severity[:40], told.url[:500]
        row.labels = {name: value for name, value in told.labels.items() if name != TOLD_START}
        if mark:
            row.labels[TOLD_START] = mark
        row.last_received_at = max(row.last_received_at, arrived.received)
        service = self.names.find(told.services)
        if service is None and told.services:
            self.taken.unknown.add(told.services[0])
        row.service_id = service or row.service_id or self.integration.default_service_id

    def _sort(self, row: Alert, before: tuple[dt.datetime | None, dt.datetime | None]) -> None:
        if row._state.adding:
            self.taken.began.append(row)
        if row.ended_at is not None and before[0] is None:
            self.taken.ended.append(row)
        if row.acknowledged_at is not None and before[1] is None:
            self.taken.acknowledged.append(row)


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
