"""The decision log, and one decision with the numbers it rests on and what came of it."""

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
from relportal.core.editing import attempt
from relportal.core.exceptions import Invalid, NotAllowed
from relportal.core.models import User
from relportal.core.permissions import allowed, require
from relportal.core.views.lists import ListPage
from reports.actions.decisions import may_follow, may_supersede, record, supersede, tell_outcome
from reports.forms.asks import DecisionForm, OutcomeForm, log_controls, read_log
from reports.models import Decision
from reports.queries.decision_log import PAGE_SIZE, DecisionLog, log_rows, row_of
from reports.queries.references import references
from reports.views.answers import answer, reader
from risks.queries.frozen_figures import kept

CSV_HEADER: Final = (
    "id", "kind", "title", "by", "at", "reason", "option", "ask", "figures", "outcome", "follow_up_on", "refs",
)  # fmt: skip


def _csv_rows(listed: DecisionLog) -> Iterator[tuple[Cell, ...]]:
    for row in listed.rows:
        one = row.decision
        yield (
            row.short_id,
            row.origin.value,
            row.title,
            str(row.by),
            row.at,
            row.reason,
            one.option.get("name", "") if one else (row.signature.verdict if row.signature else ""),
            one.ask.short_id if one and one.ask else "",
            "; ".join(f"{each.label}: {each.text}" for each in row.figures),
            row.follow_up.value,
            row.due_on,
            " ".join(one.refs) if one else "",
        )


def _claim(listed: DecisionLog) -> str:
    if not listed.total:
        return _("No decision is written down")
    words = ngettext("%(n)d decision", "%(n)d decisions", listed.total) % {"n": listed.total}
    late = listed.tally.overdue
    if not late:
        return words
    told = ngettext("the outcome of %(n)d is overdue", "the outcomes of %(n)d are overdue", late) % {"n": late}
    return f"{words}, {told}"


LIST: Final = ListPage(
    name="decisions",
    template="reports/decision_list.html",
    page_size=PAGE_SIZE,
    read=read_log,
    rows=log_rows,
    choices={},
    controls=log_controls,
    title=_claim,
    label=gettext_lazy("Decisions"),
    hint=gettext_lazy("Decision, person, DEC-5, RISK-7"),
    csv_header=CSV_HEADER,
    csv_rows=_csv_rows,
    context=lambda user: {"may_record": allowed(user, "decision.record")},
    ability="report.view",
)


@require_safe
def decision_list(request: HttpRequest) -> HttpResponseBase:
    return LIST.answer(request)


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _detail(request, reader(request), _found(pk))


def _found(pk: int) -> Decision:
    rows = Decision.objects.followed().select_related("ask__owner", "decided_by", "recorded_by", "team", "supersedes")
    one: Decision | None = rows.select_related("superseded_by").filter(pk=pk).first()
    if one is None:
        raise Http404
    return one


def _detail(
    request: HttpRequest, user: User, one: Decision, *, outcome: OutcomeForm | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "one": one,
        "row": row_of(one, today=company.day(timezone.now())),
        "figures": kept(one.figures),
        "refs": references(user, one.refs),
        "outcomes": one.outcomes.select_related("by"),
        "newer": getattr(one, "superseded_by", None),
        "may_follow": _may(may_follow, user, one),
        "may_supersede": _may(may_supersede, user, one),
        "may_see_history": allowed(user, "audit.view"),
        "outcome": outcome or OutcomeForm(),
    }
    return render(request, "reports/decision_detail.html", context, status=status)


def _may(ability: Callable[[User, Decision], None], user: User, one: Decision) -> bool:
    try:
        ability(user, one)
    except (NotAllowed, Invalid):
        return False
    return True


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    user = reader(request)
    require(user, "decision.record")
    form = DecisionForm(request.POST or None, initial={"refs": request.GET.get("refs", "")[:1000]})
    return answer(
        request,
        form,
        lambda: record(user, form.given(), at=timezone.now()),
        context={"title": _("Record a decision"), "back": reverse("reports:decision-list")},
        template="reports/decision_form.html",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def replace(request: HttpRequest, pk: int) -> HttpResponse:
    """Supersedes."""
    user, one = reader(request), _found(pk)
    may_supersede(user, one)
    form = DecisionForm(request.POST or None, old=one)
    return answer(
        request,
        form,
        lambda: supersede(user, one, form.given(), at=timezone.now()),
        context={"title": _("Supersede %(id)s") % {"id": one.short_id}, "old": one, "back": one.get_absolute_url()},
        template="reports/decision_form.html",
    )


@require_POST
def outcome(request: HttpRequest, pk: int) -> HttpResponse:
    user, one = reader(request), _found(pk)
    may_follow(user, one)
    form = OutcomeForm(request.POST)

    def do() -> Any:
        given = form.cleaned_data
        return tell_outcome(
            user, one, verdict=given["verdict"], words=given["words"], again_on=given["again_on"], at=timezone.now()
        )

    tried = attempt(form, do)
    if tried.saved is None:
        return _detail(request, user, _found(pk), outcome=form, status=tried.status)
    messages.success(request, _("Saved."))
    return redirect(one)
