"""Pages of their own for what is written in calm: title and services, times, an entry, a segment, privacy, merging."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from incidents.actions import incidents as acts
from incidents.actions.impact import edit_segment
from incidents.actions.marks import set_times
from incidents.actions.timeline import assign_task, edit_entry
from incidents.forms.incidents import (
    EditForm,
    EntryForm,
    MergeForm,
    PrivacyForm,
    SegmentForm,
    SplitForm,
    TaskForm,
    TimesForm,
)
from incidents.models import Entry, ImpactSegment, Incident, Task
from incidents.queries.room import visible
from incidents.queries.times import times_of
from relportal.core.editing import ActionForm, attempt
from relportal.core.exceptions import Invalid
from relportal.core.models import User
from relportal.core.permissions import require
from relportal.core.views.base import viewer

Act = Callable[[], Any]


def _page(
    request: HttpRequest,
    incident: Incident,
    form: ActionForm,
    do: Act,
    *,
    title: str,
    submit: str = "",
    note: str = "",
    to: Callable[[Any], str] | None = None,
) -> HttpResponse:
    """Shows the form, or runs `do` and goes back to the incident."""
    status, context = 200, {}
    if request.method == "POST":
        tried = attempt(form, do)
        if tried.saved is not None:
            messages.success(request, _("Saved."))
            return redirect(to(tried.saved) if to else incident.get_absolute_url())
        status, context = tried.status, tried.context
    context |= {"form": form, "incident": incident, "title": title, "submit": submit, "note": note}
    return render(request, "incidents/form.html", context, status=status)


def _opened(request: HttpRequest, pk: int) -> tuple[User, Incident]:
    user = viewer(request)
    require(user, "incident.run")
    return user, visible(user, pk)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    user, incident = _opened(request, pk)
    form = EditForm(request.POST or None, incident=incident)

    def do() -> Incident:
        given = form.cleaned_data
        return acts.edit(
            user,
            incident,
            version=given["version"],
            title=given["title"],
            summary=given["summary"],
            kind=given["kind"],
            services=list(given["services"]),
            objectives=list(given["objectives"]),
            at=timezone.now(),
        )

    return _page(request, incident, form, do, title=_("Edit %(id)s") % {"id": incident.short_id})


@require_http_methods(["GET", "HEAD", "POST"])
def times(request: HttpRequest, pk: int) -> HttpResponse:
    user, incident = _opened(request, pk)
    detected = getattr(incident, "detection", None)
    form = TimesForm(
        request.POST or None, times=times_of(incident), incident=incident, detected_by=detected.by if detected else ""
    )

    def do() -> Incident:
        by = form.cleaned_data["detected_by"]
        return set_times(
            user, incident, form.given(), version=form.cleaned_data["version"], detected_by=by, at=timezone.now()
        )

    return _page(
        request,
        incident,
        form,
        do,
        title=_("Times of %(id)s") % {"id": incident.short_id},
        note=_("What was recorded stays beside what you enter, and what you enter counts."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def entry(request: HttpRequest, pk: int, entry: int) -> HttpResponse:
    user, incident = _opened(request, pk)
    row = get_object_or_404(Entry, pk=entry, incident=incident)
    initial = {"text": row.text, "at": row.at, "pinned": row.pinned, "struck": row.struck, "version": row.version}
    form = EntryForm(request.POST or None, initial=initial)

    def do() -> Entry:
        given = form.cleaned_data
        return edit_entry(
            user,
            row,
            version=given["version"],
            text=given["text"],
            happened_at=given["at"] if "at" in form.changed_data else None,
            pinned=given["pinned"],
            struck=given["struck"],
            at=timezone.now(),
        )

    return _page(request, incident, form, do, title=_("Edit the entry"))


@require_http_methods(["GET", "HEAD", "POST"])
def task(request: HttpRequest, pk: int, task: int) -> HttpResponse:
    user, incident = _opened(request, pk)
    row = get_object_or_404(Task, pk=task, incident=incident)
    form = TaskForm(request.POST or None, initial={"assignee": row.assignee_id, "due_at": row.due_at})

    def do() -> Task:
        given = form.cleaned_data
        at = timezone.now()
        return assign_task(user, row, assignee=given["assignee"], due_at=form.due(at=at), at=at)

    return _page(request, incident, form, do, title=_("Who does it, and until when?"), note=row.text)


@require_http_methods(["GET", "HEAD", "POST"])
def segment(request: HttpRequest, pk: int, segment: int) -> HttpResponse:
    user, incident = _opened(request, pk)
    row = get_object_or_404(ImpactSegment, pk=segment, incident=incident)
    form = SegmentForm(request.POST or None, segment=row)

    def do() -> ImpactSegment:
        version = form.cleaned_data["version"]
        return edit_segment(user, row, form.segment_fields(), version=version, at=timezone.now())

    return _page(request, incident, form, do, title=_("Edit the impact"))


@require_http_methods(["GET", "HEAD", "POST"])
def privacy(request: HttpRequest, pk: int) -> HttpResponse:
    user, incident = _opened(request, pk)
    people = list(incident.access.values_list("user", flat=True))
    form = PrivacyForm(request.POST or None, initial={"is_private": incident.is_private, "people": people})

    def do() -> Incident:
        given = form.cleaned_data
        return acts.set_privacy(
            user, incident, is_private=given["is_private"], people=list(given["people"]), at=timezone.now()
        )

    return _page(
        request,
        incident,
        form,
        do,
        title=_("Who may see %(id)s") % {"id": incident.short_id},
        note=_("A private incident is seen by those named here, those with a role in it, and administrators."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    user, incident = _opened(request, pk)
    form = MergeForm(request.POST or None)

    def do() -> Incident:
        number = form.number()
        target = Incident.objects.visible_to(user).filter(pk=number or 0).first()
        if target is None:
            raise Invalid({"into": _("There is no such incident. Enter an id such as INC-12.")})
        return acts.merge(user, incident, target, reason=form.cleaned_data["reason"], at=timezone.now())

    return _page(
        request,
        incident,
        form,
        do,
        title=_("Merge %(id)s") % {"id": incident.short_id},
        note=_("Its timeline goes over, and its link leads there."),
        submit=_("Merge"),
        to=lambda target: target.get_absolute_url(),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def split(request: HttpRequest, pk: int) -> HttpResponse:
    user, incident = _opened(request, pk)
    form = SplitForm(request.POST or None)
    return _page(
        request,
        incident,
        form,
        lambda: acts.split(user, incident, title=form.cleaned_data["title"], at=timezone.now()),
        title=_("Split %(id)s") % {"id": incident.short_id},
        note=_("A second incident with the same services; each goes its own way."),
        submit=_("Split"),
        to=lambda part: part.get_absolute_url(),
    )
