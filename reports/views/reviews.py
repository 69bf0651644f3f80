"""Reviews: their list, one with its pack, and its minutes."""

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
from django.views.decorators.http import require_POST, require_safe

from relportal.core.csvexport import Cell
from relportal.core.editing import ActionForm, attempt
from relportal.core.exceptions import Conflict, Invalid, NotAllowed
from relportal.core.models import User
from relportal.core.permissions import allowed
from relportal.core.units import relative
from relportal.core.views.lists import ListPage
from reports.actions import reviews as acts
from reports.forms.reviews import AttendForm, SkipForm, TopicForm, read_reviews, review_controls
from reports.models import Review
from reports.queries.confidential import Hidden
from reports.queries.minutes import minutes_of
from reports.queries.pack import lines_of
from reports.queries.reviews import PAGE_SIZE, ReviewList, review_rows
from reports.views.answers import reader

CSV_HEADER: Final = (
    "review", "ritual", "team", "meets_at", "state", "built_at", "started_at", "ended_at", "drawn", "notes", "decisions",
    "actions", "undone", "carried", "pack_sha256",
)  # fmt: skip


def _csv_rows(listed: ReviewList) -> Iterator[tuple[Cell, ...]]:
    for row in listed.rows:
        one = row.one
        yield (
            one.short_id, one.ritual.name, one.ritual.team.slug if one.ritual.team else "", one.meets_at, one.state,
            one.built_at, one.started_at, one.ended_at, one.drawn.slug if one.drawn else "", row.notes, row.decisions,
            row.actions, row.undone, row.carried, one.sha256,
        )  # fmt: skip


def _claim(listed: ReviewList) -> str:
    if not listed.coming:
        return _("No review is planned")
    one = listed.coming[0]
    if one.is_running:
        words = _("%(name)s goes on") % {"name": one.ritual}
    else:
        words = _("%(name)s meets %(when)s") % {"name": one.ritual, "when": relative(one.meets_at, at=timezone.now())}
    if not listed.late:
        return words
    late = ngettext("%(n)d action of reviews is late", "%(n)d actions of reviews are late", listed.late)
    return f"{words}; {late % {'n': listed.late}}"


LIST: Final = ListPage(
    name="reviews",
    template="reports/review_list.html",
    page_size=PAGE_SIZE,
    read=read_reviews,
    rows=review_rows,
    choices={},
    controls=review_controls,
    title=_claim,
    label=gettext_lazy("Reviews"),
    hint=gettext_lazy("Name, note, decision, REV-12"),
    csv_header=CSV_HEADER,
    csv_rows=_csv_rows,
    context=lambda user: {"may_edit": allowed(user, "ritual.edit")},
    ability="report.view",
)


@require_safe
def review_list(request: HttpRequest) -> HttpResponseBase:
    return LIST.answer(request)


def found(pk: int) -> Review:
    """Raises: Http404."""
    one = Review.objects.select_related("ritual__team", "drawn__team", "started_by").filter(pk=pk).first()
    if one is None:
        raise Http404
    return one


def may_run(user: User, one: Review) -> bool:
    try:
        acts.may_run(user, one)
    except NotAllowed:
        return False
    return True


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _detail(request, reader(request), found(pk))


def _detail(
    request: HttpRequest, user: User, one: Review, *, status: int = 200, forms: dict[str, ActionForm] | None = None
) -> HttpResponse:
    minutes = minutes_of(one) if one.started_at is not None else None
    context: dict[str, Any] = {
        "one": one,
        "lines": lines_of(one, Hidden(user)),
        "minutes": minutes,
        "may_run": may_run(user, one),
        "may_see_history": allowed(user, "audit.view"),
        "topic": TopicForm(auto_id="id_topic_%s"),
        "skip": SkipForm(auto_id="id_skip_%s"),
        "attend": AttendForm(one) if one.is_running else None,
    }
    return render(request, "reports/review_detail.html", context | (forms or {}), status=status)


@require_safe
def minutes(request: HttpRequest, pk: int) -> HttpResponse:
    """Alone, to print or to send."""
    reader(request)
    one = found(pk)
    if one.started_at is None:
        raise Http404
    return render(request, "reports/minutes.html", {"one": one, "minutes": minutes_of(one)})


def _act(request: HttpRequest, pk: int, do: Callable[[User, Review], Any], *, said: str, to: str = "") -> HttpResponse:
    """A button: what is refused is said on the page that it leads back to."""
    user, one = reader(request), found(pk)
    acts.may_run(user, one)
    try:
        do(user, one)
    except (Conflict, Invalid) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
        if to:
            return redirect(reverse(to, args=[one.pk]))
    return redirect(one)


@require_POST
def build(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, lambda user, one: acts.build(user, one, at=timezone.now()), said=_("The pack is built."))


@require_POST
def start(request: HttpRequest, pk: int) -> HttpResponse:
    def do(user: User, one: Review) -> None:
        acts.start(user, one, at=timezone.now())

    return _act(request, pk, do, said=_("It goes on; the pack stays as it is."), to="reports:review-present")


@require_POST
def finish(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(
        request, pk, lambda user, one: acts.finish(user, one, at=timezone.now()), said=_("Done. The minutes are sent.")
    )


@require_POST
def attend(request: HttpRequest, pk: int) -> HttpResponse:
    def do(user: User, one: Review) -> None:
        form = AttendForm(one, request.POST)
        if not form.is_valid():
            raise Invalid(_("Choose among those who take part."))
        acts.attend(user, one, list(form.cleaned_data["people"]), at=timezone.now())

    return _act(request, pk, do, said=_("Saved."))


@require_POST
def skip(request: HttpRequest, pk: int) -> HttpResponse:
    user, one = reader(request), found(pk)
    acts.may_run(user, one)
    form = SkipForm(request.POST, auto_id="id_skip_%s")
    tried = attempt(form, lambda: acts.skip(user, one, reason=form.cleaned_data["reason"], at=timezone.now()))
    if tried.saved is None:
        return _detail(request, user, found(pk), status=tried.status, forms={"skip": form})
    messages.success(request, _("It does not take place; the next one is planned."))
    return redirect(one)


@require_POST
def topic(request: HttpRequest, pk: int) -> HttpResponse:
    user, one = reader(request), found(pk)
    acts.may_run(user, one)
    form = TopicForm(request.POST, auto_id="id_topic_%s")

    def do() -> Any:
        given = form.cleaned_data
        return acts.add_topic(user, one, title=given["title"], minutes=given["minutes"], at=timezone.now())

    tried = attempt(form, do)
    if tried.saved is None:
        return _detail(request, user, found(pk), status=tried.status, forms={"topic": form})
    messages.success(request, _("On the agenda."))
    return redirect(one)
