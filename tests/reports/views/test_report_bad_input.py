"""Quarters and teams that are not as one would wish: clear words, and nothing lost."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from incidents.models import ActionItem, ActionState, ImpactFigures
from relportal.core.exceptions import NotAllowed
from relportal.core.models import Role, Team, User
from relportal.core.units import NNBSP
from reports.actions import reports as actions
from reports.actions.figures import compute
from reports.actions.investments import change, enter
from reports.domain.payload import Look, read
from reports.domain.periods import Period
from reports.domain.scopes import COMPANY, Scope, ScopeKind
from reports.kpis import KPIS
from reports.models import Investment, KpiValue, Report, ReportSettings
from reports.pages import in_order
from reports.queries.calendar import calendar
from risks.models import Treatment, Unit
from tests import make
from tests.incidents.conftest import _settings as severities  # noqa: F401
from tests.incidents.shipping import incident
from tests.reports import reporting
from tests.risks.estimated import estimated, ran

pytestmark = pytest.mark.django_db


def noon(quarter: Period) -> dt.datetime:
    """Of its eleventh day."""
    return dt.datetime.combine(quarter.first, dt.time(12), dt.UTC) + dt.timedelta(days=10)


def test_a_quarter_without_any_data_has_every_page_and_claims_nothing(lead: User, client: Client) -> None:
    row = reporting.drafted(lead, at=timezone.now())
    payload = read(bytes(row.facts or b""))
    assert [page.key for page in payload.pages] == [page.key for page in in_order()]
    assert payload.complete == 0
    assert "nothing was measured yet" in payload.pages[0].title
    assert not any("rose" in claim.text or "fell" in claim.text for page in payload.pages for claim in page.claims)
    assert any("No KPI of this period was computed" in note for note in payload.quality)
    advice = {page.key: page.so_what for page in payload.pages}
    assert {key: advice[key].partition(":")[0] for key in ("headline", "attainment", "oncall", "change")} == {
        "headline": "No KPI can be judged yet",
        "attainment": "Give services objectives",
        "oncall": "Ask the teams for their pages and their toil",
        "change": "None of it can be judged",
    }
    assert advice["budgets"] == "Give services objectives, and connect the source of their counts."
    client.force_login(lead)
    page = client.get(row.get_absolute_url()).content.decode()
    assert "No risk is rated" in page
    assert page.count('class="rp-sheet"') == len(payload.pages) + 1


def test_what_is_unknown_or_off_its_target_is_praised_nowhere(lead: User) -> None:
    at = timezone.now()
    quarter = reporting.closed_quarter(at)
    incident(lead, make.service(tier=1), began=noon(quarter))
    known: dict[str, dict[str, Any]] = {
        "page_load": {"value": 2.4, "rag": "amber"},
        "alert_quality": {"coverage": 0.0, "rag": "grey"},
    }
    for kpi, fields in known.items():
        KpiValue.objects.create(
            kpi=kpi, definition=KPIS[kpi].definition, cut=quarter.cut, first=quarter.first, last=quarter.last,
            scope="company", maturity="3", computed_at=at, **fields,
        )  # fmt: skip
    payload = read(bytes(reporting.drafted(lead, at=at).facts or b""))
    pages = {page.key: page for page in payload.pages}
    # One incident is one, and nothing rose because of it.
    assert pages["incidents"].title.startswith("1 incident in ")
    assert not any("largest part" in claim.text for page in payload.pages for claim in page.claims)
    assert pages["oncall"].title == "People on call get 2.4 pages a shift"
    assert pages["oncall"].so_what.startswith("Off target: ")
    assert pages["customer_minutes"].so_what.startswith("Say of each incident whom it reached")
    assert any(note.endswith(f": 0{NNBSP}% of it is known.") for note in payload.quality)


def test_what_drove_the_minutes_is_said_only_where_they_clearly_rose(lead: User) -> None:
    at = timezone.now()
    now = reporting.closed_quarter(at)
    before = calendar().before(now)
    shop = make.service(slug="shop")
    for quarter, minutes in ((before, 100.0), (now, 900.0)):
        row = incident(lead, shop, began=noon(quarter))
        ImpactFigures.objects.update_or_create(incident=row, defaults={"computed_at": at, "customer_minutes": minutes})
    compute([before, now], at=at)
    report = reporting.drafted(lead, at=at)
    assert "The largest part of" not in bytes(report.facts or b"").decode()
    KpiValue.objects.filter(kpi="customer_minutes", first=now.first).update(change="up")
    actions.draft(report.pk, at=at)
    report.refresh_from_db()
    rise = "The largest part of the rise is “no cause named”: 100 to 900 minutes."
    assert rise in bytes(report.facts or b"").decode()


def test_the_loss_of_the_company_is_not_told_as_that_of_a_team(lead: User, payments: Team) -> None:
    at = timezone.now()
    quarter = reporting.closed_quarter(at)
    flood = estimated("Flood", at=noon(quarter))
    Treatment.objects.create(
        risk=flood, title="Dam", created_at=noon(quarter), rate_factor_low=0.5, rate_factor_high=0.5
    )
    ran(Unit.MONEY, at=noon(quarter))
    scopes = (COMPANY, Scope(ScopeKind.TEAM, payments.pk))
    whole, ours = (read(bytes(reporting.drafted(lead, at=at, scope=scope).facts or b"")) for scope in scopes)
    company, team = (
        next(one for one in payload.pages[0].figures if one.key == "expected") for payload in (whole, ours)
    )
    assert company.value is not None
    exposure = next(page for page in whole.pages if page.key == "exposure")
    assert [(each.name, each.look) for each in exposure.charts[0].series] == [
        ("Now", Look.ACTUAL),
        ("After the plan", Look.PLAN),
    ]
    assert "about 0 after the plan" not in exposure.figures[0].change
    assert exposure.figures[0].change.endswith("after the plan")
    assert exposure.notes[0].startswith("After the plan: if all 1 planned treatments")
    assert (team.value, team.text) == (None, "N/A: told of the company as a whole")
    page = next(page for page in ours.pages if page.key == "exposure")
    assert page.title == "What a bad year costs is told of the company as a whole"
    assert not page.figures
    assert not page.charts


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


def test_the_page_counts_the_actions_that_the_figure_above_it_counts(lead: User) -> None:
    at = timezone.now()
    quarter = reporting.closed_quarter(at)
    row = incident(lead, make.service(tier=1), began=noon(quarter))
    due = {"first_due_on": quarter.last, "due_on": quarter.last, "created_at": noon(quarter)}
    ActionItem.objects.create(title="Kept", incident=row, state=ActionState.DONE, done_at=noon(quarter), **due)
    ActionItem.objects.create(title="Dropped", incident=row, state=ActionState.DROPPED, done_at=noon(quarter), **due)
    ActionItem.objects.create(title="Of a review", state=ActionState.DONE, done_at=noon(quarter), **due)
    compute([quarter], at=at)
    payload = read(bytes(reporting.drafted(lead, at=at).facts or b""))
    page = next(page for page in payload.pages if page.key == "learning")
    figure = next(one for one in page.figures if one.key == "action_closure")
    assert figure.text == "1 of 2"
    assert page.title.startswith("1 of 2 actions were closed by their first date")


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
    assert page.title == "0 of 1 investments pay, and 1 loses money; 1 has cost 54.0\u202fk\u202fEUR"
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
    older = calendar().before(newer)
    compute([newer, older], at=at)
    one, other = (reporting.drafted(lead, at=at, period=each) for each in (newer, older))
    page = client.get("/reports/compare/").content.decode()
    assert f'<a href="{one.get_absolute_url()}">' in page
    assert f'<a href="{other.get_absolute_url()}">' in page
    assert "of 22 KPIs differ" in page
    assert client.get("/reports/compare/", {"a": "x", "b": "٣"}).status_code == 200
