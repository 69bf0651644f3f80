"""How well the register is kept: the page, and its CSV."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from relportal.core import units
from relportal.core.csvexport import Cell, csv_response
from relportal.core.filters import selects
from relportal.core.models import Team
from relportal.core.permissions import require
from relportal.core.views.base import viewer
from risks.domain.hygiene import Share
from risks.queries.hygiene import Hygiene, hygiene

CSV_HEADER: Final = ("check", "title", "risk", "risk_title", "owner", "team", "finding")
SHOWN: Final = 25
"""Rows of one check on the page; the CSV has all of them."""
FEW: Final = 20
"""Of fewer risks a percentage would pretend to know more than the count."""


@require_safe
def page(request: HttpRequest) -> HttpResponseBase:
    """`?team=` for one team, `?check=` for all rows of one check, `?format=csv`."""
    user, at = viewer(request), timezone.now()
    require(user, "risk.view")
    team = request.GET.get("team", "")
    teams = list(Team.objects.order_by("name").values_list("slug", "name"))
    if team not in dict(teams):
        team = ""
    found = hygiene(user, at=at, team=team)
    if request.GET.get("format") == "csv":
        return csv_response(f"hygiene-{at:%Y-%m-%d}.csv", CSV_HEADER, _csv_rows(found))
    context = {
        "found": found,
        "title": claim(found.share),
        "team": team,
        "controls": selects(request.GET, [("team", _("Team"), _("All teams"), teams)]),
        "shown": None if request.GET.get("check") else SHOWN,
        "cut": "" if request.GET.get("check") else f":{SHOWN}",
        "check": request.GET.get("check", ""),
    }
    return render(request, "risks/hygiene.html", context)


def claim(share: Share) -> str:
    """Counts below twenty, a percentage with its count from there on."""
    if share.value is None:
        return _("No risk is written down yet")
    if share.clean == share.n:
        return ngettext("The only risk is in order", "All %(n)d risks are in order", share.n) % {"n": share.n}
    words = _("%(clean)d of %(n)d risks are in order") if share.n < FEW else _("%(share)s of %(n)d risks are in order")
    return words % {"clean": share.clean, "n": share.n, "share": units.percent(share.value, 0)}


def _csv_rows(found: Hygiene) -> Iterator[tuple[Cell, ...]]:
    for group in found.groups:
        for row in group.rows:
            risk = row.risk
            yield (
                group.lint.key,
                str(group.lint.title),
                risk.short_id if risk else "",
                risk.title if risk else "",
                str(risk.owner or "") if risk else "",
                risk.team.slug if risk and risk.team else "",
                row.words,
            )
