from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertContains

from relportal.core.models import Journey, JourneyService, Service, User
from tests import make

pytestmark = pytest.mark.django_db


def journey(slug: str, *services: Service) -> Journey:
    made = Journey.objects.create(slug=slug, name=slug.title())
    for position, service in enumerate(services):
        JourneyService.objects.create(journey=made, service=service, position=position)
    return made


def service(slug: str, band: str = "") -> Service:
    made = make.service(slug=slug, name=slug.title())
    if band:
        make.status(objective=make.objective(service=made), band=band, remaining=-1 if band == "breached" else 0.5)
    return made


def test_a_journey_is_as_well_as_its_worst_step(client: Client, bob: User) -> None:
    journey("buy", service("shop", "healthy"), service("stock", "breached"))
    client.force_login(bob)
    assertContains(client.get("/journeys/buy/"), "Buy: Stock breached")
    assertContains(client.get("/journeys/"), "1 of 1 journey is broken")


def test_a_step_without_data_is_never_called_healthy(client: Client, bob: User) -> None:
    journey("buy", service("shop", "healthy"), service("stock"))
    client.force_login(bob)
    assertContains(client.get("/journeys/buy/"), "Buy: no data on Stock")


def test_the_list_does_not_ask_more_for_more_journeys(
    client: Client, bob: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(6):
        journey(f"j{number}", *(service(f"s{number}{letter}", "healthy") for letter in "abc"))
    client.force_login(bob)
    with django_assert_max_num_queries(8):
        client.get("/journeys/")


def data(*steps: tuple[str, str], **fields: object) -> dict[str, object]:
    rows: dict[str, object] = {"steps-TOTAL_FORMS": len(steps), "steps-INITIAL_FORMS": 0}
    for index, (position, slug) in enumerate(steps):
        rows |= {f"steps-{index}-position": position, f"steps-{index}-service": slug}
    return {"name": "Buy", "slug": "buy", "team": "", "description": "", **rows, **fields}


def slugs(slug: str) -> list[str]:
    steps = JourneyService.objects.filter(journey__slug=slug).order_by("position")
    return list(steps.values_list("service__slug", flat=True))


def test_steps_stand_in_the_order_of_their_numbers(client: Client, lead: User) -> None:
    for slug in ("shop", "stock", "mail"):
        service(slug)
    client.force_login(lead)
    response = client.post("/journeys/new/", data(("3", "mail"), ("1", "shop"), ("", ""), ("2", "stock")))
    assert response.status_code == 302
    assert slugs("buy") == ["shop", "stock", "mail"]


def test_an_unknown_service_is_told_with_the_nearest(client: Client, lead: User) -> None:
    service("stock")
    client.force_login(lead)
    assertContains(client.post("/journeys/new/", data(("1", "stok"))), "did you mean stock?", status_code=422)


def test_a_lost_update_shows_what_is_saved_now(client: Client, lead: User) -> None:
    made = journey("buy", service("shop"))
    Journey.objects.filter(pk=made.pk).update(version=5, description="Theirs.")
    client.force_login(lead)
    response = client.post("/journeys/buy/edit/", data(("1", "shop"), version="1"))
    assertContains(response, "Theirs.", status_code=409)
    assertContains(response, 'name="version" value="5"', status_code=409)


def test_a_journey_is_deleted_without_its_services(client: Client, lead: User) -> None:
    journey("buy", service("shop"))
    client.force_login(lead)
    assert client.post("/journeys/buy/delete/").status_code == 302
    assert not Journey.objects.exists()
    assert Service.objects.exists()


@pytest.mark.parametrize("path", ["/journeys/new/", "/journeys/buy/edit/", "/journeys/buy/delete/"])
def test_journeys_are_written_by_stewards_only(client: Client, alice: User, path: str) -> None:
    journey("buy")
    client.force_login(alice)
    assert client.post(path, data()).status_code == 403
    assert Journey.objects.count() == 1
