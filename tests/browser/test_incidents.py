"""An incident in a real browser: declared in seconds, run by two people at once, on a phone, with drafts that survive."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from incidents.actions.impact import SegmentFields, add_segment
from incidents.actions.incidents import Declaration, declare
from incidents.actions.roles import take_role
from incidents.actions.timeline import write_line
from incidents.models import Incident, IncidentRole
from relportal.core.models import User
from tests import make
from tests.incidents.conftest import _settings, rita

__all__ = ["_settings", "rita"]

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = {"viewport": {"width": 390, "height": 844}}


def seen(page: Page, name: str) -> None:
    """Keeps a picture where SCREENSHOTS points to; looking at pages is done by people."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def test_a_sev_is_declared_in_seconds_on_a_phone(login: Callable[..., Page], rita: User) -> None:
    page = login(rita, **PHONE)
    page.goto("/")
    begun = time.monotonic()

    page.goto("/incidents/declare/")
    seen(page, "declare-390")
    page.keyboard.type("Card payments fail", delay=40)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Card payments fail")

    assert time.monotonic() - begun < 10
    assert Incident.objects.get().declared_by == rita
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_two_people_write_at_once_and_nothing_is_lost(login: Callable[..., Page], rita: User, lead: User) -> None:
    incident = declare(rita, Declaration(title="Card payments fail"), at=timezone.now())
    one, two = login(rita), login(lead)
    for page in (one, two):
        page.goto(incident.get_absolute_url())

    one.fill("#line", "rolled back checkout")
    two.fill("#line", "-10m saw the first errors")
    one.keyboard.press("Enter")
    two.focus("#line")
    two.keyboard.press("Enter")

    for page in (one, two):
        expect(page.locator("#live")).to_contain_text("rolled back checkout")
        expect(page.locator("#live")).to_contain_text("saw the first errors")
    expect(one.locator("#line")).to_have_value("")


def test_a_line_of_another_moves_the_timeline_and_nothing_that_one_has_open_or_typed(
    login: Callable[..., Page], rita: User, lead: User
) -> None:
    incident = declare(rita, Declaration(title="Card payments fail"), at=timezone.now())
    page = login(rita)
    page.goto(incident.get_absolute_url())
    page.locator(".rp-hand summary").first.click()
    page.fill("#line", "half a sen")
    page.locator("#say textarea").first.fill("Cards fail for")

    write_line(lead, incident, "errors in the log", zone=dt.UTC, at=timezone.now())
    expect(page.locator("#room-lines")).to_contain_text("errors in the log")

    expect(page.locator(".rp-hand[open]")).to_have_count(1)
    expect(page.locator("#line")).to_have_value("half a sen")
    expect(page.locator("#say textarea").first).to_have_value("Cards fail for")

    # What changes around it waits until it is closed again.
    take_role(lead, incident, IncidentRole.SCRIBE, at=timezone.now())
    with page.expect_response(lambda answer: "/live/" in answer.url and answer.status == 200):
        pass
    expect(page.locator(".rp-hand[open]")).to_have_count(1)
    page.locator(".rp-hand[open] summary").click()
    page.locator("#line").focus()
    expect(page.locator(".rp-room-side")).to_contain_text(str(lead))


def test_a_line_that_is_refused_stays_in_its_field_with_the_reason(login: Callable[..., Page], rita: User) -> None:
    incident = declare(rita, Declaration(title="Card payments fail"), at=timezone.now())
    page = login(rita)
    page.goto(incident.get_absolute_url())
    page.fill("#line", "  ")
    page.keyboard.press("Enter")
    expect(page.locator("#live > .rp-notice")).to_contain_text("Write what happened")
    expect(page.locator("#line")).to_have_value("  ")

    page.fill("#line", "rolled back checkout")
    page.keyboard.press("Enter")
    expect(page.locator("#room-lines")).to_contain_text("rolled back checkout")
    expect(page.locator("#live > .rp-notice")).to_have_count(0)
    expect(page.locator("#line")).to_have_value("")


def test_a_draft_survives_a_reload(login: Callable[..., Page], rita: User) -> None:
    incident = declare(rita, Declaration(title="Card payments fail"), at=timezone.now())
    page = login(rita)
    page.goto(incident.get_absolute_url())

    with page.expect_response(lambda answer: "/draft/" in answer.url):
        page.locator("#say textarea").first.fill("Cards fail for everyone")
    page.reload()

    expect(page.locator("#say textarea").first).to_have_value("Cards fail for everyone")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_room_has_no_serious_flaw(
    login: Callable[..., Page], axe: Callable[[Page], None], rita: User, scheme: str, width: int
) -> None:
    at = timezone.now()
    service = make.service(name="Checkout")
    make.status(objective=make.objective(service=service, target=Decimal("0.999"), name="Availability"), at=at)
    incident = declare(
        rita, Declaration(title="Card payments fail for most customers", services=[service], severity=1), at=at
    )
    for text in ("-20m saw the first errors", "! customers in Austria only", "TODO call the bank", "rolled back 1.4.2"):
        write_line(rita, incident, text, zone=timezone.get_current_timezone(), at=at)
    add_segment(
        rita,
        incident,
        SegmentFields(service=service, start=at - dt.timedelta(minutes=20), user_share=0.4, customers=12_000),
        at=at,
    )
    page = login(rita, viewport={"width": width, "height": 900}, color_scheme=scheme)

    for path, name in (
        (incident.get_absolute_url(), "room"),
        ("/incidents/", "list"),
        ("/incidents/declare/", "declare"),
    ):
        page.goto(path)
        page.wait_for_timeout(300)
        seen(page, f"{name}-{width}-{scheme}")
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
