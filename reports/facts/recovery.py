"""Whether a service was seen to recover, by the records of its tests; what has no record can be attested."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Final

from django.db.models import Max, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from incidents.models import IncidentService, Kind
from incidents.models.incident import NOT_COUNTED
from relportal.core import company
from relportal.core.models import Service
from reports.domain.ladder import FactKind
from reports.domain.values import Better
from reports.facts._base import Fact, Readings, World
from risks.domain.recovery import Standing, Verdict
from risks.models import RecoveryKind, RecoveryResult, RecoveryTest
from risks.queries.recovery.standings import ServiceRecovery, standings

YEAR: Final = 365
LONG: Final = 3 * YEAR
GAME_DAYS: Final = (RecoveryKind.FAILOVER, RecoveryKind.ZONE, RecoveryKind.REGION)
"""In these, people meet a failure; a restore is an exercise of one tool, and a tabletop a talk."""


def recovery(slug: str) -> str:
    return reverse("risks:recovery-service", args=[slug])


class Recovery:
    key = "recovery"
    facts = (
        Fact(
            key="restore_test",
            title=_("Days since a restore was tested"),
            connect=_("Record the test whose data was verified, or attest one that is recorded elsewhere."),
            kind=FactKind.DAYS,
            better=Better.DOWN,
            where=recovery,
            by_hand=LONG,
        ),
        Fact(
            key="dr_test",
            title=_("Last recovery test met its objectives"),
            connect=_("Set an objective and record the test, or attest one that is recorded elsewhere."),
            where=recovery,
            by_hand=YEAR,
        ),
        Fact(
            key="game_day",
            title=_("Days since a game day"),
            connect=_(
                "Declare the drill as an incident, record the recovery test, or attest one that is recorded elsewhere."
            ),
            kind=FactKind.DAYS,
            better=Better.DOWN,
            where=recovery,
            by_hand=LONG,
        ),
    )

    def read(self, world: World) -> Mapping[str, Readings]:
        stands = standings(Service.objects.filter(pk__in=world.services), at=world.at)
        met = {one.service.pk: value for one in stands if (value := met_reading(one)) is not None}
        ages = {
            "restore_test": restored_on(world.at),
            "game_day": game_days_on(world.at),
        }
        return {"dr_test": met} | {
            fact: {pk: float((world.today - day).days) for pk, day in found.items() if pk in world.services}
            for fact, found in ages.items()
        }


def met_reading(one: ServiceRecovery) -> float | None:
    """1 or 0; None where nothing was measured, which an attestation may fill in. What is stale is not met any more."""
    if one.result is None or one.result.verdict == Verdict.NOT_MEASURED:
        return None
    return float(one.standing is Standing.MET)


def restored_on(at: dt.datetime) -> dict[int, dt.date]:
    """Service -> the day of the newest test whose data somebody verified, as it was known at `at`."""
    rows = _tested(at).exclude(test__kind=RecoveryKind.TABLETOP).filter(verified_at__isnull=False)
    return _days(rows.values_list("service").annotate(newest=Max("test__held_at")))


def game_days_on(at: dt.datetime) -> dict[int, dt.date]:
    """Service -> the day of the newest drill: of the log of incidents, or a test of recovery from a failure."""
    tests = _days(
        _tested(at).filter(test__kind__in=GAME_DAYS).values_list("service").annotate(newest=Max("test__held_at"))
    )
    drills = IncidentService.objects.filter(
        incident__kind=Kind.DRILL, incident__is_private=False, incident__declared_at__lte=at
    ).exclude(incident__state__in=NOT_COUNTED)
    for pk, day in _days(drills.values_list("service").annotate(newest=Max("incident__declared_at"))).items():
        tests[pk] = max(day, tests.get(pk, day))
    return tests


def _tested(at: dt.datetime) -> QuerySet[RecoveryResult]:
    return RecoveryResult.objects.filter(test__in=RecoveryTest.objects.known(at).filter(held_at__lte=at))


def _days(rows: Iterable[tuple[int, dt.datetime]]) -> dict[int, dt.date]:
    return {pk: company.day(newest) for pk, newest in rows}


PLUGIN = Recovery()
