"""What the address of the deploys list asks for.

`q` words · `service`, `team` short names · `state` · `rollback` yes or no · `verdict` cause or fix · `period` 30, 90, 365,
quarter or last_quarter · `sort` · `page`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _t

from incidents.domain.periods import Preset, of_preset
from incidents.models import DeployState, SuspectVerdict
from incidents.queries.changes import ChangeScope
from incidents.queries.deploys import DeployFilters, DeployOrder, DeploySort
from relportal.core import company
from relportal.core.filters import Asked, Option, Reader, Select, slug
from relportal.core.filters import selects as drawn

VERDICTS = (SuspectVerdict.CAUSE, SuspectVerdict.FIX)
ROLLBACK = {"yes": True, "no": False}


def read(query: QueryDict) -> Asked[DeployFilters, DeployOrder]:
    """Never refuses, see Reader. A period ends with today, where the company works."""
    reader = Reader(query)
    period = next(iter(reader.several("period", Preset)), None)
    start, end = bounds(period, at=timezone.now()) if period else (None, None)
    filters = DeployFilters(
        text=reader.text,
        services=reader.several("service", slug),
        teams=reader.several("team", slug),
        states=reader.several("state", lambda text: DeployState(text).value),
        verdicts=reader.several("verdict", _verdict),
        rollback=next(iter(reader.several("rollback", _rollback)), None),
        start=start,
        end=end,
    )
    return reader.asked(filters, reader.order(DeploySort, DeployOrder, default=DeployOrder()))


def read_scope(query: QueryDict, *, at: dt.datetime) -> ChangeScope:
    """The deploys of whose rates the list is headed: its services, teams and period, by default the last 90 days."""
    reader = Reader(query)
    start, end = bounds(next(iter(reader.several("period", Preset)), Preset.DAYS_90), at=at)
    services, teams = reader.several("service", slug), reader.several("team", slug)
    return ChangeScope(start=start, end=min(end, at), services=services, teams=teams)


def bounds(preset: Preset, *, at: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """[start, end) of whole days in the zone of the company."""
    zone = company.zone()
    days, _before = of_preset(preset, today=at.astimezone(zone).date())
    return days.bounds(zone)


def _verdict(text: str) -> str:
    if text not in VERDICTS:
        raise ValueError(text)
    return text


def _rollback(text: str) -> bool:
    if text not in ROLLBACK:
        raise ValueError(text)
    return ROLLBACK[text]


def periods() -> list[Option]:
    return [
        (Preset.DAYS_30.value, _t("Last 30 days")),
        (Preset.DAYS_90.value, _t("Last 90 days")),
        (Preset.DAYS_365.value, _t("Last 365 days")),
        (Preset.QUARTER.value, _t("This quarter")),
        (Preset.LAST_QUARTER.value, _t("Last quarter")),
    ]


def controls(query: QueryDict, options: Mapping[str, tuple[Option, ...]]) -> tuple[Select, ...]:
    verdicts = [(each.value, each.label) for each in VERDICTS]
    rollbacks = [("yes", _t("Rollbacks only")), ("no", _t("Without rollbacks"))]
    return drawn(
        query,
        (
            ("period", _t("Period"), _t("Any time"), periods()),
            ("state", _t("State"), _t("Any state"), DeployState.choices),
            ("rollback", _t("Rollback"), _t("With rollbacks"), rollbacks),
            ("verdict", _t("Marked as"), _t("Marked or not"), verdicts),
            ("service", _t("Service"), _t("All services"), options["service"]),
            ("team", _t("Team"), _t("All teams"), options["team"]),
        ),
    )
