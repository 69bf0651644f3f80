"""The ladder: where every service stands, and one service with its rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from relportal.core.csvexport import Cell
from relportal.core.editing import attempt
from relportal.core.models import Journey, Service, Team
from relportal.core.permissions import allowed, require
from relportal.core.views.base import viewer
from relportal.core.views.lists import ListPage
from reports.actions.attestations import Attested
from reports.actions.attestations import attest as attest_fact
from reports.domain.ladder import EXEMPTS, Rule
from reports.forms.ladder import AttestForm
from reports.forms.ladder_list import ladder_controls, read_ladder
from reports.queries.ladder.overview import PAGE_SIZE, LadderList, ladder_rows
from reports.queries.ladder.service import on_ladder
from reports.queries.ladder.versions import current
from reports.queries.ladder.words import level_name, rule_words
from risks.actions.exceptions import Asked
from risks.actions.exceptions import request as ask
from risks.forms.exceptions import TermsForm
from risks.models import ExceptionKind
from risks.queries.exceptions.subject import Subject

CSV_HEADER: Final = (
    "service", "name", "tier", "team", "level", "level_with_exceptions", "minimum", "state", "passed", "failed", "unknown",
    "exempt", "since", "ladder", "missing_for_next_level",
)  # fmt: skip


def _csv_rows(listed: LadderList) -> Iterator[tuple[Cell, ...]]:
    ladder = listed.version.ladder
    for row in listed.rows:
        one = row.level
        yield (
            one.service.slug, one.service.name, one.tier, one.team.slug if one.team else "", level_name(ladder, one.rank),
            level_name(ladder, one.excused), level_name(ladder, one.minimum) if one.minimum else "", row.stands.value,
            one.passed, one.failed, one.unknown, one.exempt, one.since, listed.version.row.number, "; ".join(row.missing),
        )  # fmt: skip


def claim(listed: LadderList) -> str:
    """How many services hold what their tier asks for."""
    found = listed.total_attained
    if not found.asked:
        return _("No level is asked of these services")
    words = ngettext(
        "%(met)d of %(n)d service holds the level that its tier asks for",
        "%(met)d of %(n)d services hold the level that their tier asks for",
        found.asked,
    )
    return words % {"met": found.at_minimum, "n": found.asked}


LIST: Final = ListPage(
    name="ladder",
    template="reports/ladder.html",
    page_size=PAGE_SIZE,
    read=read_ladder,
    rows=ladder_rows,
    choices={"team": Team, "journey": Journey},
    controls=ladder_controls,
    title=claim,
    label=gettext_lazy("Ladder"),
    hint=gettext_lazy("Service"),
    csv_header=CSV_HEADER,
    csv_rows=_csv_rows,
    context=lambda user: {"may_edit": allowed(user, "ladder.edit")},
    ability="report.view",
)


@require_safe
def overview(request: HttpRequest) -> HttpResponseBase:
    return LIST.answer(request)


@require_safe
def service(request: HttpRequest, slug: str) -> HttpResponse:
    user = viewer(request)
    require(user, "report.view")
    one = get_object_or_404(Service.objects.visible_to(user).select_related("team"), slug=slug)
    found = on_ladder(one)
    context = {
        "service": one,
        "found": found,
        "ladder": found.version.ladder,
        "minimum": level_name(found.version.ladder, found.version.ladder.minimum(one.tier)),
        "may_attest": allowed(user, "ladder.attest", one),
        "may_except": allowed(user, "exception.request"),
    }
    return render(request, "reports/ladder_service.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def attest(request: HttpRequest, slug: str) -> HttpResponse:
    """`?fact=` chooses what is attested."""
    user, at = viewer(request), timezone.now()
    require(user, "ladder.attest")
    one = get_object_or_404(Service.objects.visible_to(user), slug=slug)
    require(user, "ladder.attest", one)
    form = AttestForm(request.POST or None, initial={"fact": request.GET.get("fact", ""), "on": timezone.localdate()})
    context: dict[str, Any] = {"service": one, "form": form}
    status = 200
    if request.method == "POST":
        tried = attempt(form, lambda: attest_fact(user, Attested(service=one, **form.attested()), at=at))
        if tried.saved is not None:
            messages.success(request, _("Attested. The level is looked at anew in a minute."))
            return redirect("reports:ladder-service", slug)
        status = tried.status
    return render(request, "reports/ladder_attest.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def ask_exception(request: HttpRequest, slug: str, rule: str) -> HttpResponse:
    """An exception of the kind "standard" that exempts the service from one rule until a day."""
    user, at = viewer(request), timezone.now()
    require(user, "exception.request")
    one = get_object_or_404(Service.objects.visible_to(user).select_related("team"), slug=slug)
    found = next((each for each in current().ladder.rules if each.key == rule), None)
    if found is None:
        raise Http404
    form = TermsForm(request.POST or None, initial={"title": f"{one}: {rule_words(found)}"[:200]})
    context: dict[str, Any] = {"service": one, "form": form, "words": rule_words(found)}
    status = 200
    if request.method == "POST":
        tried = attempt(form, lambda: ask(user, _asked(form, one, found), at=at))
        if tried.saved is not None:
            messages.success(request, _("Asked for. It exempts the service once everybody on its path has signed."))
            return redirect(tried.saved.get_absolute_url())
        status = tried.status
    return render(request, "reports/ladder_except.html", context, status=status)


def _asked(form: TermsForm, service: Service, rule: Rule) -> Asked:
    subject = Subject(
        service=service, key=f"{EXEMPTS}{rule.key}", url=reverse("reports:ladder-service", args=[service.slug])
    )
    return Asked(kind=ExceptionKind.STANDARD, subject=subject, **form.terms())
