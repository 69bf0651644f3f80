"""Finding things: search, short ids, and the style guide."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from relportal.core import palette, shortlinks, styleguide
from relportal.core.exceptions import Missing
from relportal.core.permissions import require
from relportal.core.views.base import viewer


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """The page, or only its groups for the command palette (an htmx request)."""
    user = viewer(request)
    require(user, "catalog.view")
    query = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    groups = palette.search(user, query)
    if exact := shortlinks.resolve(user, query):
        groups.insert(0, palette.Group(_("Short id"), [palette.Hit(label=query.upper(), url=exact)]))
    template = "core/palette_results.html" if request.headers.get("HX-Request") else "core/search.html"
    response = render(request, template, {"query": query, "groups": groups})
    response["Vary"] = "HX-Request"
    return response


@require_safe
def shortlink(request: HttpRequest, short_id: str) -> HttpResponse:
    user = viewer(request)
    require(user, "catalog.view")
    url = shortlinks.resolve(user, short_id)
    if url is None:
        raise Missing(_("Nothing here is called %(id)s.") % {"id": short_id[:40]})
    return redirect(url)


@require_safe
def style_guide(request: HttpRequest) -> HttpResponse:
    require(viewer(request), "styleguide.view")
    return render(request, "core/styleguide.html", styleguide.context(at=timezone.now()))
