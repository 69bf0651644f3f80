"""Creating, editing and deleting an indicator, with a preview of what it finds."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from relportal.core.editing import Attempt, attempt
from relportal.core.exceptions import Conflict, Invalid, Missing
from relportal.core.models import User
from relportal.core.permissions import require
from relportal.core.views.base import viewer
from slo.actions.backfill import request_backfill
from slo.actions.indicators import create_indicator, delete_indicator, update_indicator
from slo.actions.preview import Preview, preview
from slo.forms.indicators import IndicatorForm
from slo.models import Indicator


@require_http_methods(["GET", "HEAD", "POST"])
def indicator_create(request: HttpRequest) -> HttpResponse:
    user = viewer(request)
    require(user, "indicator.edit")
    return _editor(request, user, None)


@require_http_methods(["GET", "HEAD", "POST"])
def indicator_edit(request: HttpRequest, slug: str) -> HttpResponse:
    user = viewer(request)
    indicator = find_indicator(slug)
    require(user, "indicator.edit", indicator)
    return _editor(request, user, indicator)


def _editor(request: HttpRequest, user: User, indicator: Indicator | None) -> HttpResponse:
    form = IndicatorForm(request.POST or None, user=user, indicator=indicator)
    context: dict[str, Any] = {
        "title": _("Edit %(name)s") % {"name": indicator} if indicator else _("New indicator"),
        "indicator": indicator,
        "cancel": indicator.get_absolute_url() if indicator else reverse("slo:indicator-list"),
        "form": form,
    }
    status = 200
    if "preview" in request.POST:
        context["preview"] = _preview(user, form)
        if request.headers.get("HX-Request"):
            return render(request, "slo/indicator_form.html#preview", context)
    elif request.method == "POST":
        done = _save(user, form, indicator)
        if done.saved:
            messages.success(request, _("%(name)s is saved.") % {"name": done.saved})
            return redirect(done.saved)
        status, context = done.status, context | done.context
    return render(request, "slo/indicator_form.html", context, status=status)


def _save(user: User, form: IndicatorForm, indicator: Indicator | None) -> Attempt:
    """Saves with the services that the source answers for; where it does not answer, with those that were typed."""
    if not form.is_valid():
        return Attempt(status=422)
    services = form.cleaned_data["services"] | _preview(user, form).services
    if indicator is None:
        return attempt(
            form,
            lambda: create_indicator(
                user,
                slug=form.cleaned_data["slug"],
                fields=form.indicator_fields(),
                services=services,
                at=timezone.now(),
            ),
        )
    return attempt(
        form,
        lambda: update_indicator(
            user,
            indicator,
            version=form.cleaned_data["version"],
            fields=form.indicator_fields(),
            services=services,
            at=timezone.now(),
        ),
        theirs=lambda row: IndicatorForm(user=user, indicator=row),
    )


def _preview(user: User, form: IndicatorForm) -> Preview:
    now = timezone.now()
    if not form.is_valid():
        errors = {name: [str(text) for text in texts] for name, texts in form.errors.items()}
        return Preview(now, now, refused=errors)
    return preview(user, form.unsaved(), known=form.cleaned_data["services"], at=now)


@require_POST
def backfill_create(request: HttpRequest, slug: str) -> HttpResponse:
    user = viewer(request)
    indicator = find_indicator(slug)
    require(user, "backfill.request", indicator)
    try:
        days = int(request.POST.get("days", ""))
        request_backfill(user, indicator, days=days, at=timezone.now())
    except ValueError:
        messages.error(request, _("Enter a number of days."))
    except (Conflict, Invalid) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The last %(days)d days are being read.") % {"days": days})
    return redirect(indicator)


@require_POST
def indicator_delete(request: HttpRequest, slug: str) -> HttpResponse:
    user = viewer(request)
    indicator = find_indicator(slug)
    try:
        delete_indicator(user, indicator, at=timezone.now())
    except Conflict as error:
        messages.error(request, str(error))
        return redirect(indicator)
    messages.success(request, _("%(name)s is deleted.") % {"name": indicator})
    return redirect("slo:indicator-list")


def find_indicator(slug: str) -> Indicator:
    indicator = Indicator.objects.select_related("team", "source").filter(slug=slug).first()
    if indicator is None:
        raise Missing(_("There is no indicator %(slug)s.") % {"slug": slug})
    return indicator
