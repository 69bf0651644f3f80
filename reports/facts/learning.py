"""What was learnt from incidents and what was promised after them, as far as it is late."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from incidents.models import ActionItem, Incident, IncidentService, Postmortem
from reports.domain.ladder import FactKind
from reports.domain.values import Better
from reports.facts._base import Fact, Readings, World, listed

GRAVE: Final = 2
"""SEV-0 to SEV-2."""
LOOKS_BACK: Final = dt.timedelta(days=365)


class Learning:
    key = "learning"
    facts = (
        Fact(
            key="late_postmortems",
            title=_("Postmortems late or missing, of SEV-0 to SEV-2 within a year"),
            connect=_("The portal always knows."),
            kind=FactKind.COUNT,
            better=Better.DOWN,
            where=listed("incidents:postmortem-list"),
        ),
        Fact(
            key="overdue_actions",
            title=_("Overdue actions of SEV-0 to SEV-2"),
            connect=_("The portal always knows."),
            kind=FactKind.COUNT,
            better=Better.DOWN,
            where=listed("incidents:action-list"),
        ),
    )

    def read(self, world: World) -> Mapping[str, Readings]:
        grave = Incident.objects.counted().filter(is_private=False, severity__lte=GRAVE)
        due = Postmortem.objects.filter(incident__in=grave, due_at__lt=world.at, due_at__gte=world.at - LOOKS_BACK)
        late = set(
            due.filter(Q(published_at=None) | Q(published_at__gt=world.at)).values_list("incident_id", flat=True)
        )
        overdue = list(
            ActionItem.objects.unfinished()
            .filter(incident__in=grave, due_on__lt=world.today)
            .values_list("pk", "incident_id", "service_id")
        )
        touched = {*late, *(incident for _pk, incident, _service in overdue if incident is not None)}
        hit: dict[int, set[int]] = {}
        for incident, service in IncidentService.objects.filter(incident__in=touched).values_list(
            "incident_id", "service_id"
        ):
            hit.setdefault(incident, set()).add(service)
        reviews = Counter(service for incident in late for service in hit.get(incident, ()))
        actions: Counter[int] = Counter()
        for _pk, incident, service in overdue:
            # An action of one service is that service's to do; one of none is of all that were hit.
            actions.update([service] if service is not None else hit.get(incident or 0, ()))
        return {
            "late_postmortems": {pk: float(reviews[pk]) for pk in world.services},
            "overdue_actions": {pk: float(actions[pk]) for pk in world.services},
        }


PLUGIN = Learning()
