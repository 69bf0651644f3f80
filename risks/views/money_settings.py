"""Currency, what a customer minute is worth, and what is tolerated: the page of all, and a form each."""

from __future__ import annotations

from django.contrib import messages
from django.forms import BaseFormSet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from relportal.core.editing import attempt
from relportal.core.exceptions import Invalid
from relportal.core.models import User
from relportal.core.permissions import allowed, require
from risks.actions.money_settings import edit_money
from risks.actions.tolerance import set_tolerance
from risks.forms.money import MoneyForm, PointForm, PointRows, ToleranceForm, filled, initial_money, initial_points
from risks.models import MoneySettings, ToleranceCurve, Unit
from risks.queries.tolerance import curves, last_change, money_settings, newest
from risks.views.answers import answer, reader


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    user = reader(request)
    context = {
        "money": money_settings(),
        "changed": last_change(),
        "curves": tuple(curves().values()),
        "may_edit": allowed(user, "risk.settings"),
        "may_audit": allowed(user, "audit.view"),
    }
    return render(request, "risks/money.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    user = reader(request)
    require(user, "risk.settings")
    form = MoneyForm(request.POST or None, initial=initial_money(money_settings()))

    def save() -> MoneySettings:
        return edit_money(user, **form.cleaned_data, at=timezone.now())

    return answer(
        request,
        form,
        save,
        context={"title": _("Currency, and what a customer minute is worth")},
        template="risks/money_form.html",
        to=reverse("risks:money"),
        theirs=lambda row: MoneyForm(initial=initial_money(row)),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def tolerance(request: HttpRequest, unit: str) -> HttpResponse:
    """A form of the curve as it is, with rows for more points; a row of which nothing is filled in is none."""
    user = reader(request)
    require(user, "risk.settings")
    if unit not in Unit.values:
        raise Http404
    before = newest(unit)
    form = ToleranceForm(request.POST or None, initial={"version": before.version if before is not None else None})
    rows = PointRows(request.POST or None, initial=initial_points(before), prefix="points")
    status, context = 200, {}
    if request.method == "POST":
        tried = attempt(form, lambda: _saved(user, Unit(unit), form, rows))
        if tried.saved is not None:
            messages.success(request, _("The tolerance is saved. The portfolio is simulated anew in the background."))
            return redirect("risks:money")
        status, context = tried.status, tried.context
    context |= {"form": form, "rows": rows, "unit": Unit(unit), "money": money_settings()}
    return render(request, "risks/tolerance_form.html", context, status=status)


def _saved(user: User, unit: Unit, form: ToleranceForm, rows: BaseFormSet[PointForm]) -> ToleranceCurve:
    if not rows.is_valid():
        raise Invalid(_("Nothing was saved: see the marked rows."))
    chosen, given = filled(rows), form.cleaned_data
    points = [row.point() for row in chosen]
    try:
        return set_tolerance(user, unit, points, reason=given["reason"], version=given["version"], at=timezone.now())
    except Invalid as error:
        raise Invalid(_sorted_out(error, chosen)) from error


def _sorted_out(error: Invalid, rows: list[PointForm]) -> dict[str, list[str]]:
    """Puts what is said of a point ("2.chance") to its row; the rest stands above all."""
    whole: dict[str, list[str]] = {}
    for key, texts in error.errors.items():
        number, _dot, field = key.partition(".")
        if number.isdigit():
            rows[int(number) - 1].refuse(field, texts)
        else:
            whole["" if key == "points" else key] = texts
    return whole or {"": [_("Nothing was saved: see the marked rows.")]}
