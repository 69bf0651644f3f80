"""Asks of a period, for its report: what is wanted, what was decided, and what became of what was asked before."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Q

from relportal.core import company
from reports.domain.asks import FollowUp, Option, follow_up
from reports.domain.periods import Period
from reports.models import Ask, Decision
from reports.queries.asks import AskStanding, standing_of
from risks.queries.frozen_figures import Figure, kept


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionOfAsk:
    """What was decided and what came of it: `outcome` in words, empty until somebody told; `due_on`: when somebody looks."""

    short_id: str
    option: Option | None
    title: str
    reason: str
    by: str
    at: dt.datetime
    figures: tuple[Figure, ...]
    follow_up: FollowUp
    due_on: dt.date | None
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskOfPeriod:
    """An ask as it stands at the instant of the question. `recommended` is the option; `decision` is the one in force."""

    short_id: str
    title: str
    context: str
    options: tuple[Option, ...]
    recommended: Option | None
    owner: str
    decider: str
    wanted_by: dt.date
    asked_at: dt.datetime
    standing: AskStanding
    age_days: int
    refs: tuple[str, ...]
    team: int | None
    decision: DecisionOfAsk | None


def wanted_around(since: dt.datetime, until: dt.datetime, *, at: dt.datetime) -> tuple[AskOfPeriod, ...]:
    """Those that were asked before `until`, and not closed before `since`: what a report of that time asks for."""
    return _asks(Q(asked_at__lt=until) & (Q(closed_at__isnull=True) | Q(closed_at__gte=since)), at=at)


def asked_in(period: Period, *, at: dt.datetime) -> tuple[AskOfPeriod, ...]:
    """What was asked in the period, with what became of it until `at`; the report of the next one begins with them."""
    start, end = period.bounds(company.zone())
    return _asks(Q(asked_at__gte=start, asked_at__lt=end), at=at)


def _asks(which: Q, *, at: dt.datetime) -> tuple[AskOfPeriod, ...]:
    """Three statements, however many."""
    in_force: Prefetch[str] = Prefetch(
        "decisions",
        queryset=Decision.objects.followed()
        .filter(superseded=False)
        .select_related("decided_by")
        .prefetch_related("outcomes"),
        to_attr="in_force",
    )
    rows = Ask.objects.filter(which).select_related("owner", "decider").prefetch_related(in_force)
    return tuple(_of(row, at=at) for row in rows.order_by("wanted_by", "pk"))


def _of(row: Any, *, at: dt.datetime) -> AskOfPeriod:
    today = company.day(at)
    return AskOfPeriod(
        short_id=row.short_id,
        title=row.title,
        context=row.context,
        options=row.choices,
        recommended=row.option(row.recommended),
        owner=str(row.owner),
        decider=str(row.decider),
        wanted_by=row.wanted_by,
        asked_at=row.asked_at,
        standing=standing_of(row, today=today),
        age_days=(today - company.day(row.asked_at)).days,
        refs=tuple(row.refs),
        team=row.team_id,
        decision=_decision(row.in_force[0], today=today) if row.in_force else None,
    )


def _decision(row: Any, *, today: dt.date) -> DecisionOfAsk:
    outcomes = list(row.outcomes.all())
    return DecisionOfAsk(
        short_id=row.short_id,
        option=Option(**row.option) if row.option else None,
        title=row.title,
        reason=row.reason,
        by=str(row.decided_by),
        at=row.decided_at,
        figures=kept(row.figures),
        follow_up=follow_up(row.due_on, row.verdict, superseded=False, today=today),
        due_on=row.due_on,
        outcome=outcomes[0].words if outcomes else "",
    )
