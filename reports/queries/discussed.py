"""What a published report asks for, and what was decided on it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Prefetch

from relportal.core import company
from reports.domain.payload import Payload
from reports.models import Ask, Decision
from reports.queries.asks import AskStanding, standing_of

_ASK: Final = re.compile(r"/r/ASK-(\d{1,18})/")
ASKING: Final = ("headline", "asks")
"""The pages that say which decisions are wanted."""
WANTED: Final = "wanted"


@dataclass(frozen=True, slots=True)
class Answered:
    """An ask of the report as it stands now; `decision` is the one in force, None while there is none."""

    ask: Ask
    standing: AskStanding
    decision: Decision | None


def answered(payload: Payload, *, at: dt.datetime) -> tuple[Answered, ...]:
    """In the order in which the report asks. Two statements, none where it asks nothing."""
    ids = dict.fromkeys(
        int(found[1])
        for page in payload.pages
        if page.key in ASKING
        for table in page.tables
        if table.key == WANTED
        for row in table.rows
        if (found := _ASK.fullmatch(row[0].path))
    )
    if not ids:
        return ()
    standing = Decision.objects.followed().filter(superseded=False).select_related("decided_by")
    in_force: Prefetch[str] = Prefetch("decisions", queryset=standing, to_attr="in_force")
    rows: dict[int, Any] = Ask.objects.select_related("decider").prefetch_related(in_force).in_bulk(list(ids))
    today = company.day(at)
    asks = [rows[pk] for pk in ids if pk in rows]
    return tuple(Answered(one, standing_of(one, today=today), next(iter(one.in_force), None)) for one in asks)
