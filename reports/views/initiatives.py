"""Initiatives: the list, the burn-up of one, and the forms that begin, change and end it."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from relportal.core.csvexport import csv_response
from relportal.core.permissions import allowed, require
from relportal.core.views.base import viewer
from reports.actions import initiatives as acts
from reports.charts.burn_up import burn_up_chart
from reports.domain.initiatives import State
from reports.domain.scopes import ScopeKind
from reports.forms.initiatives import EndForm, InitiativeForm
from reports.models import Initiative
from reports.queries.initiatives.burn_up import burn_up
from reports.queries.initiatives.listing import InitiativeLine, initiative_lines
from reports.queries.scopes import ScopeNames
from reports.views.answers import answer, reader

CSV_HEADER: Final = (
    "id", "name", "owner", "team", "scope", "goal", "starts_on", "due_on", "first_due_on", "state", "done", "services",
    "value", "expected", "why",
)  # fmt: skip


@require_safe
def initiative_list(request: HttpRequest) -> HttpResponseBase:
    user = reader(request)
    lines = initiative_lines(at=timezone.now())
    if request.GET.get("format") == "csv":
        return csv_response("initiatives.csv", CSV_HEADER, map(_csv, lines))
    context = {
        "going_on": [one for one in lines if one.stands.state is not State.ENDED],
        "ended": [one for one in lines if one.stands.state is State.ENDED],
        "title": _claim(lines),
        "may_begin": allowed(user, "initiative.edit"),
    }
    return render(request, "reports/initiatives.html", context)


def _csv(line: InitiativeLine) -> tuple[Any, ...]:
    row, now = line.row, line.stands
    return (
        row.short_id, row.name, row.owner.email, row.team.slug if row.team else "", line.scope, line.goal, row.starts_on,
        row.due_on, row.first_due_on, now.state.value, now.counted.done if now.counted else None,
        now.counted.scope if now.counted else None, now.value, now.expected, line.why,
    )  # fmt: skip


def _claim(lines: tuple[InitiativeLine, ...]) -> str:
    alive = [one for one in lines if one.stands.state is not State.ENDED]
    if not alive:
        return _("No initiative is going on")
    late = sum(one.stands.state in (State.BEHIND, State.MISSED) for one in alive)
    if not late:
        words = ngettext("The only initiative is where it must be", "None of %(n)d initiatives is behind", len(alive))
        return words % {"n": len(alive)}
    return ngettext(
        "%(late)d of %(n)d initiatives is behind or missed", "%(late)d of %(n)d initiatives are behind or missed", late
    ) % {"late": late, "n": len(alive)}


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    user, at = reader(request), timezone.now()
    row = get_object_or_404(Initiative.objects.select_related("owner", "team"), pk=pk)
    line = initiative_lines(Q(pk=pk), at=at)[0]
    found = burn_up(row, at=at)
    context = {
        "row": row,
        "line": line,
        "found": found,
        "chart": burn_up_chart(row, found),
        "scorecard": _scorecard(row),
        "may_edit": row.ended_at is None and allowed(user, "initiative.edit", row),
    }
    return render(request, "reports/initiative.html", context)


def _scorecard(row: Initiative) -> str:
    """Of its scope; empty for chosen services, which have none together."""
    if row.scope == ScopeKind.SERVICE:
        return ""
    key = ScopeNames().key(row.scope, row.number)
    return reverse("reports:scorecard") + (f"?of={key}" if key else "")


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    user, at = viewer(request), timezone.now()
    require(user, "initiative.edit")
    initial = {"owner": user, "starts_on": timezone.localdate(), "scope": request.GET.get("of") or "company"}
    form = InitiativeForm(request.POST or None, initial=initial)
    return answer(
        request, form, lambda: acts.begin(user, form.given(), at=at),
        context={"title": _("Begin an initiative")}, template="reports/initiative_form.html", said=_("Begun."),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    user, at = viewer(request), timezone.now()
    require(user, "initiative.edit")
    row = get_object_or_404(Initiative.objects.select_related("owner", "team"), pk=pk)
    require(user, "initiative.edit", row)
    form = InitiativeForm.of(row, request.POST or None)
    return answer(
        request, form, lambda: acts.edit(user, row, form.given(), version=form.cleaned_data["version"], at=at),
        context={"title": _("Change: %(name)s") % {"name": row}, "row": row, "begun": row.baseline is not None},
        template="reports/initiative_form.html", theirs=InitiativeForm.of,
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, pk: int) -> HttpResponse:
    user, at = viewer(request), timezone.now()
    require(user, "initiative.edit")
    row = get_object_or_404(Initiative.objects.select_related("owner", "team"), pk=pk)
    require(user, "initiative.edit", row)
    form = EndForm(request.POST or None, initial={"version": row.version})

    def do() -> Initiative:
        data = form.cleaned_data
        return acts.end(user, row, because=data["because"], version=data["version"], at=at)

    context = {"title": _("End: %(name)s") % {"name": row}, "row": row}
    return answer(request, form, do, context=context, template="reports/initiative_end.html", said=_("Ended."))
