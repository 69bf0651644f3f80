"""The main pages in a real browser: from the overview to the cause, keys, theme, phones, accessibility."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from relportal.core.models import Team, User
from slo.domain.grid import floor
from tests.slo import company
from tests.slo.company import Company

pytestmark = [pytest.mark.django_db(transaction=True)]

Login = Callable[..., Page]
Axe = Callable[[Page], None]

PATHS = (
    "/",
    "/slos/",
    "/slos/?q=nothing+like+it",
    "/slos/{missed}/",
    "/slos/{unknown}/",
    "/slos/new/",
    "/slos/{missed}/edit/",
    "/indicators/",
    "/indicators/availability/",
    "/indicators/availability/edit/",
    "/sources/",
    "/sources/prometheus/",
    "/sources/prometheus/edit/",
    "/services/",
    "/services/checkout/",
    "/audit/",
    "/teams/",
    "/tokens/",
    "/operations/",
    "/profile/",
    "/styleguide/",
)


@pytest.fixture
def shown(payments: Team) -> Company:
    return company.built(team=payments, at=floor(timezone.now() - dt.timedelta(minutes=2)))


def opened(page: Page, path: str, shown: Company) -> Page:
    answer = page.goto(path.format(missed=shown.missed.pk, unknown=shown.unknown.pk))
    assert answer is not None
    assert answer.status == 200
    return page


def test_from_the_overview_to_the_queries_of_the_worst_service_in_two_clicks(
    login: Login, bob: User, shown: Company
) -> None:
    page = login(bob)
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Checkout is worst")
    page.locator(".rp-needy").get_by_role("link", name="Checkout: HTTP availability").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Checkout")
    expect(page.get_by_text("http_requests_total", exact=True)).to_be_visible()
    page.get_by_text("How is this computed?").first.click()
    expect(page.get_by_text("allowed bad = error budget × all")).to_be_visible()


def test_a_chart_is_drawn_and_its_numbers_stand_in_a_table(login: Login, bob: User, shown: Company) -> None:
    page = opened(login(bob), "/slos/{missed}/", shown)
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    page.get_by_text("Show as table").first.click()
    expect(page.get_by_role("cell", name="−50", exact=False).first).to_be_visible()


def test_a_page_without_a_chart_loads_no_chart_library(login: Login, bob: User, shown: Company) -> None:
    page = login(bob)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/slos/", wait_until="networkidle")
    assert asked
    assert not [url for url in asked if "plotly" in url]


def test_rows_of_the_catalog_are_walked_and_opened_by_keys(login: Login, bob: User, shown: Company) -> None:
    page = login(bob)
    page.goto("/slos/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.get_by_role("link", name="Checkout")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/slos/{shown.missed.pk}/")


def test_the_palette_finds_a_service_and_an_objective_by_typing(login: Login, bob: User, shown: Company) -> None:
    page = login(bob)
    page.goto("/")
    page.keyboard.press("Control+k")
    page.keyboard.type("checkout")
    expect(page.locator("#palette").get_by_role("option", name="Checkout").first).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/services/checkout/")


def test_single_keys_are_off_for_who_switched_them_off(login: Login, bob: User, shown: Company) -> None:
    bob.single_key_shortcuts = False
    bob.save()
    page = login(bob)
    page.goto("/slos/")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Checkout", exact=True)).not_to_be_focused()


def test_the_chosen_theme_is_in_the_page_before_any_script_runs(
    login: Login, bob: User, shown: Company, live_server: LiveServer
) -> None:
    page = login(bob)
    page.emulate_media(color_scheme="light")
    page.goto("/")
    page.locator("[data-theme-toggle]").first.click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    bare = login(bob, javascript=False)
    bare.context.add_cookies([{"name": "theme", "value": "dark", "url": live_server.url}])
    bare.goto("/slos/")
    expect(bare.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert bare.evaluate("getComputedStyle(document.body).backgroundColor") == page.evaluate(
        "getComputedStyle(document.body).backgroundColor"
    )


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_serious_violation(
    login: Login, axe: Axe, admin: User, shown: Company, path: str, scheme: str
) -> None:
    page = login(admin, color_scheme=scheme)
    axe(opened(page, path, shown))


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("width", [390, 1440])
def test_no_page_scrolls_sideways(login: Login, admin: User, shown: Company, path: str, width: int) -> None:
    page = login(admin, viewport={"width": width, "height": 844})
    opened(page, path, shown)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_page_of_signing_in_has_no_serious_violation(login: Login, axe: Axe, db: None) -> None:
    page = login(None)
    page.goto("/accounts/login/")
    axe(page)
