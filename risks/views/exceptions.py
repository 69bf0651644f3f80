"""The register of exceptions, and one with all that can be done about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from relportal.core.csvexport import Cell
from relportal.core.editing import attempt
from relportal.core.models import Service, Team, User
from relportal.core.permissions import allowed, require
from relportal.core.views.base import viewer
from relportal.core.views.lists import ListPage
from risks.actions.exception_ends import end_early, may_withdraw, withdraw
from risks.forms.exception_lists import controls, read
from risks.forms.exceptions import EndForm, WithdrawForm
from risks.models import GovernanceException
from risks.queries.exceptions import detail as queries
from risks.queries.exceptions.listing import PAGE_SIZE, ExceptionList, exception_rows

CSV_HEADER: Final = (
    "id", "kind", "title", "state", "tier", "level", "team", "service", "risk", "objective", "action", "requester",
    "requested_at", "in_force_at", "expires_at", "expired_at", "ended_at", "renewal", "renews", "signed", "steps",
    "waits_for", "reason", "compensating_controls",
)  # fmt: skip


def _csv_rows(listed: ExceptionList) -> Iterator[tuple[Cell, ...]]:
    for row in listed.rows:
        one = row.one
        yield (
            one.short_id,
            one.kind,
            one.title,
            row.standing.value,
            one.tier,
            one.level,
            one.team.slug if one.team else "",
            one.service.slug if one.service else "",
            one.risk.short_id if one.risk else "",
            one.objective.short_id if one.objective else "",
            one.action.short_id if one.action else "",
            str(one.requester),
            one.requested_at,
            one.in_force_at,
            one.expires_at,
            one.expired_at,
            one.ended_at,
            one.renewal,
            f"EXC-{one.renews_id}" if one.renews_id else "",
            row.signed,
            row.steps,
            row.step.approver if row.step is not None and row.standing.is_live else "",
            one.reason,
            one.controls,
        )


def _claim(listed: ExceptionList) -> str:
    """What somebody has to do about them, else how many there are."""
    tally = listed.tally
    if tally.mine:
        words = ngettext(
            "%(n)d exception waits for your signature", "%(n)d exceptions wait for your signature", tally.mine
        )
        return words % {"n": tally.mine}
    if tally.ending:
        words = ngettext("%(n)d exception ends within 30 days", "%(n)d exceptions end within 30 days", tally.ending)
        return words % {"n": tally.ending}
    if tally.in_force:
        words = ngettext("%(n)d exception is in force", "%(n)d exceptions are in force", tally.in_force)
        return words % {"n": tally.in_force}
    return _("No exception is in force")


def _around(user: User) -> dict[str, object]:
    return {"may_request": allowed(user, "exception.request"), "may_sign": allowed(user, "exception.sign")}


LIST: Final = ListPage(
    name="exceptions",
    template="risks/exception_list.html",
    page_size=PAGE_SIZE,
    read=read,
    rows=exception_rows,
    choices={"team": Team, "service": Service},
    controls=controls,
    title=_claim,
    label=gettext_lazy("Exceptions"),
    hint=gettext_lazy("Exception, requester, EXC-12"),
    csv_header=CSV_HEADER,
    csv_rows=_csv_rows,
    context=_around,
    ability="risk.view",
)


@require_safe
def exception_list(request: HttpRequest) -> HttpResponseBase:
    return LIST.answer(request)


def reader(request: HttpRequest) -> User:
    user = viewer(request)
    require(user, "risk.view")
    return user


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    user = reader(request)
    return _detail(request, user, queries.visible(user, pk))


def _detail(
    request: HttpRequest,
    user: User,
    one: GovernanceException,
    *,
    end: EndForm | None = None,
    take_back: WithdrawForm | None = None,
    status: int = 200,
) -> HttpResponse:
    shown = queries.detail(user, one, at=timezone.now())
    context = {
        "one": one,
        "shown": shown,
        "end": end or EndForm(initial={"version": one.version}),
        "take_back": take_back or WithdrawForm(initial={"version": one.version}),
        "may_see_history": allowed(user, "audit.view"),
    }
    return render(request, "risks/exception_detail.html", context, status=status)


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    user = reader(request)
    one = queries.visible(user, pk)
    require(user, "exception.end", one)
    form = EndForm(request.POST)

    def do() -> GovernanceException:
        given = form.cleaned_data
        return end_early(user, one, reason=given["reason"], version=given["version"], at=timezone.now())

    tried = attempt(form, do)
    if tried.saved is None:
        return _detail(request, user, queries.visible(user, pk), end=form, status=tried.status)
    messages.success(request, _("%(id)s is ended.") % {"id": one.short_id})
    return redirect(one)


@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    user = reader(request)
    one = queries.visible(user, pk)
    if not may_withdraw(user, one):
        require(user, "exception.end", one)
    form = WithdrawForm(request.POST)

    def do() -> GovernanceException:
        given = form.cleaned_data
        return withdraw(user, one, reason=given["reason"], version=given["version"], at=timezone.now())

    tried = attempt(form, do)
    if tried.saved is None:
        return _detail(request, user, queries.visible(user, pk), take_back=form, status=tried.status)
    messages.success(request, _("%(id)s is withdrawn.") % {"id": one.short_id})
    return redirect(one)
