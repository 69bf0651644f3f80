"""A page that would be the same again is answered with 304 Not Modified, before anything of it is read or drawn.

What a page shows is given by: who asks (and from which session), how (address, theme, zone, htmx), the code that draws it,
and the version of the data. An app says the version of its data in one cheap query.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Final, ParamSpec, Protocol

from django.conf import settings
from django.http import HttpRequest, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.http import parse_etags

from relportal.core.health import shown_staleness
from relportal.core.models import User


class Version(Protocol):
    """Says which state of the data is shown, in one cheap query."""

    def __call__(self, *, at: dt.datetime) -> str: ...


P = ParamSpec("P")
View = Callable[P, HttpResponseBase]
# What is sent when a browser may keep the page, and has to ask each time whether it still holds.
CACHE_CONTROL: Final = "private, no-cache"


def unchanged_since(version: Version) -> Callable[[View[P]], View[P]]:
    """Answers 304 while `version(at=now)` and all else that the page depends on are what they were.

    The view has to check its permission by itself: what it refuses has no ETag, so it is never answered from here.
    """

    def decorate(view: View[P]) -> View[P]:
        @functools.wraps(view)
        def conditional(*args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            request = args[0]
            if not isinstance(request, HttpRequest) or not _may_be_kept(request):
                return view(*args, **kwargs)
            etag = _etag(request, version(at=timezone.now()))
            if etag in _seen(request):
                return _stamped(HttpResponseNotModified(), etag)
            response = view(*args, **kwargs)
            return _stamped(response, etag) if response.status_code == 200 else response

        return conditional

    return decorate


def _may_be_kept(request: HttpRequest) -> bool:
    """Not a page that carries a message: it is shown once."""
    signed_in = isinstance(request.user, User)
    told = bool(request.COOKIES.get("messages")) or "_messages" in request.session
    return signed_in and request.method in ("GET", "HEAD") and not told


def _etag(request: HttpRequest, version: str) -> str:
    user = request.user
    parts = (
        version,
        code_stamp(),
        shown_staleness(request),
        user.pk,
        # A new sign-in has a new token for forms.
        request.META.get("CSRF_COOKIE"),
        sorted(map(str, user.roles)) if isinstance(user, User) else None,
        getattr(user, "unseen", 0),
        getattr(user, "theme", ""),
        getattr(user, "display_name", ""),
        getattr(user, "single_key_shortcuts", ""),
        request.COOKIES.get("theme"),
        timezone.get_current_timezone_name(),
        translation.get_language(),
        request.headers.get("HX-Request"),
        request.headers.get("HX-Target"),
        request.get_full_path(),
    )
    return f'W/"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


def _seen(request: HttpRequest) -> list[str]:
    return parse_etags(request.headers.get("If-None-Match", ""))


def _stamped(response: HttpResponseBase, etag: str) -> HttpResponseBase:
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = CACHE_CONTROL
    return response


@functools.cache
def code_stamp() -> float:
    """When the newest template or stylesheet was written: a new release draws its pages anew. Read once a process."""
    base = Path(settings.BASE_DIR)
    files = (path for folder in ("templates", "static", "slo", "relportal") for path in (base / folder).rglob("*.*"))
    return max((path.stat().st_mtime for path in files if path.suffix in (".html", ".css", ".js", ".py")), default=0.0)
