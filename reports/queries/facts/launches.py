"""Launches and their reviews in the period: what was decided, and what went without a decision or against it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q

from relportal.core import company
from reports.models import ReadinessReview, ReadinessVerdict
from reports.queries.facts.frame import Asked
from reports.queries.readiness.results import kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """A review that was decided in the period, or a launch in it that nobody had found ready. `verdict` None: nobody had decided.

    `blocking` are its blockers in words: of a decision with conditions those that an exception covered. `launched_on` None: not
    by the end of the period. `cleared_on`: when a later review of the same launch found it ready, by that end.
    """

    label: str
    path: str
    service: str
    tier: int
    verdict: ReadinessVerdict | None
    decided_on: dt.date | None
    launched_on: dt.date | None
    against: bool
    because: str
    exceptions: tuple[str, ...]
    blocking: tuple[str, ...]
    cleared_on: dt.date | None


@dataclass(frozen=True, slots=True)
class LaunchFacts:
    """`decided` in the period, oldest first; `against`: launched in it without a decision, or against it."""

    decided: tuple[Launch, ...]
    against: tuple[Launch, ...]

    def count(self, verdict: ReadinessVerdict) -> int:
        return sum(one.verdict == verdict for one in self.decided)

    @property
    def rows(self) -> tuple[Launch, ...]:
        """Each once: what was launched all the same stands first."""
        named = {one.label for one in self.against}
        return (*self.against, *(one for one in self.decided if one.label not in named))


def launch_facts(asked: Asked) -> LaunchFacts:
    """By instants: neither a state nor what came after the period changes what is told."""
    decided = Q(decided_at__gte=asked.start, decided_at__lt=asked.until)
    launched = Q(against=True, launched_at__gte=asked.start, launched_at__lt=asked.until)
    rows = ReadinessReview.objects.filter(decided | launched).select_related("service", "followed_by")
    mine = [row for row in rows.order_by("opened_at", "pk") if asked.mine(asked.period, services=(row.service_id,))]
    told = [(row, _told(row, asked.until)) for row in mine]
    in_period = [(row, one) for row, one in told if row.decided_at is not None and row.decided_at >= asked.start]
    return LaunchFacts(
        decided=tuple(
            one
            for row, one in sorted(in_period, key=lambda pair: pair[0].decided_at or asked.start)
            if row.decided_at is not None and row.decided_at < asked.until
        ),
        against=tuple(one for row, one in told if one.against and row.launched_at and row.launched_at >= asked.start),
    )


def _told(row: ReadinessReview, until: dt.datetime) -> Launch:
    was_decided = row.decided_at is not None and row.decided_at < until
    was_launched = row.launched_at is not None and row.launched_at < until
    lines = [one for one in kept(row.results) if one.blocks]
    newer = getattr(row, "followed_by", None)
    cleared = newer.decided_at if newer is not None and newer.verdict == ReadinessVerdict.READY else None
    return Launch(
        label=str(row),
        path=row.get_absolute_url(),
        service=row.service.name,
        tier=row.tier,
        verdict=ReadinessVerdict(row.verdict) if was_decided else None,
        decided_on=company.day(row.decided_at) if was_decided and row.decided_at is not None else None,
        launched_on=company.day(row.launched_at) if was_launched and row.launched_at is not None else None,
        against=was_launched and row.against,
        because=row.launched_because if was_launched and row.against else "",
        exceptions=tuple(dict.fromkeys(one.exception for one in lines if one.exception)),
        blocking=tuple(one.text for one in lines),
        cleared_on=company.day(cleared) if cleared is not None and cleared < until else None,
    )
