"""The analytics of incidents in a real browser: filtered without a reload, drawn in both themes, readable on a phone."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from incidents.models import ImpactFigures, Incident, TimeMark
from relportal.core.models import User
from tests.browser.test_incidents import seen
from tests.incidents.conftest import _settings, watcher

__all__ = ["_settings", "watcher"]

pytestmark = pytest.mark.django_db(transaction=True)
URL = "/incidents/analytics/"


@pytest.fixture
def lived(_settings: None) -> None:
    """Twelve incidents of the last weeks, of severity 1 and 2."""
    now = timezone.now()
    for n in range(12):
        began = now - dt.timedelta(days=3 * n + 1)
        one = Incident.objects.create(title=f"Checkout fails, zone {n}", declared_at=began, severity_id=1 + n % 2)
        for moment, minutes in (
            ("impact_started", 0),
            ("detected", n),
            ("acknowledged", n + 4),
            ("resolved", 20 + 9 * n),
        ):
            at = began + dt.timedelta(minutes=minutes)
            TimeMark.objects.create(incident=one, moment=moment, at=at, source="person", recorded_at=now)
        ImpactFigures.objects.create(incident=one, computed_at=now, impact_minutes=20)


@pytest.mark.usefixtures("lived")
def test_choosing_a_filter_changes_the_answer_the_address_and_the_charts(
    login: Callable[..., Page], watcher: User
) -> None:
    page = login(watcher)
    page.goto(URL)
    expect(page.get_by_role("heading", level=1)).to_contain_text("12 incidents in the last 90 days, 240 impact minutes")

    page.locator("select[name=severity]").select_option("1")

    expect(page.get_by_role("heading", level=1)).to_contain_text("6 incidents")
    expect(page).to_have_url(re.compile("severity=1"))
    expect(page.locator(".rp-canvas.is-drawn").first).to_be_visible()
    page.get_by_role("link", name="30 days").click()
    expect(page).to_have_url(re.compile("period=30"))
    expect(page.locator("select[name=severity]")).to_have_value("1")


@pytest.mark.usefixtures("lived")
def test_a_row_of_a_table_leads_to_its_incidents_in_the_list(login: Callable[..., Page], watcher: User) -> None:
    page = login(watcher)
    page.goto(URL)
    page.get_by_role("region", name="By severity").get_by_role("link", name="SEV-2").click()
    expect(page.locator(".rp-found")).to_contain_text("6 incidents")
    expect(page.locator(".rp-found")).to_contain_text("Counted in figures")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.usefixtures("lived")
def test_on_a_phone_everything_is_drawn_and_nothing_is_wider_than_the_screen(
    login: Callable[..., Page], watcher: User, scheme: str
) -> None:
    page = login(watcher, viewport={"width": 390, "height": 844}, color_scheme=scheme)
    page.goto(URL)
    for chart in page.locator("[data-chart]").all():
        chart.scroll_into_view_if_needed()
        expect(chart.locator(".rp-canvas.is-drawn .main-svg").first).to_be_visible()
    seen(page, f"analytics-390-{scheme}")
    assert page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.usefixtures("lived")
def test_without_javascript_the_page_is_filtered_by_its_button_and_charts_are_tables(
    login: Callable[..., Page], watcher: User
) -> None:
    page = login(watcher, javascript=False)
    page.goto(URL)
    page.locator("select[name=severity]").select_option("2")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("6 incidents")
    page.get_by_text("Show as table").first.click()
    expect(page.get_by_role("cell", name="Checkout fails, zone 11")).to_be_visible()
