"""Quarters and teams that are not as one would wish: clear words, and nothing lost."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from relportal.core.exceptions import NotAllowed
from relportal.core.models import Role, Team, User
from reports.actions import reports as actions
from reports.actions.investments import change, enter
from reports.domain.payload import read
from reports.domain.scopes import Scope, ScopeKind
from reports.models import Investment, Report, ReportSettings
from reports.pages import in_order
from tests import make
from tests.reports import reporting

pytestmark = pytest.mark.django_db


def test_a_quarter_without_any_data_has_every_page_and_claims_nothing(lead: User, client: Client) -> None:
    row = reporting.drafted(lead, at=timezone.now())
    payload = read(bytes(row.facts or b""))
    assert [page.key for page in payload.pages] == [page.key for page in in_order()]
    assert payload.complete == 0
    assert "nothing was measured yet" in payload.pages[0].title
    assert not any("rose" in claim.text or "fell" in claim.text for page in payload.pages for claim in page.claims)
    assert any("No KPI of this period was computed" in note for note in payload.quality)
    client.force_login(lead)
    page = client.get(row.get_absolute_url()).content.decode()
    assert "No risk is rated" in page
    assert page.count('class="rp-sheet"') == len(payload.pages) + 1


def test_a_fiscal_year_from_february_is_printed_by_its_months(lead: User) -> None:
    ReportSettings.objects.update_or_create(pk=1, defaults={"first_month": 2})
    row = reporting.drafted(lead, at=dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC))
    assert read(bytes(row.facts or b"")).period.name == "Aug–Oct 2026"


def test_a_team_that_is_renamed_and_then_deleted_keeps_the_name_by_which_it_was_drafted(
    lead: User, client: Client
) -> None:
    at = timezone.now()
    team = make.team(slug="old", name="Old 🚆 team")
    row = reporting.drafted(lead, at=at, scope=Scope(ScopeKind.TEAM, team.pk))
    Team.objects.filter(pk=team.pk).update(name="New team")
    actions.draft(row.pk, at=at)
    row.refresh_from_db()
    assert row.scope_name == "New team"
    Team.objects.filter(pk=team.pk).delete()
    actions.draft(row.pk, at=at)
    row.refresh_from_db()
    assert read(bytes(row.facts or b"")).scope == "New team"
    client.force_login(lead)
    assert "New team" in client.get("/reports/").content.decode()


def test_the_owner_of_a_team_makes_a_report_of_that_team_alone(lead: User, client: Client, payments: Team) -> None:
    owner = make.user("owner@example.com", role=Role.SERVICE_OWNER, team=payments)
    client.force_login(owner)
    quarter = reporting.closed_quarter(timezone.now())
    fields = {"period": quarter.key, "sections": ["headline"]}
    assert client.post("/reports/new/", fields | {"scope": ""}).status_code == 403
    assert client.post("/reports/new/", fields | {"scope": "team:payments"}).status_code == 302
    again = client.post("/reports/new/", fields | {"scope": "team:payments"})
    assert again.status_code == 409
    assert "open that one" in again.content.decode()
    assert client.post("/reports/new/", {"period": quarter.key, "sections": ["scorecard"]}).status_code in (403, 422)
    assert Report.objects.count() == 1


def test_an_investment_that_did_not_pay_is_shown_as_well(lead: User, client: Client) -> None:
    at = timezone.now()
    quarter = reporting.closed_quarter(at)
    client.force_login(lead)
    fields = {
        "title": "Log archive", "promised": "Faster", "state": "stopped", "starts_on": quarter.first, "spent": "54000",
        "currency": "EUR", "benefit_low": "-58000", "benefit_high": "-31000",
    }  # fmt: skip
    wrong = client.post("/reports/investments/new/", fields | {"ends_on": quarter.first - dt.timedelta(days=1)})
    assert wrong.status_code == 422
    assert "ends before it begins" in wrong.content.decode()
    assert client.post("/reports/investments/new/", fields).status_code == 302
    one = Investment.objects.get()
    Investment.objects.update(created_at=at - dt.timedelta(days=1))
    row = reporting.drafted(lead, at=at)
    page = next(page for page in read(bytes(row.facts or b"")).pages if page.key == "investments")
    assert page.title.startswith("0 of the 1 investments that can be judged pay")
    assert "Stop, or say why not: Log archive" in page.so_what
    stale = client.post(f"/reports/investments/{one.pk}/edit/", fields | {"version": "9"})
    assert stale.status_code == 409
    assert client.get("/reports/investments/").status_code == 200
    with pytest.raises(Exception, match="no such KPI"):
        enter(lead, {"title": "x", "promised": "y", "kpi": "nothing", "starts_on": quarter.first}, at=at)


def test_an_investment_is_given_only_to_a_team_that_one_may_write_for(alice: User, payments: Team) -> None:
    at = timezone.now()
    one = enter(alice, {"title": "x", "promised": "y", "team": payments, "starts_on": at.date()}, at=at)
    with pytest.raises(NotAllowed):
        change(alice, one, {"team": make.team()}, at=at, version=None)
    one.refresh_from_db()
    assert one.team == payments


def test_any_two_reports_stand_side_by_side(lead: User, client: Client) -> None:
    client.force_login(lead)
    assert "Two reports are needed" in client.get("/reports/compare/").content.decode()
    at = timezone.now()
    newer = reporting.closed_quarter(at)
    from reports.actions.figures import compute
    from reports.queries.calendar import calendar

    older = calendar().before(newer)
    compute([newer, older], at=at)
    one, other = (reporting.drafted(lead, at=at, period=each) for each in (newer, older))
    page = client.get("/reports/compare/").content.decode()
    assert f'<a href="{one.get_absolute_url()}">' in page
    assert f'<a href="{other.get_absolute_url()}">' in page
    assert "of 22 KPIs differ" in page
    assert client.get("/reports/compare/", {"a": "x", "b": "٣"}).status_code == 200
