"""The reports of the demo company go the way that those of people go."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from relportal.demo import seed_people, seed_reports
from relportal.demo.report_words import HEADLINE, WHY
from reports.kpis import KPIS
from reports.models import Investment, Report
from reports.payloads import shown

pytestmark = pytest.mark.django_db


def test_every_kpi_has_its_words_and_every_quarter_its_story() -> None:
    assert set(WHY) == set(KPIS)
    assert len(HEADLINE) == seed_reports.PUBLISHED


def test_the_oldest_report_is_made_first_and_published_by_four_eyes_at_its_own_time() -> None:
    at = timezone.now()
    seed_people.teams(at=at)
    seed_people.people(at=at)
    assert not seed_reports.ready(at=at)
    assert seed_reports.next_report(at=at)
    row = Report.objects.get()
    assert row.state == "discussed"
    assert row.published_at is not None
    assert row.published_at < at - dt.timedelta(days=500)
    assert {one.by.display_name for one in row.approvals.all()} == {"Charlotte Brandt", "Daniel Ortiz"}
    found = shown(row).payload
    assert found is not None
    assert found.pages[0].narrative == HEADLINE[0]
    assert Investment.objects.count() == 5
