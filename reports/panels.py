"""What this app shows on the pages of other apps: the overview."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from relportal.core import company
from relportal.core.models import User
from relportal.core.panels import Page, Panel, register
from relportal.core.permissions import allowed
from reports.queries.asks import AskRow, AskTally, tally, wanted_from


@dataclass(frozen=True, slots=True)
class Wanted:
    rows: tuple[AskRow, ...]
    tally: AskTally


def decisions_wanted(user: User, _none: Any, at: dt.datetime) -> Wanted | None:
    """Of this viewer; nothing where nothing is wanted."""
    if not allowed(user, "report.view"):
        return None
    rows = wanted_from(user, at=at)
    return Wanted(rows, tally(user, today=company.day(at))) if rows else None


register(
    Panel(
        key="asks",
        page=Page.OVERVIEW,
        title=_("Decisions wanted from you"),
        template="reports/asks_panel.html",
        query=decisions_wanted,
        position=5,
    )
)
