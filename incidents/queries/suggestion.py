"""Which severity the portal suggests, and since when an objective burns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from incidents.domain.severities import Because, Level, suggestion
from incidents.models import Severity, SeverityCell
from slo.models import BurnAlert, Objective


@dataclass(frozen=True, slots=True)
class Suggested:
    """`level` None: nothing is known that would suggest one. `because` is a sentence."""

    level: int | None = None
    because: str = ""
    burning_since: dt.datetime | None = None


def suggested(
    objectives: Sequence[Objective], *, impact: str = "", condition: str = "", user_share: float | None = None
) -> Suggested:
    levels = [
        Level(level=each.level, min_user_share=each.min_user_share, min_burn=each.min_burn)
        for each in Severity.objects.all()
    ]
    matrix = {(each.impact, each.condition): each.severity_id for each in SeverityCell.objects.all()}
    alerts = list(
        BurnAlert.objects.filter(objective__in=objectives, resolved_at=None)
        .select_related("objective__service")
        .order_by("fired_at")
    )
    worst = max(alerts, key=lambda each: each.burn_long, default=None)
    found = suggestion(
        levels,
        matrix=matrix,
        impact=impact,
        condition=condition,
        user_share=user_share,
        burn=None if worst is None else worst.burn_long,
    )
    since = alerts[0].fired_at if alerts else None
    if found is None:
        return Suggested(burning_since=since)
    match found.because:
        case Because.MATRIX:
            because = _("by the matrix of impact and condition")
        case Because.USERS:
            because = _("by the share of users")
        case Because.BURN:
            burn = worst.burn_long if worst else 0.0
            because = _("%(objective)s burns %(burn).1f× too fast") % {
                "objective": worst and worst.objective,
                "burn": burn,
            }
    return Suggested(found.level, because, since)
