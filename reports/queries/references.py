"""What asks, decisions and reviews refer to: short ids such as RISK-7, and KPIs as kpi:slo_attainment.

Stored is the id alone; its title is read for whoever looks, so that a private incident stays private.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet
from django.urls import reverse

from incidents.models import ActionItem, Incident
from relportal.core import shortlinks
from relportal.core.models import User
from reports.kpis import KPIS
from reports.models import Ask, Decision, Review
from risks.models import GovernanceException, Risk
from slo.models import Objective

KPI: Final = "kpi:"
MOST: Final = 20
_APART: Final = re.compile(r"[\s,;]+")


@dataclass(frozen=True, slots=True)
class Reference:
    """`title` is empty for what is not there, or not for the eyes of whoever looks; then `url` is, too."""

    key: str
    title: str
    url: str


_ROWS: Final[Mapping[str, Callable[[User], QuerySet[Any]]]] = {
    "RISK": Risk.objects.visible_to,
    "EXC": GovernanceException.objects.visible_to,
    "INC": Incident.objects.visible_to,
    "ACT": ActionItem.objects.visible_to,
    "SLO": lambda user: Objective.objects.visible_to(user).select_related("service"),
    "ASK": lambda _user: Ask.objects.all(),
    "DEC": lambda _user: Decision.objects.all(),
    "REV": lambda _user: Review.objects.select_related("ritual"),
}


def read(text: str) -> tuple[str, ...]:
    """The references of a line, separated by spaces or commas, each once and as it is stored."""
    found = (word if word.startswith(KPI) else word.upper() for word in _APART.split(text.replace("\0", " ")) if word)
    return tuple(dict.fromkeys(found))


def references(user: User, keys: Iterable[str]) -> tuple[Reference, ...]:
    """In their order; one statement a kind."""
    keys = tuple(dict.fromkeys(keys))
    numbers: dict[str, list[int]] = {}
    for key in keys:
        if match := shortlinks.SHAPE.fullmatch(key):
            numbers.setdefault(match["prefix"], []).append(int(match["number"]))
    rows = {
        f"{prefix}-{row.pk}": row
        for prefix, asked in numbers.items()
        if prefix in _ROWS
        for row in _ROWS[prefix](user).filter(pk__in=asked)
    }
    return tuple(_of_kpi(key) if key.startswith(KPI) else _of_row(user, key, rows.get(key)) for key in keys)


def _of_kpi(key: str) -> Reference:
    kpi = KPIS.get(key.removeprefix(KPI))
    return Reference(key, str(kpi.title), reverse("reports:kpi", args=[kpi.key])) if kpi else Reference(key, "", "")


def _of_row(user: User, key: str, row: Any) -> Reference:
    if row is not None:
        title = getattr(row, "title", "") or str(row)
        return Reference(key, title, row.get_absolute_url())
    known = (match := shortlinks.SHAPE.fullmatch(key)) is not None and match["prefix"] in _ROWS
    # A later app may have ids of its own.
    url = "" if known else shortlinks.resolve(user, key) or ""
    return Reference(key, key if url else "", url)


def unknown(user: User | None, keys: Sequence[str]) -> tuple[str, ...]:
    """Those that lead nowhere for this person; for the portal itself those that are of no known shape."""
    if user is None:
        return tuple(key for key in keys if not (shortlinks.SHAPE.fullmatch(key) or _of_kpi(key).url))
    return tuple(each.key for each in references(user, keys) if not each.url)
