"""What a launch is asked, and asking for an exception from one of its items."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from relportal.core.models import Tier
from relportal.core.permissions import require
from reports.domain.readiness import EXEMPTS, Item
from reports.models import ReadinessReview, ReadinessTemplate
from reports.queries.ladder.words import rule_words
from reports.queries.readiness.results import kept
from reports.queries.readiness.template import TemplateVersion, current
from reports.queries.readiness.template import version as version_of
from reports.queries.readiness.words import WEIGHTS
from reports.views.answers import answer, reader
from risks.actions.exceptions import Asked
from risks.actions.exceptions import request as ask
from risks.forms.exceptions import TermsForm
from risks.models import ExceptionKind
from risks.queries.exceptions.subject import Subject


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    reader(request)
    return _page(request, current())


@require_safe
def version(request: HttpRequest, number: int) -> HttpResponse:
    reader(request)
    return _page(request, version_of(number))


def _page(request: HttpRequest, found: TemplateVersion) -> HttpResponse:
    numbered = list(ReadinessTemplate.objects.defer("content"))
    context = {
        "found": found,
        "newest": numbered[0],
        "rows": [_row(one) for one in found.template.items],
        "earlier": numbered[1:],
    }
    return render(request, "reports/readiness_template.html", context)


def _row(item: Item) -> dict[str, Any]:
    """`below`: what it is to the other tiers, each named where they differ."""
    others = {tier: str(WEIGHTS[item.weight(tier)]) for tier in Tier.values if tier > 1}
    same = len(set(others.values())) == 1
    below = (
        [next(iter(others.values()))] if same else [f"{Tier(tier).label}: {words}" for tier, words in others.items()]
    )
    return {"item": item, "first": item.weight(1), "below": below, "checks": [rule_words(each) for each in item.checks]}


@require_http_methods(["GET", "HEAD", "POST"])
def ask_exception(request: HttpRequest, pk: int, item: str) -> HttpResponse:
    """An exception of the kind "readiness item", for the service and this item, until a day."""
    user = reader(request)
    require(user, "exception.request")
    one = get_object_or_404(ReadinessReview.objects.visible_to(user).select_related("service__team"), pk=pk)
    line = next((each for each in kept(one.results) if each.key == item), None)
    if line is None:
        raise Http404
    title = f"{one.service}: {line.text}"[:200]
    form = TermsForm(request.POST or None, initial={"title": title})
    subject = Subject(service=one.service, key=f"{EXEMPTS}{line.key}", url=one.get_absolute_url())
    return answer(
        request,
        form,
        lambda: ask(user, Asked(kind=ExceptionKind.READINESS, subject=subject, **form.terms()), at=timezone.now()),
        context={"one": one, "line": line},
        template="reports/readiness_except.html",
        said=_("Asked for. It covers the item once everybody on its path has signed."),
    )
