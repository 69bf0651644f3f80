"""What speaks against resolving: linked objectives that still burn fast."""

from __future__ import annotations

import datetime as dt

from incidents.models import Incident
from slo.models import AlertSeverity, BurnAlert, Objective

# What an alert says that is older than this is no longer said of now.
FRESH = dt.timedelta(hours=1)


def unmet(incident: Incident, *, at: dt.datetime) -> list[Objective]:
    """Linked objectives for which a page of fast burn fires now."""
    firing = BurnAlert.objects.filter(
        objective__incidents=incident,
        resolved_at=None,
        severity=AlertSeverity.PAGE,
        objective__status__at__gt=at - FRESH,
    )
    return list(Objective.objects.filter(pk__in=firing.values("objective")).select_related("service"))
