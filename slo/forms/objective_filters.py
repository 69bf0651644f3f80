"""The address of the SLO catalog: what its query string asks for, and the controls that show it.

`q` words · `tier` 1..4 · `team`, `indicator`, `service` short names · `band` a band or `firing` · `window` · `retired` ·
`sort` a column, descending with "-" · `page`. A value may hold several with commas: `?tier=1,2`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from relportal.core.models import Tier
from slo.forms.service_filters import FIRING, Option, Select, _page, _select, _texts
from slo.models import Band, WindowKind
from slo.queries.objectives import ObjectiveFilters, ObjectiveOrder, ObjectiveSort

RETIRED: Final = "retired"


@dataclass(frozen=True, slots=True)
class AskedObjectives:
    """`wrong` names each value that was left out because it means nothing, as a sentence."""

    filters: ObjectiveFilters
    order: ObjectiveOrder
    page: int
    wrong: tuple[str, ...]


def read(query: QueryDict) -> AskedObjectives:
    """Never refuses: a link that was typed by hand shows the list, and says what of it was not understood."""
    wrong: list[str] = []

    def among(key: str, allowed: Iterable[str]) -> tuple[str, ...]:
        known = set(allowed)
        texts = _texts(query, key)
        refusal = _("There is no %(key)s “%(text)s”: it was left out.")
        wrong.extend(refusal % {"key": key, "text": text[:40]} for text in texts if text not in known)
        return tuple(text for text in texts if text in known)

    bands = among("band", [*Band.values, FIRING, RETIRED])
    filters = ObjectiveFilters(
        text=query.get("q", "").replace("\0", "").strip()[:200],
        tiers=tuple(int(text) for text in among("tier", [str(tier) for tier in Tier.values])),
        teams=_slugs(query, "team"),
        indicators=_slugs(query, "indicator"),
        services=_slugs(query, "service"),
        windows=among("window", WindowKind.values),
        bands=tuple(text for text in bands if text in Band.values),
        firing=FIRING in bands,
        retired=RETIRED in bands,
    )
    sorts = among("sort", [*(one.value for one in ObjectiveSort), *(f"-{one.value}" for one in ObjectiveSort)])
    order = (
        ObjectiveOrder(ObjectiveSort(sorts[0].removeprefix("-")), sorts[0].startswith("-"))
        if sorts
        else ObjectiveOrder()
    )
    try:
        page = _page(query.get("page", "1"))
    except ValueError:
        page = 1
    return AskedObjectives(filters, order, page, tuple(wrong))


def _slugs(query: QueryDict, key: str) -> tuple[str, ...]:
    return tuple(text for text in _texts(query, key) if "\0" not in text)


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
    return tuple(
        _select(query, name, label, (("", everything), *((value, str(text)) for value, text in options)))
        for name, label, everything, options in offered
    )
