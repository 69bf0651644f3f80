"""A review is held in presenter mode by keys alone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from relportal.core.models import User
from reports.actions import reviews as acts
from reports.domain.reviews import Agenda
from reports.models import ReviewNote
from tests.reports.meeting import planned, ritual

pytestmark = pytest.mark.django_db(transaction=True)
ITEMS = tuple(Agenda(key=key, minutes=5) for key in ("incidents", "risks", "asks"))


def press(page: Page, key: str) -> None:
    """A module listens once its page is loaded, which is later than its heading is there."""
    page.wait_for_load_state()
    page.keyboard.press(key)


def test_a_review_is_held_by_keys_alone(login: Callable[..., Page], lead: User, axe: Callable[[Page], None]) -> None:
    review = planned(ritual(lead, at=timezone.now(), items=ITEMS))
    acts.start(lead, review, at=timezone.now())
    page = login(lead)
    page.goto(f"{review.get_absolute_url()}present/")
    title = page.get_by_role("heading", level=1)
    expect(title).to_have_text("Incidents")
    axe(page)
    press(page, "ArrowRight")
    expect(title).to_have_text("Top risks")
    press(page, "k")
    expect(title).to_have_text("Incidents")
    press(page, "Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    press(page, "j")
    expect(title).to_have_text("Top risks")
    press(page, "ArrowLeft")
    expect(title).to_have_text("Incidents")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    press(page, "Space")
    expect(page.get_by_role("button", name="Start")).to_be_visible()
    press(page, "n")
    page.keyboard.type("The bank is slow, jk?")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".rp-said")).to_contain_text("The bank is slow, jk?")
    assert ReviewNote.objects.get().item.key == "incidents"
    press(page, "?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_be_visible()
    press(page, "Escape")
    expect(keys).to_be_hidden()
    press(page, "x")
    expect(title).to_have_text("Top risks")
    press(page, "Escape")
    expect(page).to_have_url(re.compile(rf"{review.get_absolute_url()}$"))
