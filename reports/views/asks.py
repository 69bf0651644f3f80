"""Asks: their list, and one with its options, which its decider decides in place."""

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
from relportal.core.exceptions import Conflict, Invalid, NotAllowed
from relportal.core.models import Team, User
from relportal.core.permissions import allowed, require
from relportal.core.views.lists import ListPage
from reports.actions import asks as acts
from reports.actions.decisions import decide, may_decide
from reports.forms.asks import AskForm, DecideForm, ReasonForm, ask_controls, read_asks
from reports.models import Ask
from reports.queries.asks import PAGE_SIZE, AskList, ask_rows, row_of, with_decisions
from reports.queries.frozen_figures import figures_of
from reports.queries.references import references
from reports.views.answers import answer, reader

CSV_HEADER: Final = (
    "ask", "title", "state", "wanted_by", "decider", "owner", "team", "recommended", "options", "asked_at", "closed_at",
    "decision", "option", "refs",
)  # fmt: skip


def _csv_rows(listed: AskList) -> Iterator[tuple[Cell, ...]]:
    for row in listed.rows:
        one, made = row.one, row.decision
        recommended = one.option(one.recommended)
        yield (
            one.short_id,
            one.title,
            row.standing.value,
            one.wanted_by,
            str(one.decider),
            str(one.owner),
            one.team.slug if one.team else "",
            recommended.name if recommended else "",
            "; ".join(each.name for each in one.choices),
            one.asked_at,
            one.closed_at,
            made.short_id if made else "",
            made.option.get("name", "") if made else "",
            " ".join(one.refs),
        )


def _claim(listed: AskList) -> str:
    tally = listed.tally
    if not tally.open:
        return _("No decision is wanted")
    words = ngettext("%(n)d decision is wanted", "%(n)d decisions are wanted", tally.open) % {"n": tally.open}
    return _("%(words)s, %(late)d overdue") % {"words": words, "late": tally.overdue} if tally.overdue else words


LIST: Final = ListPage(
    name="asks",
    template="reports/ask_list.html",
    page_size=PAGE_SIZE,
    read=read_asks,
    rows=ask_rows,
    choices={"team": Team},
    controls=ask_controls,
    title=_claim,
    label=gettext_lazy("Asks"),
    hint=gettext_lazy("Question, person, ASK-3"),
    csv_header=CSV_HEADER,
    csv_rows=_csv_rows,
    context=lambda user: {"may_ask": allowed(user, "ask.edit")},
    ability="report.view",
)


@require_safe
def ask_list(request: HttpRequest) -> HttpResponseBase:
    return LIST.answer(request)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _detail(request, reader(request), _found(pk))


def _found(pk: int) -> Ask:
    one = with_decisions(Ask.objects.filter(pk=pk)).first()
    if one is None:
        raise Http404
    return one


def _detail(
    request: HttpRequest,
    user: User,
    one: Ask,
    *,
    decide: DecideForm | None = None,
    withdraw: ReasonForm | None = None,
    status: int = 200,
) -> HttpResponse:
    at = timezone.now()
    row = row_of(user, one, today=company.day(at))
    context = {
        "one": one,
        "row": row,
        "options": one.choices,
        "refs": references(user, one.refs),
        "figures": figures_of(one.refs, at=at) if one.is_open else (),
        "may_decide": one.is_open and _may(lambda: may_decide(user, one)),
        "may_change": _may(lambda: acts.may_change(user, one)),
        "may_see_history": allowed(user, "audit.view"),
        "decide": decide or DecideForm(one),
        "withdraw": withdraw or ReasonForm(initial={"version": one.version}, auto_id="id_withdraw_%s"),
    }
    return render(request, "reports/ask_detail.html", context, status=status)


def _may(check: Callable[[], None]) -> bool:
    try:
        check()
    except (NotAllowed, Invalid):
        return False
    return True


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """`?refs=RISK-7` fills what it is linked to."""
    user = reader(request)
    require(user, "ask.edit")
    form = AskForm(request.POST or None, initial={"refs": request.GET.get("refs", "")[:1000], "recommended": "1"})
    return answer(
        request,
        form,
        lambda: acts.ask(user, form.given(), at=timezone.now()),
        context={"title": _("Ask for a decision"), "back": reverse("reports:ask-list")},
        template="reports/ask_form.html",
        said=_("Asked. Whoever decides is told."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    user, one = reader(request), _found(pk)
    acts.may_change(user, one)
    form = AskForm(request.POST or None, ask=one)
    return answer(
        request,
        form,
        lambda: acts.edit(user, one, form.given(), version=form.cleaned_data["version"], at=timezone.now()),
        context={"title": _("Change %(id)s") % {"id": one.short_id}, "one": one, "back": one.get_absolute_url()},
        template="reports/ask_form.html",
        theirs=lambda row: AskForm(ask=row),
    )


@require_POST
def choose(request: HttpRequest, pk: int) -> HttpResponse:
    """Decides."""
    user, one = reader(request), _found(pk)
    may_decide(user, one)
    form = DecideForm(one, request.POST)

    def do() -> Any:
        given = form.cleaned_data
        return decide(
            user, one, option=given["option"], reason=given["reason"], follow_up_on=given["follow_up_on"],
            version=given["version"], at=timezone.now(),
        )  # fmt: skip

    tried = attempt(form, do)
    if tried.saved is None:
        return _detail(request, user, _found(pk), decide=form, status=tried.status)
    messages.success(request, _("Decided: %(decision)s") % {"decision": tried.saved.short_id})
    return redirect(one)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    user, one = reader(request), _found(pk)
    acts.may_change(user, one)
    form: ActionForm = ReasonForm(request.POST, auto_id="id_withdraw_%s")

    def do() -> Ask:
        given = form.cleaned_data
        return acts.withdraw(user, one, reason=given["reason"], version=given["version"], at=timezone.now())

    tried = attempt(form, do)
    if tried.saved is None:
        return _detail(request, user, _found(pk), withdraw=form, status=tried.status)  # type: ignore[arg-type]
    messages.success(request, _("%(id)s is withdrawn.") % {"id": one.short_id})
    return redirect(one)


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    user, one = reader(request), _found(pk)
    try:
        acts.reopen(user, one, version=None, at=timezone.now())
    except Conflict as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(id)s wants a decision again.") % {"id": one.short_id})
    return redirect(one)
