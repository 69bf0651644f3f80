"""The pages of 400, 403, 404 and 500, and their problem documents below /api/v1/."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views import defaults

from relportal.core.drf.problems import http_problem, is_api


@login_not_required
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_api(request):
        return http_problem(request, 400, code="bad-request", detail=_("The request cannot be read."))
    return defaults.bad_request(request, exception)


@login_not_required
def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_api(request):
        return http_problem(request, 403, code="not-allowed", detail=str(exception) or _("You may not do this."))
    return defaults.permission_denied(request, exception)


@login_not_required
def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if is_api(request):
        return http_problem(request, 404, code="not-found", detail=_("There is nothing at this address."))
    return defaults.page_not_found(request, exception)


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    if is_api(request):
        detail = _("The portal failed on this request; the failure is in the log under this request_id.")
        return http_problem(request, 500, code="error", detail=detail)
    return defaults.server_error(request)
