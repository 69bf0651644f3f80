"""Saved views and selected rows of the lists in a real browser: keys, forms with and without JavaScript, accessibility."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, Literal

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from relportal.core.actions.saved_views import create_view
from relportal.core.models import Service, Team, User
from slo.models import Objective
from tests import make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Login = Callable[..., Page]
Axe = Callable[[Page], Any]


@pytest.fixture
def catalog(payments: Team, alice: User, admin: User) -> None:
    now: dt.datetime = timezone.now()
    search = make.team(slug="search", name="Search and discovery")
    for number, name in enumerate(("Checkout", "Invoices", "Refunds", "Receipts")):
        service = make.service(slug=name.lower(), name=name, team=payments if number < 3 else search, tier=1)
        band = "breached" if number == 0 else "healthy"
        left = -0.5 if number == 0 else 0.9
        make.status(objective=make.objective(service=service, name="Availability"), band=band, remaining=left)
    for page in ("services", "objectives"):
        create_view(alice, page=page, name="Tier 1, worst first", query="sort=remaining&tier=1", team=None, at=now)
        create_view(alice, page=page, name="Ours", query="team=payments", team=payments, at=now)
        create_view(admin, page=page, name="Firing", query="band=firing", team=search, at=now)


def test_rows_are_selected_by_keys_and_changed_and_changed_back(login: Login, alice: User, catalog: None) -> None:
    page = login(alice)
    page.goto("/services/?sort=name")
    expect(page.get_by_role("button", name="Change")).not_to_be_visible()
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    expect(page.locator("[data-picked]")).to_have_text("2 selected")
    page.keyboard.press("x")
    expect(page.locator("[data-picked]")).to_have_text("1 selected")
    page.get_by_role("button", name="All on this page").click()
    expect(page.locator("[data-picked]")).to_have_text("3 selected")
    page.locator("#bulk select[name=tier]").select_option("3")
    page.get_by_role("button", name="Change").click()
    expect(page.get_by_text("3 services are changed.")).to_be_visible()
    assert Service.objects.filter(tier=3).count() == 3
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Everything is as it was.")).to_be_visible()
    assert Service.objects.filter(tier=3).count() == 0


def test_shift_selects_all_between_and_clear_none(login: Login, alice: User, catalog: None) -> None:
    page = login(alice)
    page.goto("/services/?sort=name")
    page.get_by_label("Select Checkout").check()
    page.get_by_label("Select Refunds").click(modifiers=["Shift"])
    expect(page.locator("[data-picked]")).to_have_text("3 selected")
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(page.get_by_role("button", name="Change")).not_to_be_visible()


def test_objectives_are_retired_and_brought_back_without_javascript(login: Login, alice: User, catalog: None) -> None:
    page = login(alice, javascript=False)
    page.goto("/slos/")
    page.get_by_label("Select Checkout: Availability").check()
    page.get_by_role("button", name="Retire").click()
    expect(page.get_by_text("1 objective is retired.")).to_be_visible()
    assert Objective.objects.exclude(retired_at=None).count() == 1
    page.get_by_role("button", name="Undo").click()
    assert Objective.objects.exclude(retired_at=None).count() == 0


def test_a_view_is_saved_renamed_deleted_and_brought_back(login: Login, alice: User, catalog: None) -> None:
    page = login(alice)
    page.goto("/services/")
    page.locator(".rp-filters select[name=tier]").select_option("1")
    page.locator("summary", has_text="Save view").click()
    page.get_by_label("Name").fill("First tier")
    page.get_by_label("Who sees it").select_option("payments")
    page.get_by_role("button", name="Save", exact=True).click()
    active = page.locator(".rp-views [aria-current=page]")
    expect(active).to_contain_text("First tier")
    page.locator("summary", has_text="Edit view").click()
    page.get_by_label("Name").fill("Tier one")
    page.get_by_role("button", name="Rename").click()
    expect(active).to_contain_text("Tier one")
    page.locator("summary", has_text="Edit view").click()
    page.get_by_role("button", name="Delete view").click()
    expect(page.locator(".rp-views").get_by_text("Tier one")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(active).to_contain_text("Tier one")


def test_an_open_menu_closes_by_escape_and_gives_the_focus_back(login: Login, alice: User, catalog: None) -> None:
    page = login(alice)
    page.goto("/services/?tier=2")
    summary = page.locator("summary", has_text="Save view")
    summary.click()
    page.get_by_label("Name").press("Escape")
    expect(page.get_by_role("button", name="Save", exact=True)).not_to_be_visible()
    expect(summary).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/services/?team=payments", "/slos/?team=payments", "/services/?tier=2,1"])
def test_no_list_with_its_menus_and_bar_open_has_a_serious_violation(
    login: Login, axe: Axe, alice: User, catalog: None, path: str, scheme: Literal["light", "dark"]
) -> None:
    page = login(alice, color_scheme=scheme)
    page.goto(path)
    page.locator(".rp-pick input").first.check()
    page.locator("summary", has_text="view").last.click()
    axe(page)


@pytest.mark.parametrize("path", ["/services/?team=payments", "/slos/?team=payments"])
def test_no_list_with_its_bar_open_scrolls_sideways_on_a_phone(
    login: Login, alice: User, catalog: None, path: str
) -> None:
    page = login(alice, viewport={"width": 390, "height": 844})
    page.goto(path)
    page.locator(".rp-pick input").first.check()
    page.locator("summary", has_text="Edit view").click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
