"""Which likelihood the linked incidents speak for: how often the risk came true in the time that the portal remembers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.db.models import Min
from django.utils.translation import gettext as _

from incidents.models import Incident
from incidents.models.incident import IncidentQuerySet
from relportal.core.permissions import Actor, System
from risks.domain.matrix import Scale, Step
from risks.models import Relation, Risk

YEAR: Final = dt.timedelta(days=365.25)
LEAST_YEARS: Final = 1.0
"""Two incidents in the first month of a portal are not twenty-four a year."""
MOST_YEARS: Final = 3.0
"""What is older says little of the system as it is."""


@dataclass(frozen=True, slots=True)
class Suggested:
    """`n` incidents in `years` before `at`, which is `rate` a year; `step` None where the scale has no ranges."""

    step: Step | None
    n: int
    years: float
    rate: float
    at: dt.datetime

    @property
    def inputs(self) -> tuple[tuple[str, str, str], ...]:
        """For "How is this computed?"."""
        return (
            (_("Incidents"), str(self.n), ""),
            (_("Years"), f"{self.years:.1f}", ""),
            (_("Events a year"), f"{self.rate:.2f}", ""),
        )


def seen_by(actor: Actor) -> IncidentQuerySet:
    """The incidents that the actor may know of; the portal itself knows all."""
    return Incident.objects.all() if isinstance(actor, System) else Incident.objects.visible_to(actor)


def came_true(actor: Actor, risk: Risk) -> IncidentQuerySet:
    """The incidents in which the risk came true, that count in figures and that the actor may see."""
    linked = risk.links.filter(relation=Relation.MATERIALISED).values("incident")
    return seen_by(actor).counted().filter(pk__in=linked)


def suggested_likelihood(actor: Actor, risk: Risk, scale: Scale, *, at: dt.datetime) -> Suggested | None:
    """None where no incident is linked: that nothing is known is not that nothing happens."""
    years = remembered(at=at)
    n = came_true(actor, risk).filter(declared_at__gte=at - years * YEAR, declared_at__lte=at).count()
    if not n:
        return None
    return Suggested(scale.likelihood_of(n / years), n, years, n / years, at)


def remembered(*, at: dt.datetime) -> float:
    """Years since the first incident of the portal, at least one and at most three."""
    first = Incident.objects.counted().aggregate(first=Min("declared_at"))["first"]
    known = (at - first) / YEAR if first is not None else 0.0
    return min(MOST_YEARS, max(LEAST_YEARS, known))
