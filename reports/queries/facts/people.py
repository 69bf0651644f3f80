"""What people entered for a report: asks and what became of them, and investments."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _

from relportal.core import company
from reports.domain.periods import Period
from reports.domain.scopes import Scope, ScopeKind
from reports.models import Investment, KpiComment
from reports.queries.asks_of_period import AskOfPeriod, asked_in, wanted_around
from reports.queries.calendar import calendar
from reports.queries.facts.concerned import concerned, refs_of

GOES_OUT: Final = dt.timedelta(days=14)
"""So long after its numbers a report takes up what is asked."""


@dataclass(frozen=True, slots=True)
class PeopleFacts:
    """`wanted` are asks that nobody had decided when the numbers were frozen, `asked_before` those of the quarter before with
    what became of them since. `whole`: of the company, to which all belongs; else what is of that scope."""

    period: Period
    whole: bool
    wanted: tuple[AskOfPeriod, ...]
    asked_before: tuple[AskOfPeriod, ...]
    investments: tuple[Investment, ...]


def people_facts(scope: Scope, period: Period, *, at: dt.datetime) -> PeopleFacts:
    """Ages are told as of `at`."""
    last = min(period.last, company.day(at))
    live = Investment.objects.filter(starts_on__lte=last, created_at__lte=at).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=period.first)
    )
    wanted = wanted_around(at, at + GOES_OUT, at=at)
    asked = asked_in(calendar().before(period), at=at)
    invested = tuple(live.select_related("team", "risk").order_by("starts_on", "pk"))
    of = concerned(scope, period, (*wanted, *asked, *invested), at=at)
    return PeopleFacts(
        period,
        scope.kind is ScopeKind.COMPANY,
        tuple(one for one in wanted if of.mine(one.team, refs_of(one))),
        tuple(one for one in asked if of.mine(one.team, refs_of(one))),
        tuple(one for one in invested if of.mine(one.team_id, refs_of(one))),
    )


@dataclass(frozen=True, slots=True)
class Said:
    """What the owner of a KPI said, and what mends it; the action of a confidential incident has no name."""

    kpi: str
    text: str
    mends: str
    mends_path: str


def comments_of(scope: Scope, period: Period) -> tuple[Said, ...]:
    rows = KpiComment.objects.filter(cut=period.cut, first=period.first, scope=scope.kind, number=scope.number)
    return tuple(_said(row) for row in rows.select_related("action__incident", "ask").order_by("kpi"))


def _said(row: KpiComment) -> Said:
    action = row.action
    if action is not None and action.incident is not None and action.incident.is_private:
        return Said(row.kpi, row.text, _("An action of a confidential incident"), "")
    mends = action or row.ask
    if mends is None:
        return Said(row.kpi, row.text, "–", "")
    return Said(row.kpi, row.text, str(mends), mends.get_absolute_url())
