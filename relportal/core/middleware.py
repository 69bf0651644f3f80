"""What every request gets: measurement for /metrics, the viewer's zone, and domain errors turned into pages."""

from __future__ import annotations

import time
import zoneinfo
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from pghistory.middleware import HistoryMiddleware
from prometheus_client import Counter, Histogram

from relportal.core import units
from relportal.core.drf.problems import http_problem, is_api
from relportal.core.exceptions import LengthRequired, RelportalError, TooLarge
from relportal.core.views.errors import bad_request

REQUESTS = Counter("relportal_http_requests", "Requests answered.", ["view", "method", "status"])
DURATION = Histogram(
    "relportal_http_request_duration_seconds",
    "Time to answer.",
    ["view", "method"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)

GetResponse = Callable[[HttpRequest], HttpResponse]


class MeasureRequests:
    """Counts and times requests by view name; a path never becomes a label value."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begun = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        view = (match.view_name if match else "") or "unnamed"
        method = request.method or "GET"
        REQUESTS.labels(view, method, str(response.status_code)).inc()
        DURATION.labels(view, method).observe(time.perf_counter() - begun)
        return response


class RefuseNul:
    """No text of ours holds a NUL and PostgreSQL takes none: told once here, not in every filter."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "%00" in request.META.get("QUERY_STRING", "") or "\x00" in request.path_info:
            return bad_request(request, BadRequest("NUL in the address"))
        return self.get_response(request)


class BodyLimits:
    """Refuses by its headers a body that would not be read: before the request is authorized, parsed or spooled.

    A form may be larger than the limit: `BoundedUpload` holds no more of it, and the form says so beside its field.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        error = _refused_body(request)
        if error is None:
            return self.get_response(request)
        if is_api(request):
            return http_problem(request, error.status, code=error.code, detail=str(error))
        return _error_page(request, error)


def _refused_body(request: HttpRequest) -> RelportalError | None:
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length and "HTTP_TRANSFER_ENCODING" in request.META:
        # Django takes such a body for an empty one, and an empty file would be said to be the mistake.
        return LengthRequired(_("Say the size of the body beforehand: send it with Content-Length, not in chunks."))
    if is_api(request) and length.isdecimal() and int(length) > settings.MAX_UPLOAD_BYTES:
        sizes = {"size": units.data_size(int(length)), "most": units.data_size(settings.MAX_UPLOAD_BYTES)}
        return TooLarge(_("This body has %(size)s, at most %(most)s are read.") % sizes)
    return None


def _error_page(request: HttpRequest, error: RelportalError) -> HttpResponse:
    return render(request, "core/error.html", {"error": error, "status": error.status}, status=error.status)


class ViewerSettings:
    """Activates the viewer's time zone for the templates."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        name = getattr(request.user, "time_zone", "")
        try:
            zone = zoneinfo.ZoneInfo(name) if name else None
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            zone = None
        with timezone.override(zone or timezone.get_default_timezone()):
            return self.get_response(request)


class DomainErrors:
    """A RelportalError that a view let through becomes a page with its sentence and its status."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, RelportalError):
            return None
        return _error_page(request, error)


class RowHistory(HistoryMiddleware):
    """Row history names the person and the request, also where a token signs in later than the middleware runs."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request)
        request_id = structlog.contextvars.get_contextvars().get("request_id")
        return context | {"request_id": str(request_id or "")}
