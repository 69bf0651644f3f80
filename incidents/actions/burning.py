"""Burn alerts in the timelines of the incidents that they are of: those linked to the objective, or to its service."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from incidents.actions.timeline import noted
from incidents.models import EntryKind, Incident
from relportal.core.permissions import SYSTEM, Actor
from slo.models import BurnAlert

# What fired longer before the declaration has hardly to do with the incident.
BEFORE: Final = dt.timedelta(hours=2)
TOGETHER_S: Final = 900


def note_burn(incident: Incident, alert: BurnAlert, *, actor: Actor, at: dt.datetime) -> None:
    """That an objective burns, and when none of its rules fires any more, that it does not. Rules that fire together are one
    line: an outage trips all of them within minutes."""
    objective = alert.objective
    url = objective.get_absolute_url()
    words = _("%(objective)s burns %(burn).1f× too fast") % {"objective": objective, "burn": alert.burn_long}
    key = f"burn:{objective.pk}:{_together(alert.fired_at)}"
    noted(incident, EntryKind.BURN, words, at=at, happened_at=alert.fired_at, actor=actor, key=key, url=url)
    if alert.resolved_at is None:
        return
    burns_on = Q(resolved_at=None) | Q(resolved_at__gt=alert.resolved_at)
    if BurnAlert.objects.filter(burns_on, objective=objective).exists():
        return
    over = _("%(objective)s burns too fast no more; at its worst %(peak).1f×")
    said = over % {"objective": objective, "peak": alert.peak_burn}
    key = f"burn:{objective.pk}:{_together(alert.resolved_at)}:over"
    noted(incident, EntryKind.BURN, said, at=at, happened_at=alert.resolved_at, actor=actor, key=key, url=url)


def _together(moment: dt.datetime) -> int:
    return int(moment.timestamp()) // TOGETHER_S


def note_burns(objectives: Sequence[int], *, at: dt.datetime) -> int:
    """What of these objectives fired or ended since, in every incident that goes on for them; how many alerts were said."""
    going = Incident.objects.ongoing().filter(
        Q(objectives__in=objectives) | Q(services__objectives__in=objectives),
    )
    count = 0
    for incident in going.distinct().prefetch_related("services", "objectives"):
        own = Q(objective__in=incident.objectives.all()) | Q(objective__service__in=incident.services.all())
        since = Q(resolved_at=None) | Q(resolved_at__gte=incident.declared_at)
        alerts = BurnAlert.objects.filter(
            own, since, objective__in=objectives, fired_at__gte=incident.declared_at - BEFORE
        )
        with transaction.atomic():
            for alert in alerts.select_related("objective__service").order_by("resolved_at", "severity", "fired_at"):
                note_burn(incident, alert, actor=SYSTEM, at=at)
                count += 1
    return count
