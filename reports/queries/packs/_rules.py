"""Alerts by the rule that fired them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Max, Q, QuerySet
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from incidents.models import Alert, AlertVerdict
from reports.domain.reviews import Fact

# Whoever did something because of it has judged it: an incident tells, as in KPI 11.
_ACTIONABLE = Q(verdict=AlertVerdict.ACTIONABLE) | Q(verdict="", incident__isnull=False)


@dataclass(frozen=True, slots=True)
class Rule:
    """How often a rule fired, and as what it was judged; `last` is when it fired last."""

    name: str
    fired: int
    actionable: int
    noise: int
    last: dt.datetime

    @property
    def unjudged(self) -> int:
        return self.fired - self.actionable - self.noise

    @property
    def url(self) -> str:
        return f"{reverse('incidents:alert-list')}?{urlencode({'q': self.name})}"

    def fact(self) -> Fact:
        says = _("fired %(n)d times: %(actionable)d actionable, %(noise)d noise, %(unjudged)d unjudged") % {
            "n": self.fired, "actionable": self.actionable, "noise": self.noise, "unjudged": self.unjudged,
        }  # fmt: skip
        noisy = self.noise > self.actionable
        word = _("mostly noise") if noisy else ""
        return Fact(label=self.name, says=says, url=self.url, band="at_risk" if noisy else "", word=word)


def rules(alerts: QuerySet[Alert]) -> list[Rule]:
    """The one that fired most often first. One statement."""
    rows = alerts.order_by().values("name").annotate(
        fired=Count("pk"),
        actionable=Count("pk", filter=_ACTIONABLE),
        noise=Count("pk", filter=Q(verdict=AlertVerdict.NOISE)),
        last=Max("started_at"),
    )  # fmt: skip
    return sorted((Rule(**row) for row in rows), key=lambda one: (-one.fired, one.name))
