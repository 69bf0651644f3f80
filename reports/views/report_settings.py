"""How the company cuts its year: what would change is said before it is saved."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from relportal.core import company
from relportal.core.editing import attempt
from relportal.core.permissions import require
from reports.actions.report_settings import edit_settings
from reports.forms.settings import SettingsForm, initial
from reports.queries.calendar import calendar, settings_row
from reports.queries.recut import recut
from reports.views.answers import reader


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    """Sent without `confirm`, it comes back with what would change."""
    user, at = reader(request), timezone.now()
    require(user, "kpi.target")
    row = settings_row()
    form = SettingsForm(request.POST or None, initial=initial(row))
    context: dict[str, Any] = {"form": form}
    status = 200
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        context["recut"] = recut(calendar(), form.calendar(), began_on=data["began_on"], today=company.day(at), at=at)
        if data["confirm"]:
            given = form.given()
            tried = attempt(
                form,
                lambda: edit_settings(user, given, reason=data["reason"], version=data["version"], at=at),
                theirs=lambda saved: SettingsForm(initial=initial(saved)),
            )
            if tried.saved is not None:
                messages.success(request, _("Saved. The figures are computed anew in a minute."))
                return redirect("reports:scorecard")
            status, context = tried.status, context | tried.context
    elif request.method == "POST":
        status = 422
    return render(request, "reports/settings.html", context, status=status)
