"""The register in a real browser: a risk is written down and rated, and its pages are accessible in both themes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.utils import timezone
from playwright.sync_api import FilePayload, Page, expect

from relportal.core.models import Service, User
from risks.models import Risk
from tests.browser.test_incidents import seen
from tests.risks.conftest import _scale, checkout
from tests.risks.full import full_risk

__all__ = ["_scale", "checkout"]

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def previewed(page: Page) -> Iterator[None]:
    """Until the preview that a change asks for is there: htmx complains of one that the next change takes the place of."""
    with page.expect_event("requestfinished", lambda request: "rate-preview" in request.url):
        yield


def write(page: Page, name: str, text: str) -> None:
    with previewed(page):
        page.locator(f"[name={name}]").fill(text)
        page.locator(f"[name={name}]").blur()


def choose(page: Page, group: str, step: str) -> None:
    """Clicks what a person sees: the card of a step, not the hidden radio button in it."""
    with previewed(page):
        page.get_by_role("group", name=group).locator("label").filter(has_text=step).first.click()


def test_a_risk_is_written_down_and_rated_and_its_page_says_where_it_stands(
    login: Callable[..., Page], alice: User, checkout: Service
) -> None:
    page = login(alice)
    with previewed(page):
        page.goto("/risks/new/?service=checkout")
    write(page, "title", "One node holds every session")
    write(page, "reason", "Two near misses a year")
    choose(page, "Likelihood", "1 in 1 to 4 years")
    choose(page, "Customer minutes", "Serious")
    expect(page.locator("#judged")).to_contain_text("Medium")
    page.get_by_role("button", name="Write it down").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("One node holds every session: medium")
    made = Risk.objects.get()
    assert (made.owner, made.current and made.current.level.key) == (alice, "medium")
    page.goto("/risks/")
    expect(page.get_by_role("link", name="One node holds every session")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_of_the_register_have_no_serious_violation(
    login: Callable[..., Page], axe: Callable[[Page], None], alice: User, checkout: Service, scheme: str
) -> None:
    risk = full_risk(alice, checkout, at=timezone.now())
    page = login(alice, color_scheme=scheme)
    for name, path in (
        ("detail", risk.get_absolute_url()),
        ("list", "/risks/"),
        ("heat-map", "/risks/heat-map/"),
        ("scale", "/risks/scale/"),
        ("proposals", "/risks/proposals/"),
        ("hygiene", "/risks/hygiene/"),
    ):
        page.goto(path)
        axe(page)
        seen(page, f"risks-{name}-{scheme}")


def test_risks_are_imported_after_a_look_and_changed_together(
    login: Callable[..., Page], axe: Callable[[Page], None], lead: User
) -> None:
    page = login(lead)
    page.goto("/risks/import/")
    file: FilePayload = {
        "name": "register.csv",
        "mimeType": "text/csv",
        "buffer": b"title\nOne node\nOne certificate\n",
    }
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2 new risks")
    axe(page)
    assert not Risk.objects.exists()
    page.get_by_role("button", name="Import 2").click()
    expect(page.get_by_text("2 risks were imported.")).to_be_visible()
    page.goto("/risks/")
    for box in page.locator("input[name=row]").all():
        box.check()
    axe(page)
    page.locator("#bulk select[name=owner]").select_option("me")
    page.locator("#bulk").get_by_role("button", name="Change").click()
    expect(page.get_by_text("2 risks are changed.")).to_be_visible()
    assert set(Risk.objects.values_list("owner", flat=True)) == {lead.pk}
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Everything is as it was.")).to_be_visible()
    assert set(Risk.objects.values_list("owner", flat=True)) == {None}
