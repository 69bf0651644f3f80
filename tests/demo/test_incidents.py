from __future__ import annotations

import datetime as dt

import pytest

from incidents.models import Entry, ImpactSegment, Incident, State, TimeMark
from relportal.demo import seed_catalog, seed_incidents, seed_people
from relportal.demo.events import Timeline
from tests.demo.conftest import ANCHOR
from tests.incidents.conftest import _settings

__all__ = ["_settings"]
pytestmark = pytest.mark.django_db
NOW = ANCHOR + dt.timedelta(hours=3)


def test_the_incidents_are_those_of_the_story_up_to_now_and_are_seeded_once(company: Timeline) -> None:
    seed_people.teams(at=NOW)
    seed_people.people(at=NOW)
    seed_catalog.services(at=NOW)

    seeded = seed_incidents.incidents(company, at=NOW)

    told = {each.key: each for each in company.incidents}
    rows = list(Incident.objects.prefetch_related("segments"))
    assert seeded == len(rows)
    assert 60 <= len(rows) <= 140
    for row in rows:
        one = told[row.declared_from.removeprefix("demo:")]
        assert (row.title, row.severity_id) == (one.title, one.severity)
        assert row.declared_at >= one.start
        for segment in row.segments.all():
            assert segment.start >= one.start
            assert one.end is None or segment.end is None or segment.end <= one.end
    assert not Entry.objects.filter(at__gt=NOW).exists()
    assert not TimeMark.objects.filter(at__gt=NOW).exists()
    assert not ImpactSegment.objects.filter(start__gt=NOW).exists()
    goes_on = [each for each in told.values() if each.severity <= 3 and each.start < NOW and (each.end or NOW) >= NOW]
    assert Incident.objects.ongoing().count() == len(goes_on) > 0
    assert Incident.objects.filter(state=State.CLOSED).exists()
    assert seed_incidents.incidents(company, at=NOW) == 0
