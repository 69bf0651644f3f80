"""The library of postmortems, and writing one."""

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

from incidents import charts
from incidents.actions import postmortems as acts
from incidents.forms import postmortems as forms
from incidents.models import FailureMode, Postmortem, PostmortemComment, PostmortemSection, SectionKind
from incidents.queries import postmortems as queries
from incidents.queries.action_items import actions_of
from incidents.queries.room import visible as visible_incident
from relportal.core.charts import Chart
from relportal.core.csvexport import Cell
from relportal.core.editing import ActionForm, Attempt, attempt
from relportal.core.exceptions import Conflict, Stale
from relportal.core.models import Service, Team, User
from relportal.core.money import minute_worth
from relportal.core.permissions import allowed, require
from relportal.core.views.base import viewer
from relportal.core.views.lists import ListPage

CSV_HEADER: Final = (
    "incident", "title", "state", "severity", "team", "owner", "due_at", "published_at", "tags", "failure_modes", "actions",
    "open_actions",
)  # fmt: skip
CHARTS: Final = 3


def _csv_rows(listed: queries.PostmortemList) -> Iterator[tuple[Cell, ...]]:
    for row in listed.rows:
        one, incident = row.postmortem, row.postmortem.incident
        yield (
            incident.short_id,
            incident.title,
            one.state,
            str(incident.severity or ""),
            incident.team.slug if incident.team else "",
            str(one.owner or ""),
            one.due_at,
            one.published_at,
            ", ".join(one.tags),
            ", ".join(each.slug for each in incident.failure_modes.all()),
            row.actions,
            row.open_actions,
        )


def _claim(listed: queries.PostmortemList) -> str:
    if not listed.late:
        return _("No postmortem is overdue")
    return ngettext("%(n)d postmortem is overdue", "%(n)d postmortems are overdue", listed.late) % {"n": listed.late}


def _around(user: User) -> dict[str, Any]:
    owing = queries.owing(user)
    return {"owing": owing[:5], "owed": owing.count(), "may_write": allowed(user, "postmortem.edit")}


LIST: Final = ListPage(
    name="postmortems",
    template="incidents/postmortem_list.html",
    page_size=queries.PAGE_SIZE,
    read=forms.read,
    rows=queries.postmortem_rows,
    choices={"mode": FailureMode, "team": Team, "service": Service},
    controls=forms.controls,
    title=_claim,
    label=gettext_lazy("Postmortems"),
    hint=gettext_lazy("Words, “a phrase”, -without"),
    csv_header=CSV_HEADER,
    csv_rows=_csv_rows,
    context=_around,
    ability="incident.view",
)


@require_safe
def postmortem_list(request: HttpRequest) -> HttpResponseBase:
    return LIST.answer(request)


def _reader(request: HttpRequest, pk: int) -> tuple[User, Postmortem]:
    user = viewer(request)
    require(user, "incident.view")
    return user, queries.visible(user, pk)


def _writer(request: HttpRequest, pk: int) -> tuple[User, Postmortem]:
    user = viewer(request)
    require(user, "postmortem.edit")
    return user, queries.visible(user, pk)


@require_POST
def open_one(request: HttpRequest, pk: int) -> HttpResponse:
    user = viewer(request)
    require(user, "postmortem.edit")
    incident = visible_incident(user, pk)
    try:
        postmortem = acts.open_postmortem(user, incident, at=timezone.now())
    except Conflict as error:
        messages.error(request, str(error))
        return redirect(incident)
    return redirect(postmortem)


@require_safe
@vary_on_headers("HX-Request")
def learning(request: HttpRequest, pk: int) -> HttpResponse:
    """The postmortem and the actions of an incident, beside its room, which is drawn without them."""
    user = viewer(request)
    require(user, "incident.view")
    incident = visible_incident(user, pk)
    context = {
        "incident": incident,
        "one": Postmortem.objects.filter(incident=incident).select_related("owner").defer("search").first(),
        "due": acts.due_at(incident),
        "actions": actions_of(user, incident, at=timezone.now()),
        "may_write": allowed(user, "postmortem.edit"),
        "may_promise": allowed(user, "action.edit"),
    }
    name = "learning_panel" if request.headers.get("HX-Request") else "learning"
    return render(request, f"incidents/{name}.html", context)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _detail(request, *_reader(request, pk))


def _detail(
    request: HttpRequest, user: User, row: Postmortem, *, comment: ActionForm | None = None, status: int = 200
) -> HttpResponse:
    shown = queries.detail(user, row, at=timezone.now())
    context = {
        "shown": shown,
        "worth": minute_worth() if shown.figures is not None else None,
        "one": row,
        "incident": shown.incident,
        "charts": _charts(shown),
        "comment": comment or forms.CommentForm(),
        "gaps": acts.missing(row) if shown.ways else [],
        "may_comment": allowed(user, "incident.view"),
        "may_promise": allowed(user, "action.edit"),
        "may_see_history": allowed(user, "audit.view"),
    }
    return render(request, "incidents/postmortem_detail.html", context, status=status)


def _charts(shown: queries.PostmortemDetail) -> list[Chart]:
    start, end = queries.around(shown.times)
    found = (
        charts.burn_around(each, shown.times, start=start, end=min(end, timezone.now()), deploys=shown.deploys)
        for each in queries.burnt(shown.incident)[:CHARTS]
    )
    return [each for each in found if each is not None]


@require_http_methods(["GET", "HEAD", "POST"])
def section(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    user, row = _writer(request, pk)
    part = get_object_or_404(PostmortemSection, postmortem=row, kind=kind)
    form = forms.SectionForm(request.POST or None, initial={"text": part.text, "version": part.version})

    def do() -> PostmortemSection:
        given = form.cleaned_data
        return acts.write_section(user, part, given["text"], version=given["version"], at=timezone.now())

    tried = Attempt()
    if request.method == "POST":
        tried = attempt(form, do, theirs=lambda now: forms.SectionForm(initial={"text": now.text}))
        if tried.saved is not None:
            return redirect(f"{row.get_absolute_url()}#{part.kind}")
    context = {"form": form, "one": row, "part": part, "incident": row.incident, **tried.context}
    return render(request, "incidents/postmortem_section.html", context, status=tried.status)


@require_http_methods(["GET", "HEAD", "POST"])
def describe(request: HttpRequest, pk: int) -> HttpResponse:
    user, row = _writer(request, pk)
    form = forms.DescribeForm(request.POST or None, postmortem=row)

    def do() -> Postmortem:
        given = form.cleaned_data
        return acts.describe(
            user,
            row,
            version=given["version"],
            owner=given["owner"],
            tags=form.tag_list(),
            failure_modes=list(given["failure_modes"]),
            no_actions_because=given["no_actions_because"],
            at=timezone.now(),
        )

    tried = Attempt()
    if request.method == "POST":
        tried = attempt(form, do, theirs=lambda now: forms.DescribeForm(postmortem=now))
        if tried.saved is not None:
            messages.success(request, _("Saved."))
            return redirect(row)
    context = {"form": form, "one": row, "incident": row.incident, **tried.context}
    return render(request, "incidents/postmortem_describe.html", context, status=tried.status)


@require_POST
def add_section(request: HttpRequest, pk: int) -> HttpResponse:
    user, row = _writer(request, pk)
    form = forms.AddSectionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose one of the sections."))
        return redirect(row)
    try:
        part = acts.add_section(user, row, SectionKind(form.cleaned_data["kind"]), at=timezone.now())
    except Conflict as error:
        messages.error(request, str(error))
        return redirect(row)
    return redirect(f"{row.get_absolute_url()}#{part.kind}")


@require_POST
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    user, row = _reader(request, pk)
    form = forms.CommentForm(request.POST)

    def do() -> PostmortemComment:
        given = form.cleaned_data
        return acts.comment(user, row, given["text"], section=given["section"], at=timezone.now())

    tried = attempt(form, do)
    if tried.saved is None:
        return _detail(request, user, row, comment=form, status=tried.status)
    return redirect(f"{row.get_absolute_url()}#comment-{tried.saved.pk}")


@require_POST
def settle(request: HttpRequest, pk: int, comment: int) -> HttpResponse:
    user, row = _writer(request, pk)
    said = get_object_or_404(PostmortemComment, postmortem=row, pk=comment)
    acts.settle(user, said, settled=request.POST.get("settled") != "0", at=timezone.now())
    return redirect(f"{row.get_absolute_url()}#comment-{said.pk}")


@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    user, row = _writer(request, pk)
    form = forms.MoveForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose where it goes."))
        return redirect(row)
    try:
        given = form.cleaned_data
        row = acts.move(user, row, given["to"], version=given["version"], at=timezone.now())
    except (Conflict, Stale) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It is %(state)s.") % {"state": row.get_state_display().lower()})
    return redirect(row)
