"""The address of the services list: what its query string asks for, and the controls that show it.

`q` words · `tier` 1..4 · `team` short name · `lifecycle` · `band` a band, `firing` or `none` · `journey` short name ·
`below` percent of completeness · `sort` a column, descending with "-" · `page`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from relportal.core.filters import Asked, Option, Reader, Select, slug, texts
from relportal.core.filters import selects as drawn
from relportal.core.models import Lifecycle, Tier
from slo.domain.bands import Band
from slo.models import Band as BandChoice
from slo.queries.catalog import Order, ServiceFilters, ServiceSort

FIRING: Final = "firing"
NO_OBJECTIVE: Final = "none"
BELOW: Final = (100, 80, 50)


def read(query: QueryDict) -> Asked[ServiceFilters, Order]:
    """Never refuses, see Reader."""
    reader = Reader(query)
    shapes = [text for text in texts(query, "band") if text in (FIRING, NO_OBJECTIVE)]
    below = reader.several("below", _percent)
    filters = ServiceFilters(
        text=reader.text,
        tiers=reader.several("tier", lambda text: Tier(int(text)).value),
        teams=reader.several("team", slug),
        lifecycles=reader.several("lifecycle", Lifecycle),
        bands=tuple(band for band in reader.several("band", _band) if band is not None),
        journey=next(iter(reader.several("journey", slug)), ""),
        incomplete_below=below[0] if below else None,
        firing=FIRING in shapes,
        without_objective=NO_OBJECTIVE in shapes,
    )
    return reader.asked(filters, reader.order(ServiceSort, Order, default=Order()))


def _percent(text: str) -> float:
    percent = int(text)
    if not 0 < percent <= 100:
        raise ValueError(text)
    return percent / 100


def _band(text: str) -> Band | None:
    return None if text in (FIRING, NO_OBJECTIVE) else Band(text)


def selects(query: QueryDict, *, teams: Iterable[Option], journeys: Iterable[Option]) -> tuple[Select, ...]:
    """The controls above the list, in the order in which a leader narrows it."""
    bands = [(band.value, str(BandChoice(band.value).label)) for band in Band]
    more = [(FIRING, _("Alert firing")), (NO_OBJECTIVE, _("No objective"))]
    offered = (
        ("band", _("Status"), _("Any status"), [*bands, *more]),
        ("tier", _("Tier"), _("All tiers"), [(str(tier.value), str(tier.label)) for tier in Tier]),
        ("team", _("Team"), _("All teams"), teams),
        ("lifecycle", _("Lifecycle"), _("In use"), [(one.value, str(one.label)) for one in Lifecycle]),
        ("journey", _("Journey"), _("All journeys"), journeys),
        ("below", _("Completeness"), _("Any completeness"), [(str(n), _below(n)) for n in BELOW]),
    )
    return drawn(query, offered)


def _below(percent: int) -> str:
    return _("Incomplete") if percent == 100 else _("Below %(n)s %%") % {"n": percent}
