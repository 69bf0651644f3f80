"""The register at the end of the period and at its beginning, told by dated ratings and estimates alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q

from reports.queries.facts.frame import Asked
from risks.domain.movement import Moved, movement
from risks.models import Milestone, RatingKind, Risk, RiskEstimate, RiskRating, Unit
from risks.queries.steps import Steps, StepWord, Stood, steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A risk that was open at the end of the period, or was closed in it. Money is a year's loss; None: nobody estimated it.
    `reason` is that of the newest rating, `milestone` the next one of its plan."""

    pk: int
    title: str
    path: str
    owner: str
    now: Stood
    before: Stood | None
    moved: Moved
    expected: float | None
    p50: float | None
    p95: float | None
    expected_before: float | None
    currency: str
    reason: str
    milestone: str
    milestone_on: dt.date | None

    @property
    def short_id(self) -> str:
        return f"RISK-{self.pk}"


@dataclass(frozen=True, slots=True)
class RiskFacts:
    """The worst first. `likelihoods` and `impacts` are the axes of the scale that most stand on, from the least."""

    rows: tuple[Standing, ...]
    likelihoods: tuple[StepWord, ...]
    impacts: tuple[StepWord, ...]
    unrated: int

    @property
    def open(self) -> tuple[Standing, ...]:
        return tuple(row for row in self.rows if row.moved is not Moved.CLOSED)


def risk_facts(asked: Asked) -> RiskFacts:
    words = steps()
    existed = Risk.objects.filter(created_at__lt=asked.until).filter(
        Q(closed_at__isnull=True) | Q(closed_at__gte=asked.start)
    )
    rows = {
        row.pk: row
        for row in existed.select_related("owner").prefetch_related("services")
        if asked.mine(asked.period, services=tuple(each.pk for each in row.services.all()), team=row.team_id)
    }
    now, before = (_ratings(rows, at) for at in (asked.until, asked.start))
    money, money_before = (_money(rows, at) for at in (asked.until, asked.start))
    next_steps = _milestones(rows, asked)
    found = []
    for pk, row in rows.items():
        rating = now.get(pk)
        stood = _stood(words, rating)
        if rating is None or stood is None:
            continue
        told = _Told(
            rating, stood, _stood(words, before.get(pk)), next_steps.get(pk), money.get(pk), money_before.get(pk)
        )
        found.append(_standing(row, told, until=asked.until))
    found.sort(key=lambda one: (-one.now.level.position, -(one.expected or 0), one.pk))
    matrix = max(found, key=lambda one: one.now.level.matrix).now.level.matrix if found else 0
    return RiskFacts(
        tuple(found), _axis(words.likelihoods, matrix), _axis(words.impacts, matrix), len(rows) - len(found)
    )


@dataclass(frozen=True, slots=True)
class _Told:
    rating: RiskRating
    now: Stood
    before: Stood | None
    step: Milestone | None
    money: RiskEstimate | None
    money_before: RiskEstimate | None


def _standing(row: Risk, told: _Told, *, until: dt.datetime) -> Standing:
    closed = row.closed_at is not None and row.closed_at < until
    estimate, step = told.money, told.step
    return Standing(
        pk=row.pk,
        title=row.title,
        path=row.get_absolute_url(),
        owner=str(row.owner) if row.owner is not None else "",
        now=told.now,
        before=told.before,
        moved=movement(told.before.place if told.before is not None else None, told.now.place, closed=closed),
        expected=estimate.expected if estimate is not None else None,
        p50=estimate.p50 if estimate is not None else None,
        p95=estimate.p95 if estimate is not None else None,
        expected_before=told.money_before.expected if told.money_before is not None else None,
        currency=estimate.currency if estimate is not None else "",
        reason=told.rating.reason,
        milestone=step.title if step is not None else "",
        milestone_on=step.due_on if step is not None else None,
    )


def _ratings(rows: Mapping[int, Risk], at: dt.datetime) -> dict[int, RiskRating]:
    """The one of each risk that held right before an instant."""
    found = RiskRating.objects.filter(risk__in=list(rows), kind=RatingKind.CURRENT, at__lt=at)
    return {row.risk_id: row for row in found.order_by("risk_id", "-at", "-pk").distinct("risk_id")}


def _money(rows: Mapping[int, Risk], at: dt.datetime) -> dict[int, RiskEstimate]:
    found = RiskEstimate.objects.filter(risk__in=list(rows), unit=Unit.MONEY, at__lt=at)
    return {row.risk_id: row for row in found.order_by("risk_id", "-at", "-pk").distinct("risk_id")}


def _milestones(rows: Mapping[int, Risk], asked: Asked) -> dict[int, Milestone]:
    found = Milestone.objects.filter(treatment__risk__in=list(rows), treatment__created_at__lt=asked.until)
    undone = found.filter(Q(done_at__isnull=True) | Q(done_at__gte=asked.until)).select_related("treatment")
    next_: dict[int, Milestone] = {}
    for row in undone.order_by("due_on", "pk"):
        next_.setdefault(row.treatment.risk_id, row)
    return next_


def _stood(words: Steps, rating: RiskRating | None) -> Stood | None:
    return words.stood(rating.level_id, rating.likelihood_id, rating.impact_id) if rating is not None else None


def _axis(found: Mapping[int, StepWord], matrix: int) -> tuple[StepWord, ...]:
    return tuple(sorted((each for each in found.values() if each.matrix == matrix), key=lambda each: each.position))
