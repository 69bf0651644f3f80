"""The address of the SLO catalog: what its query string asks for, and the controls that show it.

`q` words · `tier` 1..4 · `team`, `indicator`, `service` short names · `band` a band or `firing` · `window` · `retired` ·
`sort` a column, descending with "-" · `page`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from relportal.core.filters import Asked, Option, Reader, Select, slug
from relportal.core.filters import selects as drawn
from relportal.core.models import Tier
from slo.forms.service_filters import FIRING
from slo.models import Band, WindowKind
from slo.queries.objectives import ObjectiveFilters, ObjectiveOrder, ObjectiveSort

RETIRED: Final = "retired"


def read(query: QueryDict) -> Asked[ObjectiveFilters, ObjectiveOrder]:
    """Never refuses, see Reader."""
    reader = Reader(query)
    bands = reader.several("band", _band)
    filters = ObjectiveFilters(
        text=reader.text,
        tiers=reader.several("tier", lambda text: Tier(int(text)).value),
        teams=reader.several("team", slug),
        indicators=reader.several("indicator", slug),
        services=reader.several("service", slug),
        windows=reader.several("window", lambda text: WindowKind(text).value),
        bands=tuple(text for text in bands if text in Band.values),
        firing=FIRING in bands,
        retired=RETIRED in bands,
    )
    return reader.asked(filters, reader.order(ObjectiveSort, ObjectiveOrder, default=ObjectiveOrder()))


def _band(text: str) -> str:
    return text if text in (FIRING, RETIRED) else Band(text).value


def selects(query: QueryDict, *, teams: Iterable[Option], indicators: Iterable[Option]) -> tuple[Select, ...]:
    """The controls above the list, in the order in which a leader narrows it."""
    bands = [*Band.choices, (FIRING, _("Alert firing")), (RETIRED, _("Retired"))]
    offered = (
        ("band", _("Status"), _("Any status"), bands),
        ("tier", _("Tier"), _("All tiers"), [(str(tier.value), str(tier.label)) for tier in Tier]),
        ("team", _("Team"), _("All teams"), teams),
        ("indicator", _("Indicator"), _("All indicators"), indicators),
        ("window", _("Window"), _("Any window"), WindowKind.choices),
    )
    return drawn(query, offered)
