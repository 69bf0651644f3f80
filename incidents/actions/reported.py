"""Alerts and deploys in the timelines of the incidents that go on for their service."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from django.utils.translation import gettext as _

from incidents.actions.alerts import Taken
from incidents.actions.correlation import BEFORE
from incidents.models import ONGOING, Alert, Deploy, Entry, EntryKind, Incident, IncidentService, State

# Instances of one rule that fire together are one line: a storm over 500 hosts must not bury what people write.
TOGETHER_S: Final = 300


def note_alerts(taken: Taken, *, at: dt.datetime) -> None:
    """Belongs into the transaction of the alerts. Idempotent by the key of the entries."""
    told = (("began", taken.began), ("ended", taken.ended), ("acknowledged", taken.acknowledged))
    everything = [row for _word, rows in told for row in rows]
    ongoing, own = _ongoing(row.service_id for row in everything), _own(everything)
    _write(
        [
            _alert_entry(incident, row, word, at=at)
            for word, rows in told
            for row in rows
            for incident in _told_of(row, ongoing, own)
        ]
    )


def _own(alerts: Iterable[Alert]) -> dict[int, Incident]:
    """The incidents that have alerts, until they are closed: what ends after the end is worth a line."""
    wanted = {row.incident_id for row in alerts if row.incident_id is not None}
    if not wanted:
        return {}
    return Incident.objects.filter(pk__in=wanted, state__in=(*ONGOING, State.RESOLVED)).in_bulk()


def _told_of(row: Alert, ongoing: dict[int, list[Incident]], own: dict[int, Incident]) -> list[Incident]:
    """The incidents of its service, and the one that it was attached to, whatever its service."""
    found = {one.pk: one for one in ongoing.get(row.service_id or 0, ()) if row.started_at >= one.declared_at - BEFORE}
    if row.incident_id in own:
        found[row.incident_id] = own[row.incident_id]
    return list(found.values())


def note_deploys(deploys: Sequence[Deploy], *, at: dt.datetime) -> None:
    """As note_alerts."""
    ongoing = _ongoing(row.service_id for row in deploys)
    entries = []
    for row in deploys:
        for incident in ongoing.get(row.service_id, ()):
            if row.started_at >= incident.declared_at - BEFORE:
                words = _("Rollback") if row.is_rollback else _("Deploy")
                told = " ".join(filter(None, (row.revision[:12], row.description)))
                text = f"{words}: {row.service.name}, {row.get_state_display().lower()}. {told}"
                entries.append(
                    Entry(
                        incident=incident,
                        kind=EntryKind.DEPLOY,
                        at=min(row.finished_at or row.started_at, at),
                        text=text[:4000],
                        key=f"deploy:{row.pk}:{row.state}",
                        url=row.url,
                        recorded_at=at,
                    )
                )
    _write(entries)


def _ongoing(services: Iterable[int | None]) -> dict[int, list[Incident]]:
    wanted = {pk for pk in services if pk is not None}
    if not wanted:
        return {}
    found: dict[int, list[Incident]] = defaultdict(list)
    links = IncidentService.objects.filter(service__in=wanted, incident__state__in=ONGOING)
    for link in links.select_related("incident"):
        found[link.service_id].append(link.incident)
    return found


def _alert_entry(incident: Incident, row: Alert, word: str, *, at: dt.datetime) -> Entry:
    texts = {
        "began": _("Alert began: %(name)s"),
        "ended": _("Alert ended: %(name)s"),
        "acknowledged": _("Alert acknowledged: %(name)s"),
    }
    times = {"began": row.started_at, "ended": row.ended_at, "acknowledged": row.acknowledged_at}
    happened = min(times[word] or at, at)
    text = texts[word] % {"name": row.name}
    if word == "began" and row.incident_id == incident.pk:
        text += _(" (attached: its service is hit)")
    told = f"{row.integration_id}|{row.service_id}|{row.name}|{int(happened.timestamp()) // TOGETHER_S}"
    return Entry(
        incident=incident,
        kind=EntryKind.ALERT,
        at=happened,
        text=f"{text}. {row.summary}".removesuffix(" ")[:4000] if row.summary else text,
        key=f"alert:{word}:{hashlib.sha256(told.encode()).hexdigest()[:32]}",
        url=row.url,
        recorded_at=at,
    )


def _write(entries: Sequence[Entry]) -> None:
    Entry.objects.bulk_create(entries, ignore_conflicts=True, batch_size=2000)
