"""The address of the services list: what its query string asks for, and the controls that show it.

`q` words · `tier` 1..4 · `team` short name · `lifecycle` · `band` a band, `firing` or `none` · `journey` short name ·
`below` percent of completeness · `sort` a column, descending with "-" · `page`. A value may hold several with commas:
`?tier=1,2`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from django.http import QueryDict
from django.utils.translation import gettext as _

from relportal.core.models import Lifecycle, Tier
from slo.domain.bands import Band
from slo.models import Band as BandChoice
from slo.queries.catalog import Order, ServiceFilters, ServiceSort

KEYS: Final = ("q", "tier", "team", "lifecycle", "band", "journey", "below")
FIRING: Final = "firing"
NO_OBJECTIVE: Final = "none"
BELOW: Final = (100, 80, 50)

T = TypeVar("T")
Option = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """`wrong` names each value that was left out because it means nothing, as a sentence."""

    filters: ServiceFilters
    order: Order
    page: int
    wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Select:
    """A control: `options` are (value, label), the first lets everything through; `value` is what the address holds."""

    name: str
    label: str
    options: tuple[Option, ...]
    value: str


def read(query: QueryDict) -> Asked:
    """Never refuses: a link that was typed by hand shows the list, and says what of it was not understood."""
    wrong: list[str] = []

    def several(key: str, parse: Callable[[str], T]) -> tuple[T, ...]:
        found = []
        for text in _texts(query, key):
            try:
                found.append(parse(text))
            except ValueError:
                wrong.append(_("There is no %(key)s “%(text)s”: it was left out.") % {"key": key, "text": text[:40]})
        return tuple(found)

    shapes = [text for text in _texts(query, "band") if text in (FIRING, NO_OBJECTIVE)]
    below = several("below", _percent)
    filters = ServiceFilters(
        text=query.get("q", "").strip()[:200],
        tiers=several("tier", lambda text: Tier(int(text)).value),
        teams=several("team", _slug),
        lifecycles=several("lifecycle", Lifecycle),
        bands=tuple(band for band in several("band", _band) if band is not None),
        journey=next(iter(several("journey", _slug)), ""),
        incomplete_below=below[0] if below else None,
        firing=FIRING in shapes,
        without_objective=NO_OBJECTIVE in shapes,
    )
    order = several("sort", _order) or (Order(),)
    pages = several("page", _page) or (1,)
    return Asked(filters, order[0], pages[0], tuple(wrong))


def _texts(query: QueryDict, key: str) -> list[str]:
    return [text.strip() for value in query.getlist(key) for text in value.split(",") if text.strip()]


def _percent(text: str) -> float:
    percent = int(text)
    if not 0 < percent <= 100:
        raise ValueError(text)
    return percent / 100


def _band(text: str) -> Band | None:
    return None if text in (FIRING, NO_OBJECTIVE) else Band(text)


def _slug(text: str) -> str:
    if "\0" in text:
        raise ValueError(text)
    return text


def _order(text: str) -> Order:
    return Order(ServiceSort(text.removeprefix("-")), descending=text.startswith("-"))


def _page(text: str) -> int:
    """An offset must fit the database's integer."""
    page = int(text)
    if not 0 < page < 1_000_000:
        raise ValueError(text)
    return page


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
    return tuple(
        _select(query, name, label, (("", everything), *options)) for name, label, everything, options in offered
    )


def _below(percent: int) -> str:
    return _("Incomplete") if percent == 100 else _("Below %(n)s %%") % {"n": percent}


def _select(query: QueryDict, name: str, label: str, options: Sequence[Option]) -> Select:
    """Several values in the address become one more option, so that sending the form again keeps them."""
    texts = _texts(query, name)
    value = ",".join(texts)
    labels = dict(options)
    if value and value not in labels:
        options = [*options, (value, ", ".join(labels.get(text, text) for text in texts))]
    return Select(name, label, tuple(options), value)


def chips(query: QueryDict, controls: Iterable[Select]) -> tuple[tuple[str, str], ...]:
    """(key, words) of each filter that is set, for the row of chips that take them away."""
    found = [("q", f"“{text}”")] if (text := query.get("q", "").strip()) else []
    found += [(one.name, f"{one.label}: {dict(one.options)[one.value]}") for one in controls if one.value]
    return tuple(found)
