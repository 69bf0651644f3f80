"""Links to a report: made and revoked by who may share, and opened by whoever was sent one.

The key of a link stands behind the # of its address, which a browser tells no server: neither log nor referrer holds it. A
script, or the reader by hand, posts it once; then a cookie of this link alone opens the report.
"""

from __future__ import annotations

import datetime as dt
from functools import wraps
from typing import Any, Final

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from relportal.core.editing import attempt
from relportal.core.exceptions import Missing
from relportal.core.permissions import require
from reports.actions import sharing
from reports.domain.payload import read
from reports.domain.report_states import ReportState
from reports.forms.sharing import ShareForm
from reports.models import ShareLink
from reports.queries.share_links import address_of
from reports.views.answers import reader
from reports.views.report_files import given
from reports.views.reports import report_for

OPEN_FOR: Final = dt.timedelta(hours=12)
SALT: Final = "reports.share"
SHARED: Final = ("pdf", "board", "pptx")


@require_http_methods(["GET", "HEAD", "POST"])
def links(request: HttpRequest, pk: int) -> HttpResponse:
    """The links of a report with who visited; a new one is shown with its key once."""
    user = reader(request)
    report = report_for(user, pk)
    require(user, "report.share", report)
    at = timezone.now()
    form, status, fresh = ShareForm(), 200, ""
    if request.method == "POST":
        form = ShareForm(request.POST)
        tried = attempt(form, lambda: sharing.share(user, report, **form.given(at=at), at=at))  # type: ignore[type-var]
        status = tried.status
        if tried.saved is not None:
            link, key = tried.saved
            fresh = address_of(link, key)
            form = ShareForm()
    rows = list(report.links.select_related("created_by").prefetch_related("visits"))
    context = {"report": report, "form": form, "rows": [(row, row.is_open(at)) for row in rows], "fresh": fresh}
    response = render(request, "reports/share_links.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def revoke(request: HttpRequest, pk: int, link: int) -> HttpResponse:
    user = reader(request)
    report = report_for(user, pk)
    require(user, "report.share", report)
    row = ShareLink.objects.filter(report=report, pk=link).select_related("report").first()
    if row is None:
        raise Missing(_("There is no such link."))
    sharing.revoke(user, row, at=timezone.now())
    messages.success(request, _("The link for %(name)s opens nothing any more.") % {"name": row.name})
    return redirect("reports:share-links", pk)


def _private(view: Any) -> Any:
    """No search engine, no proxy and no other site learns of it."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        # No other site is told the address. "no-referrer" would hide from our own server where a form comes from, and the
        # check of that would refuse it.
        response["Referrer-Policy"] = "same-origin"
        response["Cache-Control"] = "private, no-store"
        return response

    return wrapped


@login_not_required
@_private
@require_http_methods(["GET", "HEAD", "POST"])
def unlock(request: HttpRequest, lookup: str) -> HttpResponse:
    """Takes the key; wrong ones are braked by the address that they come from."""
    at = timezone.now()
    link = sharing.link_of(lookup, at=at)
    address = _address(request)
    if request.method != "POST":
        return render(request, "reports/share_unlock.html", {"wrong": ""})
    if sharing.is_braked(link, address=address, at=at):
        words = _("Too many wrong keys came from here. Try again in ten minutes.")
        return render(request, "reports/share_unlock.html", {"wrong": words}, status=429)
    if not sharing.unlock(link, request.POST.get("key", "")[:100], address=address, at=at):
        words = _("This is not the key of this link. Copy the whole address again, with all that stands behind the #.")
        return render(request, "reports/share_unlock.html", {"wrong": words}, status=422)
    response = redirect("reports:share-report", lookup)
    response.set_signed_cookie(
        _cookie(lookup), str(link.pk), salt=SALT, max_age=int(OPEN_FOR.total_seconds()), path=f"/share/{lookup}/",
        httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
    return response


def _address(request: HttpRequest) -> str:
    """As sign-in counts it: behind TRUSTED_PROXIES proxies, what they say."""
    address: str = get_adapter().get_client_ip(request)
    return address


def _cookie(lookup: str) -> str:
    return f"share-{lookup}"


def _opened(request: HttpRequest, lookup: str) -> ShareLink | None:
    """The link, where this browser has given its key; asked each time, for it may have been revoked since."""
    link = sharing.link_of(lookup, at=timezone.now())
    held = request.get_signed_cookie(_cookie(lookup), default=None, salt=SALT, max_age=int(OPEN_FOR.total_seconds()))
    return link if held == str(link.pk) else None


@login_not_required
@_private
@require_safe
def shared(request: HttpRequest, lookup: str) -> HttpResponse:
    link = _opened(request, lookup)
    if link is None:
        return redirect("reports:share-open", lookup)
    sharing.visited(link, "page", address=_address(request), at=timezone.now())
    payload = read(bytes(link.report.payload or b""))
    files = sorted(link.report.files.filter(key__in=SHARED).defer("content"), key=lambda row: SHARED.index(row.key))
    context = {
        "link": link,
        "payload": payload,
        "sha256": link.report.sha256,
        "files": files,
        "superseded": link.report.life is ReportState.SUPERSEDED,
    }
    return render(request, "reports/share_report.html", context)


@login_not_required
@_private
@require_safe
def shared_file(request: HttpRequest, lookup: str, key: str) -> HttpResponseBase:
    link = _opened(request, lookup)
    if link is None:
        return redirect("reports:share-open", lookup)
    if key not in SHARED:
        raise Missing(_("This link shows the report as PDF and as slides."))
    sharing.visited(link, key, address=_address(request), at=timezone.now())
    return given(request, link.report, key)
