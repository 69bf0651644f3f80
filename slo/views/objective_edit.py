"""Creating, editing, retiring and restoring an objective, with a preview of its SLI and budget."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from relportal.core.editing import attempt
from relportal.core.exceptions import Conflict, Invalid, Missing
from relportal.core.models import Service, User
from relportal.core.permissions import require
from relportal.core.views.base import viewer
from slo.actions.objectives import create_objectives, restore_objective, retire_objective, update_objective
from slo.actions.preview import Preview, Promise, preview
from slo.domain.budget import parse_target
from slo.domain.burn import BurnRule, default_rules
from slo.domain.refusals import Refused
from slo.domain.slices import parse_slice_target
from slo.forms.objectives import ObjectiveForm
from slo.models import Counting, Indicator, Objective, window_from


@require_http_methods(["GET", "HEAD", "POST"])
def objective_create(request: HttpRequest) -> HttpResponse:
    user = viewer(request)
    require(user, "objective.edit")
    form = ObjectiveForm(request.POST or None, user=user, initial=_asked_for(request))
    context: dict[str, Any] = {"title": _("New objective"), "cancel": reverse("slo:objective-list"), "form": form}
    status = 200
    if "preview" in request.POST:
        return _previewed(request, user, form, context)
    if request.method == "POST":
        made: list[Objective] = []

        def act() -> Objective:
            made.extend(
                create_objectives(
                    user,
                    services=list(form.cleaned_data["services"]),
                    indicator=form.cleaned_data["indicator"],
                    fields=form.objective_fields(),
                    at=timezone.now(),
                )
            )
            return made[0]

        done = attempt(form, act)
        if done.saved:
            text = ngettext("%(name)s is promised.", "%(count)d objectives are promised.", len(made))
            messages.success(request, text % {"name": made[0], "count": len(made)})
            return redirect(made[0] if len(made) == 1 else f"{reverse('slo:objective-list')}?q={made[0].name}")
        status = done.status
    return render(request, "slo/objective_form.html", context, status=status)


def _asked_for(request: HttpRequest) -> dict[str, Any]:
    """`?service=slug&indicator=slug` from a button on their pages."""
    service = Service.objects.filter(slug=request.GET.get("service", "")).first()
    indicator = Indicator.objects.filter(slug=request.GET.get("indicator", "")).first()
    return {
        "services": [service] if service else [],
        "indicator": indicator,
        "name": indicator.name if indicator else "",
    }


@require_http_methods(["GET", "HEAD", "POST"])
def objective_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = viewer(request)
    objective = find_objective(user, pk)
    require(user, "objective.edit", objective)
    form = ObjectiveForm(request.POST or None, user=user, objective=objective)
    context: dict[str, Any] = {
        "title": _("Edit %(name)s") % {"name": objective},
        "objective": objective,
        "cancel": objective.get_absolute_url(),
        "form": form,
    }
    status = 200
    if "preview" in request.POST:
        return _previewed(request, user, form, context, objective=objective)
    if request.method == "POST":
        done = attempt(
            form,
            lambda: update_objective(
                user,
                objective,
                version=form.cleaned_data["version"],
                fields=form.objective_fields(),
                at=timezone.now(),
            ),
            theirs=lambda row: ObjectiveForm(user=user, objective=row),
        )
        if done.saved:
            messages.success(request, _("%(name)s is saved.") % {"name": done.saved})
            return redirect(done.saved)
        status, context = done.status, context | done.context
    return render(request, "slo/objective_form.html", context, status=status)


@require_POST
def objective_retire(request: HttpRequest, pk: int) -> HttpResponse:
    user = viewer(request)
    objective = retire_objective(user, find_objective(user, pk), at=timezone.now())
    messages.success(request, _("%(name)s is retired. It can be restored on its page.") % {"name": objective})
    return redirect(objective)


@require_POST
def objective_restore(request: HttpRequest, pk: int) -> HttpResponse:
    user = viewer(request)
    objective = find_objective(user, pk)
    try:
        restore_objective(user, objective, at=timezone.now())
    except (Conflict, Invalid) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(name)s is a promise again.") % {"name": objective})
    return redirect(objective)


def _previewed(
    request: HttpRequest,
    user: User,
    form: ObjectiveForm,
    context: dict[str, Any],
    *,
    objective: Objective | None = None,
) -> HttpResponse:
    context |= _preview(user, form, objective=objective)
    template = "slo/objective_form.html" + ("#preview" if request.headers.get("HX-Request") else "")
    return render(request, template, context)


def _preview(user: User, form: ObjectiveForm, *, objective: Objective | None) -> dict[str, Any]:
    now = timezone.now()
    form.is_valid()
    data = form.cleaned_data
    indicator = objective.indicator if objective else data.get("indicator")
    if indicator is None or data.get("target") is None:
        return {"preview": Preview(now, now, refused={"": [_("Choose an indicator and a target first.")]})}
    services = [objective.service] if objective else list(data.get("services") or [])
    known = {one.label_value: one.service for one in indicator.mappings.select_related("service")}
    try:
        promise = Promise(target=parse_target(data["target"]), counting=data.get("counting") or Counting.OCCURRENCES)
        if promise.counting == Counting.TIMESLICES:
            promise = Promise(promise.target, promise.counting, parse_slice_target(data.get("slice_target") or ""))
        rules = data.get("rules") or _defaults(data, promise)
    except Refused as error:
        return {"preview": Preview(now, now, refused={"target": [str(error)]})}
    except ValueError:
        return {"preview": Preview(now, now, refused={"window_kind": [_("Choose a window.")]})}
    shown = preview(user, indicator, known=known, promise=promise, at=now)
    chosen = [one for one in shown.found if not services or one.service in services]
    silent = [service for service in services if all(one.service != service for one in shown.found)]
    return {"preview": shown, "found": chosen[:20], "silent": silent, "rules": rules, "window": dt.timedelta(days=3)}


def _defaults(data: dict[str, Any], promise: Promise) -> tuple[BurnRule, ...]:
    window = window_from(data.get("window_kind") or "", data.get("window_days"), data.get("window_zone") or "UTC")
    return default_rules(window, target=promise.target)


def find_objective(user: User, pk: int) -> Objective:
    objective = (
        Objective.objects.visible_to(user).select_related("service__team", "indicator__source").filter(pk=pk).first()
    )
    if objective is None:
        require(user, "catalog.view")
        raise Missing(_("There is no objective SLO-%(pk)d.") % {"pk": pk})
    return objective
