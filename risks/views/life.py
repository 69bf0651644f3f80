"""A risk is looked at again, closed, and opened again."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from relportal.core.permissions import require
from risks.actions import risks as acts
from risks.actions.standing import may_change, scope
from risks.forms.risks import CloseForm, ReopenForm, ReviewForm
from risks.models import Risk, RiskReview, RiskState
from risks.queries.detail import visible
from risks.views.answers import answer, reader


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, pk: int) -> HttpResponse:
    user = reader(request)
    risk = visible(user, pk)
    may_change(user, risk)
    form = ReviewForm(request.POST or None, initial={"version": risk.version})

    def do() -> RiskReview:
        data = form.cleaned_data
        return acts.review(user, risk, note=data["note"], version=data["version"], at=timezone.now())

    context = {"title": _("Review %(id)s") % {"id": risk.short_id}, "risk": risk, "submit": _("Say so")}
    context["help"] = _("A review leaves the rating as it is. If it is no longer right, rate the risk instead.")
    return answer(request, form, do, context=context, to=risk.get_absolute_url())


@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, pk: int) -> HttpResponse:
    user = reader(request)
    risk = visible(user, pk)
    require(user, "risk.close", scope(risk))
    if risk.is_closed and request.method != "POST":
        return redirect(risk)
    form = CloseForm(request.POST or None, initial={"version": risk.version})

    def do() -> Risk:
        data = form.cleaned_data
        return acts.close(user, risk, because=data["because"], version=data["version"], at=timezone.now())

    context = {"title": _("Close %(id)s") % {"id": risk.short_id}, "risk": risk, "submit": _("Close")}
    context["help"] = _("Its history, ratings and links stay, and it can be opened again.")
    return answer(request, form, do, context=context, said=_("%(id)s is closed.") % {"id": risk.short_id})


@require_http_methods(["GET", "HEAD", "POST"])
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    user = reader(request)
    risk = visible(user, pk)
    require(user, "risk.close", scope(risk))
    if risk.state == RiskState.OPEN and request.method != "POST":
        return redirect(risk)
    form = ReopenForm(request.POST or None, initial={"version": risk.version})

    def do() -> Risk:
        data = form.cleaned_data
        return acts.reopen(user, risk, reason=data["reason"], version=data["version"], at=timezone.now())

    context = {"title": _("Open %(id)s again") % {"id": risk.short_id}, "risk": risk, "submit": _("Open again")}
    context["help"] = _("It is to be looked at today; its owner is told.")
    return answer(request, form, do, context=context, said=_("%(id)s is open again.") % {"id": risk.short_id})
