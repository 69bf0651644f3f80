"""Making a report: its pages, its words, and the steps of its life."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from relportal.core.editing import attempt
from relportal.core.exceptions import Conflict, Invalid
from relportal.core.models import User
from relportal.core.permissions import require
from relportal.core.views.base import viewer
from reports.actions import approvals, narratives
from reports.actions import reports as actions
from reports.domain.markup import left_out
from reports.forms.reports import NarrativeForm, ReasonForm, ReportForm, SectionsForm
from reports.models import Narrative, Report, ReportComment
from reports.payloads import shown
from reports.queries.asked import scope_named
from reports.views.reports import report_for


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    user, at = viewer(request), timezone.now()
    require(user, "report.write")
    form = ReportForm(request.POST or None, at=at)
    context: dict[str, Any] = {"form": form, "title": _("New report"), "back": reverse("reports:report-list")}
    if request.method == "POST":
        tried = attempt(
            form,
            lambda: actions.create(
                user,
                scope_named(form.cleaned_data["scope"]).scope,
                form.chosen(),
                sections=form.cleaned_data["sections"],
                at=at,
            ),
        )
        if tried.saved is not None:
            messages.success(request, _("The worker drafts it now: reload its page in a minute."))
            return redirect(tried.saved)
        return render(request, "reports/report_form.html", context | tried.context, status=tried.status)
    return render(request, "reports/report_form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def sections(request: HttpRequest, pk: int) -> HttpResponse:
    user, at = viewer(request), timezone.now()
    report = report_for(user, pk)
    require(user, "report.write", report)
    form = SectionsForm(request.POST or None, initial={"sections": report.sections, "version": report.version})
    context: dict[str, Any] = {
        "form": form,
        "title": _("Pages of %(report)s") % {"report": report.short_id},
        "back": report.get_absolute_url(),
    }
    if request.method == "POST":
        tried = attempt(
            form,
            lambda: actions.set_sections(
                user, report, form.cleaned_data["sections"], at=at, version=form.cleaned_data["version"]
            ),
        )
        if tried.saved is not None:
            messages.success(request, _("The worker drafts it anew: reload its page in a minute."))
            return redirect(report)
        return render(request, "reports/report_form.html", context | tried.context, status=tried.status)
    return render(request, "reports/report_form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, pk: int, page: str) -> HttpResponse:
    """With `preview` the text is shown as it will read, and nothing is saved."""
    user, at = viewer(request), timezone.now()
    report = report_for(user, pk)
    require(user, "report.write", report)
    if page not in report.sections:
        raise Http404
    row = Narrative.objects.filter(report=report, page=page).first()
    form = NarrativeForm(request.POST or None, initial=_initial(row))
    proposed = shown(report).proposals.get(page)
    context: dict[str, Any] = {"report": report, "key": page, "form": form, "proposed": proposed, "row": row}
    if request.method == "POST":
        # What could not be saved is not shown as it will read: it is refused below.
        if "preview" in request.POST and form.is_valid():
            text = form.words().text
            context |= {"preview": text, "left_out": [each.value for each in left_out(text)]}
            return render(request, "reports/report_write.html", context)
        tried = attempt(
            form,
            lambda: narratives.write(user, report, page, form.words(), at=at, version=form.cleaned_data["version"]),
            theirs=lambda current: NarrativeForm(initial=_initial(current)),
        )
        if tried.saved is not None:
            messages.success(request, _("Saved."))
            return redirect(f"{report.get_absolute_url()}#{page}")
        return render(request, "reports/report_write.html", context | tried.context, status=tried.status)
    return render(request, "reports/report_write.html", context)


def _initial(row: Narrative | None) -> dict[str, Any]:
    return {} if row is None else {"title": row.title, "so_what": row.so_what, "text": row.text, "version": row.version}


@require_POST
def take(request: HttpRequest, pk: int, page: str) -> HttpResponse:
    """Takes the message that is proposed, in place of what stands there."""
    user = viewer(request)
    report = report_for(user, pk)
    version = request.POST.get("version", "")
    seen = int(version) if version.isascii() and version.isdigit() else None
    return _step(
        request,
        report,
        lambda: narratives.take(user, report, page, at=timezone.now(), version=seen),
        _("Taken."),
        page=page,
    )


@require_POST
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    user = viewer(request)
    report = report_for(user, pk)
    text, page = (request.POST.get(name, "").replace("\0", "") for name in ("text", "page"))
    return _step(
        request,
        report,
        lambda: narratives.comment(user, report, text, page=page, at=timezone.now()),
        _("Said."),
        page=page,
    )


@require_POST
def settle(request: HttpRequest, pk: int, comment: int) -> HttpResponse:
    user = viewer(request)
    report = report_for(user, pk)
    require(user, "report.write", report)
    row = get_object_or_404(ReportComment.objects.select_related("report"), pk=comment, report=report)
    return _step(request, report, lambda: narratives.settle(user, row, at=timezone.now()), _("Settled."), page=row.page)


@require_POST
def freeze(request: HttpRequest, pk: int) -> HttpResponse:
    user, report, version = _asked(request, pk)
    said = _("Frozen: its numbers stay as they are.")
    return _step(request, report, lambda: actions.freeze(user, report, at=timezone.now(), version=version), said)


@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    user, report, _version = _asked(request, pk)
    sha256, note = (request.POST.get(name, "").replace("\0", "")[:500] for name in ("sha256", "note"))
    return _step(
        request,
        report,
        lambda: approvals.approve(user, report, sha256=sha256, note=note, at=timezone.now()),
        _("Approved, and written down so."),
    )


@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    user, report, version = _asked(request, pk)
    said = _("Published. Nothing of it moves any more.")
    return _step(request, report, lambda: actions.publish(user, report, at=timezone.now(), version=version), said)


@require_POST
def discuss(request: HttpRequest, pk: int) -> HttpResponse:
    user, report, version = _asked(request, pk)
    agreed = request.POST.get("agreed", "").replace("\0", "")
    return _step(
        request,
        report,
        lambda: actions.discuss(user, report, agreed=agreed, at=timezone.now(), version=version),
        _("Noted."),
        page="asked",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    title = _("Open again for writing")
    return _with_reason(
        request,
        pk,
        title,
        lambda user, report, reason: actions.reopen(user, report, reason=reason, at=timezone.now(), version=None),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def recompute(request: HttpRequest, pk: int) -> HttpResponse:
    title = _("Compute the numbers anew")
    return _with_reason(
        request,
        pk,
        title,
        lambda user, report, reason: actions.recompute(user, report, reason=reason, at=timezone.now(), version=None),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def revise(request: HttpRequest, pk: int) -> HttpResponse:
    title = _("Make a revision")
    return _with_reason(
        request, pk, title, lambda user, report, reason: actions.revise(user, report, reason=reason, at=timezone.now())
    )


def _with_reason(request: HttpRequest, pk: int, title: str, act: Callable[[User, Report, str], Report]) -> HttpResponse:
    user = viewer(request)
    report = report_for(user, pk)
    require(user, "report.write", report)
    form = ReasonForm(request.POST or None)
    context: dict[str, Any] = {"form": form, "title": title, "back": report.get_absolute_url()}
    if request.method == "POST":
        tried = attempt(form, lambda: act(user, report, form.cleaned_data["reason"]))
        if tried.saved is not None:
            return redirect(tried.saved)
        return render(request, "reports/report_form.html", context | tried.context, status=tried.status)
    return render(request, "reports/report_form.html", context)


def _asked(request: HttpRequest, pk: int) -> tuple[User, Report, int | None]:
    user = viewer(request)
    version = request.POST.get("version", "")
    return user, report_for(user, pk), int(version) if version.isascii() and version.isdigit() else None


def _step(request: HttpRequest, report: Report, act: Callable[[], Any], said: str, *, page: str = "") -> HttpResponse:
    try:
        act()
    except (Conflict, Invalid) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect(f"{report.get_absolute_url()}{f'#{page}' if page else ''}")
