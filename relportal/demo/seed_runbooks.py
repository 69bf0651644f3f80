"""The runbooks of Perronova in use: in its incidents, and by Rundeck on what rings without becoming one.

Each thing is decided by a name and a day, so that every demo tells the same, and a second run adds only what came since.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from incidents.actions.runbooks import ToldRun, record_run, used_in_incident
from incidents.models import Alert, Incident, Integration, RunOutcome
from relportal.core.models import LinkKind, Service, ServiceLink, User
from relportal.core.permissions import SYSTEM
from relportal.demo import events, noise, seed_tools
from relportal.demo.events import HISTORY, Cause

MINUTE: Final = dt.timedelta(minutes=1)
DAY: Final = dt.timedelta(days=1)
TOOL: Final = "Rundeck"
OPENED: Final = 0.7
"""In so many of the incidents the runbook was opened; of these it helped in three of five."""
_NOTES: Final = {
    Cause.OPERATION: "Step 4 names a host that has another role since the spring",
    Cause.DEPLOY: "It says how to roll back, and not what to do when that is blocked",
    Cause.NETWORK: "It knows a path that is down, and none that loses packets",
}


def in_incident(incident: Incident, told: events.Incident, commander: User, *, until: dt.datetime) -> None:
    """What the commander said of the runbook of the service that broke; nothing later than `until`."""
    draw = noise.pick(noise.seed(told.key, "runbook"), 0)
    link = (
        ServiceLink.objects.filter(service__slug=told.service, kind=LinkKind.RUNBOOK).select_related("service").first()
    )
    opened = incident.declared_at + 6 * MINUTE
    if draw >= OPENED or link is None or opened >= until:
        return
    used_in_incident(commander, incident, link, RunOutcome.USED, at=opened)
    helped = draw < 0.6 * OPENED
    if (said := opened + 10 * MINUTE) < until:
        outcome, note = (RunOutcome.HELPED, "") if helped else (RunOutcome.NO_HELP, _NOTES.get(told.cause, ""))
        used_in_incident(commander, incident, link, outcome, note=note, at=said)


def by_tool(tool: Integration, *, at: dt.datetime) -> None:
    """Every nineteenth night the imports of the fares feed are behind, and Rundeck starts them anew; every forty-third day a disk
    of the event bus fills, and Rundeck finds that it empties itself."""
    services = {row.slug: row for row in Service.objects.filter(slug__in=("fares-feed", "event-bus"))}
    first = (at - HISTORY).date()
    for day in (first + number * DAY for number in range((at.date() - first).days)):
        midnight = dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC)
        if day.toordinal() % 19 == 3:
            rang = midnight + dt.timedelta(hours=4, minutes=12)
            seed_tools.alone(tool, "fares-feed", "ImportsBehind", "12 imports wait", began=rang)
            _ran(services["fares-feed"], "restart-imports", RunOutcome.HELPED, "Imports started anew", rang=rang)
        if day.toordinal() % 43 == 5:
            rang = midnight + dt.timedelta(hours=13, minutes=40)
            alert = seed_tools.alone(tool, "event-bus", "DiskFilling", "full in 4 hours", began=rang)
            _ran(
                services["event-bus"], "free-disk", RunOutcome.NOT_NEEDED, "Had emptied itself", rang=rang, alert=alert
            )


def _ran(
    service: Service, job: str, outcome: RunOutcome, note: str, *, rang: dt.datetime, alert: Alert | None = None
) -> None:
    began, ended = rang + 7 * MINUTE, rang + 9 * MINUTE
    told = ToldRun(
        started=began, ended=ended, outcome=outcome, alert=alert, source=TOOL, external_id=f"{job}-{rang:%Y%m%d}", note=note
    )  # fmt: skip
    record_run(SYSTEM, service, told, at=ended)
