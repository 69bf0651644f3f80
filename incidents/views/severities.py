"""The settings of severities: what each asks for, and the matrix."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from incidents.actions.severities import FIELDS, edit_matrix, edit_severity
from incidents.forms.severities import SeverityEditForm
from incidents.models import Condition, Impact, Severity, SeverityCell
from relportal.core.editing import attempt
from relportal.core.exceptions import Invalid
from relportal.core.permissions import allowed, require
from relportal.core.views.base import viewer


@require_http_methods(["GET", "HEAD", "POST"])
def severities(request: HttpRequest) -> HttpResponse:
    """Posting sets the matrix: a field `impact.condition` for each cell."""
    user = viewer(request)
    require(user, "incident.view")
    errors: dict[str, list[str]] = {}
    cells = {(each.impact, each.condition): each.severity_id for each in SeverityCell.objects.all()}
    if request.method == "POST":
        require(user, "incident.settings")
        cells = {
            (impact, condition): int(request.POST[f"{impact}.{condition}"])
            for impact in Impact.values
            for condition in Condition.values
            if request.POST.get(f"{impact}.{condition}", "") in {"0", "1", "2", "3", "4"}
        }
        try:
            edit_matrix(user, cells, at=timezone.now())
        except Invalid as error:
            errors = error.errors
        else:
            messages.success(request, _("The matrix is saved."))
            return redirect("incidents:severities")
    levels = list(Severity.objects.all())
    rows = [
        (impact, [(f"{impact.value}.{one.value}", cells.get((impact.value, one.value))) for one in Condition])
        for impact in Impact
    ]
    context = {
        "levels": levels,
        "rows": rows,
        "conditions": list(Condition),
        "errors": [text for texts in errors.values() for text in texts],
        "wrong": set(errors),
        "may_edit": allowed(user, "incident.settings"),
    }
    return render(request, "incidents/severities.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def severity_edit(request: HttpRequest, level: int) -> HttpResponse:
    user = viewer(request)
    require(user, "incident.settings")
    row = get_object_or_404(Severity, level=level)
    initial = {name: getattr(row, name) for name in FIELDS} | {"version": row.version}
    form = SeverityEditForm(request.POST or None, initial=initial)
    status, context = 200, {}
    if request.method == "POST":
        tried = attempt(
            form,
            lambda: edit_severity(
                user,
                row,
                version=form.cleaned_data["version"],
                at=timezone.now(),
                **{name: form.cleaned_data[name] for name in FIELDS},
            ),
        )
        if tried.saved:
            messages.success(request, _("%(level)s is saved.") % {"level": row})
            return redirect("incidents:severities")
        status, context = tried.status, tried.context
    context |= {"form": form, "title": f"{row}: {row.name}"}
    return render(request, "incidents/severity_form.html", context, status=status)
