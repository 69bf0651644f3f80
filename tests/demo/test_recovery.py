"""The recovery of the demo company is seen to hold, to be breached, to be stale, to be talked about, and never to be tested."""

from __future__ import annotations

import pytest

from relportal.core.models import Service
from relportal.demo import seed_catalog, seed_people, seed_recovery
from relportal.demo.drills import DRILLS
from relportal.demo.seed_extras import EXTRAS
from risks.models import RecoveryTest
from risks.queries.recovery.standings import standings
from tests.demo.conftest import ANCHOR

pytestmark = pytest.mark.django_db


def test_each_kind_of_standing_is_there_once_and_a_second_seed_adds_nothing() -> None:
    seed_people.teams(at=ANCHOR)
    seed_people.people(at=ANCHOR)
    seed_catalog.services(at=ANCHOR)
    assert seed_recovery.recovery(at=ANCHOR) == RecoveryTest.objects.count() == len(DRILLS)
    assert seed_recovery.recovery(at=ANCHOR) == 0
    first = standings(list(Service.objects.filter(tier=1)), at=ANCHOR)
    assert {one.service.slug: one.standing.value for one in first} == {
        "booking-api": "met", "edge-gateway": "met", "identity": "met", "payments-api": "breached", "search-api": "stale",
        "ticketing": "not_measured",
    }  # fmt: skip
    [timetable] = standings(list(Service.objects.filter(slug="timetable")), at=ANCHOR)
    assert timetable.standing.value == "never"
    assert RecoveryTest.objects.get(approved_at=None).scenario == "The host of the session database is switched off"


def test_a_drill_of_the_log_of_incidents_is_a_test_of_the_same_day() -> None:
    told = {(one.day, came.service) for one in DRILLS for came in one.came}
    assert {(-one.ago, one.service) for one in EXTRAS if one.key.startswith("drill-")} <= told
