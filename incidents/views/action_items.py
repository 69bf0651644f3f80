"""Actions: list, board, one with all that can be done to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from incidents.actions import action_items as acts
from incidents.actions.deferrals import ask_deferral, decide_deferral, may_decide
from incidents.forms import action_items as forms
from incidents.models import ActionItem, Deferral
from incidents.queries import action_items as queries
from relportal.core import panels, saved
from relportal.core.csvexport import Cell
from relportal.core.editing import ActionForm, attempt
from relportal.core.exceptions import Conflict, Invalid
from relportal.core.filters import chips
from relportal.core.models import Service, Team, User
from relportal.core.permissions import allowed, require
from relportal.core.queries.lists import around
from relportal.core.views.base import viewer
from relportal.core.views.lists import ListPage

CSV_HEADER: Final = (
    "id", "title", "state", "kind", "priority", "owner", "team", "service", "incident", "due_on", "first_due_on",
    "late_days", "created_at", "done_at", "verified_at", "ticket_url",
)  # fmt: skip
CHOICES: Final = {"team": Team, "service": Service}


def _csv_rows(listed: queries.ActionList) -> Iterator[tuple[Cell, ...]]:
    for row in listed.rows:
        one = row.item
        yield (
            one.short_id,
            one.title,
            one.state,
            one.kind,
            one.priority,
            str(one.owner or ""),
            one.team.slug if one.team else "",
            one.service.slug if one.service else "",
            row.incident.short_id if row.incident else "",
            one.due_on.isoformat(),
            one.first_due_on.isoformat(),
            row.late_days,
            one.created_at,
            one.done_at,
            one.verified_at,
            one.ticket_url,
        )


def _claim(listed: queries.ActionList) -> str:
    if not listed.overdue:
        return _("No action is overdue")
    return ngettext("%(n)d action is overdue", "%(n)d actions are overdue", listed.overdue) % {"n": listed.overdue}


LIST: Final = ListPage(
    name="actions",
    template="incidents/action_list.html",
    page_size=queries.PAGE_SIZE,
    read=forms.read,
    rows=queries.action_rows,
    choices=CHOICES,
    controls=forms.controls,
    title=_claim,
    label=gettext_lazy("Actions"),
    hint=gettext_lazy("Action, owner, ACT-12"),
    csv_header=CSV_HEADER,
    csv_rows=_csv_rows,
    context=lambda user: {"may_promise": allowed(user, "action.edit")},
    ability="incident.view",
)


@require_safe
def action_list(request: HttpRequest) -> HttpResponseBase:
    return LIST.answer(request)


@require_safe
@vary_on_headers("HX-Request")
def figures(request: HttpRequest) -> HttpResponse:
    """Closure rate and ageing of what the list shows; beside the list, which stays fast."""
    user, at = viewer(request), timezone.now()
    require(user, "incident.view")
    asked = forms.read(request.GET)
    name = "action_figures" if request.headers.get("HX-Request") else "action_figures_page"
    kept = queries.kept(user, filters=asked.filters, at=at)
    return render(request, f"incidents/{name}.html", {"kept": kept, "query": request.GET.urlencode()})


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    user, at = viewer(request), timezone.now()
    require(user, "incident.view")
    asked = forms.read(request.GET)
    near = around(user, page="actions", query=saved.normal(request.GET), choices=CHOICES)
    controls = forms.controls(request.GET, near.options)
    columns = queries.board(user, filters=asked.filters, at=at)
    context = {
        "columns": columns,
        "controls": controls,
        "chips": chips(request.GET, controls),
        "wrong": asked.wrong,
        "may_promise": allowed(user, "action.edit"),
        "late": sum(row.is_late for column in columns for row in column.rows),
        "at": at,
    }
    return render(request, "incidents/action_board.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def promise(request: HttpRequest) -> HttpResponse:
    user, at = viewer(request), timezone.now()
    require(user, "action.edit")
    incident = queries.incident_of(user, _number(request.GET.get("incident", "")))
    initial: dict[str, Any] = {"title": request.GET.get("title", "")[:200]}
    if incident is not None:
        initial |= {"incident": incident.short_id, "due_on": acts.default_due(incident, at=at)}
        initial["service"] = incident.services.values_list("pk", flat=True).first()
    form = forms.ActionItemForm(request.POST or None, initial=initial)

    def do() -> ActionItem:
        number = form.cleaned_data["incident"]
        of = queries.incident_of(user, number)
        if number is not None and of is None:
            raise Invalid({"incident": _("There is no such incident. Enter an id such as INC-12.")})
        return acts.promise(user, acts.Promised(**form.given(), incident=of), at=at)

    return _page(request, form, do, title=_("New action"), item=None)


def _number(text: str) -> int | None:
    text = text.upper().removeprefix("INC-")
    return int(text) if text.isdecimal() and len(text) < 10 else None


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _detail(request, queries.visible(_reader(request), pk))


def _reader(request: HttpRequest) -> User:
    user = viewer(request)
    require(user, "incident.view")
    return user


def _detail(
    request: HttpRequest,
    item: ActionItem,
    *,
    move: forms.MoveForm | None = None,
    defer: forms.DeferForm | None = None,
    split: forms.SplitForm | None = None,
    status: int = 200,
) -> HttpResponse:
    user, at = viewer(request), timezone.now()
    context = {
        "item": item,
        "detail": queries.detail(user, item, at=at),
        "move": move or forms.MoveForm(initial={"version": item.version}),
        "defer": defer or forms.DeferForm(),
        "split": split or forms.SplitForm(),
        "may_see_history": allowed(user, "audit.view"),
        "panels": panels.shown(panels.Page.ACTION, user, item, at=at),
    }
    return render(request, "incidents/action_detail.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = _reader(request)
    item = queries.visible(user, pk)
    acts.may_change(user, item)
    form = forms.ActionItemForm(request.POST or None, item=item)

    def do() -> ActionItem:
        return acts.edit(user, item, version=form.cleaned_data["version"], at=timezone.now(), **form.given())

    return _page(request, form, do, title=_("Edit %(id)s") % {"id": item.short_id}, item=item)


def _page(request: HttpRequest, form: ActionForm, do: Any, *, title: str, item: ActionItem | None) -> HttpResponse:
    status, context = 200, {}
    if request.method == "POST":
        tried = attempt(form, do, theirs=lambda row: forms.ActionItemForm(item=row))
        if tried.saved is not None:
            messages.success(request, _("Saved."))
            return redirect(tried.saved)
        status, context = tried.status, tried.context
    context |= {"form": form, "title": title, "item": item}
    return render(request, "incidents/action_form.html", context, status=status)


@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    user = _reader(request)
    require(user, "action.edit")
    item = queries.visible(user, pk)
    form = forms.MoveForm(request.POST)

    def do() -> ActionItem:
        given = form.cleaned_data
        return acts.move(user, item, given["to"], version=given["version"], outcome=given["outcome"], at=timezone.now())

    tried = attempt(form, do)
    if tried.saved is None:
        item.refresh_from_db()
        return _detail(request, item, move=form, status=tried.status)
    messages.success(
        request, _("%(action)s: %(state)s.") % {"action": item.short_id, "state": tried.saved.get_state_display()}
    )
    return redirect("incidents:action-board" if request.POST.get("back") == "board" else tried.saved)


@require_POST
def split(request: HttpRequest, pk: int) -> HttpResponse:
    user = _reader(request)
    item = queries.visible(user, pk)
    acts.may_change(user, item)
    form = forms.SplitForm(request.POST)

    def do() -> ActionItem:
        given = form.cleaned_data
        return acts.split(user, item, title=given["title"], owner=given["owner"], at=timezone.now())

    tried = attempt(form, do)
    if tried.saved is None:
        return _detail(request, item, split=form, status=tried.status)
    messages.success(request, _("Split off, due on the same day."))
    return redirect(tried.saved)


@require_POST
def defer(request: HttpRequest, pk: int) -> HttpResponse:
    user = _reader(request)
    item = queries.visible(user, pk)
    acts.may_change(user, item)
    form = forms.DeferForm(request.POST)

    def do() -> Deferral:
        given = form.cleaned_data
        return ask_deferral(user, item, until=given["until"], reason=given["reason"], at=timezone.now())

    tried = attempt(form, do)
    if tried.saved is None:
        return _detail(request, item, defer=form, status=tried.status)
    messages.success(request, _("Asked. Those who may decide have been told."))
    return redirect(item)


@require_POST
def decide(request: HttpRequest, pk: int, deferral: int) -> HttpResponse:
    user = _reader(request)
    item = queries.visible(user, pk)
    may_decide(user, item)
    wish = get_object_or_404(Deferral, action=item, pk=deferral)
    try:
        decide_deferral(user, wish, approved=request.POST.get("approved") == "1", at=timezone.now())
    except Conflict as error:
        messages.error(request, str(error))
    return redirect(item)
