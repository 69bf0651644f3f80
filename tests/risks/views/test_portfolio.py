"""The page of all risks together, and what it says in which state."""

from __future__ import annotations

import datetime as dt
import html
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format
from pytest_django import DjangoAssertNumQueries

from relportal.core import company
from relportal.core.models import User, WorkItem
from risks.actions.portfolio import request_runs, run_portfolio
from risks.actions.tolerance import set_tolerance
from risks.models import PortfolioRun, Risk, RiskState, Unit
from risks.queries.portfolio import Move, Standing, portfolio
from risks.queries.portfolio_inputs import WORK
from risks.queries.portfolio_result import from_json
from risks.queries.portfolio_words import claim
from tests.risks.estimated import estimate, estimated

pytestmark = pytest.mark.django_db

PAGE = "/risks/portfolio/"
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _nothing_due(db: None) -> None:
    """What the first migration wants to be simulated falls due while the tests run."""
    WorkItem.objects.filter(kind=WORK).delete()


@pytest.fixture
def now() -> dt.datetime:
    return timezone.now() - dt.timedelta(minutes=1)


def text(client: Client, **query: Any) -> str:
    response = client.get(PAGE, query)
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def heading(shown: str) -> str:
    return shown.partition("<h1>")[2].partition("</h1>")[0]


def test_before_the_first_run_and_without_estimates_it_says_what_to_do(
    client: Client, bob: User, now: dt.datetime
) -> None:
    client.force_login(bob)
    assert heading(text(client)) == "All risks together have not been simulated yet"
    run_portfolio(Unit.MONEY, at=now)
    assert heading(text(client)) == "No risk is open"
    Risk.objects.create(title="Silent", identified_on=now.date(), created_at=now)
    for unit in Unit:
        run_portfolio(unit, at=now)
    shown = text(client)
    assert heading(shown) == "No risk is estimated in money yet"
    assert "Silent" in shown
    assert "is-healthy" not in shown
    assert heading(text(client, unit="minutes")) == "No risk is estimated in customer minutes yet"


def test_what_crosses_the_tolerance_is_the_title(client: Client, bob: User, lead: User, now: dt.datetime) -> None:
    risk = estimated("Disk", at=now)
    set_tolerance(lead, Unit.MONEY, ((1e4, 0.3), (1e6, 0.01)), reason="The board", at=now)
    row = run_portfolio(Unit.MONEY, at=now)
    client.force_login(bob)
    shown = text(client)
    assert heading(shown).startswith("A one-in-twenty year costs about ")
    assert "; the tolerance is crossed at about 10.0\u202fk\u202fEUR" in heading(shown)
    assert f'href="{risk.get_absolute_url()}"' in shown
    for said in ("Likelier than tolerated from", "100,000", "standard error", "How is this computed?", "1 of 1"):
        assert said in shown, said
    assert portfolio(bob, Unit.MONEY, at=timezone.now()).run == row


def standing(user: User, unit: Unit = Unit.MONEY) -> Standing:
    return portfolio(user, unit, at=timezone.now()).standing


def test_it_is_within_tolerance_only_where_nearly_every_risk_is_estimated(
    bob: User, lead: User, now: dt.datetime
) -> None:
    for number in range(9):
        estimated(f"Disk {number}", at=now, rate_low=0.01, rate_high=0.1)
    run_portfolio(Unit.MONEY, at=now)
    assert standing(bob) is Standing.NO_TOLERANCE
    set_tolerance(lead, Unit.MONEY, ((1e6, 0.9), (1e7, 0.5)), reason="The board", at=now)
    run_portfolio(Unit.MONEY, at=now)
    assert standing(bob) is Standing.WITHIN
    assert claim(portfolio(bob, Unit.MONEY, at=timezone.now())).endswith(", within what is tolerated")
    for number in range(2):
        Risk.objects.create(title=f"Silent {number}", identified_on=now.date(), created_at=now)
    run_portfolio(Unit.MONEY, at=now)
    found = portfolio(bob, Unit.MONEY, at=timezone.now())
    assert found.standing is Standing.NOT_COVERED
    assert found.standing.band == "no_data"
    assert claim(found).endswith(", by the 9 of 11 risks that are estimated")
    assert len(found.left_out) == 2
    set_tolerance(lead, Unit.MONEY, ((1.0, 0.001),), reason="Nothing", at=now)
    run_portfolio(Unit.MONEY, at=now)
    assert standing(bob) is Standing.BEYOND


def test_rare_risks_cost_nothing_in_nineteen_of_twenty_years(bob: User, now: dt.datetime) -> None:
    estimated("Meteor", at=now, rate_low=1e-4, rate_high=1e-3)
    run_portfolio(Unit.MONEY, at=now)
    assert claim(portfolio(bob, Unit.MONEY, at=timezone.now())) == "Nineteen of twenty years cost nothing"


def test_totals_are_shown_without_the_name_of_what_the_reader_may_not_see(
    client: Client, bob: User, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown_risk, hidden = estimated("Disk", at=now), estimated("Takeover", at=now, loss_high=9e5)
    silent = Risk.objects.create(title="Secret plan", identified_on=now.date(), created_at=now)
    run_portfolio(Unit.MONEY, at=now)
    seen = type(Risk.objects.all()).visible_to
    monkeypatch.setattr(
        type(Risk.objects.all()),
        "visible_to",
        lambda rows, user: seen(rows, user).exclude(pk__in=[hidden.pk, silent.pk]),
    )
    client.force_login(bob)
    page = text(client)
    assert "Takeover" not in page
    assert "Secret plan" not in page
    assert "A risk that you may not see" in page
    found = portfolio(bob, Unit.MONEY, at=timezone.now())
    assert [each.risk for each in found.contributors] == [None, shown_risk]
    assert [each.estimate is None for each in found.contributors] == [True, False]
    assert (found.left_out, found.unseen) == ((), 1)
    assert sum(each.share for each in found.contributors) == pytest.approx(1)
    rows = client.get(PAGE, {"format": "csv"}).getvalue().decode()
    assert "Takeover" not in rows


def test_what_changed_since_a_month_ago_is_said_with_the_risks_that_made_it(
    client: Client, bob: User, now: dt.datetime
) -> None:
    kept, closed = estimated("Disk", at=now), estimated("Fire", at=now)
    first = run_portfolio(Unit.MONEY, at=now - 40 * DAY)
    run_portfolio(Unit.MONEY, at=now - 3 * DAY)
    Risk.objects.filter(pk=closed.pk).update(state=RiskState.CLOSED, closed_at=now)
    new = estimated("Flood", at=now, loss_high=5e5)
    estimate(kept, at=now, rate_high=4.0)
    run_portfolio(Unit.MONEY, at=now)

    found = portfolio(bob, Unit.MONEY, at=timezone.now())
    assert found.change is not None
    assert found.change.since == first
    moved = {move.risk: move for move in found.change.moves}
    assert set(moved) == {kept, closed, new}
    assert (moved[closed].after, moved[new].before) == (None, None)
    assert sum(move.by for move in found.change.moves) == pytest.approx(found.change.expected)
    assert isinstance(moved[kept], Move)
    assert found.change.curve == from_json(first.result).curve
    client.force_login(bob)
    page = text(client)
    assert f'"name":"{date_format(company.day(first.at))}"' in page
    assert "These risks made it" in page
    assert "Month by month" in page
    past = text(client, run=first.pk)
    assert "The newest run" in past
    assert "Flood" not in past


def test_a_change_of_currency_is_no_change_of_risk(bob: User, now: dt.datetime) -> None:
    estimated("Disk", at=now)
    row = run_portfolio(Unit.MONEY, at=now - DAY)
    PortfolioRun.objects.filter(pk=row.pk).update(result=row.result | {"currency": "CHF"})
    run_portfolio(Unit.MONEY, at=now)
    assert portfolio(bob, Unit.MONEY, at=timezone.now()).change is None


def test_a_run_that_is_not_there_is_missing_and_one_that_is_due_is_said(
    client: Client, bob: User, now: dt.datetime
) -> None:
    estimated("Disk", at=now)
    run_portfolio(Unit.MONEY, at=now)
    client.force_login(bob)
    assert client.get(PAGE, {"run": "999999"}).status_code == 404
    assert "being simulated anew" not in text(client, run="x")
    request_runs(["money"], at=now)
    assert "being simulated anew" in text(client)


def test_the_page_costs_the_same_for_many_risks(
    client: Client, bob: User, now: dt.datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(25):
        estimated(f"Disk {number}", at=now)
    run_portfolio(Unit.MONEY, at=now - DAY)
    run_portfolio(Unit.MONEY, at=now)
    client.force_login(bob)
    text(client)
    with django_assert_max_num_queries(16):
        shown = text(client)
    assert shown.count("Disk ") == 20
    assert "All 25" in shown
    assert text(client, all=1).count("Disk ") == 25


def test_the_csv_has_the_ranges_and_what_follows_from_them(client: Client, bob: User, now: dt.datetime) -> None:
    risk = estimated("=Disk", at=now)
    run_portfolio(Unit.MONEY, at=now)
    client.force_login(bob)
    lines = client.get(PAGE, {"format": "csv"}).getvalue().decode().splitlines()
    assert lines[1].startswith(f"{risk.short_id},'=Disk,money,EUR,0.5,2.0,10000.0,100000.0,")
