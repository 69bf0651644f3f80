from __future__ import annotations

import datetime as dt

import pytest

from incidents.models import (
    ActionItem,
    ActionState,
    Alert,
    Deferral,
    Delivery,
    Deploy,
    Entry,
    ImpactSegment,
    Incident,
    Kind,
    Postmortem,
    PostmortemState,
    RunbookRun,
    State,
    Suspect,
    SuspectVerdict,
    TimeMark,
)
from relportal.core.models import Notification
from relportal.demo import seed_catalog, seed_extras, seed_incidents, seed_people
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
    assert 70 <= len(rows) <= 140
    for row in rows:
        if row.declared_from.startswith(seed_extras.FROM):
            continue
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
    _learnt(company)
    assert seed_incidents.incidents(company, at=NOW) == 0


def _learnt(company: Timeline) -> None:
    """What followed: nothing lies in the future, and every state that people meet is there."""
    kinds = set(Incident.objects.values_list("kind", flat=True))
    assert {Kind.REAL, Kind.DRILL, Kind.NEAR_MISS, Kind.TEST} <= kinds
    assert Incident.objects.filter(is_private=True).count() == 1
    assert Incident.objects.filter(state=State.MERGED).count() == 1
    assert not Postmortem.objects.filter(created_at__gt=NOW).exists()
    assert Postmortem.objects.filter(state=PostmortemState.PUBLISHED).count() > 20
    states = set(ActionItem.objects.values_list("state", flat=True))
    assert states == {each.value for each in ActionState}
    assert not ActionItem.objects.filter(done_at__gt=NOW).exists()
    late = ActionItem.objects.unfinished().filter(due_on__lt=NOW.date())
    assert 0 < late.count() < 15
    assert Deferral.objects.filter(approved=True).exists()
    part = ActionItem.objects.get(split_from__isnull=False)
    assert part.split_from is not None
    assert (part.due_on, part.first_due_on) == (part.split_from.due_on, part.split_from.first_due_on)
    assert not RunbookRun.objects.filter(started_at__gt=NOW).exists()
    assert {*RunbookRun.objects.exclude(incident=None).values_list("outcome", flat=True)} >= {"helped", "no_help"}
    assert 35 <= RunbookRun.objects.filter(source="Rundeck", alert=None).count() <= 42
    assert RunbookRun.objects.filter(outcome="not_needed", alert__incident=None, alert__verdict="").count() > 10
    assert 1000 < Deploy.objects.count() < 10_000
    causes = Suspect.objects.filter(verdict=SuspectVerdict.CAUSE)
    assert causes.exists()
    for suspect in causes.select_related("incident", "deploy"):
        assert suspect.deploy.started_at <= suspect.incident.declared_at
    assert Delivery.objects.exclude(result=Delivery.Result.TAKEN).count() == 0
    ended = {each.key for each in company.incidents if each.end is not None and each.end <= NOW}
    rang = Alert.objects.filter(ended_at=None)
    assert rang.count() <= sum(len(each.effects) for each in company.incidents if each.key not in ended)
    assert not Notification.objects.filter(mailed_at=None, wants_mail=True).exists()
