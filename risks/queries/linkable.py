"""What a risk can be linked to: by an id that somebody types, and what lies near."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

from incidents.models import ActionItem, Incident
from relportal.core.models import User
from risks.models import Risk
from slo.models import Objective

ID: Final = re.compile(r"(INC|SLO|ACT)-([0-9]{1,9})", re.IGNORECASE)
NEAR: Final = 8
PAST: Final = dt.timedelta(days=730)


@dataclass(frozen=True, slots=True)
class Named:
    """At most one of them; all None: there is no such one, or the reader may not see it."""

    incident: Incident | None = None
    objective: Objective | None = None
    action: ActionItem | None = None

    @property
    def is_found(self) -> bool:
        return any(each is not None for each in (self.incident, self.objective, self.action))


def named(user: User, text: str) -> Named:
    """INC-12, SLO-3 or ACT-7, also at the end of an address."""
    match = ID.fullmatch(text.strip().rstrip("/").rsplit("/", 1)[-1])
    if match is None:
        return Named()
    prefix, number = match[1].upper(), int(match[2])
    if prefix == "INC":
        return Named(incident=Incident.objects.visible_to(user).filter(pk=number).first())
    if prefix == "ACT":
        return Named(action=ActionItem.objects.visible_to(user).filter(pk=number).first())
    return Named(objective=Objective.objects.visible_to(user).filter(pk=number).first())


def incident_named(user: User, text: str) -> Incident | None:
    return named(user, text).incident


def near(user: User, risk: Risk, *, at: dt.datetime) -> tuple[Incident, ...]:
    """Incidents of the risk's services in the last two years that are not linked, the newest first."""
    rows = (
        Incident.objects.visible_to(user).counted().filter(services__in=risk.services.all(), declared_at__gt=at - PAST)
    )
    rows = rows.exclude(risk_links__risk=risk).select_related("severity").distinct()
    return tuple(rows.order_by("-declared_at", "-pk")[:NEAR])
