from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries as AssertNum

from relportal.core.models import Service, ServiceLink, User
from reports.actions.levels import evaluate
from reports.models import Initiative
from tests import make
from tests.reports.ladders import in_force

LIST = "/scorecards/initiatives/"


@pytest.fixture
def shop(db: None) -> Service:
    in_force()
    shop = make.service(slug="shop", name="Shop", tier=1)
    ServiceLink.objects.create(service=make.service(name="Done", tier=1), kind="runbook", url="https://wiki.example/x")
    evaluate(at=timezone.now())
    return shop


def form(lead: User, **fields: Any) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "name": "All to bronze", "owner": lead.pk, "scope": "tier:1", "goal": "level", "level": "bronze",
        "starts_on": today.isoformat(), "due_on": (today + dt.timedelta(days=60)).isoformat(),
    } | fields  # fmt: skip


def heading(page: Any) -> str:
    text: str = page.content.decode()
    return text.partition("<h1>")[2].partition("</h1>")[0]


def test_it_is_begun_read_changed_and_ended(
    shop: Service, lead: User, client: Client, django_assert_max_num_queries: AssertNum
) -> None:
    client.force_login(lead)
    assert "No initiative yet" in client.get(LIST).content.decode()
    refused = client.post(f"{LIST}new/", form(lead, due_on="2019-01-01"))
    assert refused.status_code == 422
    assert "It is due before it starts." in refused.content.decode()
    path = client.post(f"{LIST}new/", form(lead)).headers["Location"]
    with django_assert_max_num_queries(22):
        page = client.get(path)
    assert heading(page) == "All to bronze: 1 of 2"
    for words in ("On track", "Runbook linked", "none: it takes five services done", "Show as table"):
        assert words in page.content.decode()
    edit = client.get(f"{path}edit/")
    assert 'value="tier:1" selected' in edit.content.decode()
    moved = client.post(f"{path}edit/", form(lead, goal="rule", rule="runbook", version="1"))
    assert moved.status_code == 422
    assert "It has begun with this." in moved.content.decode()
    assert client.post(f"{path}edit/", form(lead, name="All at bronze", version="1")).status_code == 302
    assert client.post(f"{path}edit/", form(lead, name="Mine", version="1")).status_code == 409
    assert client.post(f"{path}end/", {"because": "", "version": "2"}).status_code == 422
    assert client.post(f"{path}end/", {"because": "Given up", "version": "2"}).status_code == 302
    assert "Given up" in client.get(path).content.decode()
    assert "No initiative is going on" in heading(client.get(LIST))


def test_the_list_asks_no_more_for_many_and_its_csv_has_what_it_shows(
    shop: Service, lead: User, bob: User, client: Client, django_assert_max_num_queries: AssertNum
) -> None:
    client.force_login(lead)
    for n in range(12):
        assert client.post(f"{LIST}new/", form(lead, name=f"Initiative {n}")).status_code == 302
    kpi = form(lead, name="Toil", goal="kpi", kpi="toil", target="20", scope="company")
    assert client.post(f"{LIST}new/", kpi).status_code == 302
    chosen = form(lead, name="Chosen", scope="services", services=["shop"], goal="rule", rule="runbook")
    assert client.post(f"{LIST}new/", chosen).status_code == 302
    assert Initiative.objects.get(name="Toil").target == 0.2
    client.force_login(bob)
    with django_assert_max_num_queries(14):
        page = client.get(LIST).content.decode()
    assert "None of 14 initiatives is behind" in page
    assert "Begin an initiative" not in page
    rows = client.get(LIST, {"format": "csv"}).getvalue().decode("utf-8-sig").splitlines()
    assert len(rows) == 15
    scorecard = client.get("/scorecards/", {"of": "tier:1"})
    assert scorecard.status_code == 200
