"""Whether a room has changed since someone looked at it, in one short statement: a crowd asks this every few seconds."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from django.db import connection

# Counts tell of rows whose transaction ended after one with a higher id; versions of rows that were changed.
# The timeline first, then everything else.
_READ: Final = """
    SELECT
        (SELECT row(count(*), max(id), sum(version))::text FROM incidents_entry WHERE incident_id = %(pk)s),
        (SELECT version FROM incidents_incident WHERE id = %(pk)s),
        (SELECT row(count(*), max(id), sum(version))::text FROM incidents_task WHERE incident_id = %(pk)s),
        (SELECT row(count(*), max(id), sum(version))::text FROM incidents_impactsegment WHERE incident_id = %(pk)s),
        (SELECT row(count(*), max(id), count(since), count(until))::text
            FROM incidents_roleholder WHERE incident_id = %(pk)s),
        (SELECT row(count(*), max(id))::text FROM incidents_checklisttick WHERE incident_id = %(pk)s),
        (SELECT row(count(*), max(id))::text FROM incidents_update WHERE incident_id = %(pk)s),
        (SELECT row(count(*), max(id), max(recorded_at))::text FROM incidents_timemark WHERE incident_id = %(pk)s),
        (SELECT computed_at FROM incidents_impactfigures WHERE incident_id = %(pk)s),
        (SELECT max(s.computed_at) FROM slo_status s
            JOIN incidents_incidentobjective l ON l.objective_id = s.objective_id WHERE l.incident_id = %(pk)s),
        (SELECT max(s.computed_at) FROM slo_status s
            JOIN slo_objective o ON o.id = s.objective_id
            JOIN incidents_incidentservice l ON l.service_id = o.service_id WHERE l.incident_id = %(pk)s)
"""


@dataclass(frozen=True, slots=True)
class Stamp:
    """`lines` is another one whenever the timeline is, `rest` whenever anything else of the room is."""

    rest: str
    lines: str

    def __str__(self) -> str:
        return f"{self.rest}.{self.lines}"


def stamp(incident: int, *, told: str = "") -> Stamp:
    """Of the incident with this id; `told` is what else stands in the room and changes by itself.

    It is taken before the room is read: what is written in between is then shown twice, and not never.
    """
    with connection.cursor() as cursor:
        cursor.execute(_READ, {"pk": incident})
        timeline, *rest = cursor.fetchone()
    return Stamp(rest=_short((rest, told)), lines=_short(timeline))


def _short(value: object) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()[:12]
