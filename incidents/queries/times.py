"""The times of incidents: what counts in figures is an own value before a recorded one."""

from __future__ import annotations

from collections.abc import Iterable

from incidents.domain.times import Times
from incidents.models import Incident, Moment, TimeMark

FIELD_OF = {
    Moment.IMPACT_STARTED: "impact_started",
    Moment.DETECTED: "detected",
    Moment.ACKNOWLEDGED: "acknowledged",
    Moment.MITIGATED: "mitigated",
    Moment.RESOLVED: "resolved",
    Moment.CLOSED: "closed",
}


def times_of(incident: Incident) -> Times:
    return times_from(incident, TimeMark.objects.filter(incident=incident))


def times_from(incident: Incident, marks: Iterable[TimeMark]) -> Times:
    """As `times_of`, for marks that were read already."""
    values = {}
    for mark in sorted(marks, key=lambda each: each.is_override):
        values[FIELD_OF[Moment(mark.moment)]] = mark.at
    return Times(declared=incident.declared_at, **values)
