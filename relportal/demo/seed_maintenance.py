"""Announces the maintenance of the story, each window when it was known."""

from __future__ import annotations

import datetime as dt
from typing import Final

from relportal.core.models import Service, User
from relportal.demo.events import Timeline
from relportal.demo.works import ANNOUNCED
from slo.actions.maintenance import Announcement, announce
from slo.models import MaintenanceWindow

LEADER: Final = "leader@perronova.example"


def windows(timeline: Timeline, *, at: dt.datetime) -> int:
    """Adds those that are announced by `at`, once; how many."""
    if MaintenanceWindow.objects.exists():
        return 0
    leader = User.objects.get(email=LEADER)
    services = {each.slug: each for each in Service.objects.all()}
    known = [each for each in timeline.works if each.start - ANNOUNCED <= at]
    for each in known:
        given = Announcement(title=each.title, start=each.start, end=each.end)
        announce(leader, [services[each.service]], given, at=each.start - ANNOUNCED)
    return len(known)
