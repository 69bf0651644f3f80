"""Selected rows of the lists: the boxes, the form post, and the way back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from relportal.core.models import Role, Service, Team, User
from slo.models import Objective
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def checkout(payments: Team) -> Service:
    service = make.service(slug="checkout", name="Checkout", team=payments, tier=1)
    make.objective(service=service, name="Availability")
    return service


def undo(client: Client, page: Any) -> Any:
    found = re.search(
        r'action="([^"]+)"><[^>]*><input type="hidden" name="token" value="([^"]+)"', page.content.decode()
    )
    assert found
    return client.post(found[1], {"token": found[2]}, follow=True)


def test_boxes_stand_at_the_rows_that_the_viewer_may_change(
    client: Client, alice: User, bob: User, lead: User, checkout: Service
) -> None:
    make.objective(service=make.service(slug="search", name="Search"))
    for path in ("/services/", "/slos/"):
        for user, boxes in ((alice, 1), (lead, 2), (bob, 0), (make.user(role=Role.AUDITOR), 0)):
            client.force_login(user)
            page = client.get(path)
            assertContains(page, 'name="row"', count=boxes)
            assertContains(page, 'id="bulk"', count=1 if boxes else 0)


def test_selected_services_are_changed_and_changed_back(client: Client, alice: User, checkout: Service) -> None:
    client.force_login(alice)
    page = client.post("/bulk/services/", {"row": ["checkout"], "tier": "3", "back": "sort=name&page=1"}, follow=True)
    assertRedirects(page, "/services/?sort=name&page=1")
    assertContains(page, "1 service is changed.")
    assert Service.objects.get().tier == 3
    assertContains(undo(client, page), "Everything is as it was.")
    assert Service.objects.get().tier == 1


def test_a_refused_row_is_named_on_the_list_and_nothing_is_changed(
    client: Client, alice: User, checkout: Service
) -> None:
    make.service(slug="search", name="Search")
    client.force_login(alice)
    page = client.post("/bulk/services/", {"row": ["checkout", "search"], "tier": "3"}, follow=True)
    assertContains(page, "you may not change: Search.")
    assert set(Service.objects.values_list("tier", flat=True)) == {1}


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"row": ["checkout"]}, "Choose what the selected services shall become."),
        ({"tier": "3"}, "Select between 1 and 200 rows."),
        ({"row": ["checkout"], "tier": "1"}, "They are so already"),
        ({"row": ["a%00\0"], "tier": "1", "team": "\0"}, "rp-toast is-breached"),
        ({"row": ["checkout"], "tier": "3", "back": "&".join(["a=b"] * 1900)}, "1 service is changed."),
    ],
)
def test_what_cannot_be_done_is_said_on_the_list(
    client: Client, lead: User, checkout: Service, sent: dict[str, str], told: str
) -> None:
    client.force_login(lead)
    assertContains(client.post("/bulk/services/", sent, follow=True), told)


def test_selected_objectives_are_retired_and_brought_back(client: Client, alice: User, checkout: Service) -> None:
    client.force_login(alice)
    objective = Objective.objects.get()
    page = client.post("/bulk/slos/", {"row": [str(objective.pk)], "do": "retire"}, follow=True)
    assertContains(page, "1 objective is retired.")
    assertNotContains(page, "Availability")
    retired = client.get("/slos/?band=retired")
    assertContains(retired, "Bring back")
    undo(client, page)
    assertContains(client.get("/slos/"), "Availability")


def test_someone_who_owns_nothing_sends_nothing(client: Client, bob: User, checkout: Service) -> None:
    client.force_login(bob)
    assert client.post("/bulk/services/", {"row": ["checkout"], "tier": "3"}).status_code == 403
    assert client.post("/bulk/slos/", {"row": ["1"]}).status_code == 403
