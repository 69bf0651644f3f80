"""The heat map, and the file of what stands on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from incidents.models import FailureMode
from relportal.core.csvexport import Cell, csv_response
from relportal.core.filters import chips
from relportal.core.models import Service, Team
from relportal.core.queries.lists import around
from risks.forms.register import controls, read
from risks.queries.heat_map import HeatMap, Spot, heat_map
from risks.views.answers import reader

COLUMNS: Final = (
    "id", "title", "state", "owner", "likelihood", "impact", "level", "on_map", "moved", "from_likelihood", "from_impact",
    "from_level", "expected_loss", "currency",
)  # fmt: skip
CHOICES: Final = {"team": Team, "service": Service, "category": FailureMode}


@require_safe
def page(request: HttpRequest) -> HttpResponseBase:
    user, at = reader(request), timezone.now()
    asked = read(request.GET)
    if request.GET.get("format") == "csv":
        everything = heat_map(user, filters=asked.filters, at=at, size=None)
        return csv_response(f"heat-map-{at:%Y-%m-%d}.csv", COLUMNS, csv_rows(everything))
    found = heat_map(user, filters=asked.filters, at=at)
    near = around(user, page="heat-map", query="", choices=CHOICES)
    drawn = controls(request.GET, near.options)
    query = request.GET.copy()
    for name in ("sort", "page", "format"):
        query.pop(name, None)
    context = {
        "map": found,
        "title": claim(found),
        "controls": drawn,
        "chips": chips(request.GET, drawn),
        "wrong": asked.wrong,
        "query": query.urlencode(),
    }
    return render(request, "risks/heat_map.html", context)


def claim(found: HeatMap) -> str:
    """What got worse since the day that is compared."""
    worse, day = found.movements.worse, date_format(found.since, "j M Y")
    if not found.on_map:
        return _("No risk stands on the map")
    if not worse:
        return _("No risk got worse since %(day)s") % {"day": day}
    words = ngettext("%(n)d risk got worse since %(day)s", "%(n)d risks got worse since %(day)s", worse)
    return words % {"n": worse, "day": day}


def csv_rows(found: HeatMap) -> Iterator[tuple[Cell, ...]]:
    """What stands on the map, then what is to be rated again."""
    yield from (_cells(one, on_map=True) for one in found.rows)
    yield from (_cells(one, on_map=False) for one in found.to_rate)


def _cells(one: Spot, *, on_map: bool) -> tuple[Cell, ...]:
    before = one.shift.before if one.shift is not None else None
    return (
        one.short_id,
        one.title,
        one.state,
        one.owner,
        one.now.likelihood.key,
        one.now.impact.key,
        one.now.level.key,
        on_map,
        one.moved,
        before.likelihood.key if before else "",
        before.impact.key if before else "",
        before.level.key if before else "",
        one.expected,
        one.currency,
    )
