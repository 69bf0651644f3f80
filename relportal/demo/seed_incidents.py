"""The incidents of the story as the portal would hold them: declared, run, ended, with whom they hit and for how long."""

from __future__ import annotations

import datetime as dt
from typing import Final

from incidents.actions.impact import SegmentFields, add_segment
from incidents.actions.incidents import Declaration, declare, move
from incidents.actions.marks import set_times
from incidents.actions.roles import take_role
from incidents.actions.timeline import write_line
from incidents.actions.updates import post_update
from incidents.models import (
    Detection,
    FailureMode,
    Incident,
    IncidentRole,
    Integration,
    Kind,
    Level,
    Moment,
    Precision,
    Severity,
    State,
)
from relportal.core.models import Service, User
from relportal.demo import events, noise, seed_extras, seed_runbooks, seed_tools
from relportal.demo.events import Cause, Effect, Span, Timeline
from relportal.demo.seed_learning import Staff, learn, quiet

MINUTE: Final = dt.timedelta(minutes=1)
# What hurt less than this was mended without anybody declaring it.
MILDEST: Final = 3
FROM: Final = "demo"
_MODES: Final = {
    Cause.DEPLOY: "bad-deploy",
    Cause.CONFIGURATION: "bad-config",
    Cause.CAPACITY: "capacity",
    Cause.DEPENDENCY: "dependency-down",
    Cause.DATA: "data",
    Cause.CERTIFICATE: "certificate",
    Cause.NETWORK: "network",
    Cause.HARDWARE: "hardware",
    Cause.OPERATION: "human-process",
}
MEASURED: Final = 0.6
"""Of so many incidents the customers were counted; of the others they were guessed, with a range."""
_CUSTOMERS: Final = {0: 180_000, 1: 60_000, 2: 8_000, 3: 600}


def incidents(timeline: Timeline, *, at: dt.datetime) -> int:
    """Adds those of the story up to `at` that are not there yet; how many."""
    there = set(Incident.objects.filter(declared_from__startswith=FROM).values_list("declared_from", flat=True))
    services = {each.slug: each for each in Service.objects.all()}
    staff, added = Staff.read(), 0
    alerts, pipeline = seed_tools.integrations(at=at)
    for told in sorted(timeline.incidents, key=lambda each: each.start):
        key = f"{FROM}:{told.key}"
        if told.start + told.detected_after + 2 * MINUTE > at or told.severity > MILDEST or key in there:
            continue
        incident = _one(told, services, staff, alerts, at=at)
        learn(incident, told, staff, at=at)
        added += 1
    if added:
        seed_tools.deploys(timeline, pipeline, at=at)
        added += seed_extras.extras(staff, at=at)
        seed_runbooks.by_tool(alerts, at=at)
        seed_tools.unclaimed(alerts, at=at)
        quiet(at=at)
    return added


def _one(
    told: events.Incident, services: dict[str, Service], staff: Staff, alerts: Integration, *, at: dt.datetime
) -> Incident:
    commander = staff.commander
    detected = told.start + told.detected_after
    declared = detected + 2 * MINUTE
    end = told.end if told.end is not None and told.end <= at else None
    given = Declaration(
        title=told.title,
        summary=told.summary,
        kind=Kind.REAL.value,
        severity=told.severity,
        services=[services[slug] for slug in dict.fromkeys(each.service for each in told.effects) if slug in services],
        source=f"{FROM}:{told.key}"[:40],
        impact_started=told.start,
        detected=detected,
    )
    incident = declare(commander, given, at=declared)
    incident.failure_modes.set(FailureMode.objects.filter(slug=_MODES[told.cause]))
    rings = told.detection in (events.Detection.SLO_ALERT, events.Detection.OTHER_ALERT)
    if rings:
        seed_tools.ring(alerts, told, began=detected, ended=None, at=declared)
    mitigated = None if end is None else max(end - told.mitigated_before_end, declared + 2 * MINUTE)
    _staffed(incident, told, staff, at=declared, latest=mitigated or at)
    _say(incident, told, commander, at=declared, end=mitigated)
    seed_runbooks.in_incident(incident, told, commander, until=mitigated or at)
    for effect in told.effects:
        if effect.service in services:
            for given_segment in _segments(told, effect, services[effect.service], end=end, at=end or at):
                add_segment(commander, incident, given_segment, at=end or at)
    if mitigated is not None and end is not None:
        move(commander, incident, State.MONITORING, at=mitigated)
        if rings:
            seed_tools.ring(alerts, told, began=detected, ended=max(end, declared), at=max(end, mitigated))
        over = max(end, mitigated) + 10 * MINUTE
        move(commander, incident, State.RESOLVED, at=over, despite=True)
        times = {Moment.RESOLVED: (end, Precision.MINUTE)} if mitigated <= end else {}
        set_times(commander, incident, times, detected_by=_by(told), at=over)
        if over + dt.timedelta(days=1) <= at:
            move(commander, incident, State.CLOSED, at=over + dt.timedelta(days=1))
    else:
        set_times(commander, incident, {}, detected_by=_by(told), at=at)
    incident.refresh_from_db()
    return incident


def _staffed(incident: Incident, told: events.Incident, staff: Staff, *, at: dt.datetime, latest: dt.datetime) -> None:
    """Command is taken within some minutes; the worst get operations and communications as well."""
    taken = min(at + MINUTE * (1 + 7 * noise.pick(noise.seed(told.key, "taken"), 0) ** 2), latest)
    take_role(staff.commander, incident, IncidentRole.COMMANDER, at=taken)
    if told.severity <= 1:
        take_role(staff.of(incident.team), incident, IncidentRole.OPERATIONS, at=min(taken + MINUTE, latest))
        take_role(staff.leader, incident, IncidentRole.COMMUNICATIONS, at=min(taken + 2 * MINUTE, latest))
    move(staff.commander, incident, State.INVESTIGATING, at=taken)


def _by(told: events.Incident) -> str:
    return {each.value.replace("_", " "): each.value for each in Detection}[told.detection.value]


def _say(
    incident: Incident, told: events.Incident, commander: User, *, at: dt.datetime, end: dt.datetime | None
) -> None:
    """What a scribe would have written; nothing later than the end."""
    lines = (
        (2, f"Looking at {told.service}: {told.title.lower()}"),
        (4, "! " + (told.summary or told.title)),
        (9, "TODO tell support what to say"),
        (14, f"Suspecting {told.cause.value}"),
    )
    for minutes, text in lines:
        moment = at + minutes * MINUTE
        if end is None or moment < end:
            write_line(commander, incident, text, zone=dt.UTC, at=moment)
    said = Severity.objects.get(level=told.severity)
    first = at + said.first_update_min * MINUTE
    if end is None or first < end:
        post_update(commander, incident, audience="internal", condition=told.summary or told.title, at=first)


def _segments(
    told: events.Incident, effect: Effect, service: Service, *, end: dt.datetime | None, at: dt.datetime
) -> list[SegmentFields]:
    """One for each stretch in which it hurt; of bursts that come again and again the last dozen."""
    spans = told.spans(Span(told.start, at)) if told.every is not None else (Span(told.start, at),)
    share = min(1.0, effect.bad) or None
    customers = None if share is None else round(_CUSTOMERS[told.severity] * share)
    measured = noise.pick(noise.seed(told.key, "reach"), 0) < MEASURED
    level = Level.FULL if effect.bad >= 0.5 else Level.PARTIAL if effect.bad else Level.DEGRADED
    return [
        SegmentFields(
            service=service,
            level=level.value,
            user_share=share,
            customers=customers,
            customers_low=None if customers is None or measured else round(0.7 * customers),
            customers_high=None if customers is None or measured else round(1.5 * customers),
            customers_measured=measured and customers is not None,
            start=span.start,
            end=None if end is None and span.end >= at else span.end,
        )
        for span in spans[-12:]
        if span.start < at
    ]
