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


def note_burn(incident: Incident, alert: BurnAlert, *, actor: Actor, at: dt.datetime) -> None:
    """That it fires, and when it is over, that it is; once each."""
    url = alert.objective.get_absolute_url()
    words = _("%(objective)s burns %(burn).1f× too fast") % {"objective": alert.objective, "burn": alert.burn_long}
    noted(
        incident, EntryKind.BURN, words, at=at, happened_at=alert.fired_at, actor=actor, key=f"burn:{alert.pk}", url=url
    )
    if alert.resolved_at is not None:
        over = _("%(objective)s burns too fast no more; at its worst %(peak).1f×")
        said = over % {"objective": alert.objective, "peak": alert.peak_burn}
        key = f"burn:{alert.pk}:over"
        noted(incident, EntryKind.BURN, said, at=at, happened_at=alert.resolved_at, actor=actor, key=key, url=url)


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
            for alert in alerts.select_related("objective__service"):
                note_burn(incident, alert, actor=SYSTEM, at=at)
                count += 1
    return count
