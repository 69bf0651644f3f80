"""Writing a risk down, changing it, rating it, and its page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from relportal.core.editing import ActionForm, attempt
from relportal.core.models import User
from relportal.core.permissions import allowed, require
from relportal.core.views.base import viewer
from risks.actions import ratings
from risks.actions import risks as acts
from risks.actions.standing import may_change
from risks.forms.rating import RateForm
from risks.forms.risks import CreateForm, RiskFields
from risks.models import RatingKind, Risk, RiskRating
from risks.queries import detail as queries
from risks.queries.detail_evidence import evidence_section
from risks.queries.detail_exceptions import exceptions_section
from risks.queries.detail_money import money_section
from risks.queries.scale import current
from risks.queries.suggested import suggested_likelihood


def reader(request: HttpRequest) -> User:
    user = viewer(request)
    require(user, "risk.view")
    return user


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    user, at = reader(request), timezone.now()
    risk = queries.visible(user, pk)
    context = {
        "risk": risk,
        "detail": queries.detail(user, risk, at=at),
        "money": money_section(user, risk, at=at),
        "exceptions": exceptions_section(user, risk, at=at),
        "evidence": evidence_section(user, risk),
        "may_see_history": allowed(user, "audit.view"),
    }
    return render(request, "risks/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    user = reader(request)
    require(user, "risk.edit")
    form = CreateForm(request.POST or None, version=current(), optional=True)

    def do() -> Risk:
        return acts.create(user, form.risk(), at=timezone.now())

    return _answer(request, form, do, template="risks/form.html", context={"title": _("New risk")})


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = reader(request)
    risk = queries.visible(user, pk)
    may_change(user, risk)
    form = RiskFields(request.POST or None, risk=risk)

    def do() -> Risk:
        return acts.edit(user, risk, version=form.cleaned_data["version"], at=timezone.now(), **form.given())

    context = {"title": _("Edit %(id)s") % {"id": risk.short_id}, "risk": risk}
    theirs = lambda row: RiskFields(risk=row)  # noqa: E731
    return _answer(request, form, do, template="risks/form.html", context=context, theirs=theirs)


@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: HttpRequest, pk: int) -> HttpResponse:
    user, at = reader(request), timezone.now()
    risk = queries.visible(user, pk)
    may_change(user, risk)
    scale = current()
    kind = request.GET.get("kind", "")
    initial = {"kind": kind if kind in RatingKind.values else RatingKind.CURRENT.value, "version": risk.version}
    form = RateForm(request.POST or None, version=scale, before=risk.current, initial=initial)

    def do() -> RiskRating:
        given = form.rated(kind=form.cleaned_data["kind"])
        if given is None:
            raise TypeError("a rating form always rates")
        return ratings.rate(user, risk, given, at=at)

    context = {
        "title": _("Rate %(id)s") % {"id": risk.short_id},
        "risk": risk,
        "suggested": suggested_likelihood(user, risk, scale.scale, at=at),
    }
    return _answer(request, form, do, template="risks/rate.html", context=context, to=risk)


def _answer(
    request: HttpRequest,
    form: ActionForm,
    do: Callable[[], Any],
    *,
    template: str,
    context: dict[str, Any],
    to: Risk | None = None,
    theirs: Callable[[Any], ActionForm] | None = None,
) -> HttpResponse:
    status = 200
    if request.method == "POST":
        tried = attempt(form, do, theirs=theirs)
        if tried.saved is not None:
            messages.success(request, _("Saved."))
            return redirect(to or tried.saved)
        status, context = tried.status, context | tried.context
    return render(request, template, context | {"form": form}, status=status)
