"""How services stand in recovery at an instant: by their objectives and tests as they were known then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from django.db.models import Case, IntegerField, Value, When
from django.utils.translation import gettext_lazy

from relportal.core import company
from relportal.core.models import Service
from risks.domain.recovery import LastTest, Objective, Reason, Standing, Stood, Terms, Verdict, stood
from risks.models import RecoveryKind, RecoveryObjective, RecoveryResult, RecoveryTest
from risks.models.recovery import EVERY_DAYS

WORDS: Final = {
    Standing.MET: gettext_lazy("Met"),
    Standing.BREACHED: gettext_lazy("Breached"),
    Standing.PARTLY: gettext_lazy("Partly met"),
    Standing.NOT_MEASURED: gettext_lazy("Not measured"),
    Standing.STALE: gettext_lazy("Stale"),
    Standing.NEVER: gettext_lazy("Never tested"),
}
BANDS: Final = {
    Standing.MET: "healthy",
    Standing.BREACHED: "breached",
    Standing.PARTLY: "at_risk",
    Standing.STALE: "at_risk",
}
"""As which they are drawn; the others count as no data."""
VERDICT_BANDS: Final = {Verdict.MET: "healthy", Verdict.BREACHED: "breached", Verdict.PARTLY: "at_risk"}
REASONS: Final = {
    Reason.AGE: gettext_lazy("older than its cadence"),
    Reason.OBJECTIVE: gettext_lazy("the objective changed since"),
    Reason.TIER: gettext_lazy("the tier changed since"),
    Reason.PLAN: gettext_lazy("the plan changed since"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRecovery:
    """`result` is of the newest test that was more than a tabletop, or else of the newest tabletop; None: nothing was tested."""

    service: Service
    tier: int
    objective: RecoveryObjective | None
    result: RecoveryResult | None
    stood: Stood

    @property
    def standing(self) -> Standing:
        return self.stood.standing

    @property
    def test(self) -> RecoveryTest | None:
        return self.result.test if self.result is not None else None

    @property
    def word(self) -> str:
        return str(WORDS[self.standing])

    @property
    def band(self) -> str:
        return BANDS.get(self.standing, "no_data")

    @property
    def why(self) -> str:
        """Why it is stale, or why a breach is old; empty: nothing changed."""
        return "; ".join(str(REASONS[each]) for each in self.stood.reasons)


def standings(
    services: Collection[Service], *, at: dt.datetime, tiers: Mapping[int, int] | None = None
) -> tuple[ServiceRecovery, ...]:
    """In their order; two statements, and one more where a test was held under an older objective. `tiers`: those of the instant,
    where they are not those of the catalog."""
    zone = company.zone()
    day = at.astimezone(zone).date()
    kept = RecoveryObjective.objects.filter(service__in=[one.pk for one in services]).known(at).in_force(day)
    objectives = {one.service_id: one for one in kept}
    results = newest(services, at=at, known={one.pk: one for one in objectives.values()})
    return tuple(
        _one(
            one,
            (tiers or {}).get(one.pk, one.tier),
            objectives.get(one.pk),
            results.get(one.pk),
            zone=zone,
            day=day,
        )
        for one in services
    )


def newest(
    services: Collection[Service], *, at: dt.datetime, known: Mapping[int, RecoveryObjective]
) -> dict[int, RecoveryResult]:
    """Service -> its result in the newest test; a tabletop only where there is nothing else. Objectives that are `known` by
    their ids are not read again: most tests were held under the one that is in force."""
    held = RecoveryTest.objects.known(at).filter(held_at__lte=at)
    talk = Case(When(test__kind=RecoveryKind.TABLETOP, then=Value(1)), default=Value(0), output_field=IntegerField())
    rows = RecoveryResult.objects.filter(service__in=[one.pk for one in services], test__in=held)
    ordered = rows.order_by("service_id", talk, "-test__held_at", "-test_id").distinct("service_id")
    found = {row.service_id: row for row in ordered.select_related("test")}
    wanted = {row.objective_id for row in found.values() if row.objective_id is not None} - known.keys()
    objectives = {**known, **RecoveryObjective.objects.in_bulk(wanted)}
    for row in found.values():
        row.objective = objectives[row.objective_id] if row.objective_id is not None else None
    return found


def _one(
    service: Service,
    tier: int,
    objective: RecoveryObjective | None,
    result: RecoveryResult | None,
    *,
    zone: dt.tzinfo,
    day: dt.date,
) -> ServiceRecovery:
    now = Terms(promise_of(objective), tier, objective.plan_version if objective is not None else "")
    every = objective.every_days if objective is not None else EVERY_DAYS
    tested = None
    if result is not None:
        terms = Terms(promise_of(result.objective), result.tier, result.test.plan_version)
        tested = LastTest(result.test.held_at.astimezone(zone).date(), Verdict(result.verdict), terms)
    return ServiceRecovery(
        service=service,
        tier=tier,
        objective=objective,
        result=result,
        stood=stood(tested, now, today=day, every_days=every),
    )


def promise_of(objective: RecoveryObjective | None) -> Objective:
    return objective.promise if objective is not None else Objective()
