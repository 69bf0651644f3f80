"""Of whom and of when a report speaks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from relportal.core import company
from reports.domain.periods import Calendar, Cut, Period
from reports.domain.scopes import Place, Scope, ScopeKind, Seen, scopes_of
from reports.kpis._base import Frame
from reports.queries.calendar import calendar
from reports.queries.places import places

QUARTERS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`quarters` are the periods up to the one of the report, oldest first; `months` those within it. `at` is the instant as of
    which all is told, `until` the end of what is counted: that of the period, or `at` while it goes on."""

    scope: Scope
    period: Period
    before: Period
    quarters: tuple[Period, ...]
    months: tuple[Period, ...]
    at: dt.datetime
    start: dt.datetime
    until: dt.datetime
    exposure: float
    frame: Frame
    places: Mapping[Period, Mapping[int, Place]]

    def mine(self, period: Period, *, services: tuple[int, ...] = (), team: int | None = None) -> bool:
        """Whether what concerns these services and this team belongs to the scope in that period."""
        if self.scope.kind is ScopeKind.COMPANY:
            return True
        seen = Seen(period=period, fact=None, services=services, team=team)
        return self.scope in scopes_of(seen, self.places[period])

    @property
    def goes_on(self) -> bool:
        return company.day(self.at) <= self.period.last


def asked(scope: Scope, period: Period, *, at: dt.datetime) -> Asked:
    cuts = calendar()
    quarters = tuple(reversed([cuts.before(period, n) for n in range(QUARTERS)]))
    before = quarters[-2]
    months = _months(cuts, period)
    zone = company.zone()
    frame = Frame([*quarters, *months], zone=zone, at=at)
    start, end = frame.bounds[period]
    old_start, old_end = frame.bounds[before]
    until = max(start, min(end, at))
    elapsed, old = (until - start).total_seconds(), (old_end - old_start).total_seconds()
    return Asked(
        scope=scope,
        period=period,
        before=before,
        quarters=quarters,
        months=months,
        at=at,
        start=start,
        until=until,
        exposure=elapsed / (elapsed + old),
        frame=frame,
        places=places({each: min(frame.bounds[each][1], at) for each in quarters}),
    )


def _months(cuts: Calendar, period: Period) -> tuple[Period, ...]:
    found = [cuts.period(Cut.MONTH, period.first)]
    while found[-1].last < period.last:
        found.append(cuts.after(found[-1]))
    return tuple(found)
