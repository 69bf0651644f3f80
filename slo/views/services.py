"""The services list and the service page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from relportal.core import panels
from relportal.core.conditional import unchanged_since
from relportal.core.csvexport import Cell
from relportal.core.filters import Option, Select
from relportal.core.models import Journey, Team, User
from relportal.core.permissions import allowed, require
from relportal.core.views.base import viewer
from relportal.core.views.lists import ListPage
from slo.forms import service_filters
from slo.queries.catalog import PAGE_SIZE, ServiceList, service_rows
from slo.queries.catalog_pages import service_page
from slo.queries.catalog_words import fact_label, list_claim
from slo.queries.version import data_version

CSV_HEADER: Final = (
    "slug",
    "name",
    "band",
    "tier",
    "team",
    "lifecycle",
    "objectives",
    "breached",
    "at_risk",
    "no_data",
    "healthy",
    "remaining",
    "burn_1h",
    "firing",
    "completeness",
    "missing",
    "watermark",
)


def _csv_rows(listed: ServiceList) -> Iterator[tuple[Cell, ...]]:
    for row in listed.rows:
        score = row.completeness.score
        yield (
            row.slug,
            row.name,
            row.band,
            row.tier,
            row.team_slug,
            row.lifecycle,
            row.counts.total,
            row.counts.breached,
            row.counts.at_risk,
            row.counts.no_data,
            row.counts.healthy,
            row.remaining,
            row.burn_1h,
            row.firing,
            None if score is None else round(score, 4),
            ", ".join(fact_label(rule.fact) for rule in row.completeness.missing),
            row.watermark,
        )


def _controls(query: QueryDict, options: Mapping[str, tuple[Option, ...]]) -> tuple[Select, ...]:
    return service_filters.selects(query, teams=options["team"], journeys=options["journey"])


def _may(user: User) -> dict[str, Any]:
    return {"may_create": allowed(user, "service.create"), "may_import": allowed(user, "service.import")}


LIST: Final = ListPage(
    name="services",
    template="slo/service_list.html",
    page_size=PAGE_SIZE,
    read=service_filters.read,
    rows=service_rows,
    choices={"team": Team, "journey": Journey},
    controls=_controls,
    title=lambda listed: list_claim(listed.services),
    label=gettext_lazy("Services"),
    hint=gettext_lazy("Name, alias, team"),
    csv_header=CSV_HEADER,
    csv_rows=_csv_rows,
    bulk=("service.edit", "slo:services-bulk"),
    context=_may,
)


@require_safe
@unchanged_since(data_version)
def service_list(request: HttpRequest) -> HttpResponseBase:
    return LIST.answer(request)


@require_safe
@unchanged_since(data_version)
def service_detail(request: HttpRequest, slug: str) -> HttpResponse:
    user = viewer(request)
    require(user, "catalog.view")
    at = timezone.now()
    shown = service_page(user, slug, at=at)
    tightest = shown.state.tightest
    context = {
        "shown": shown,
        "state": shown.state,
        "service": shown.service,
        "panels": panels.shown(panels.Page.SERVICE, user, shown.service, at=at),
        "may_edit": allowed(user, "service.edit", shown.service),
        "may_promise": allowed(user, "objective.edit", shown.service),
        "may_maintain": allowed(user, "maintenance.declare", shown.service),
        "may_audit": allowed(user, "audit.view"),
        "kept": shown.state.counts.healthy + shown.state.counts.at_risk,
        "tightest_url": reverse("slo:objective-detail", args=[tightest.objective_id]) if tightest else "",
        "create_objective": f"{reverse('slo:objective-create')}?service={slug}",
        "history": reverse("core:history", args=["service", slug]),
        "none_called": _("No dependency is recorded."),
        "none_calling": _("No service names it as its dependency."),
    }
    return render(request, "slo/service_detail.html", context)
