"""Where every service stood at the end of each period."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping

from relportal.core.models import JourneyService, Lifecycle, Service
from relportal.core.queries.row_history import rows_at
from reports.domain.periods import Period
from reports.domain.scopes import Place


def places(ends: Mapping[Period, dt.datetime]) -> dict[Period, dict[int, Place]]:
    """Retired ones stand nowhere. Two statements."""
    instants = set(ends.values())
    services = rows_at(Service, ("tier", "team_id", "lifecycle"), instants)
    steps = rows_at(JourneyService, ("journey_id", "service_id"), instants)
    found = {}
    for end in instants:
        journeys: defaultdict[int, list[int]] = defaultdict(list)
        for journey, service in steps[end].values():
            journeys[service].append(journey)
        found[end] = {
            pk: Place(tier, team, tuple(journeys[pk]))
            for pk, (tier, team, lifecycle) in services[end].items()
            if lifecycle != Lifecycle.RETIRED
        }
    return {period: found[end] for period, end in ends.items()}
