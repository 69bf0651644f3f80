"""What people give a KPI: numbers, a file of them, a target, a comment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from relportal.core.csvexport import csv_response
from relportal.core.editing import ActionForm, attempt
from relportal.core.exceptions import Invalid
from relportal.core.permissions import require
from relportal.core.reading.problems import Unreadable
from relportal.core.views.base import viewer
from reports.actions.comments import comment as say
from reports.actions.input_files import columns_of, enter_file, read_file
from reports.actions.inputs import Entry, enter, owned
from reports.actions.targets import Target, set_target
from reports.forms.kpis import CommentForm, EntryForm, FileForm, TargetForm
from reports.kpis import KPIS
from reports.kpis._base import AnyKpi
from reports.kpis._entered import EnteredKpi
from reports.models import KpiComment
from reports.queries.asked import period_asked, scope_named


@require_http_methods(["GET", "HEAD", "POST"])
def entry(request: HttpRequest, key: str) -> HttpResponse:
    user = viewer(request)
    require(user, "kpi.enter")
    kpi = _entered(key)
    form = EntryForm(kpi, request.POST or None)

    def save() -> Any:
        given = form.cleaned_data
        made = Entry(
            kpi=key,
            first=given["first"],
            last=given["last"],
            scope=form.scope(),
            numbers=form.numbers(),
            named=form.named(),
            note=given["note"],
        )
        return enter(user, made, at=timezone.now())

    title = _("Enter numbers: %(kpi)s") % {"kpi": kpi.title}
    return _answer(request, kpi, form, save, title=title, said=_("Entered. The figures are computed anew in a minute."))


@require_http_methods(["GET", "HEAD", "POST"])
def entry_file(request: HttpRequest, key: str) -> HttpResponseBase:
    """`?format=csv` gives the template: the header alone."""
    user, at = viewer(request), timezone.now()
    require(user, "kpi.enter")
    kpi = _entered(key)
    if request.GET.get("format") == "csv":
        return csv_response(f"{key}.csv", columns_of(kpi), [])
    form = FileForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"kpi": kpi, "form": form, "columns": columns_of(kpi)}
    if request.method != "POST" or not form.is_valid():
        return render(request, "reports/kpi_file.html", context, status=200 if request.method != "POST" else 422)
    try:
        found = read_file(user, kpi, form.cleaned_data["file"].read(), at=at)
        context["found"] = found
        if not form.cleaned_data["check"]:
            n = len(enter_file(user, found, at=at))
            messages.success(request, ngettext("%(n)d row was entered.", "%(n)d rows were entered.", n) % {"n": n})
            return redirect("reports:kpi", key)
    except (Unreadable, Invalid) as error:
        form.add_error("file", str(error))
    return render(request, "reports/kpi_file.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def target(request: HttpRequest, key: str) -> HttpResponse:
    user = viewer(request)
    require(user, "kpi.target")
    kpi = _known(key)
    form = TargetForm(kpi, request.POST or None)

    def save() -> Any:
        given = form.cleaned_data
        made = Target(
            kpi=key, since=given["since"], tier=given["tier"], green=form.line("green"), red=form.line("red"),
            reason=given["reason"],
        )  # fmt: skip
        return set_target(user, made, at=timezone.now())

    title = _("Set a target: %(kpi)s") % {"kpi": kpi.title}
    return _answer(request, kpi, form, save, title=title, said=_("Set. The figures are judged anew in a minute."))


@require_http_methods(["GET", "HEAD", "POST"])
def comment(request: HttpRequest, key: str) -> HttpResponse:
    """`?of=` and `?period=` as on the scorecard."""
    user, at = viewer(request), timezone.now()
    kpi = _known(key)
    named = scope_named(request.GET.get("of", ""))
    period, _periods = period_asked(request.GET.get("period", ""), at=at)
    require(user, "kpi.comment", owned(named.scope))
    row = KpiComment.objects.filter(
        kpi=key, cut=period.cut, first=period.first, scope=named.scope.kind, number=named.scope.number
    ).first()
    initial = (
        {"text": row.text, "action": row.action_id, "ask": row.ask_id, "version": row.version}
        if row is not None
        else {}
    )
    form = CommentForm(user, request.POST or None, initial=initial, linked=row)

    def save() -> Any:
        given = form.cleaned_data
        return say(
            user,
            key,
            (named.scope, period),
            text=given["text"],
            action=given["action"],
            ask=given["ask"],
            version=given["version"],
            at=at,
        )

    return _answer(
        request, kpi, form, save, title=_("Comment: %(kpi)s") % {"kpi": kpi.title}, said=_("Saved."),
        query=urlencode({"of": named.key, "period": period.key}),
    )  # fmt: skip


def _known(key: str) -> AnyKpi:
    if key not in KPIS:
        raise Http404
    return KPIS[key]


def _entered(key: str) -> EnteredKpi:
    kpi = _known(key)
    if not isinstance(kpi, EnteredKpi):
        raise Http404
    return kpi


def _answer(
    request: HttpRequest,
    kpi: AnyKpi,
    form: ActionForm,
    save: Callable[[], Any],
    *,
    title: str,
    said: str,
    query: str = "",
) -> HttpResponse:
    back = reverse("reports:kpi", args=[kpi.key]) + (f"?{query}" if query else "")
    context: dict[str, Any] = {"kpi": kpi, "title": title, "back": back}
    status = 200
    if request.method == "POST":
        tried = attempt(form, save)
        if tried.saved is not None:
            messages.success(request, said)
            return redirect(back)
        status, context = tried.status, context | tried.context
    return render(request, "reports/kpi_form.html", context | {"form": form}, status=status)
