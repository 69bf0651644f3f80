"""Incidents and risks show what was decided about them."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import pytest
from django.test import Client

from incidents.models import Incident
from relportal.core.models import User
from reports.actions.decisions import DecisionGiven, record
from reports.queries.decided_on import decided_on
from reports.queries.decision_log import LogFilters, LogOrder, log_rows
from tests.risks.estimated import estimated

pytestmark = pytest.mark.django_db
AT: Final = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)
DAY: Final = dt.timedelta(days=1)


def test_the_page_of_an_incident_and_of_a_risk_shows_what_was_decided_about_it(
    alice: User, lead: User, client: Client, django_assert_num_queries: Any
) -> None:
    risk = estimated("One node holds every session", at=AT)
    incident = Incident.objects.create(title="Signed out", declared_at=AT)
    refs = (incident.short_id, risk.short_id)
    for number in range(5):
        given = DecisionGiven(title=f"Freeze {number}", reason="It burns", refs=refs[number == 4 :])
        record(lead, given, at=AT + number * DAY)
    with django_assert_num_queries(1):
        found = decided_on(risk.short_id, today=AT.date())
    assert found is not None
    assert [row.title for row in found.rows] == ["Freeze 4", "Freeze 3", "Freeze 2"]
    client.force_login(alice)
    for row, title in ((incident, "Freeze 3"), (risk, "Freeze 4")):
        page = client.get(row.get_absolute_url()).content.decode()
        assert title in page
        assert f'href="/decisions/?q={row.short_id}"' in page
        assert log_rows(alice, filters=LogFilters(text=row.short_id), order=LogOrder(), at=AT).total >= 4
    assert decided_on("RISK-99999", today=AT.date()) is None
