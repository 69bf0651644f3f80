"""Recovery on its pages: an objective is set, a test of two services recorded, changed, approved and voided; and the list."""

from __future__ import annotations

import csv
import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from incidents.actions.action_items import Promised, promise
from relportal.core.models import Role, Service, Team, User
from risks.models import RecoveryTest
from tests import make
from tests.risks.excepted import as_
from tests.risks.recovering import DAY, drilled, promised, recovered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]

LIST_STATEMENTS = 8
"""Of a page with many services or with one: the session, the roles, the page itself."""
SHA256 = "a" * 64


def sent(*services: Service, **fields: Any) -> dict[str, Any]:
    """As the form of a test sends it: declared at 8, usable at 8:30, five minutes of data lost."""
    data: dict[str, Any] = {
        "service": [one.slug for one in services], "kind": "zone", "environment": "production", "scenario": "A zone is off",
        "held_at": "2026-11-01T08:00", "failed_at": "2026-11-01T07:55", "declared_at": "2026-11-01T08:00",
    }  # fmt: skip
    for number in range(len(services)):
        data |= {
            f"results.{number}.usable_at": "2026-11-01T08:30",
            f"results.{number}.verified_at": "2026-11-01T08:45",
            f"results.{number}.last_good_at": "2026-11-01T07:50",
        }
    return data | fields


def test_an_objective_is_set_and_a_test_of_two_services_recorded_changed_approved_and_voided(
    client: Client, alice: User, lead: User, checkout: Service, payments: Team, at: dt.datetime
) -> None:
    mail = make.service(slug="mail", name="Mail", team=payments)
    todo = promise(alice, Promised(title="Automate the switch", team=payments), at=at)
    as_(client, alice)
    page = client.get("/recovery/services/checkout/")
    assertContains(page, "recovery was never tested")
    goal = {
        "rto": "45",
        "rpo": "10",
        "every_days": "180",
        "effective_from": "2026-10-01",
        "reason": "Asked for by sales",
    }
    assertContains(client.post("/recovery/services/checkout/objective/", goal | {"rto": "0"}), "rto", status_code=422)
    assertRedirects(client.post("/recovery/services/checkout/objective/", goal), "/recovery/services/checkout/")
    early = client.post("/recovery/services/checkout/objective/", goal | {"effective_from": "2026-09-01"})
    assertContains(early, "Choose that day or a later one", status_code=422)

    assertContains(client.get("/recovery/tests/new/"), "Which services were in the test?")
    form = client.get("/recovery/tests/new/?service=mail&service=checkout")
    assertContains(form, 'name="results.1.usable_at"')
    wrong = sent(checkout, mail, **{"results.1.usable_at": "2026-11-01T07:00", "follow_up": "ACT-999999"})
    page = client.post("/recovery/tests/new/", wrong)
    assertContains(page, "no action that you see", status_code=422)
    page = client.post("/recovery/tests/new/", wrong | {"follow_up": todo.short_id})
    assertContains(page, "This is before what has to come before it", status_code=422)
    assertContains(page, "A zone is off", status_code=422)
    proof = {"evidence.0.title": "Log", "evidence.0.url": "https://files.example/log", "evidence.0.sha256": SHA256}
    client.post("/recovery/tests/new/", sent(checkout, mail, follow_up=todo.short_id, **proof))
    test = RecoveryTest.objects.get()
    page = client.get(test.get_absolute_url())
    for words in (
        "objectives met in part",
        "all of them usable after 30\u202fmin",
        SHA256,
        todo.title,
        "by nobody yet",
        "30\u202fmin",
    ):
        assertContains(page, words)
    assertNotContains(page, ">Approve<")

    edit = f"/recovery/tests/{test.pk}/edit/"
    assertContains(client.get(edit), 'value="2026-11-01T08:30:00"')
    late = sent(
        checkout, mail, version=1, **{"results.0.usable_at": "2026-11-01T08:50", "results.0.verified_at": "", **proof}
    )
    assertRedirects(client.post(edit, late), test.get_absolute_url())
    assertContains(client.post(edit, late), "Someone else changed this", status_code=409)
    assertContains(client.get(test.get_absolute_url()), "objectives breached")

    assert client.post(f"/recovery/tests/{test.pk}/approve/").status_code == 403
    as_(client, lead)
    assertContains(
        client.post(f"/recovery/tests/{test.pk}/approve/", {"version": 1}), "Someone else changed", status_code=409
    )
    assertRedirects(client.post(f"/recovery/tests/{test.pk}/approve/", {"version": 2}), test.get_absolute_url())
    assertContains(client.get("/recovery/services/checkout/"), "did not recover within its objectives")
    assertContains(client.get(checkout.get_absolute_url()), "/recovery/services/checkout/")
    assertRedirects(client.get(f"/r/{test.short_id}/"), test.get_absolute_url())
    empty = client.post(f"/recovery/tests/{test.pk}/void/", {"version": 3})
    assertContains(empty, "This field is required", status_code=422)
    client.post(f"/recovery/tests/{test.pk}/void/", {"version": 3, "reason": "It was another zone"})
    assertContains(client.get(test.get_absolute_url()), "It was another zone")
    assertContains(client.get("/recovery/services/checkout/"), "recovery was never tested")


def test_the_list_claims_filters_sorts_and_takes_few_statements(
    client: Client, lead: User, bob: User, checkout: Service, payments: Team, at: dt.datetime
) -> None:
    mail, old, _side = (
        make.service(slug=slug, name=slug.title(), tier=tier, team=payments)
        for slug, tier in (("mail", 1), ("old", 1), ("side", 3))
    )
    for one in (checkout, mail, old):
        promised(lead, one, at=at - 900 * DAY)
    drilled(lead, checkout, start=at - 30 * DAY)
    drilled(lead, mail, start=at - 20 * DAY, results=[recovered(mail, at - 20 * DAY, rto=61)])
    drilled(lead, old, start=at - 500 * DAY)
    as_(client, bob)
    page = client.get("/recovery/")
    assertContains(page, "1 of 3 tier-1 services recovered within their objectives when last tested")
    assertNotContains(page, "Side")
    assert [row.service.slug for row in page.context["listed"].rows] == ["mail", "old", "checkout"]
    for query, slugs in (
        ("?state=stale,breached&sort=-service", ["old", "mail"]), ("?tier=2", []), ("?q=check", ["checkout"]),
        ("?team=payments&sort=tested", ["mail", "checkout", "old"]), ("?sort=due", ["mail", "old", "checkout"]),
        ("?team=nobody", []),
    ):  # fmt: skip
        found = client.get(f"/recovery/{query}").context["listed"].rows
        assert [row.service.slug for row in found] == slugs, query
    lines = list(csv.DictReader(client.get("/recovery/?format=csv").getvalue().decode("utf-8-sig").splitlines()))
    assert [(one["service"], one["status"], one["rto_s"], one["rto_objective_s"]) for one in lines] == [
        ("mail", "breached", "3660", "3600"), ("old", "stale", "1800", "3600"), ("checkout", "met", "1800", "3600"),
    ]  # fmt: skip

    for number in range(20):
        service = make.service(slug=f"more-{number}", team=payments)
        promised(lead, service, at=at - 90 * DAY)
        drilled(lead, service, start=at - 3 * DAY)
    with CaptureQueriesContext(connection) as seen:
        client.get("/recovery/")
    assert len(seen) == LIST_STATEMENTS, [one["sql"][:80] for one in seen]


def test_whoever_owns_another_team_is_not_offered_what_they_may_not_do(
    client: Client, alice: User, lead: User, checkout: Service, at: dt.datetime
) -> None:
    other = make.user(role=Role.SERVICE_OWNER, team=make.team())
    test = drilled(lead, checkout, start=at - DAY)
    as_(client, other)
    for path in ("/recovery/services/checkout/", test.get_absolute_url()):
        page = client.get(path)
        for words in ("Record a test", ">Change<", ">Approve<", "Void it"):
            assertNotContains(page, words)
    assertContains(client.get("/recovery/tests/new/?service=checkout"), "Which services were in the test?")
    as_(client, alice)
    assertContains(client.get(test.get_absolute_url()), "Approve")
