"""Writing a risk down, changing it, rating it, and its page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from relportal.core import panels
from relportal.core.exceptions import Invalid
from relportal.core.models import Service, User
from relportal.core.permissions import allowed, require
from risks.actions import ratings
from risks.actions import risks as acts
from risks.actions.links import link
from risks.actions.standing import may_change
from risks.charts import risk_exceedance
from risks.forms.rating import COLUMN, RateForm
from risks.forms.risks import CreateForm, RiskFields
from risks.models import RatingKind, Relation, Risk, RiskRating
from risks.queries import detail as queries
from risks.queries.detail_evidence import evidence_section
from risks.queries.detail_exceptions import exceptions_section
from risks.queries.detail_money import money_section
from risks.queries.linkable import incident_named
from risks.queries.scale import current
from risks.queries.suggested import suggested_likelihood
from risks.views.answers import answer, reader


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    user, at = reader(request), timezone.now()
    risk = queries.visible(user, pk)
    money = money_section(user, risk)
    context = {
        "risk": risk,
        "detail": queries.detail(user, risk, at=at),
        "money": money,
        "money_charts": [] if money is None else [(one, risk_exceedance(one)) for one in money.sized],
        "exceptions": exceptions_section(user, risk, at=at),
        "evidence": evidence_section(user, risk),
        "panels": panels.shown(panels.Page.RISK, user, risk, at=at),
        "may_see_history": allowed(user, "audit.view"),
    }
    return render(request, "risks/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """`?service=` and `?incident=` begin it from a page of theirs; in the incident it is said to have come true."""
    user, at = reader(request), timezone.now()
    require(user, "risk.edit")
    incident = incident_named(user, request.GET.get("incident", ""))
    form = CreateForm(request.POST or None, version=current(), optional=True, initial=_beginning(request, user))

    def do() -> Risk:
        row = acts.create(user, form.risk(), at=at)
        if incident is not None:
            link(user, row, relation=Relation.MATERIALISED, incident=incident, at=at)
        return row

    context = {"title": _("New risk"), "incident": incident}
    return answer(request, form, do, template="risks/form.html", context=context)


def _beginning(request: HttpRequest, user: User) -> dict[str, Any]:
    """Whoever writes a risk down mostly owns it; an incident brings its services."""
    initial: dict[str, Any] = {"title": request.GET.get("title", "")[:200], "owner": user.pk}
    services = list(Service.objects.active().filter(slug__in=request.GET.getlist("service")))
    incident = incident_named(user, request.GET.get("incident", ""))
    if incident is not None:
        services = services or list(incident.services.all())
        if not incident.is_private:
            initial["title"] = initial["title"] or incident.title
    return initial | {"services": services}


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    user = reader(request)
    risk = queries.visible(user, pk)
    may_change(user, risk)
    form = RiskFields(request.POST or None, risk=risk)

    def do() -> Risk:
        return acts.edit(user, risk, version=form.cleaned_data["version"], at=timezone.now(), **form.given())

    def theirs(row: Risk) -> RiskFields:
        return RiskFields(risk=row)

    context = {"title": _("Edit %(id)s") % {"id": risk.short_id}, "risk": risk}
    return answer(request, form, do, template="risks/form.html", context=context, theirs=theirs)


@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: HttpRequest, pk: int) -> HttpResponse:
    user, at = reader(request), timezone.now()
    risk = queries.visible(user, pk)
    may_change(user, risk)
    scale = current()
    asked = request.GET.get("kind", "")
    kind = asked if asked in RatingKind.values else RatingKind.CURRENT.value
    suggested = suggested_likelihood(user, risk, scale.scale, at=at)
    form = RateForm(
        request.POST or None,
        version=scale,
        before=getattr(risk, kind) or risk.current,
        suggested=suggested,
        initial={"kind": kind, "version": risk.version},
    )

    def do() -> RiskRating:
        given = form.rated(kind=form.cleaned_data["kind"])
        if given is None:
            raise TypeError("a rating form always rates")
        return ratings.rate(user, risk, given, version=form.cleaned_data["version"], at=at)

    context = {"title": _("Rate %(id)s") % {"id": risk.short_id}, "risk": risk, "suggested": suggested}
    return answer(request, form, do, template="risks/rate.html", context=context, to=risk.get_absolute_url())


def _steps(judged: ratings.Judged) -> dict[str, str]:
    return {"likelihood": judged.likelihood, "impact": judged.impact, "decided_by": judged.decided_by}


@require_safe
def rate_preview(request: HttpRequest) -> HttpResponse:
    """What the scale says of what is chosen so far: a fragment below the form."""
    user, at = reader(request), timezone.now()
    found, query = current(), request.GET
    columns = {name.removeprefix(COLUMN): query[name] for name in query if name.startswith(COLUMN) and query[name]}
    context: dict[str, Any] = {"judged": None}
    try:
        judged = ratings.judge(
            found.scale, ratings.Rated(likelihood=query.get("likelihood", ""), columns=columns, reason="")
        )
    except Invalid:
        return render(request, "risks/rate_preview.html", context)
    context |= {"judged": queries.judged_words(found.scale, **_steps(judged))}
    pk = query.get("risk", "")
    if pk.isdecimal() and len(pk) < 10 and query.get("kind", "current") == RatingKind.CURRENT:
        suggested = suggested_likelihood(user, queries.visible(user, int(pk)), found.scale, at=at)
        if suggested is not None and suggested.step is not None:
            context |= {"suggested": suggested, "far": found.scale.far(judged.likelihood, suggested.step.key)}
    return render(request, "risks/rate_preview.html", context)
