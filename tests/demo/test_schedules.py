from __future__ import annotations

import datetime as dt

import pytest

from relportal.demo import seed_people, seed_schedules
from reports.models import Mailing, MailingState, Schedule

pytestmark = pytest.mark.django_db


def test_the_demo_sends_three_things_and_shows_what_became_of_them(at: dt.datetime) -> None:
    seed_people.teams(at=at)
    seed_people.people(at=at)
    assert seed_schedules.schedules(at=at) == 3
    assert seed_schedules.schedules(at=at) == 0
    assert set(Schedule.objects.values_list("cadence", flat=True)) == {"weekly", "monthly", "quarterly"}
    assert set(Mailing.objects.values_list("state", flat=True)) == {MailingState.SENT, MailingState.FAILED}
