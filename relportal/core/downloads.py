"""Giving out a file that someone sent, so that no browser guesses what it is or runs anything of it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header, parse_etags


def stored_file(
    request: HttpRequest, content: Callable[[], bytes], *, name: str, media_type: str, sha256: str, inline: bool
) -> HttpResponseBase:
    """`content` is asked only where the browser does not have it yet; `inline` only for what cannot hold a script."""
    etag = f'"{sha256}"'
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        response: HttpResponse = HttpResponseNotModified()
    else:
        kind = f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type
        response = HttpResponse(content(), content_type=kind)
    # A browser lays out a picture that is opened alone with styles of its own.
    policy = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'" if inline else "default-src 'none'"
    given = {
        "Content-Disposition": content_disposition_header(not inline, name) or "inline",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": f"{policy}; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
        # Asked for each time: who may see it changes.
        "Cache-Control": "private, no-cache",
        "ETag": etag,
    }
    for header, value in given.items():
        response.headers[header] = value
    return response
