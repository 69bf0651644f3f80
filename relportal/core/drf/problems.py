"""Errors as RFC 9457 problem documents, whoever raised them: actions, Django, DRF, or the server itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final

import orjson
import structlog
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.core.exceptions import ValidationError as ModelError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import set_rollback

from relportal.core.exceptions import Invalid, RelportalError, Stale
from relportal.core.tokens import redacted

MEDIA_TYPE: Final = "application/problem+json"
PREFIX: Final = "/api/v1/"
WHOLE: Final = frozenset({"", NON_FIELD_ERRORS, api_settings.NON_FIELD_ERRORS_KEY})


def problem(
    status: int, *, code: str, detail: str, path: str, errors: Mapping[str, list[str]] | None = None, **more: Any
) -> dict[str, Any]:
    """The document: `type` leads to its explanation in the reference, `errors` names each field with its sentences."""
    body: dict[str, Any] = {
        "type": f"/api/#problem-{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": redacted(detail),
        "code": code,
        "instance": path,
    }
    if request_id := structlog.contextvars.get_contextvars().get("request_id"):
        body["request_id"] = str(request_id)
    if errors:
        body["errors"] = [
            {"field": "" if field in WHOLE else field, "message": redacted(text)}
            for field, texts in errors.items()
            for text in texts
        ]
    return body | more


class ProblemRenderer(JSONRenderer):
    media_type = MEDIA_TYPE
    format = "problem"


def problem_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler; None leaves what is not an answer (a bug) to Django, which ends at `page_500`."""
    request = context["request"]
    found = _described(error, request.path)
    if found is None:
        return None
    set_rollback()
    body, headers = found
    # DRF renders by what the request accepts; an error has one media type, and negotiation may be what failed.
    request.accepted_renderer = ProblemRenderer()
    request.accepted_media_type = MEDIA_TYPE
    return Response(body, status=body["status"], headers=headers)


def http_problem(request: HttpRequest, status: int, *, code: str, detail: str) -> HttpResponse:
    """The same document outside of DRF: for the handlers of 400, 403, 404 and 500."""
    body = problem(status, code=code, detail=detail, path=request.path)
    return HttpResponse(orjson.dumps(body), status=status, content_type=MEDIA_TYPE)


def is_api(request: HttpRequest) -> bool:
    return request.path.startswith(PREFIX)


def _described(error: Exception, path: str) -> tuple[dict[str, Any], dict[str, str]] | None:
    if isinstance(error, RelportalError):
        return _own(error, path)
    if isinstance(error, ModelError):
        fields = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        return _own(Invalid(fields), path)
    if isinstance(error, Http404):
        error = exceptions.NotFound(_("There is nothing at this address."))
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied(str(error) or None)
    if isinstance(error, exceptions.APIException):
        return _drf(error, path)
    return None


def _own(error: RelportalError, path: str) -> tuple[dict[str, Any], dict[str, str]]:
    errors = error.errors if isinstance(error, Invalid) else None
    headers: dict[str, str] = {}
    more: dict[str, Any] = {}
    if isinstance(error, Stale) and (version := getattr(error.current, "version", None)) is not None:
        headers["ETag"] = f'"{version}"'
        more["current_version"] = version
    body = problem(error.status, code=error.code, detail=str(error), path=path, errors=errors, **more)
    return body, headers


def _drf(error: exceptions.APIException, path: str) -> tuple[dict[str, Any], dict[str, str]]:
    headers: dict[str, str] = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait) + 1)
    if isinstance(error, exceptions.ValidationError):
        errors: dict[str, list[str]] = {}
        for field, text in _flat(error.detail):
            errors.setdefault(field, []).append(text)
        detail = _("Some values cannot be accepted: see errors.")
        # 422 as the actions answer, whichever of the two noticed first.
        return problem(422, code="invalid", detail=detail, path=path, errors=errors), headers
    code = str(error.default_code).replace("_", "-")
    return problem(error.status_code, code=code, detail=str(error.detail), path=path), headers


def _flat(detail: Any, field: str = "") -> Iterator[tuple[str, str]]:
    """Nested errors with dotted names: `links.0.url`."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            own = "" if name in WHOLE else str(name)
            yield from _flat(inner, ".".join(part for part in (field, own) if part))
    elif isinstance(detail, list):
        nested = any(isinstance(inner, Mapping | list) for inner in detail)
        for index, inner in enumerate(detail):
            if inner:
                yield from _flat(inner, f"{field}.{index}" if nested else field)
    else:
        yield field, str(detail)
