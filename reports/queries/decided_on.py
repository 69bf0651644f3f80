"""The decisions that name one incident or one risk, for its page."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.urls import reverse

from reports.models import Decision
from reports.queries.decision_log import LogRow, row_of

SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class DecidedOn:
    """The newest first. `all` leads to the log with all of them, empty where they all stand here."""

    rows: tuple[LogRow, ...]
    all: str = ""


def decided_on(short_id: str, *, today: dt.date) -> DecidedOn | None:
    """One statement. Whoever reads reports reads every decision, so that none is left out; None: there is none."""
    rows = Decision.objects.followed().filter(refs__contains=[short_id])
    found = list(rows.select_related("decided_by", "ask", "in_review").order_by("-decided_at", "-pk")[: SHOWN + 1])
    if not found:
        return None
    more = f"{reverse('reports:decision-list')}?q={short_id}" if len(found) > SHOWN else ""
    return DecidedOn(tuple(row_of(one, today=today) for one in found[:SHOWN]), more)
