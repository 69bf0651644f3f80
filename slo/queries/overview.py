"""The state of the company in ten seconds: what is missed, who is worst and why, what burns, what nobody knows."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Q

from relportal.core import work
from relportal.core.models import Journey, Tier, User
from slo.domain import attention as domain
from slo.domain.attention import Attention, Standing
from slo.domain.bands import Band, worst
from slo.domain.budget import NoDataReason
from slo.domain.burn import Severity
from slo.models import BurnAlert, Objective, Status
from slo.queries.catalog_state import BandCounts
from slo.queries.objectives import ObjectiveRow, status_of
from slo.queries.sources import SourceRow, source_rows

NEEDY_SHOWN = 12
WEEK = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Needy:
    """An objective that needs attention, with the reasons in the order in which they count."""

    row: ObjectiveRow
    attention: Attention[int]


@dataclass(frozen=True, slots=True)
class TierLine:
    tier: int
    label: str
    counts: BandCounts


@dataclass(frozen=True, slots=True)
class JourneyLine:
    """A journey with the worst band among the objectives of its services; `hit` are the services in that band."""

    journey: Journey
    band: Band
    hit: tuple[str, ...]
    steps: int


@dataclass(frozen=True, slots=True)
class Overview:
    """`needy` are the first of `needy_total`; `recent` the alerts that fired within a week, newest first."""

    needy: tuple[Needy, ...]
    needy_total: int
    tiers: tuple[TierLine, ...]
    counts: BandCounts
    journeys: tuple[JourneyLine, ...]
    recent: tuple[BurnAlert, ...]
    fired_this_week: int
    fired_last_week: int
    ailing_sources: tuple[SourceRow, ...]
    troubled_work: int
    watermark: dt.datetime | None
    at: dt.datetime

    @property
    def worst(self) -> Needy | None:
        return self.needy[0] if self.needy else None

    @property
    def firing(self) -> int:
        return sum(1 for alert in self.recent if alert.resolved_at is None)


def overview(user: User, *, at: dt.datetime) -> Overview:
    rows = [
        ObjectiveRow(objective, status_of(objective, at=at))
        for objective in Objective.objects.visible_to(user)
        .active()
        .select_related("service__team", "status")
        .defer("description", "service__description", "status__spark")
        .order_by("service__tier", "service__name", "name")
    ]
    by_key = {row.objective.pk: row for row in rows}
    needy = domain.attention((_standing(row) for row in rows), at=at)
    alerts = BurnAlert.objects.filter(objective__in=by_key).select_related("objective__service")
    recent = tuple(alerts.filter(Q(resolved_at=None) | Q(fired_at__gte=at - WEEK)).order_by("-fired_at"))
    before = alerts.filter(fired_at__gte=at - 2 * WEEK, fired_at__lt=at - WEEK).count()
    return Overview(
        needy=tuple(Needy(by_key[one.standing.key], one) for one in needy[:NEEDY_SHOWN]),
        needy_total=len(needy),
        tiers=_tiers(rows),
        counts=_counts(rows),
        journeys=_journeys(rows),
        recent=recent[:8],
        fired_this_week=sum(1 for alert in recent if alert.fired_at >= at - WEEK),
        fired_last_week=before,
        ailing_sources=tuple(row for row in source_rows(at=at) if row.band in ("breached", "at_risk")),
        troubled_work=work.troubled(),
        watermark=max((row.status.at for row in rows if row.status.at), default=None),
        at=at,
    )


def _standing(row: ObjectiveRow) -> Standing[int]:
    status = row.status
    return Standing(
        key=row.objective.pk,
        tier=row.objective.service.tier,
        remaining=status.remaining,
        firing=Severity(status.firing) if status.firing else None,
        burn=status.burn_1h,
        exhausted_at=status.exhausted_at,
        reason=_reason(status),
    )


def _reason(status: Status) -> NoDataReason | None:
    """Numbers from before a source went away still say who is worst."""
    if status.remaining is not None or not status.reason:
        return None
    return NoDataReason(status.reason)


def _counts(rows: list[ObjectiveRow]) -> BandCounts:
    found = defaultdict(int, {band.value: 0 for band in Band})
    for row in rows:
        found[row.status.band] += 1
    return BandCounts(**{band.value: found[band.value] for band in Band})


def _tiers(rows: list[ObjectiveRow]) -> tuple[TierLine, ...]:
    lines = [
        TierLine(tier.value, str(tier.label), _counts([row for row in rows if row.objective.service.tier == tier]))
        for tier in Tier
    ]
    return tuple(line for line in lines if line.counts.total)


def _journeys(rows: list[ObjectiveRow]) -> tuple[JourneyLine, ...]:
    bands: dict[int, list[Band]] = defaultdict(list)
    for row in rows:
        bands[row.objective.service_id].append(Band(row.status.band))
    lines = []
    for journey in Journey.objects.prefetch_related("steps__service"):
        steps = [step.service for step in journey.steps.all()]
        found = {service.name: worst(bands[service.pk]) for service in steps if bands[service.pk]}
        band = worst(list(found.values()))
        lines.append(JourneyLine(journey, band, tuple(name for name, one in found.items() if one is band), len(steps)))
    return tuple(sorted(lines, key=lambda line: (line.band.rank, line.journey.name)))
