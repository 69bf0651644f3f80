"""One KPI of all teams in a period, as a distribution: by name, grouped by the most critical tier that a team runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Min

from relportal.core.models import Service, Team, Tier
from reports.domain.distribution import Axis, Spread, axis, spread
from reports.domain.periods import Period
from reports.domain.scopes import ScopeKind
from reports.domain.values import Lacking, Unit
from reports.kpis._base import AnyKpi
from reports.models import Edition, KpiValue

HIDDEN: Final = frozenset({Lacking.TOO_FEW_PEOPLE})
"""Nothing of so small a group is drawn: it would be of persons."""


@dataclass(frozen=True, slots=True)
class TeamDot:
    """`value` None: see `lacking`. `small`: the sample carries no colour; it is drawn hollow. Places are 0..1 on the axis."""

    team: Team
    row: KpiValue | None
    value: float | None
    low: float | None
    high: float | None
    place: float | None
    low_place: float | None
    high_place: float | None
    small: bool
    lacking: str


@dataclass(frozen=True, slots=True)
class TierGroup:
    """`name` of the most critical tier of their services; empty: of teams without services."""

    name: str
    dots: tuple[TeamDot, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`apart`: teams whose whole 95 % range lies beside the median of teams; `ranged`: those that have a range at all."""

    kpi: AnyKpi
    period: Period
    axis: Axis
    spread: Spread | None
    median_place: float | None
    company: KpiValue | None
    company_place: float | None
    groups: tuple[TierGroup, ...]
    apart: int
    ranged: int

    @property
    def dots(self) -> tuple[TeamDot, ...]:
        return tuple(dot for group in self.groups for dot in group.dots)


def comparison(kpi: AnyKpi, period: Period) -> Comparison:
    """Three statements; of a closed period the values as they were closed."""
    rows = KpiValue.objects.filter(
        kpi=kpi.key, cut=period.cut, first=period.first, scope__in=(ScopeKind.TEAM, ScopeKind.COMPANY)
    )
    kept: dict[tuple[str, int], KpiValue] = {}
    for one in sorted(rows, key=lambda each: each.edition == Edition.CLOSED):
        kept[one.scope, one.number] = one
    teams = list(Team.objects.order_by("name"))
    tiers = dict(Service.objects.active().exclude(team=None).order_by().values_list("team").annotate(Min("tier")))
    shown = [row for team in teams if (row := kept.get((ScopeKind.TEAM, team.pk))) is not None and _drawn(row)]
    company = kept.get((ScopeKind.COMPANY, 0))
    ends = [each for row in [*shown, *([company] if company else [])] for each in (row.low, row.value, row.high)]
    scale = axis([each for each in ends if each is not None], most=1.0 if kpi.unit is Unit.SHARE else None)
    middle = spread([row.value for row in shown if row.value is not None])
    dots = {team.pk: _dot(team, kept.get((ScopeKind.TEAM, team.pk)), scale) for team in teams}
    ranged = [dot for dot in dots.values() if dot.low is not None and dot.high is not None]
    return Comparison(
        kpi=kpi,
        period=period,
        axis=scale,
        spread=middle,
        median_place=scale.place(middle.median) if middle is not None else None,
        company=company,
        company_place=scale.place(company.value) if company is not None and company.value is not None else None,
        groups=_groups(teams, tiers, dots),
        apart=sum(middle is not None and not _holds(dot, middle.median) for dot in ranged),
        ranged=len(ranged),
    )


def _drawn(row: KpiValue) -> bool:
    return row.value is not None and row.lacking not in HIDDEN


def _holds(dot: TeamDot, value: float) -> bool:
    return dot.low is not None and dot.high is not None and dot.low <= value <= dot.high


def _dot(team: Team, row: KpiValue | None, scale: Axis) -> TeamDot:
    if row is None or not _drawn(row):
        lacking = row.lacking if row is not None else ""
        return TeamDot(team, row, None, None, None, None, None, None, small=True, lacking=lacking)
    places = [scale.place(each) if each is not None else None for each in (row.value, row.low, row.high)]
    return TeamDot(
        team, row, row.value, row.low, row.high, places[0], places[1], places[2],
        small=bool(row.lacking), lacking=row.lacking,
    )  # fmt: skip


def _groups(teams: Sequence[Team], tiers: dict[int, int], dots: dict[int, TeamDot]) -> tuple[TierGroup, ...]:
    found = []
    for tier in (*Tier.values, None):
        mine = tuple(dots[team.pk] for team in teams if tiers.get(team.pk) == tier)
        if mine:
            found.append(TierGroup(str(Tier(tier).label) if tier is not None else "", mine))
    return tuple(found)
