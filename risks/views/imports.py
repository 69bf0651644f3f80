"""Importing risks from a file: a preview of what would change, then exactly that."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from relportal.core.csvexport import csv_response
from relportal.core.exceptions import Conflict, Invalid
from relportal.core.models import User
from relportal.core.permissions import require
from relportal.core.reading.problems import Unreadable
from relportal.core.views.base import viewer
from relportal.core.xlsxexport import xlsx_response
from risks.actions.imports import apply_import, plan_import
from risks.forms.imports import ImportForm, Upload, sealed, unsealed
from risks.queries.imports.plan import Plan, Verb
from risks.queries.imports.table import COLUMNS, read
from risks.queries.imports.template import template_rows

STEPS_SHOWN: Final = 200


@require_http_methods(["GET", "HEAD", "POST"])
def risk_import(request: HttpRequest) -> HttpResponse:
    user = viewer(request)
    require(user, "risk.import")
    if request.method != "POST":
        return _page(request, {"form": ImportForm()})
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, {"form": form}, status=422)
    file: Any = form.cleaned_data["file"]
    try:
        upload = Upload(read(file.read()), str(file.name)[:200])
        return _preview(request, user, upload, at=timezone.now())
    except Unreadable as error:
        form.add_error("file", str(error))
        return _page(request, {"form": form}, status=422)


@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    user, at = viewer(request), timezone.now()
    require(user, "risk.import")
    upload = unsealed(request.POST.get("upload", ""), user=user)
    if upload is None:
        messages.error(request, _("The preview is older than an hour. Choose the file again; nothing was written."))
        return redirect("risks:import")
    plan = plan_import(user, upload.table, filename=upload.filename, at=at)
    try:
        written = apply_import(user, plan, digest=request.POST.get("digest", ""), at=at)
    except (Conflict, Invalid, Unreadable) as error:
        return _preview(request, user, upload, at=at, refused=str(error))
    words = ngettext("%(n)s risk was imported.", "%(n)s risks were imported.", written)
    messages.success(request, words % {"n": written})
    return redirect("risks:list")


@require_safe
def template(request: HttpRequest) -> HttpResponseBase:
    """`?format=xlsx` for a workbook. Its lines import as they stand."""
    user = viewer(request)
    require(user, "risk.view")
    lines = template_rows(user, at=timezone.now())
    if request.GET.get("format") == "xlsx":
        return xlsx_response("risks-template.xlsx", COLUMNS, lines, sheet=_("Risks"))
    return csv_response("risks-template.csv", COLUMNS, lines)


def _preview(request: HttpRequest, user: User, upload: Upload, *, at: dt.datetime, refused: str = "") -> HttpResponse:
    plan = plan_import(user, upload.table, filename=upload.filename, at=at)
    changing = [step for step in plan.steps if step.verb is not Verb.KEEP]
    context = {
        "form": ImportForm(),
        "plan": plan,
        "title": _claim(plan),
        "steps": changing[:STEPS_SHOWN],
        "more": max(0, len(changing) - STEPS_SHOWN),
        "created": plan.count(Verb.CREATE),
        "updated": plan.count(Verb.UPDATE),
        "kept": plan.count(Verb.KEEP),
        "confirm": ngettext("Import %(n)s risk", "Import %(n)s risks", len(changing)) % {"n": len(changing)},
        "upload": sealed(upload, user=user) if plan.possible else "",
        "refused": refused,
    }
    return _page(request, context, status=409 if refused else 422 if plan.errors else 200)


def _claim(plan: Plan) -> str:
    if plan.errors:
        n = plan.errors
        return ngettext("%(n)s error: nothing is imported yet", "%(n)s errors: nothing is imported yet", n) % {"n": n}
    if not plan.possible:
        return _("Nothing to do: the register says the same already")
    new, changed = plan.count(Verb.CREATE), plan.count(Verb.UPDATE)
    parts = [ngettext("%(n)s new risk", "%(n)s new risks", new) % {"n": new}] if new else []
    parts += [_("%(n)s changed") % {"n": changed}] if changed else []
    return ", ".join(parts)


def _page(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return render(request, "risks/import.html", context | {"columns": COLUMNS}, status=status)
