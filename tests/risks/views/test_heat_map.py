"""The heat map: its page, its file and its API say the same of the same risks."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from relportal.core.models import Service, User
from risks.actions.risks import Given, create
from risks.domain.movement import Movements
from risks.models import Matrix, Risk
from risks.queries.heat_map import heat_map
from risks.queries.register import RiskFilters
from tests import make
from tests.risks.registered import BAD, DAY, Register, registered
from tests.risks.scales import replaced

pytestmark = pytest.mark.django_db
STATEMENTS = 14
API = "/api/v1/risk-heat-map/"


@pytest.fixture
def register(alice: User, checkout: Service) -> Register:
    return registered(alice, checkout, at=timezone.now())


def test_every_rated_risk_stands_in_its_cell_with_where_it_came_from(bob: User, register: Register) -> None:
    at = timezone.now()
    found = heat_map(bob, filters=RiskFilters(), at=at)
    assert found.movements == Movements(new=1, worse=1, better=1, closed=1, same=1)
    assert (found.on_map, found.off_map, found.unrated) == (5, 0, 1)
    counts = {(one.likelihood.key, one.impact.key): one.n for one in found.cells if one.n}
    assert counts == {("likely", "major"): 2, ("unlikely", "moderate"): 1, ("possible", "major"): 1}
    assert [one.title for one in found.dearest] == [register.fresh.title, register.worse.title]
    assert found.rows[0].title == register.fresh.title
    assert found.drawing is not None
    arrows = {one.dot.pk: one.dot.left for one in found.drawing.arrows}
    assert arrows == {register.worse.pk: (2, 2), register.better.pk: (5, 4)}
    assert set(found.spots) == {one.pk for one in register.every} - {register.unrated.pk}
    assert heat_map(bob, filters=RiskFilters(since=(at - 5 * DAY).date()), at=at).movements.total == 4
    assert heat_map(make.user(), filters=RiskFilters(), at=at).on_map == 0


def test_page_file_and_api_say_the_same(client: Client, bob: User, register: Register) -> None:
    client.force_login(bob)
    query = "state=alive&only=above_appetite&since=365d"
    page = client.get(f"/risks/heat-map/?{query}")
    found = page.context["map"]
    answer: Any = client.get(f"/risks/heat-map/?{query}&format=csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    given = client.get(f"{API}?{query}").json()
    assert [one["id"] for one in given["risks"]] == [row["id"] for row in rows] == [one.short_id for one in found.rows]
    assert (
        [one["moved"] for one in given["risks"]] == [row["moved"] for row in rows] == [one.moved for one in found.rows]
    )
    assert [one["place"]["level"] for one in given["risks"]] == [row["level"] for row in rows]
    assert given["movements"] == {
        "new": 1, "worse": 1, "better": 1, "closed": 0, "rescaled": 0, "same": 0,
    }  # fmt: skip
    assert sum(cell["risks"] for cell in given["cells"]) == found.on_map == 3
    assert (given["scale"], given["since"]) == (Matrix.objects.get().number, found.since.isoformat())
    listed = client.get(f"/risks/?{query}").context["listed"]
    assert {row.short_id: row.expected for row in listed.rows} == {
        one["id"]: one["expected_loss"] for one in given["risks"]
    }
    assert {row.short_id: row.shift and row.shift.moved for row in listed.rows} == {
        one["id"]: one["moved"] for one in given["risks"]
    }
    assert client.get(f"{API}?since=2999-01-01&only=x").status_code == 422


def test_the_page_draws_a_link_for_each_risk_in_few_statements(client: Client, bob: User, register: Register) -> None:
    client.force_login(bob)
    client.get("/risks/heat-map/")
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/risks/heat-map/")
    assert len(asked) <= STATEMENTS, "\n".join(each["sql"][:150] for each in asked)
    assertContains(page, "<h1>1 risk got worse since")
    assertContains(page, f'<a class="rp-map-dot is-worse" href="/risks/{register.worse.pk}/"')
    assertContains(page, "1 new, 1 worse, 1 better, 1 closed, 1 where they stood")
    assertContains(page, "1 is not rated and stands nowhere")
    assertContains(client.get("/risks/heat-map/?q=nothing+like+it"), "No risk matches")
    assertContains(client.get("/risks/heat-map/?since=x"), "There is no since “x”")
    Risk.objects.update(current=None)
    assertContains(client.get("/risks/heat-map/"), "No risk is rated yet")


def test_what_does_not_fit_into_a_cell_is_counted_and_leads_to_the_list(
    client: Client, bob: User, alice: User, checkout: Service
) -> None:
    for number in range(14):
        create(alice, Given(title=f"Risk {number}", owner=alice, services=[checkout], rated=BAD), at=timezone.now())
    client.force_login(bob)
    page = client.get("/risks/heat-map/?team=payments")
    assertContains(page, 'href="/risks/?team=payments&amp;state=alive&amp;cell=likely.major"')
    assertContains(page, "6 more risks")
    assert client.get("/risks/?team=payments&state=alive&cell=likely.major").context["listed"].total == 14


def test_what_another_scale_rated_is_listed_and_never_placed(
    client: Client, bob: User, lead: User, register: Register
) -> None:
    replaced(lead, at=timezone.now(), cells={("frequent", "minor"): "medium"})
    client.force_login(bob)
    page = client.get("/risks/heat-map/")
    assertNotContains(page, "rp-map-dot")
    assertContains(page, f'href="/risks/{register.worse.pk}/rate/"')
    given = client.get(API).json()
    assert given["risks"] == []
    assert len(given["to_rate"]) == 5
