"""What a report waits for before its numbers are frozen, and what comes of it once it is out."""

from __future__ import annotations

import datetime as dt
import html

import pytest
from django.test import Client
from django.utils import timezone

from incidents.models import FailureMode, ImpactFigures, Incident, IncidentDetection, Postmortem
from relportal.core.models import AuditEvent, Role, Team, User
from reports.actions import deliveries, schedules
from reports.actions.asks import withdraw
from reports.actions.decisions import decide
from reports.actions.schedules import ScheduleGiven, recipients
from reports.domain.payload import read
from reports.domain.schedules import Cadence
from reports.models import Mailing
from tests import make
from tests.incidents.conftest import _settings as severities  # noqa: F401
from tests.incidents.shipping import incident
from tests.reports import reporting
from tests.reports.asked import asked

pytestmark = pytest.mark.django_db


def test_a_closing_report_says_what_is_missing_by_who_brings_it(
    lead: User, alice: User, bob: User, client: Client
) -> None:
    at = timezone.now()
    began = dt.datetime.combine(reporting.closed_quarter(at).first, dt.time(9), dt.UTC) + dt.timedelta(days=10)
    service = make.service(slug="shop", name="Shop", team=Team.objects.get(slug="payments"))
    hit = incident(lead, service, began=began)
    secret = incident(lead, service, began=began, private=True)
    Incident.objects.update(team=service.team)
    Postmortem.objects.create(incident=hit, owner=bob, created_at=at, due_at=at)
    row = reporting.drafted(lead, at=at)
    client.force_login(alice)
    path = f"/api/v1/reports/{row.pk}/missing/"

    def owed() -> dict[str, list[str]]:
        return {one["owner"]: [each["words"] for each in one["rows"]] for one in client.get(path).json()}

    now = owed()
    assert now[str(alice)] == [f"{hit}: say whom it reached, what failed, who noticed it"]
    assert now[str(bob)][0].startswith(f"The postmortem of {hit.short_id} is not published, due ")
    # Of figures that nobody entered the lead is told, with what has to be connected.
    assert any(words.startswith("“Toil” has no data. ") for words in now[str(lead)])
    assert secret.short_id not in str(now)
    page = html.unescape(client.get(row.get_absolute_url()).content.decode())
    assert f"{hit}: say whom it reached, what failed, who noticed it" in page
    assert page.index(f"<h3>{alice}</h3>") < page.index(str(hit))

    ImpactFigures.objects.update_or_create(incident=hit, defaults={"computed_at": at, "customer_minutes": 4.0})
    IncidentDetection.objects.get_or_create(incident=hit, defaults={"by": "staff"})
    hit.failure_modes.add(FailureMode.objects.get_or_create(slug="limits", defaults={"name": "Limits"})[0])
    Postmortem.objects.update(published_at=at, state="published")
    assert str(alice) not in owed()
    client.force_login(lead)
    row.refresh_from_db()
    assert client.post(f"/reports/{row.pk}/freeze/", {"version": row.version}).status_code == 302
    assert client.get(path).json() == []


def test_a_report_is_discussed_once_what_it_asks_for_is_decided_or_its_fate_is_told(
    lead: User, alice: User, bob: User, client: Client
) -> None:
    at = timezone.now()
    decider = make.user("cfo@example.com", role=Role.EXECUTIVE)
    first, second, third = (
        asked(lead, decider, at=at, title=title, wanted_by=at.date() + dt.timedelta(days=days))
        for title, days in (("A second region", 3), ("A cache", 4), ("A third one", 5))
    )
    given = ScheduleGiven(
        name="Executives", cadence=Cadence.QUARTERLY, zone="UTC", hour=8, roles=[Role.EXECUTIVE], people=[lead]
    )
    schedule = schedules.create(lead, given, at=at)
    row = reporting.published(lead, at=at)
    assert {user.email for user in recipients(schedule)} == {
        "cfo@example.com", "first@example.com", "second@example.com", lead.email,
    }  # fmt: skip
    assert deliveries.prepare_report(row.pk, at=at) == 4
    Mailing.objects.update(state="sent", sent_at=at)
    Mailing.objects.filter(user=decider).update(opened_at=at)

    claims = [each.text for each in read(bytes(row.payload or b"")).pages[0].claims]
    assert claims[-1].startswith("3 decisions are wanted, the first by ")
    assert claims[-1].endswith(": A second region.")
    client.force_login(lead)
    address = row.get_absolute_url()
    page = client.get(address).content.decode()
    assert "Sent to 4 readers" in page
    assert "1 has opened it" in page
    assert f"{decider}: opened" in page
    steps = {"version": row.version}
    refused = client.post(f"{address}discuss/", steps, follow=True).content.decode()
    assert f"Not decided yet: {first.short_id}, {second.short_id}, {third.short_id}." in refused
    decided = decide(decider, first, option="1", reason="It pays.", at=at)
    withdraw(lead, second, reason="It is cheaper to wait.", version=None, at=at)
    said = {**steps, "agreed": "Third one: again in March, with its costs."}
    page = client.post(f"{address}discuss/", said, follow=True).content.decode()
    row.refresh_from_db()
    assert row.state == "discussed"
    assert decided.get_absolute_url() in page
    assert all(words in page for words in ("Decided", "Withdrawn", "Third one: again in March, with its costs."))
    assert AuditEvent.objects.filter(action="report.discuss", reason=row.discussion).exists()
    # Who is no steward sees how many read it, and not who.
    client.force_login(bob)
    assert f"{decider}: opened" not in client.get(address).content.decode()
