"""The state of the company in ten seconds: what is missed, who is worst and why, what burns, what nobody knows.

Thousands of objectives are counted by the database; only those that may need attention are read, and of these only the
first ones as rows.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from relportal.core.models import Tier, User
from relportal.core.work import MAX_ATTEMPTS
from slo.domain import attention as domain
from slo.domain.attention import SOON, Attention, Standing
from slo.domain.bands import AT_RISK_BELOW, Band, worst
from slo.domain.budget import NoDataReason
from slo.domain.burn import Severity
from slo.models import Objective
from slo.queries.catalog_state import BandCounts
from slo.queries.objectives import ObjectiveRow, status_of
from slo.queries.sources import SourceRow, source_rows

NEEDY_SHOWN: Final = 12
BURNING_SHOWN: Final = 6
RESOLVED_SHOWN: Final = 4
WEEK: Final = dt.timedelta(days=7)


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
    """A journey is as well as the worst of its services that promise anything; `hit` are the services in that band."""

    slug: str
    name: str
    band: Band
    hit: tuple[str, ...]
    steps: int


@dataclass(frozen=True, slots=True)
class Fire:
    """The alerts of one objective as one: the worst severity, its highest burn, since its first, until the last ended.

    `until` is None while one of them is open.
    """

    objective: Objective
    severity: Severity
    burn: float
    since: dt.datetime
    until: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Week:
    """Alerts that fired within the last seven days, and in the seven before; `over` are objectives that burned and ceased.

    `fired_before` None: alerts were not judged yet when that week began, as far as any alert tells.
    """

    fired: int
    fired_before: int | None
    over: tuple[Fire, ...]

    @property
    def more(self) -> int | None:
        return None if self.fired_before is None else self.fired - self.fired_before


@dataclass(frozen=True, slots=True)
class Overview:
    """`needy` are the first of `needy_total`, `burning` the first of `burning_total` objectives with an open alert."""

    needy: tuple[Needy, ...]
    needy_total: int
    tiers: tuple[TierLine, ...]
    counts: BandCounts
    journeys: tuple[JourneyLine, ...]
    burning: tuple[Fire, ...]
    burning_total: int
    week: Week
    ailing_sources: tuple[SourceRow, ...]
    troubled_work: int
    watermark: dt.datetime | None
    at: dt.datetime

    @property
    def worst(self) -> Needy | None:
        return self.needy[0] if self.needy else None


_Json = Mapping[str, Any]
# One statement: the page is opened by everybody all day, and each round trip costs more than what it asks for. Of an alert or
# a candidate only what decides is read; `maybe` holds all that slo.domain.attention may name.
_SQL: Final = """
WITH o AS (
    SELECT ob.id, ob.service_id, s.tier, s.name AS service, ob.name, coalesce(st.band, 'no_data') AS band, st.at,
        st.remaining, coalesce(st.firing, '') AS firing, st.burn_1h, st.exhausted_at, coalesce(st.reason, '') AS reason
    FROM slo_objective ob JOIN core_service s ON s.id = ob.service_id LEFT JOIN slo_status st ON st.objective_id = ob.id
    WHERE ob.retired_at IS NULL
), maybe AS (
    SELECT * FROM o WHERE firing <> '' OR remaining IS NULL OR remaining < %(at_risk)s OR exhausted_at <= %(soon)s
), alert AS (
    SELECT a.objective_id, a.severity, a.peak_burn, a.fired_at, a.resolved_at FROM slo_burnalert a JOIN o ON o.id = a.objective_id
    WHERE a.resolved_at IS NULL OR a.resolved_at >= %(week)s OR a.fired_at >= %(fortnight)s
), step AS (
    SELECT js.journey_id, s.name, min(js.position) AS position,
        array_agg(DISTINCT o.band) FILTER (WHERE o.id IS NOT NULL) AS bands
    FROM core_journeyservice js JOIN core_service s ON s.id = js.service_id LEFT JOIN o ON o.service_id = js.service_id
    GROUP BY js.journey_id, s.id, s.name
)
SELECT json_build_object(
    'tiers', (SELECT json_agg(t) FROM (SELECT tier, band, count(*) AS n, max(at) AS newest FROM o GROUP BY tier, band) t),
    'maybe', (SELECT json_agg(json_build_array(id, tier, remaining, firing, burn_1h, exhausted_at, reason)
                              ORDER BY tier, service, name) FROM maybe),
    'alerts', (SELECT json_agg(alert) FROM alert),
    'judged_before', (SELECT EXISTS (SELECT FROM slo_burnalert WHERE fired_at < %(fortnight)s)),
    'journeys', (SELECT json_agg(j) FROM (
        SELECT journey.slug, journey.name, json_agg(json_build_array(step.name, step.bands) ORDER BY step.position) AS steps
        FROM core_journey journey JOIN step ON step.journey_id = journey.id GROUP BY journey.id) j),
    'troubled', (SELECT count(*) FROM core_workitem WHERE state = 'quarantined' OR attempts >= %(attempts)s
                        OR result ? 'problem')
)::text
"""


def overview(user: User, *, at: dt.datetime) -> Overview:
    """Of what the user may see: all, or with no role nothing."""
    found = _read(at=at) if user.roles else {}
    tiers, watermark = _tiers(found.get("tiers") or ())
    ranked = _ranked(found.get("maybe") or (), at=at)
    alerts = found.get("alerts") or ()
    burned = _by_objective(alerts)
    burning = sorted((one for one in burned if one.until is None), key=_hottest)
    ceased = [one for one in burned if one.until is not None and one.until >= at - WEEK]
    over = sorted(ceased, key=lambda one: one.until or at, reverse=True)[:RESOLVED_SHOWN]
    first = ranked[:NEEDY_SHOWN]
    keys = {one.standing.key for one in first} | {one.key for one in (*burning[:BURNING_SHOWN], *over)}
    rows = _rows(keys, at=at)
    return Overview(
        needy=tuple(Needy(rows[one.standing.key], one) for one in first),
        needy_total=len(ranked),
        tiers=tiers,
        counts=_sum(line.counts for line in tiers),
        journeys=_journeys(found.get("journeys") or ()),
        burning=tuple(one.shown(rows) for one in burning[:BURNING_SHOWN]),
        burning_total=len(burning),
        week=Week(
            fired=_fired(alerts, at - WEEK, at),
            fired_before=_fired(alerts, at - 2 * WEEK, at - WEEK) if found.get("judged_before") else None,
            over=tuple(one.shown(rows) for one in over),
        ),
        ailing_sources=tuple(row for row in source_rows(at=at) if row.band in ("breached", "at_risk")),
        troubled_work=found.get("troubled", 0),
        watermark=watermark,
        at=at,
    )


def _read(*, at: dt.datetime) -> _Json:
    values: dict[str, Any] = {
        "at_risk": AT_RISK_BELOW,
        "soon": at + SOON,
        "week": at - WEEK,
        "fortnight": at - 2 * WEEK,
        "attempts": MAX_ATTEMPTS,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SQL, values)
        row = cursor.fetchone()
    found: _Json = json.loads(row[0]) if row else {}
    return found


def _instant(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None


def _tiers(rows: Iterable[_Json]) -> tuple[tuple[TierLine, ...], dt.datetime | None]:
    """The tiers that have objectives, and the newest instant that any of these counts."""
    found: dict[int, dict[str, int]] = defaultdict(lambda: {band.value: 0 for band in Band})
    newest = []
    for row in rows:
        found[row["tier"]][row["band"]] += row["n"]
        newest.append(_instant(row["newest"]))
    lines = (TierLine(tier.value, str(tier.label), BandCounts(**found[tier.value])) for tier in Tier)
    return tuple(line for line in lines if line.counts.total), max(filter(None, newest), default=None)


def _sum(counts: Iterable[BandCounts]) -> BandCounts:
    every = list(counts)
    return BandCounts(**{band.value: sum(getattr(one, band.value) for one in every) for band in Band})


def _ranked(rows: Iterable[Sequence[Any]], *, at: dt.datetime) -> tuple[Attention[int], ...]:
    standings = (
        Standing(
            key=key,
            tier=tier,
            remaining=remaining,
            firing=Severity(firing) if firing else None,
            burn=burn,
            exhausted_at=_instant(exhausted_at),
            # Numbers from before a source went away still say who is worst: a reason counts only where there are none.
            reason=NoDataReason(reason) if reason and remaining is None else None,
        )
        for key, tier, remaining, firing, burn, exhausted_at, reason in rows
    )
    return domain.attention(standings, at=at)


@dataclass(frozen=True, slots=True)
class _Burned:
    """A Fire whose objective is not read yet."""

    key: int
    severity: Severity
    burn: float
    since: dt.datetime
    until: dt.datetime | None

    def shown(self, rows: Mapping[int, ObjectiveRow]) -> Fire:
        return Fire(rows[self.key].objective, self.severity, self.burn, self.since, self.until)


def _by_objective(alerts: Iterable[_Json]) -> list[_Burned]:
    """Open alerts where an objective has any; otherwise those that are over. Of these the worst, for a page is not as old as
    the ticket before it."""
    found: dict[int, list[_Json]] = defaultdict(list)
    for alert in alerts:
        found[alert["objective_id"]].append(alert)
    burned = []
    for key, every in found.items():
        mine = [one for one in every if not one["resolved_at"]] or every
        ends = [_instant(one["resolved_at"]) for one in mine]
        pages = [one for one in mine if one["severity"] == Severity.PAGE]
        worst = pages or mine
        burned.append(
            _Burned(
                key=key,
                severity=Severity.PAGE if pages else Severity.TICKET,
                burn=max(one["peak_burn"] for one in worst),
                since=min(dt.datetime.fromisoformat(one["fired_at"]) for one in worst),
                until=max(filter(None, ends), default=None),
            )
        )
    return burned


def _hottest(fire: _Burned) -> tuple[bool, float, int]:
    """Pages before tickets, then the highest burn first."""
    return fire.severity is not Severity.PAGE, -fire.burn, fire.key


def _fired(alerts: Iterable[_Json], start: dt.datetime, end: dt.datetime) -> int:
    return sum(1 for one in alerts if start <= dt.datetime.fromisoformat(one["fired_at"]) < end)


def _rows(keys: set[int], *, at: dt.datetime) -> dict[int, ObjectiveRow]:
    found = (
        Objective.objects.filter(pk__in=keys)
        .select_related("service__team", "status")
        .defer("description", "service__description", "status__spark")
    )
    return {row.pk: ObjectiveRow(row, status_of(row, at=at)) for row in found}


def _journeys(rows: Iterable[_Json]) -> tuple[JourneyLine, ...]:
    """Worst first."""
    lines = []
    for row in rows:
        found = [(name, worst([Band(band) for band in bands])) for name, bands in row["steps"] if bands]
        band = worst([one for _name, one in found])
        hit = tuple(name for name, one in found if one is band)
        lines.append(JourneyLine(row["slug"], row["name"], band, hit, len(row["steps"])))
    return tuple(sorted(lines, key=lambda line: (line.band.rank, line.name)))
