"""Connecting a tool, its deliveries and the list of alerts, in a browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from incidents.actions.deliveries import drain, receive
from incidents.actions.integrations import IntegrationFields, create_integration
from incidents.models import Delivery, Integration
from relportal.core.models import User
from relportal.core.permissions import SYSTEM
from tests import make
from tests.incidents.webhooks import payloads

pytestmark = pytest.mark.django_db(transaction=True)
Login = Callable[..., Page]


@pytest.fixture
def connected() -> Integration:
    """One delivery with two alerts, and one that was cut."""
    make.service(slug="checkout", name="Checkout")
    at = timezone.now()
    row = create_integration(
        SYSTEM, slug="main", kind="alertmanager", fields=IntegrationFields(name="Main Alertmanager"), at=at
    ).integration
    whole = payloads.raw(
        payloads.alertmanager(
            payloads.am_alert(),
            payloads.am_alert(
                fingerprint="b", alertname="DiskIsFullSoonOnAMachineWithALongName", end=payloads.minutes(9)
            ),
        )
    )
    receive(row, {}, whole, at=at)
    receive(row, {}, whole[:200], at=at)
    drain(at=at)
    return row


@pytest.mark.parametrize("size", [{"width": 1440, "height": 900}, {"width": 390, "height": 844}])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible_and_fit(
    login: Login, lead: User, connected: Integration, axe: Callable[[Page], None], size: Any, scheme: str
) -> None:
    page = login(lead, viewport=size, color_scheme=scheme)
    failed = Delivery.objects.get(result=Delivery.Result.FAILED)
    for path in (
        "/alerts/",
        "/integrations/",
        "/integrations/new/",
        connected.get_absolute_url(),
        f"{connected.get_absolute_url()}rotate/",
        failed.get_absolute_url(),
    ):
        page.goto(path)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path


def test_a_tool_is_connected_and_its_secret_copied(login: Login, lead: User) -> None:
    page = login(lead)
    page.goto("/integrations/new/")
    page.get_by_label("Name", exact=True).fill("Pager")
    page.get_by_label("Short name").fill("pager")
    page.get_by_label("Tool", exact=True).select_option("generic")
    page.get_by_role("button", name="Save").click()
    secret = page.locator("#secret").inner_text()
    assert len(secret) >= 40
    assert page.locator("#address").inner_text().endswith("/hooks/pager/")


def test_a_delivery_is_read_again_without_javascript(login: Login, lead: User, connected: Integration) -> None:
    page = login(lead, javascript=False)
    page.goto(f"{connected.get_absolute_url()}?result=failed")
    page.get_by_role("row").nth(1).get_by_role("link").click()
    assert "was cut on its way" in page.content()
    page.get_by_role("button", name="Read again").click()
    assert "Read again: Failed." in page.content()
