"""Treatments of a risk and their milestones."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from relportal.core import undo
from relportal.core.models import User
from risks.actions import milestones as steps
from risks.actions import treatments as acts
from risks.actions.standing import may_change
from risks.forms.treatments import MilestoneForm, MoveForm, TreatmentForm
from risks.models import Milestone, Treatment, TreatmentState
from risks.queries.detail import visible
from risks.views.answers import act, answer, reader


def _asked(request: HttpRequest, pk: int, treatment: int) -> tuple[User, Treatment]:
    """The reader, who may change the treatment."""
    user = reader(request)
    row = get_object_or_404(Treatment.objects.select_related("risk", "owner"), risk=visible(user, pk), pk=treatment)
    acts.may_treat(user, row)
    return user, row


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, pk: int) -> HttpResponse:
    user = reader(request)
    risk = visible(user, pk)
    may_change(user, risk)
    form = TreatmentForm(request.POST or None)

    def do() -> Treatment:
        return acts.add_treatment(user, risk, form.planned(), at=timezone.now())

    context = {"title": _("Treat %(id)s") % {"id": risk.short_id}, "risk": risk, "submit": _("Plan it")}
    return answer(request, form, do, context=context)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int, treatment: int) -> HttpResponse:
    user, row = _asked(request, pk, treatment)
    form = TreatmentForm(request.POST or None, treatment=row)

    def do() -> Treatment:
        return acts.edit_treatment(user, row, version=form.cleaned_data["version"], at=timezone.now(), **form.given())

    def theirs(found: Treatment) -> TreatmentForm:
        return TreatmentForm(treatment=found)

    return answer(request, form, do, context={"title": _("Edit treatment"), "risk": row.risk}, theirs=theirs)


@require_POST
def move(request: HttpRequest, pk: int, treatment: int) -> HttpResponse:
    user, row = _asked(request, pk, treatment)
    form = MoveForm(request.POST)
    if not form.is_valid():
        return redirect(row)
    given: dict[str, Any] = form.cleaned_data

    def do() -> Treatment:
        return acts.move_treatment(
            user, row, given["to"], reason=given["reason"], version=given["version"], at=timezone.now()
        )

    said = _("%(title)s: %(state)s.") % {"title": row.title, "state": TreatmentState(given["to"]).label.lower()}
    return act(request, do, to=row.get_absolute_url(), said=said)


@require_http_methods(["GET", "HEAD", "POST"])
def milestone_add(request: HttpRequest, pk: int, treatment: int) -> HttpResponse:
    user, row = _asked(request, pk, treatment)
    form = MilestoneForm(request.POST or None)

    def do() -> Milestone:
        return steps.add_milestone(user, row, **form.given(), at=timezone.now())  # type: ignore[arg-type]

    context = {"title": _("Milestone of “%(title)s”") % {"title": row.title}, "risk": row.risk}
    return answer(request, form, do, context=context, to=row.get_absolute_url())


def _milestone(row: Treatment, pk: int) -> Milestone:
    found = get_object_or_404(row.milestones, pk=pk)
    found.treatment = row
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def milestone_edit(request: HttpRequest, pk: int, treatment: int, milestone: int) -> HttpResponse:
    user, row = _asked(request, pk, treatment)
    found = _milestone(row, milestone)
    form = MilestoneForm(request.POST or None, milestone=found)

    def do() -> Milestone:
        return steps.edit_milestone(user, found, **form.given(), at=timezone.now())  # type: ignore[arg-type]

    context = {"title": _("Edit milestone"), "risk": row.risk}
    return answer(request, form, do, context=context, to=row.get_absolute_url())


@require_POST
def milestone_tick(request: HttpRequest, pk: int, treatment: int, milestone: int) -> HttpResponse:
    user, row = _asked(request, pk, treatment)
    found, done = _milestone(row, milestone), request.POST.get("done") == "1"

    def do() -> Milestone:
        return steps.tick_milestone(user, found, done=done, at=timezone.now())

    return act(request, do, to=row.get_absolute_url())


@require_POST
def milestone_remove(request: HttpRequest, pk: int, treatment: int, milestone: int) -> HttpResponse:
    user, row = _asked(request, pk, treatment)
    found = _milestone(row, milestone)
    steps.remove_milestone(user, found, at=timezone.now())
    url = reverse("risks:milestone-restore", args=[pk, treatment])
    done = found.done_at.isoformat() if found.done_at else None
    state = {"title": found.title, "due_on": found.due_on.isoformat(), "done_at": done}
    undo.offer(request, _("“%(title)s” is removed.") % {"title": found.title}, url=url, state=state)
    return redirect(row)


@require_POST
def milestone_restore(request: HttpRequest, pk: int, treatment: int) -> HttpResponse:
    user, row = _asked(request, pk, treatment)

    def do() -> Milestone:
        state = undo.taken(request)
        return steps.restore_milestone(
            user,
            row,
            title=state["title"],
            due_on=dt.date.fromisoformat(state["due_on"]),
            done_at=dt.datetime.fromisoformat(state["done_at"]) if state["done_at"] else None,
            at=timezone.now(),
        )

    return act(request, do, to=row.get_absolute_url(), said=_("It is back."))
