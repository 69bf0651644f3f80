"""The services list and the catalog's forms in a real browser: filters, order, keys, forms, accessibility."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from relportal.core.models import Journey, JourneyService, Service, Team, User
from tests import make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Login = Callable[..., Page]
Axe = Callable[[Page], Any]


@pytest.fixture
def catalog(payments: Team) -> Service:
    """Three services in three bands, the worst one on a journey."""
    made = {}
    for slug, band, tier in (("checkout", "breached", 1), ("search", "healthy", 2), ("mail", "at_risk", 3)):
        made[slug] = make.service(slug=slug, name=slug.title(), team=payments, tier=tier)
        left = {"breached": -0.5, "at_risk": 0.1, "healthy": 0.9}[band]
        make.status(objective=make.objective(service=made[slug], name="Availability"), band=band, remaining=left)
    journey = Journey.objects.create(slug="buy", name="Buy")
    JourneyService.objects.create(journey=journey, service=made["checkout"])
    return made["checkout"]


def names(page: Page) -> list[str]:
    return page.locator("#results tbody th a").all_text_contents()


def test_the_list_filters_as_one_types_and_the_address_follows(login: Login, bob: User, catalog: Service) -> None:
    page = login(bob)
    page.goto("/services/")
    assert names(page) == ["Checkout", "Mail", "Search"]
    page.get_by_role("searchbox").fill("sea")
    expect(page.locator("#results tbody tr")).to_have_count(1)
    assert names(page) == ["Search"]
    assert "q=sea" in page.url
    page.reload()
    assert names(page) == ["Search"]
    page.get_by_role("link", name="Remove this filter").click()
    expect(page.locator("#results tbody tr")).to_have_count(3)


def test_a_choice_narrows_and_a_heading_sorts(login: Login, bob: User, catalog: Service) -> None:
    page = login(bob)
    page.goto("/services/")
    page.locator("select[name=tier]").select_option("2")
    expect(page.locator("#results tbody tr")).to_have_count(1)
    page.goto("/services/")
    page.get_by_role("link", name="Service", exact=True).click()
    page.get_by_role("link", name="Service", exact=True).click()
    assert names(page) == ["Search", "Mail", "Checkout"]
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("Service")


def test_rows_are_walked_and_opened_by_keys(login: Login, bob: User, catalog: Service) -> None:
    page = login(bob)
    page.goto("/services/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.get_by_role("link", name="Checkout")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Checkout: 1 of 1 objective breached")


def test_the_edit_form_works_without_javascript(login: Login, alice: User, catalog: Service) -> None:
    page = login(alice, javascript=False)
    page.goto("/services/checkout/edit/")
    page.get_by_label("Description").fill("Takes the money.")
    page.locator("[name=links-0-url]").fill("https://wiki.example/checkout")
    page.locator("[name=dependencies-0-service]").fill("search")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Checkout")
    expect(page.get_by_text("Takes the money.")).to_be_visible()
    expect(page.get_by_role("link", name="Search", exact=True)).to_be_visible()


@pytest.mark.parametrize(
    "path",
    [
        "/services/?q=nothing+like+it",
        "/services/new/",
        "/services/checkout/edit/",
        "/services/import/",
        "/journeys/",
        "/journeys/buy/",
        "/journeys/buy/edit/",
    ],
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_the_catalog_has_a_serious_violation(
    login: Login, axe: Axe, lead: User, catalog: Service, path: str, scheme: str
) -> None:
    page = login(lead, color_scheme=scheme)
    page.goto(path)
    axe(page)


@pytest.mark.parametrize("path", ["/services/", "/services/checkout/", "/services/checkout/edit/", "/journeys/buy/"])
def test_no_page_of_the_catalog_scrolls_sideways_on_a_phone(
    login: Login, lead: User, catalog: Service, path: str
) -> None:
    page = login(lead, viewport={"width": 390, "height": 844})
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_maintenance_is_announced_on_a_phone(login: Login, axe: Axe, alice: User, catalog: Service) -> None:
    page = login(alice, viewport={"width": 390, "height": 844}, color_scheme="dark")
    page.goto("/services/checkout/")
    page.get_by_role("link", name="Announce maintenance").click()
    axe(page)
    page.get_by_label("What is done").fill("Larger disks")
    soon = timezone.localtime() + dt.timedelta(hours=2)
    for label, hours in (("From", 0), ("Until", 1)):
        page.get_by_label(label).fill(f"{soon + dt.timedelta(hours=hours):%Y-%m-%dT%H:%M:%S}")
    page.get_by_role("button", name="Announce").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("No maintenance now, 1 window ahead")
    expect(page.get_by_role("link", name="Checkout")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    axe(page)
