"""The overview: what a leader opens first."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from relportal.core import panels
from relportal.core.conditional import unchanged_since
from relportal.core.permissions import allowed, require
from relportal.core.views.base import viewer
from slo.queries.objective_words import overview_claim
from slo.queries.overview import overview as state_of_the_company
from slo.queries.version import data_version


@require_safe
@unchanged_since(data_version)
def overview(request: HttpRequest) -> HttpResponse:
    user = viewer(request)
    require(user, "catalog.view")
    at = timezone.now()
    shown = state_of_the_company(user, at=at)
    first = shown.tiers[0] if shown.tiers else None
    context = {
        "shown": shown,
        "title": overview_claim(shown),
        "panels": panels.shown(panels.Page.OVERVIEW, user, None, at=at),
        "first": first,
        "kept": shown.counts.healthy + shown.counts.at_risk,
        "more_alerts": shown.week.more,
        "may_create": allowed(user, "source.edit"),
        "may_operate": allowed(user, "work.view"),
    }
    return render(request, "slo/overview.html", context)
