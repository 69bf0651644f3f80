"""Rituals: their list, and the form of one, which begins with a template."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from relportal.core.exceptions import Conflict
from relportal.core.permissions import allowed, require
from reports.actions import rituals as acts
from reports.actions.inputs import Owned
from reports.domain.reviews import TEMPLATES
from reports.forms.reviews import RitualForm
from reports.models import Ritual, RitualKind
from reports.queries.packs import ITEMS
from reports.views.answers import answer, reader


@require_safe
def ritual_list(request: HttpRequest) -> HttpResponse:
    user = reader(request)
    rows = Ritual.objects.select_related("team").prefetch_related("participants").order_by("retired_at", "name")
    templates = [
        (each, RitualKind(each.key).label, [(ITEMS[key].title, minutes) for key, minutes in each.items])
        for each in TEMPLATES
    ]
    context = {"rituals": rows, "templates": templates, "may_edit": allowed(user, "ritual.edit")}
    return render(request, "reports/ritual_list.html", context)


def _found(pk: int) -> Ritual:
    one = Ritual.objects.select_related("team").filter(pk=pk).first()
    if one is None:
        raise Http404
    return one


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """`?kind=council` begins with that template."""
    user = reader(request)
    require(user, "ritual.edit")
    form = RitualForm(request.POST or None, kind=request.GET.get("kind", ""))
    return answer(
        request,
        form,
        lambda: acts.create(user, form.given(), at=timezone.now()),
        context={"title": _("Start a ritual"), "offered": ITEMS.values(), "back": reverse("reports:ritual-list")},
        template="reports/ritual_form.html",
        to=reverse("reports:review-list"),
        said=_("Its first review is planned."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    user, one = reader(request), _found(pk)
    require(user, "ritual.edit", Owned(one.team_id))
    form = RitualForm(request.POST or None, ritual=one)
    return answer(
        request,
        form,
        lambda: acts.edit(user, one, form.given(one), version=form.cleaned_data["version"], at=timezone.now()),
        context={"title": one.name, "ritual": one, "offered": ITEMS.values(), "back": reverse("reports:ritual-list")},
        template="reports/ritual_form.html",
        to=reverse("reports:ritual-list"),
        theirs=lambda row: RitualForm(ritual=row),
    )


@require_POST
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    user, one = reader(request), _found(pk)
    require(user, "ritual.edit", Owned(one.team_id))
    try:
        acts.retire(user, one, at=timezone.now())
    except Conflict as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(name)s meets no more.") % {"name": one})
    return redirect("reports:ritual-list")
