"""The register as the checks of hygiene see it: a picture of all risks in a fixed number of statements."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

from relportal.core import company
from relportal.core.models import Tier
from risks.domain import policy
from risks.domain.hygiene import Allowance, Kept, Measure, Progress, Range, Rated, Register, Standing
from risks.models import (
    ExceptionKind,
    ExceptionState,
    GovernanceException,
    Milestone,
    PolicyRow,
    Risk,
    RiskLevel,
    Strategy,
    Treatment,
)

LATE: Final = dt.timedelta(hours=1)
"""An acceptance that ended less long ago is one that the portal is about to act on."""


def register_of(risks: Sequence[Risk], *, at: dt.datetime) -> Register:
    """`risks` with `owner`, `current`, `after_plan` (and their steps and levels), `money` and `minutes` at hand."""
    ids = [row.pk for row in risks]
    measures, allowances = _measures(ids), _allowances(ids, at=at)
    rows, cases = _policy()
    return Register(
        today=company.day(at),
        risks=tuple(_kept(row, measures.get(row.pk, ()), allowances.get(row.pk, ())) for row in risks),
        rows=rows,
        cases=cases,
    )


def _kept(row: Risk, measures: Sequence[Measure], allowances: Sequence[Allowance]) -> Kept:
    estimates = (row.money, row.minutes)
    return Kept(
        key=row.pk,
        standing=Standing(row.state),
        owned=row.owner_id is not None,
        active=row.owner is not None and row.owner.is_active,
        review_due=row.review_due_on,
        current=_rated(row.current),
        after_plan=_rated(row.after_plan),
        measures=tuple(measures),
        allowances=tuple(allowances),
        ranges=tuple(
            Range(unit=one.unit, low=one.loss_low, high=one.loss_high) for one in estimates if one is not None
        ),
        closed=company.day(row.closed_at) if row.closed_at is not None else None,
    )


def _rated(rating: Any) -> Rated | None:
    if rating is None:
        return None
    return Rated(
        matrix=rating.matrix_id,
        likelihood=rating.likelihood.position,
        impact=rating.impact.position,
        level=rating.level.position,
        on=company.day(rating.at),
        review_days=rating.level.review_days,
        needs_plan=rating.level.needs_plan,
        needs_ask=rating.level.needs_ask,
    )


def _measures(risks: Sequence[int]) -> dict[int, list[Measure]]:
    waiting: dict[int, list[dt.date]] = defaultdict(list)
    open_ones = Milestone.objects.filter(treatment__risk__in=risks, done_at=None).order_by("due_on", "pk")
    for treatment, day in open_ones.values_list("treatment_id", "due_on"):
        waiting[treatment].append(day)
    found: dict[int, list[Measure]] = defaultdict(list)
    rows = Treatment.objects.filter(risk__in=risks).order_by("pk")
    for pk, risk, title, state, strategy, due, done in rows.values_list(
        "pk", "risk_id", "title", "state", "strategy", "due_on", "done_at"
    ):
        found[risk].append(
            Measure(
                key=pk,
                title=title,
                progress=Progress(state),
                plans=strategy != Strategy.ACCEPT,
                due=due,
                done=company.day(done) if done is not None else None,
                milestones=tuple(waiting.get(pk, ())),
            )
        )
    return found


def _allowances(risks: Sequence[int], *, at: dt.datetime) -> dict[int, list[Allowance]]:
    found: dict[int, list[Allowance]] = defaultdict(list)
    rows = GovernanceException.objects.filter(kind=ExceptionKind.RISK, risk__in=risks).order_by("pk")
    for pk, risk, state, began, ends, ended in rows.values_list(
        "pk", "risk_id", "state", "in_force_at", "expires_at", "ended_at"
    ):
        found[risk].append(
            Allowance(
                key=pk,
                began=company.day(began) if began is not None else None,
                ends=company.day(min(ends, ended or ends)),
                waits=state == ExceptionState.REQUESTED and ends > at,
                holds=state == ExceptionState.IN_FORCE and ends < at - LATE,
            )
        )
    return found


def _policy() -> tuple[tuple[policy.Row, ...], tuple[policy.Case, ...]]:
    """The policy as it stands, and every case of the levels in force."""
    rows = tuple(
        policy.Row(
            kind=row.kind,
            tiers=frozenset(row.tiers),
            levels=frozenset(row.levels),
            approvers=tuple(row.approvers),
            max_days=row.max_days,
        )
        for row in PolicyRow.objects.order_by("position")
    )
    levels = RiskLevel.objects.filter(matrix__state="current").order_by("position")
    cases = policy.cases(ExceptionKind.values, [tier.value for tier in Tier], levels.values_list("key", flat=True))
    return rows, cases
