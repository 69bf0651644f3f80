"""Estimating a risk, with what follows from the ranges while they are written, and what its treatments are worth."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from relportal.core.exceptions import Invalid, Missing
from risks.actions import benefits
from risks.actions import estimates as acts
from risks.actions.standing import may_change
from risks.actions.treatments import may_treat
from risks.forms.estimates import RANGES, BenefitForm, EstimateForm, from_suggestion
from risks.models import Risk, RiskEstimate, Treatment, Unit
from risks.queries.detail import visible
from risks.queries.estimates import currency
from risks.queries.suggested_ranges import SuggestedRanges, suggested_ranges
from risks.views.answers import act, answer, reader


@require_http_methods(["GET", "HEAD", "POST"])
def estimate(request: HttpRequest, pk: int) -> HttpResponse:
    """`?unit=` begins it from the newest of the unit, `?from=history` from what its incidents suggest."""
    user, at = reader(request), timezone.now()
    risk = visible(user, pk)
    may_change(user, risk)
    suggestions = {unit: suggested_ranges(user, risk, unit, at=at) for unit in Unit.values}
    begun = _beginning(request, risk, suggestions)
    is_preview = request.method == "POST" and "preview" in request.POST
    form = EstimateForm(None if is_preview else request.POST or None, initial=begun)

    def do() -> RiskEstimate:
        return acts.estimate(user, risk, form.estimated(), version=form.cleaned_data["version"], at=at)

    context = {
        "title": _("Estimate %(id)s") % {"id": risk.short_id},
        "risk": risk,
        "suggestions": [one for one in suggestions.values() if one is not None],
        "currency": currency(),
        "preview": _preview(risk, request.POST or _sent(begun)),
    }
    if is_preview:
        return render(request, "risks/estimate.html", context | {"form": form})
    return answer(request, form, do, template="risks/estimate.html", context=context, to=_money(risk))


@require_safe
def estimate_preview(request: HttpRequest) -> HttpResponse:
    """What follows from the ranges so far: a fragment beside the form."""
    user = reader(request)
    pk = request.GET.get("risk", "")
    if not (pk.isdecimal() and len(pk) < 10):
        raise Missing(_("There is no such risk."))
    context = {"preview": _preview(visible(user, int(pk)), request.GET)}
    return render(request, "risks/estimate_preview.html", context)


@require_POST
def estimate_take(request: HttpRequest, pk: int) -> HttpResponse:
    """The suggestion as it is, with one button."""
    user = reader(request)
    risk = visible(user, pk)
    may_change(user, risk)

    def do() -> RiskEstimate:
        return acts.take_suggestion(user, risk, request.POST.get("unit", ""), at=timezone.now())

    return act(request, do, to=_money(risk), said=_("Estimated as its incidents suggest."))


@require_http_methods(["GET", "HEAD", "POST"])
def treatment_benefit(request: HttpRequest, pk: int, treatment: int) -> HttpResponse:
    user = reader(request)
    rows = Treatment.objects.select_related("risk", "owner")
    row = get_object_or_404(rows, risk=visible(user, pk), pk=treatment)
    may_treat(user, row)
    form = BenefitForm(request.POST or None, treatment=row)

    def do() -> Treatment:
        given = form.cleaned_data
        return benefits.set_benefit(
            user, row, form.effects(), reason=given["reason"], version=given["version"], at=timezone.now()
        )

    def theirs(found: Treatment) -> BenefitForm:
        return BenefitForm(treatment=found)

    in_force = currency()
    context = {
        "title": _("What “%(title)s” is worth") % {"title": row.title},
        "risk": row.risk,
        "currency": in_force,
        "foreign": row.cost_currency if row.cost_currency != in_force else "",
    }
    return answer(request, form, do, template="risks/benefit.html", context=context, to=_money(row.risk), theirs=theirs)


def _money(risk: Risk) -> str:
    return f"{risk.get_absolute_url()}#money"


def _beginning(request: HttpRequest, risk: Risk, suggestions: dict[str, SuggestedRanges | None]) -> dict[str, Any]:
    if request.method == "POST":
        return dict(request.POST.items())
    asked = request.GET.get("unit", "")
    unit = asked if asked in Unit.values else _unit_of(risk)
    begun: dict[str, Any] = {"unit": unit, "version": risk.version}
    found = suggestions[unit]
    if request.GET.get("from") == "history" and found is not None:
        return begun | from_suggestion(found)
    newest: RiskEstimate | None = getattr(risk, unit)
    return begun | ({name: getattr(newest, name) for name in RANGES} if newest is not None else {})


def _unit_of(risk: Risk) -> str:
    """Money, unless only minutes are estimated or nobody has set a currency."""
    only_minutes = risk.money_id is None and risk.minutes_id is not None
    return Unit.MINUTES.value if only_minutes or not currency() else Unit.MONEY.value


def _sent(begun: dict[str, Any]) -> QueryDict:
    found = QueryDict(mutable=True)
    found.update({name: str(value) for name, value in begun.items()})
    return found


def _preview(risk: Risk, sent: QueryDict) -> dict[str, Any]:
    """`judged`, or `errors` of what is given so far; neither while an end is missing."""
    form = EstimateForm(sent)
    form.is_valid()
    wrong = {name: texts for name, texts in form.errors.items() if name in RANGES and sent.get(name, "").strip()}
    if any(not sent.get(name, "").strip() for name in RANGES):
        return {"errors": [text for texts in wrong.values() for text in texts]}
    given = form.estimated()
    try:
        judged = acts.judge(risk, given)
    except Invalid as error:
        texts = wrong or error.errors
        return {"errors": [text for each in texts.values() for text in each]}
    before: RiskEstimate | None = getattr(risk, given.unit)
    return {"judged": judged, "unit": given.unit, "before": before}
