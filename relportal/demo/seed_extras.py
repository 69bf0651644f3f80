"""What every company has beside its incidents: drills, near misses, a duplicate, a false alarm, and one that few may see."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from incidents.actions.incidents import Declaration, declare, merge, move, set_privacy
from incidents.actions.roles import take_role
from incidents.actions.timeline import write_line
from incidents.models import Incident, IncidentRole, Kind, State
from relportal.core.models import Service
from relportal.demo.seed_learning import Staff

MINUTE: Final = dt.timedelta(minutes=1)
FROM: Final = "demo:extra"


@dataclass(frozen=True, slots=True)
class Extra:
    """`ago` days before now at `hour`; `end` is where it went."""

    key: str
    ago: int
    hour: int
    title: str
    service: str
    kind: Kind = Kind.REAL
    severity: int = 3
    end: State = State.CLOSED
    lines: tuple[str, ...] = ()
    private: bool = False


EXTRAS: Final = (
    Extra("drill-1", 31, 10, "Game day: the primary of the booking database is lost", "booking-api", Kind.DRILL, 1,
          lines=("Primary stopped on purpose", "Replica took over after 48 s", "! Runbook step 4 names the old host")),
    Extra("drill-2", 122, 10, "Game day: the first acquirer fails", "acquirer-gateway", Kind.DRILL, 1,
          lines=("First acquirer blocked", "Traffic moved by hand after 6 min")),
    Extra("drill-3", 213, 10, "Restore test of seat inventory", "seat-inventory", Kind.DRILL, 2,
          lines=("Restore begun", "Restored and compared: 1 h 52 min")),
    Extra("near-1", 9, 15, "Migration would have locked the bookings table", "booking-api", Kind.NEAR_MISS, 2,
          lines=("A reviewer saw the lock before it was merged",)),
    Extra("near-2", 64, 11, "Certificate of the partner link had four days left", "supplier-gateway", Kind.NEAR_MISS, 2,
          lines=("Found while looking for something else", "Renewed")),
    Extra("near-3", 148, 9, "Price import stopped at a swapped column", "fares-feed", Kind.NEAR_MISS, 2,
          lines=("The new comparison stopped it",)),
    Extra("near-4", 260, 16, "Disk of the event bus at 96 %", "event-bus", Kind.NEAR_MISS, 2,
          lines=("Cleaned by hand", "TODO alert at 80 %")),
    Extra("false-1", 17, 13, "Checkout seems to be empty", "web-bff", end=State.FALSE_ALARM,
          lines=("An ad blocker of the reporter",)),
    Extra("false-2", 95, 20, "Search returns nothing for Oslo", "search-api", end=State.FALSE_ALARM,
          lines=("No trains on that day: track works",)),
    Extra("cancelled-1", 40, 12, "Test of the declare button", "web-bff", Kind.TEST, 4, State.CANCELLED),
    Extra("private-1", 26, 18, "Leaked token of a partner in a public repository", "supplier-gateway", severity=1,
          lines=("Token revoked", "No use of it in the logs of 30 days"), private=True),
)  # fmt: skip


def extras(staff: Staff, *, at: dt.datetime) -> int:
    """Adds what is not there yet; how many."""
    there = set(Incident.objects.filter(declared_from__startswith=FROM).values_list("declared_from", flat=True))
    services = {each.slug: each for each in Service.objects.all()}
    added = 0
    for extra in EXTRAS:
        if f"{FROM}:{extra.key}" not in there and extra.service in services:
            _one(extra, services[extra.service], staff, at=at)
            added += 1
    return added + _duplicate(staff, there)


def _one(extra: Extra, service: Service, staff: Staff, *, at: dt.datetime) -> None:
    began = (at - dt.timedelta(days=extra.ago)).replace(hour=extra.hour, minute=7, second=0, microsecond=0)
    given = Declaration(
        title=extra.title,
        kind=extra.kind.value,
        severity=extra.severity,
        services=[service],
        is_private=extra.private,
        source=f"{FROM}:{extra.key}",
    )
    incident = declare(staff.commander, given, at=began)
    if extra.private:
        set_privacy(staff.commander, incident, is_private=True, people=[staff.leader], at=began)
    take_role(staff.commander, incident, IncidentRole.COMMANDER, at=began + MINUTE)
    for number, text in enumerate(extra.lines):
        write_line(staff.commander, incident, text, zone=dt.UTC, at=began + (3 + 9 * number) * MINUTE)
    last = began + (10 + 9 * len(extra.lines)) * MINUTE
    if extra.end is State.CLOSED:
        move(staff.commander, incident, State.RESOLVED, at=last, despite=True)
        last += 20 * MINUTE
    move(staff.commander, incident, extra.end, at=last)


def _duplicate(staff: Staff, there: set[str]) -> int:
    """Support declared what was declared already; it was merged, and its link leads there."""
    source = f"{FROM}:duplicate"
    of = (
        Incident.objects.counted()
        .filter(declared_from__startswith="demo:", severity__lte=1)
        .order_by("-declared_at")
        .first()
    )
    if source in there or of is None:
        return 0
    later = of.declared_at + 7 * MINUTE
    given = Declaration(title=f"Customers call: {of.title.lower()}"[:200], source=source, severity=of.severity_id)
    twin = declare(staff.leader, given, at=later)
    merge(staff.commander, twin, of, at=later + 3 * MINUTE, reason="The same")
    return 1
