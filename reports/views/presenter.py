"""Presenter mode: one item at a time, and what is said, decided and promised without leaving it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from relportal.core.editing import ActionForm, attempt
from relportal.core.models import User
from relportal.core.permissions import allowed
from reports.actions import reviews as acts
from reports.domain.reviews import ItemState
from reports.forms.reviews import NoteForm, ReviewActionForm, ReviewDecisionForm, TickForm
from reports.models import Review, ReviewItem
from reports.queries.confidential import Hidden
from reports.queries.pack import Line, lines_of, to_be_judged
from reports.views.answers import reader
from reports.views.reviews import found, may_run


@require_safe
def present(request: HttpRequest, pk: int) -> HttpResponse:
    """`?item=3` is the place on the agenda; without one the first that is not done."""
    user, one = reader(request), found(pk)
    return _shown(request, user, one, place=request.GET.get("item", ""))


def _shown(
    request: HttpRequest,
    user: User,
    one: Review,
    *,
    place: str = "",
    forms: dict[str, ActionForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    lines = lines_of(one, Hidden(user))
    if not lines:
        raise Http404
    number = _number(lines, place)
    context: dict[str, Any] = {
        "one": one,
        "lines": lines,
        "line": lines[number],
        "number": number + 1,
        "before": lines[number - 1].item.position if number else None,
        "after": lines[number + 1].item.position if number + 1 < len(lines) else None,
        "done": sum(each.item.state == ItemState.DONE for each in lines),
        "may_write": one.is_running and may_run(user, one),
        "alerts": to_be_judged(lines[number : number + 1], user),
        "may_judge": allowed(user, "incident.run"),
        "note": NoteForm(auto_id="id_note_%s"),
        "decision": ReviewDecisionForm(auto_id="id_decision_%s"),
        "action": ReviewActionForm(auto_id="id_action_%s"),
    }
    return render(request, "reports/present.html", context | (forms or {}), status=status)


def _number(lines: tuple[Line, ...], place: str) -> int:
    """Which line a place is; what is none leads to the first that is open."""
    for number, each in enumerate(lines):
        if str(each.item.position) == place:
            return number
    return next((number for number, each in enumerate(lines) if each.item.state == ItemState.OPEN), 0)


def _item(request: HttpRequest, pk: int, item: int) -> tuple[User, ReviewItem]:
    user, one = reader(request), found(pk)
    acts.may_run(user, one)
    row = ReviewItem.objects.select_related("review__ritual__team").filter(review=one, pk=item).first()
    if row is None:
        raise Http404
    return user, row


def _written(
    request: HttpRequest, row: ReviewItem, form: ActionForm, do: Callable[[], Any], *, name: str, said: str
) -> HttpResponse:
    tried = attempt(form, do)
    if tried.saved is None:
        return _shown(
            request,
            reader(request),
            found(row.review_id),
            place=str(row.position),
            forms={name: form},
            status=tried.status,
        )
    messages.success(request, said)
    return redirect(_address(row, row.position))


def _address(row: ReviewItem, position: int) -> str:
    return f"{reverse('reports:review-present', args=[row.review_id])}?item={position}"


@require_POST
def note(request: HttpRequest, pk: int, item: int) -> HttpResponse:
    user, row = _item(request, pk, item)
    form = NoteForm(request.POST, auto_id="id_note_%s")

    def do() -> Any:
        return acts.note(user, row, text=form.cleaned_data["text"], at=timezone.now())

    return _written(request, row, form, do, name="note", said=_("Noted."))


@require_POST
def decide(request: HttpRequest, pk: int, item: int) -> HttpResponse:
    user, row = _item(request, pk, item)
    form = ReviewDecisionForm(request.POST, auto_id="id_decision_%s")

    def do() -> Any:
        return acts.decide(user, row, form.given(row.review), at=timezone.now())

    return _written(request, row, form, do, name="decision", said=_("Decided, and in the log."))


@require_POST
def promise(request: HttpRequest, pk: int, item: int) -> HttpResponse:
    user, row = _item(request, pk, item)
    form = ReviewActionForm(request.POST, auto_id="id_action_%s")

    def do() -> Any:
        return acts.promised(user, row, form.given(row.review), at=timezone.now())

    return _written(request, row, form, do, name="action", said=_("Promised; its owner is told."))


@require_POST
def tick(request: HttpRequest, pk: int, item: int) -> HttpResponse:
    """Done leads to the next one."""
    user, row = _item(request, pk, item)
    form = TickForm(request.POST)

    def do() -> Any:
        given = form.cleaned_data
        return acts.tick(user, row, state=given["state"], spent_s=given["spent_s"] or 0, at=timezone.now())

    tried = attempt(form, do)
    if tried.saved is None:
        messages.error(request, " ".join(str(text) for texts in form.errors.values() for text in texts))
        return redirect(_address(row, row.position))
    later = row.review.items.filter(position__gt=row.position).order_by("position").first()
    to = later.position if later is not None and tried.saved.state == ItemState.DONE else row.position
    return redirect(_address(row, to))
