"""Deploys: the list, how often they fail, and one with its risk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from incidents import charts
from incidents.domain.times import Times
from incidents.forms import deploys as forms
from incidents.models import Deploy
from incidents.queries import deploys as queries
from incidents.queries.changes import change_figures
from incidents.queries.suspects import visible
from relportal.core.charts import Chart
from relportal.core.csvexport import Cell
from relportal.core.models import Service, Team, User
from relportal.core.permissions import allowed, require
from relportal.core.views.base import viewer
from relportal.core.views.lists import ListPage

CSV_HEADER: Final = (
    "id", "service", "team", "environment", "key", "revision", "description", "author", "changed_lines", "state", "rollback",
    "rollback_automatic", "hotfix", "started_at", "finished_at", "risk", "failed_because", "cause_of", "fix_of", "url",
)  # fmt: skip
BEFORE: Final = dt.timedelta(hours=2)
AFTER: Final = dt.timedelta(hours=4)
CHARTS: Final = 2


def _csv_rows(listed: queries.DeployList) -> Iterator[tuple[Cell, ...]]:
    for row in listed.rows:
        one = row.deploy
        yield (
            one.pk,
            one.service.slug,
            one.service.team.slug if one.service.team else "",
            one.environment,
            one.key,
            one.revision,
            one.description,
            one.author,
            one.size,
            one.state,
            one.is_rollback,
            one.rollback_automatic,
            one.is_hotfix,
            one.started_at,
            one.finished_at,
            row.risk.score,
            " ".join(each.value for each in row.failed),
            _marked(row, "cause"),
            _marked(row, "fix"),
            one.url,
        )


def _marked(row: queries.DeployRow, verdict: str) -> str:
    return " ".join(each.incident.short_id for each in row.marked if each.mark.verdict == verdict)


def _claim(listed: queries.DeployList) -> str:
    if not listed.total:
        return _("No deploys")
    if not listed.failed:
        return _("Every deploy went through")
    return ngettext("%(n)d deploy did not go through", "%(n)d deploys did not go through", listed.failed) % {
        "n": listed.failed
    }


def _may(user: User) -> dict[str, Any]:
    return {"may_connect": allowed(user, "integration.edit")}


LIST: Final = ListPage(
    name="deploys",
    template="incidents/deploy_list.html",
    page_size=queries.PAGE_SIZE,
    read=forms.read,
    rows=queries.deploy_rows,
    choices={"service": Service, "team": Team},
    controls=forms.controls,
    title=_claim,
    label=gettext_lazy("Deploys"),
    hint=gettext_lazy("Revision, service, author"),
    csv_header=CSV_HEADER,
    csv_rows=_csv_rows,
    context=_may,
    ability="incident.view",
)


@require_safe
def deploy_list(request: HttpRequest) -> HttpResponseBase:
    return LIST.answer(request)


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """The rates of the services, teams and period of the list; beside the list, which stays fast."""
    user, at = viewer(request), timezone.now()
    require(user, "incident.view")
    shown = change_figures(user, forms.read_scope(request.GET, at=at))
    return render(request, "incidents/deploy_figures.html", {"shown": shown, "all": shown.changes})


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    user, at = viewer(request), timezone.now()
    require(user, "incident.view")
    deploy = visible(user, pk)
    row = queries.rows_of(user, [deploy])[0]
    context = {"row": row, "one": deploy, "charts": _charts(deploy, at=at)}
    return render(request, "incidents/deploy_detail.html", context)


def _charts(deploy: Deploy, *, at: dt.datetime) -> list[Chart]:
    """How its service burnt around it, as far as that was measured."""
    start, end = deploy.started_at - BEFORE, min(at, (deploy.finished_at or deploy.started_at) + AFTER)
    times = Times(declared=deploy.started_at)
    drawn = (
        charts.burn_around(each, times, start=start, end=end, deploys=[deploy])
        for each in queries.burning_of(deploy, CHARTS)
    )
    return [chart for chart in drawn if chart is not None]
