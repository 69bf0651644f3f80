"""Two example lines for the template of an import, of this portal's own scale, people and services: they import as they are."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.utils.translation import gettext as _

from incidents.models import FailureMode
from relportal.core import company
from relportal.core.csvexport import Cell
from relportal.core.models import Service, User
from relportal.core.permissions import allowed
from risks.models import Confidence
from risks.queries.imports.table import COLUMNS
from risks.queries.scale import current

DAY: Final = dt.timedelta(days=1)


def template_rows(user: User, *, at: dt.datetime) -> list[list[Cell]]:
    scale, today = current().scale, company.day(at)
    service = Service.objects.active().select_related("team").order_by("tier", "slug").first()
    mode = FailureMode.objects.first()
    whole: dict[str, Cell] = {
        "title": _("Example: all sessions are lost at once"),
        "cause": _("Sessions live on a single cache node without a replica."),
        "event": _("The node fails, or is replaced by the provider."),
        "consequence": _("Everybody is signed out in the middle of paying."),
        "category": mode.name if mode is not None else "",
        "owner": user.email if allowed(user, "risk.own") else "",
        "team": service.team.slug if service is not None and service.team is not None else "",
        "services": service.slug if service is not None else "",
        "likelihood": scale.likelihoods[len(scale.likelihoods) // 2].name,
        "impact": scale.impacts[-2].name,
        "confidence": Confidence.MEDIUM,
        "reason": _("Two near misses in the last year."),
        "target_likelihood": scale.likelihoods[0].name,
        "target_impact": scale.impacts[-2].name,
        "identified_on": today - 30 * DAY,
        "review_due_on": today + 7 * DAY,
    }
    short: dict[str, Cell] = {"title": _("Example: only the title must be there")}
    return [[row.get(name, "") for name in COLUMNS] for row in (whole, short)]
