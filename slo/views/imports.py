"""Importing services: upload, preview, confirm; and the files to begin from."""

from __future__ import annotations

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
from slo.actions.imports import Plan, Verb, apply_import, plan_import
from slo.catalog_import.csv_file import COLUMNS
from slo.forms.imports import ImportForm, Upload, sealed, unsealed, upload_of
from slo.queries.catalog_export import catalog_rows

STEPS_SHOWN: Final = 200
TEMPLATE_ROWS: Final = (
    (
        "checkout",
        "Checkout",
        "1",
        "payments",
        "production",
        "Takes the customer's money.",
        "chk | checkout-api",
        "On call <https://wiki.example.com/checkout>",
        "https://git.example.com/shop/checkout",
        "https://grafana.example.com/d/checkout",
        "https://grafana.example.com/explore/logs/checkout",
        "https://grafana.example.com/explore/traces/checkout",
        "",
        "",
        "stock",
        "mail",
    ),
    ("stock", "Stock", "2", "payments", "production", "Knows what is there.", *[""] * (len(COLUMNS) - 6)),
    ("mail", "Mail", "3", "payments", "production", "Tells the customer.", *[""] * (len(COLUMNS) - 6)),
)


@require_http_methods(["GET", "HEAD", "POST"])
def service_import(request: HttpRequest) -> HttpResponse:
    user = viewer(request)
    require(user, "service.import")
    if request.method != "POST":
        return _page(request, {"form": ImportForm()})
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, {"form": form}, status=422)
    upload = upload_of(form)
    try:
        return _preview(request, user, upload, plan=_plan(user, upload))
    except Unreadable as error:
        form.add_error("file", str(error))
        return _page(request, {"form": form}, status=422)


@require_POST
def service_import_confirm(request: HttpRequest) -> HttpResponse:
    user = viewer(request)
    require(user, "service.import")
    upload = unsealed(request.POST.get("upload", ""), user=user)
    if upload is None:
        messages.error(request, _("The preview is older than an hour. Choose the file again; nothing was written."))
        return redirect("slo:service-import")
    plan = _plan(user, upload)
    try:
        written = apply_import(user, plan, digest=request.POST.get("digest", ""), at=timezone.now())
    except (Conflict, Invalid, Unreadable) as error:
        return _preview(request, user, upload, plan=plan, refused=str(error))
    text = ngettext("%(n)s service was imported.", "%(n)s services were imported.", written) % {"n": written}
    messages.success(request, text)
    return redirect("slo:service-list")


def _plan(user: User, upload: Upload) -> Plan:
    return plan_import(
        user,
        upload.content,
        filename=upload.filename,
        file_format=upload.format,
        tier_annotation=upload.tier_annotation,
    )


def _preview(request: HttpRequest, user: User, upload: Upload, *, plan: Plan, refused: str = "") -> HttpResponse:
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
        "confirm": _confirm(plan),
        "upload": sealed(upload, user=user) if plan.possible else "",
        "refused": refused,
    }
    return _page(request, context, status=409 if refused else 422 if plan.errors else 200)


def _confirm(plan: Plan) -> str:
    count = plan.count(Verb.CREATE) + plan.count(Verb.UPDATE)
    return ngettext("Import %(n)s service", "Import %(n)s services", count) % {"n": count}


def _claim(plan: Plan) -> str:
    if plan.errors:
        return ngettext(
            "%(n)s error: nothing can be imported yet", "%(n)s errors: nothing can be imported yet", len(plan.errors)
        ) % {"n": len(plan.errors)}
    if not plan.possible:
        return _("Nothing to do: the catalog says the same already")
    count = plan.count(Verb.CREATE) + plan.count(Verb.UPDATE)
    return ngettext("%(n)s service would change", "%(n)s services would change", count) % {"n": count}


def _page(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return render(request, "slo/service_import.html", context | {"columns": COLUMNS}, status=status)


@require_safe
def import_template(request: HttpRequest) -> HttpResponseBase:
    require(viewer(request), "catalog.view")
    return csv_response("services-template.csv", COLUMNS, TEMPLATE_ROWS)


@require_safe
def catalog_export(request: HttpRequest) -> HttpResponseBase:
    user = viewer(request)
    require(user, "catalog.view")
    return csv_response(f"catalog-{timezone.now():%Y-%m-%d}.csv", COLUMNS, catalog_rows(user))
