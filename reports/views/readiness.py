"""Reviews of launches: their list, and one with its items, which the team answers in place and a reviewer decides."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from relportal.core import company
from relportal.core.csvexport import Cell
from relportal.core.editing import ActionForm, attempt
from relportal.core.models import Team, User
from relportal.core.permissions import allowed, require
from relportal.core.views.lists import ListPage
from reports.actions import readiness as acts
from reports.actions.readiness_answers import answer as answer_item
from reports.forms.readiness import (
    AgainForm,
    AnswerForm,
    DecideForm,
    LaunchForm,
    ReviewForm,
    WithdrawForm,
    read_readiness,
    readiness_controls,
)
from reports.models import ReadinessReview
from reports.queries.readiness.detail import ReviewShown, shown
from reports.queries.readiness.listing import PAGE_SIZE, ReadinessList, readiness_rows
from reports.views.answers import answer, reader

CSV_HEADER: Final = (
    "review", "service", "tier", "team", "title", "kind", "planned_on", "state", "verdict", "blockers_open",
    "blockers_covered", "covered_until", "author", "decided_by", "decided_at", "launched_at", "against_the_verdict",
)  # fmt: skip


def _csv_rows(listed: ReadinessList) -> Iterator[tuple[Cell, ...]]:
    for row in listed.rows:
        one = row.one
        yield (
            one.short_id, one.service.slug, one.tier, one.service.team.slug if one.service.team else "", one.title,
            one.kind, one.planned_on, one.state, row.verdict.value, one.blocking, one.covered, one.covered_until,
            str(one.author), str(one.decided_by or ""), one.decided_at, one.launched_at, one.against,
        )  # fmt: skip


def _claim(listed: ReadinessList) -> str:
    tally = listed.tally
    if not tally.soon:
        return _("Nothing is launched in the next 30 days")
    given = {"k": tally.blocked, "n": tally.soon}
    if not tally.blocked:
        words = ngettext(
            "The launch of the next 30 days has no open blocker",
            "All %(n)d launches of the next 30 days are without an open blocker",
            tally.soon,
        )
        return words % given
    words = ngettext(
        "%(k)d of %(n)d launches of the next 30 days is not ready",
        "%(k)d of %(n)d launches of the next 30 days are not ready",
        tally.blocked,
    )
    return words % given


LIST: Final = ListPage(
    name="readiness",
    template="reports/readiness_list.html",
    page_size=PAGE_SIZE,
    read=read_readiness,
    rows=readiness_rows,
    choices={"team": Team},
    controls=readiness_controls,
    title=_claim,
    label=gettext_lazy("Launches"),
    hint=gettext_lazy("Launch, service, PRR-3"),
    csv_header=CSV_HEADER,
    csv_rows=_csv_rows,
    context=lambda user: {"may_open": allowed(user, acts.EDIT)},
    ability="report.view",
)


@require_safe
def review_list(request: HttpRequest) -> HttpResponseBase:
    return LIST.answer(request)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _detail(request, reader(request), pk)


def _found(user: User, pk: int) -> ReadinessReview:
    rows = ReadinessReview.objects.visible_to(user).select_related(
        "service__team", "author", "decided_by", "template", "follows", "followed_by"
    )
    one = rows.filter(pk=pk).first()
    if one is None:
        raise Http404
    return one


def _detail(
    request: HttpRequest, user: User, pk: int, *, status: int = 200, refused: ActionForm | None = None
) -> HttpResponse:
    """`refused` is the form that was sent and not accepted: it stands in its place."""
    one = _found(user, pk)
    found = shown(one, at=timezone.now())
    forms: dict[str, ActionForm] = {
        "decide": DecideForm(one),
        "launch": LaunchForm(initial={"version": one.version}, auto_id="id_launch_%s"),
        "withdraw": WithdrawForm(initial={"version": one.version}, auto_id="id_withdraw_%s"),
        "again": AgainForm(auto_id="id_again_%s"),
    }
    for name, form in forms.items():
        if type(form) is type(refused) and refused is not None:
            forms[name] = refused
    may_edit = allowed(user, acts.EDIT, one)
    context = {
        "found": found,
        "one": one,
        "areas": _answerable(found, refused, may_edit=may_edit and one.is_open),
        "may_edit": may_edit,
        "may_decide": one.is_open and user.pk != one.author_id and allowed(user, acts.DECIDE, one),
        "may_except": allowed(user, "exception.request"),
        "may_see_history": allowed(user, "audit.view"),
        "forms": forms,
    }
    return render(request, "reports/readiness_detail.html", context, status=status)


def _answerable(found: ReviewShown, refused: ActionForm | None, *, may_edit: bool) -> list[dict[str, Any]]:
    """Areas with (item, form), the form None where nothing can be answered."""
    areas = []
    for area in found.areas:
        pairs = []
        for each in area.items:
            form: ActionForm | None = AnswerForm(each) if may_edit else None
            if isinstance(refused, AnswerForm) and refused.item == each.line.key:
                form = refused
            pairs.append((each, form))
        areas.append({"name": area.name, "items": pairs})
    return areas


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """`?service=checkout` chooses the service."""
    user = reader(request)
    require(user, acts.EDIT)
    initial = {"service": request.GET.get("service", ""), "planned_on": company.day(timezone.now())}
    form = ReviewForm(request.POST or None, user=user, initial=initial)
    return answer(
        request,
        form,
        lambda: acts.begin(user, form.given(), at=timezone.now()),
        context={"title": _("Review a launch"), "back": reverse("reports:readiness-list")},
        template="reports/readiness_form.html",
        said=_("Opened. Answer its items; what the portal reads stands there already."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = reader(request)
    one = _found(user, pk)
    require(user, acts.EDIT, one)
    form = ReviewForm(request.POST or None, user=user, one=one)

    def do() -> ReadinessReview:
        data = form.cleaned_data
        given = {name: data[name] for name in ("title", "kind", "planned_on", "version")}
        return acts.edit(user, one, **given, at=timezone.now())

    return answer(
        request,
        form,
        do,
        context={"title": _("Change %(id)s") % {"id": one.short_id}, "one": one, "back": one.get_absolute_url()},
        template="reports/readiness_form.html",
        theirs=lambda row: ReviewForm(user=user, one=row),
    )


@require_POST
def answers(request: HttpRequest, pk: int, item: str) -> HttpResponse:
    user = reader(request)
    one = _found(user, pk)
    require(user, acts.EDIT, one)
    about = shown(one, at=timezone.now()).item(item)
    if about is None:
        raise Http404
    form = AnswerForm(about, request.POST)
    return _sent(
        request,
        one,
        form,
        lambda: answer_item(user, one, form.given(), version=form.cleaned_data["version"], at=timezone.now()),
        said=_("Saved."),
        anchor=f"#{item}",
    )


@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    user = reader(request)
    one = _found(user, pk)
    require(user, acts.DECIDE, one)
    form = DecideForm(one, request.POST)

    def do() -> ReadinessReview:
        data = form.cleaned_data
        given = {name: data[name] for name in ("verdict", "because", "version")}
        return acts.decide(user, one, **given, at=timezone.now())

    return _sent(request, one, form, do, said=_("Decided. Verdict and results are frozen."))


@require_POST
def launch(request: HttpRequest, pk: int) -> HttpResponse:
    user = reader(request)
    one = _found(user, pk)
    require(user, acts.EDIT, one)
    form = LaunchForm(request.POST, auto_id="id_launch_%s")

    def do() -> ReadinessReview:
        data = form.cleaned_data
        return acts.launch(user, one, because=data["because"], version=data["version"], at=timezone.now())

    return _sent(request, one, form, do, said=_("Recorded as launched."))


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    user = reader(request)
    one = _found(user, pk)
    require(user, acts.EDIT, one)
    form = WithdrawForm(request.POST, auto_id="id_withdraw_%s")

    def do() -> ReadinessReview:
        data = form.cleaned_data
        return acts.withdraw(user, one, because=data["because"], version=data["version"], at=timezone.now())

    return _sent(request, one, form, do, said=_("%(id)s is withdrawn.") % {"id": one.short_id})


@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    user = reader(request)
    one = _found(user, pk)
    require(user, acts.EDIT, one)
    form = AgainForm(request.POST, auto_id="id_again_%s")
    return _sent(
        request,
        one,
        form,
        lambda: acts.again(user, one, planned_on=form.cleaned_data["planned_on"], at=timezone.now()),
        said=_("Opened again with the answers of the last time."),
    )


def _sent(
    request: HttpRequest,
    one: ReadinessReview,
    form: ActionForm,
    do: Callable[[], ReadinessReview],
    *,
    said: str,
    anchor: str = "",
) -> HttpResponse:
    """The page of what was saved; refused, the page of the review with the form as it was sent."""
    tried = attempt(form, do)
    if tried.saved is None:
        for text in [str(tried.context["stale"])] if "stale" in tried.context else []:
            form.add_error(None, text)
        return _detail(request, reader(request), one.pk, status=tried.status, refused=form)
    messages.success(request, said)
    return redirect(tried.saved.get_absolute_url() + anchor)
