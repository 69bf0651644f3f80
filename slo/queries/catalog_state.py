"""The state of services in one statement: objectives by band, tightest budget, burn, and what the catalog knows of each.

Everything is aggregated from `Status`, which the collector writes with the measurements: a page never touches them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.db import connection

from relportal.core.models import Lifecycle
from slo.domain.bands import Band
from slo.domain.budget import error_budget
from slo.domain.completeness import RULES, Completeness, Fact, completeness
from slo.domain.windows import Window
from slo.models import window_from

LATENCY_KINDS: Final = "('latency_classic', 'latency_native')"


def _linked(kind: str) -> str:
    return f"EXISTS (SELECT 1 FROM core_servicelink k WHERE k.service_id = s.id AND k.kind = '{kind}')"  # noqa: S608


def _promised(condition: str) -> str:
    return (
        "EXISTS (SELECT 1 FROM slo_objective b JOIN slo_indicator i ON i.id = b.indicator_id"  # noqa: S608
        f" WHERE b.service_id = s.id AND b.retired_at IS NULL AND {condition})"
    )


# When each fact holds of a row `s` of the statement below; the words for people are in docs/catalog.md. They are EXISTS, so
# that the planner looks them up for the 50 rows of a page and hashes them when all services are scored.
FACT_SQL: Final[Mapping[Fact, str]] = {
    Fact.OWNER: "s.team_id IS NOT NULL",
    Fact.DESCRIPTION: "s.described",
    Fact.RUNBOOK: _linked("runbook"),
    Fact.REPO: _linked("repo"),
    Fact.DASHBOARD: _linked("dashboard"),
    Fact.CONNECTED: "(EXISTS (SELECT 1 FROM core_dependency d WHERE d.service_id = s.id)"
    " OR EXISTS (SELECT 1 FROM core_dependency d WHERE d.depends_on_id = s.id))",
    Fact.OBJECTIVE: "s.objectives > 0",
    Fact.AVAILABILITY: _promised(f"i.kind NOT IN {LATENCY_KINDS}"),
    Fact.LATENCY: _promised(f"(i.kind IN {LATENCY_KINDS} OR i.kind = 'threshold')"),
    Fact.BURN_ALERT: _promised("EXISTS (SELECT 1 FROM slo_burnrule r WHERE r.objective_id = b.id)"),
}


def _score_sql() -> str:
    """The score of slo.domain.completeness as an expression, so that the database can filter and sort by it."""
    cases = []
    for tier in (1, 2, 3, 4):
        asked = [rule for rule in RULES if tier in rule.tiers]
        met = " + ".join(f"CASE WHEN {FACT_SQL[rule.fact]} THEN {rule.weight} ELSE 0 END" for rule in asked)
        whole = float(sum(rule.weight for rule in asked))
        cases.append(f"WHEN s.tier = {tier} THEN ({met}) / {whole}::float8")
    return f"CASE WHEN s.lifecycle = 'retired' THEN NULL {' '.join(cases)} END"


SCORE_SQL: Final = _score_sql()
_FACTS_SQL: Final = ", ".join(f"CASE WHEN {sql} THEN '{fact}' END" for fact, sql in FACT_SQL.items())

# A budget or burn rate without enough data is not trusted: it counts towards no minimum and no maximum.
STATES: Final = """
WITH o AS (
    SELECT ob.service_id,
        count(*) AS objectives,
        count(*) FILTER (WHERE st.band = 'breached') AS breached,
        count(*) FILTER (WHERE st.band = 'at_risk') AS at_risk,
        count(*) FILTER (WHERE st.band = 'healthy') AS healthy,
        min(st.remaining) FILTER (WHERE st.band <> 'no_data') AS remaining,
        max(st.burn_1h) FILTER (WHERE st.band <> 'no_data') AS burn_1h,
        count(*) FILTER (WHERE st.firing = 'page') AS paging,
        count(*) FILTER (WHERE st.firing = 'ticket') AS ticketing,
        max(st.at) AS watermark
    FROM slo_objective ob LEFT JOIN slo_status st ON st.objective_id = ob.id
    WHERE ob.retired_at IS NULL AND (%(ids)s IS NULL OR ob.service_id = ANY(%(ids)s))
    GROUP BY ob.service_id
), state AS (
    SELECT s.id, s.slug, s.name, s.tier, s.lifecycle, s.team_id, s.aliases,
        t.slug AS team_slug, t.name AS team_name,
        coalesce(o.objectives, 0) AS objectives,
        coalesce(o.breached, 0) AS breached,
        coalesce(o.at_risk, 0) AS at_risk,
        coalesce(o.healthy, 0) AS healthy,
        o.remaining, o.burn_1h,
        coalesce(o.paging, 0) AS paging,
        coalesce(o.ticketing, 0) AS ticketing,
        o.watermark,
        CASE WHEN o.breached > 0 THEN 0 WHEN o.at_risk > 0 THEN 1
             WHEN o.healthy = o.objectives THEN 3 ELSE 2 END AS band,
        s.description ~ '\\S' AS described
    FROM core_service s
    LEFT JOIN core_team t ON t.id = s.team_id
    LEFT JOIN o ON o.service_id = s.id
    WHERE %(ids)s IS NULL OR s.id = ANY(%(ids)s)
)
"""

# The objective with the least budget left speaks for the service in its row.
TIGHTEST: Final = """
LEFT JOIN LATERAL (
    SELECT ob.id, ob.name, ob.target, ob.window_kind, ob.window_days, ob.window_zone, st.sli, st.spark, st.at
    FROM slo_objective ob JOIN slo_status st ON st.objective_id = ob.id
    WHERE ob.service_id = page.id AND ob.retired_at IS NULL
    ORDER BY st.band = 'no_data', st.remaining NULLS LAST, ob.id LIMIT 1
) w ON TRUE
"""

COLUMNS: Final = """
    overall.total, overall.breached, overall.at_risk, overall.healthy, overall.no_data,
    page.id, page.slug, page.name, page.tier, page.lifecycle, page.team_slug, page.team_name, page.objectives,
    page.breached, page.at_risk, page.healthy, page.remaining, page.burn_1h, page.paging, page.ticketing, page.watermark,
    page.band, page.facts
"""
TIGHTEST_COLUMNS: Final = """
    , w.id, w.name, w.target, w.window_kind, w.window_days, w.window_zone, w.sli, w.spark, w.at
"""

BANDS: Final = (Band.BREACHED, Band.AT_RISK, Band.NO_DATA, Band.HEALTHY)


@dataclass(frozen=True, slots=True)
class BandCounts:
    """How many objectives (or services) stand in each band; one that was never computed is without data."""

    breached: int
    at_risk: int
    healthy: int
    no_data: int

    @property
    def total(self) -> int:
        return self.breached + self.at_risk + self.healthy + self.no_data


@dataclass(frozen=True, slots=True)
class Tightest:
    """The objective with the least budget left. `whole` is its budget as time of full outage over the whole window."""

    objective_id: int
    name: str
    target: Decimal
    sli: float | None
    whole: dt.timedelta
    spark: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class ServiceState:
    """A service as a row of a list.

    `remaining` is the least of its objectives, signed; `burn_1h` the highest. Both are None without data. `band` is the
    worst; a service without objectives is NO_DATA with `counts.total` 0. `watermark` is the newest instant counted.
    """

    id: int
    slug: str
    name: str
    tier: int
    lifecycle: Lifecycle
    team_slug: str | None
    team_name: str | None
    band: Band
    counts: BandCounts
    remaining: float | None
    burn_1h: float | None
    paging: int
    ticketing: int
    watermark: dt.datetime | None
    completeness: Completeness
    tightest: Tightest | None = None

    @property
    def firing(self) -> str:
        """ "page", "ticket" or "": the most urgent burn alert that fires."""
        return "page" if self.paging else "ticket" if self.ticketing else ""


@dataclass(frozen=True, slots=True)
class Rows:
    """`total` counts every row that the conditions let through, `services` all services that are not retired, by band."""

    states: tuple[ServiceState, ...]
    total: int
    services: BandCounts


def select_states(
    *,
    conditions: Sequence[str] = (),
    params: Mapping[str, Any] | None = None,
    ids: Sequence[int] | None = None,
    order: str = "band, remaining NULLS LAST, tier, name",
    limit: int | None = None,
    offset: int = 0,
    with_tightest: bool = True,
) -> Rows:
    """Runs the statement. `conditions` and `order` are fragments written in this package, never user text.

    An offset beyond the end gives the last slice.
    """
    # The score of every service costs more than the rest of the statement: it is taken only where it decides.
    needs_score = "score" in order or any("score" in one for one in conditions)
    statement = f"""
        {STATES}, scored AS (
            SELECT s.*, {SCORE_SQL if needs_score else "NULL::float8"} AS score FROM state s
        ), matching AS (
            SELECT * FROM scored WHERE {" AND ".join(conditions) or "TRUE"}
        ), overall AS (
            SELECT (SELECT count(*) FROM matching) AS total,
                count(*) FILTER (WHERE band = 0) AS breached, count(*) FILTER (WHERE band = 1) AS at_risk,
                count(*) FILTER (WHERE band = 3) AS healthy, count(*) FILTER (WHERE band = 2) AS no_data
            FROM state WHERE lifecycle <> 'retired'
        ), cut AS (
            SELECT *, row_number() OVER (ORDER BY {order}) AS place FROM matching ORDER BY place LIMIT %(limit)s
            OFFSET least(%(offset)s, (SELECT greatest(total - 1, 0) / %(limit)s * %(limit)s FROM overall))
        ), page AS (
            SELECT s.*, array_remove(ARRAY[{_FACTS_SQL}], NULL) AS facts FROM cut s
        )
        SELECT {COLUMNS} {TIGHTEST_COLUMNS if with_tightest else ""}
        FROM overall LEFT JOIN page ON TRUE {TIGHTEST if with_tightest else ""} ORDER BY page.place
    """  # noqa: S608 -- every fragment is a constant of this package, values go through parameters
    values = {
        "ids": list(ids) if ids is not None else None,
        "limit": limit,
        "offset": offset,
        **(params or {}),
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found = cursor.fetchall()
    total, *by_band = found[0][:5]
    states = tuple(_state(row[5:]) for row in found if row[5] is not None)
    return Rows(states, total, BandCounts(*by_band))


def _state(row: tuple[Any, ...]) -> ServiceState:
    tier, lifecycle = row[3], Lifecycle(row[4])
    objectives, breached, at_risk, healthy = row[7:11]
    facts = {Fact(fact) for fact in row[17]}
    return ServiceState(
        id=row[0],
        slug=row[1],
        name=row[2],
        tier=tier,
        lifecycle=lifecycle,
        team_slug=row[5],
        team_name=row[6],
        counts=BandCounts(breached, at_risk, healthy, objectives - breached - at_risk - healthy),
        remaining=row[11],
        burn_1h=row[12],
        paging=row[13],
        ticketing=row[14],
        watermark=row[15],
        band=BANDS[row[16]],
        completeness=completeness(facts, tier=tier, retired=lifecycle is Lifecycle.RETIRED),
        tightest=_tightest(row[18:]) if len(row) > 18 and row[18] else None,
    )


def _tightest(row: tuple[Any, ...]) -> Tightest:
    identity, name, target, kind, days, zone, sli, spark, at = row
    return Tightest(
        objective_id=identity,
        name=name,
        target=target,
        sli=sli,
        whole=whole_budget(target, window_from(kind, days, zone), at=at),
        spark=tuple(spark),
    )


def whole_budget(target: Decimal, over: Window, *, at: dt.datetime | None) -> dt.timedelta:
    """The error budget as time of full outage over the whole window, which for a calendar month depends on the month."""
    length_s = over.bounds(at).length_s if at else over.nominal_s
    return dt.timedelta(seconds=error_budget(target) * length_s)
