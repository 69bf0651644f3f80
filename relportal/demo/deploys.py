"""Deploys: a steady rhythm for each service, the ones that broke something, and their rollbacks."""

from __future__ import annotations

import datetime as dt
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from relportal.demo import noise
from relportal.demo.events import Cause, Deploy, Incident, Span, Timeline, on_grid
from relportal.demo.people import COMPANY_ZONE
from relportal.demo.profiles import PROFILES

WEEK: Final = dt.timedelta(days=7)
LONGEST_PAUSE: Final = dt.timedelta(days=70)
SURE_EVERY: Final = 6
_MONDAY: Final = dt.date(2024, 1, 1)


def deploys(timeline: Timeline, service: str, within: Span) -> list[Deploy]:
    """The deploys of a service inside `within`, in order; never two at one instant."""
    found = {each.at: each for each in _rhythm(service, within)}
    found |= {each.at: each for each in _broken(timeline, service, within)}
    return [found[at] for at in sorted(found) if within.start <= at < within.end]


def restarts(timeline: Timeline, service: str, within: Span) -> list[dt.datetime]:
    """When the counters of a service start again from zero: at its deploys. A rollback sends the traffic back to the pods of
    before; were it a restart, whoever reads the counters once an hour would never see the incident that it ended."""
    return [each.at for each in deploys(timeline, service, within) if not each.rollback]


def last_restart(timeline: Timeline, service: str, before: dt.datetime) -> dt.datetime:
    """The latest restart that is strictly before `before`, or the company's epoch: counters run from there."""
    span = Span(max(timeline.epoch, before - LONGEST_PAUSE), before)
    found = restarts(timeline, service, span)
    return found[-1] if found else span.start


def _rhythm(service: str, within: Span) -> list[Deploy]:
    zone = ZoneInfo(COMPANY_ZONE)
    first = (within.start.date() - _MONDAY).days // 7 - 1
    last = (within.end.date() - _MONDAY).days // 7 + 1
    found = []
    for week in range(first, last + 1):
        monday = _MONDAY + week * WEEK
        for number in range(_how_many(service, week)):
            draw = noise.uniform(noise.seed(service, "deploy", str(number)), np.array([3 * week, 3 * week + 1]))
            day = monday + dt.timedelta(days=int(draw[0] * 4.6))
            minutes = 9 * 60 + int(draw[1] * 7.5 * 12) * 5
            local = dt.datetime.combine(day, dt.time(minutes // 60, minutes % 60), tzinfo=zone)
            year, iso_week, _weekday = day.isocalendar()
            found.append(Deploy(service, local.astimezone(dt.UTC), f"{year}.{iso_week:02d}.{number + 1}"))
    return found


def _how_many(service: str, week: int) -> int:
    """Deploys in a week; every service restarts at least once in `SURE_EVERY` weeks, because its hosts are patched."""
    usual = PROFILES[service].deploys_per_week
    drawn = int(usual + noise.pick(noise.seed(service, "deploys"), week))
    return max(drawn, 1 if week % SURE_EVERY == 0 else 0)


def _broken(timeline: Timeline, service: str, within: Span) -> list[Deploy]:
    found = []
    for incident, _effect in timeline.touching(service, Span(within.start - WEEK, within.end + WEEK)):
        if incident.service == service and incident.cause is Cause.DEPLOY:
            found += _of(incident)
    return found


def _of(incident: Incident) -> list[Deploy]:
    begun = on_grid(incident.start)
    version = f"{begun:%G.%V}.9"
    found = [Deploy(incident.service, begun, version, incident=incident.key)]
    if incident.end is not None:
        ended = on_grid(incident.end)
        found.append(Deploy(incident.service, ended, f"{version}-r", rollback=True, incident=incident.key))
    return found
