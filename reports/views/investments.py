"""Investments into reliability: what was promised, spent and seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from relportal.core.editing import attempt
from relportal.core.permissions import allowed, require
from relportal.core.views.base import viewer
from reports.actions.investments import FIELDS, change, enter
from reports.forms.investments import InvestmentForm
from reports.models import Investment
from risks.queries.estimates import currency


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    user = viewer(request)
    require(user, "report.view")
    rows = list(Investment.objects.select_related("team", "risk"))
    return render(
        request,
        "reports/investment_list.html",
        {"rows": rows, "may_write": allowed(user, "report.write"), "title": _claim(rows)},
    )


def _claim(rows: Sequence[Investment]) -> str:
    """How many there are, and in which state."""
    if not rows:
        return _("Investments")
    tally = Counter(row.get_state_display() for row in rows)
    states = ", ".join(f"{n} {state.lower()}" for state, n in tally.most_common())
    return ngettext("%(n)d investment: %(states)s", "%(n)d investments: %(states)s", len(rows)) % {
        "n": len(rows), "states": states,
    }  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    user, at = viewer(request), timezone.now()
    require(user, "report.write")
    form = InvestmentForm(user, request.POST or None, initial={"currency": currency(), "spent": 0})
    return _answer(request, form, lambda: enter(user, form.given(), at=at), title=_("New investment"))


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    user, at = viewer(request), timezone.now()
    row = get_object_or_404(Investment, pk=pk)
    require(user, "report.write", row)
    form = InvestmentForm(user, request.POST or None, initial=_initial(row))
    return _answer(
        request,
        form,
        lambda: change(user, row, form.given(), at=at, version=form.cleaned_data["version"]),
        title=row.title,
    )


def _initial(row: Investment) -> dict[str, Any]:
    return {name: getattr(row, name) for name in FIELDS} | {"version": row.version}


def _answer(request: HttpRequest, form: InvestmentForm, save: Any, *, title: str) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "title": title, "back": reverse("reports:investment-list")}
    if request.method != "POST":
        return render(request, "reports/report_form.html", context)
    tried = attempt(form, save)
    if tried.saved is not None:
        messages.success(request, _("Saved. Reports that are not out yet show it."))
        return redirect("reports:investment-list")
    return render(request, "reports/report_form.html", context | tried.context, status=tried.status)
