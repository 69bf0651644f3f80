"""Deploys as a person sees them: the list with its rates, one with its risk, and marking the cause in a room."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from incidents.models import Deploy, DeployState, Incident, Suspect
from relportal.core.models import Team, User
from tests import make
from tests.browser.test_incidents import PHONE, seen
from tests.incidents.conftest import _settings, rita
from tests.incidents.shipping import caused, deploy, incident, minutes

__all__ = ["_settings", "rita"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shipped(rita: User) -> tuple[Incident, Deploy]:
    """A month of deploys of two services, some of which failed, and an incident right after the last one."""
    now = timezone.now() - minutes(50)
    checkout = make.service(slug="checkout", name="Checkout", team=Team.objects.get(slug="payments"))
    make.status(objective=make.objective(service=checkout), at=timezone.now(), burn_1h=7.5, remaining=0.12)
    stock = make.service(slug="stock", name="Stock", tier=2)
    for day in range(1, 25):
        state = DeployState.FAILED if day % 8 == 0 else DeployState.SUCCEEDED
        one = deploy(
            stock if day % 3 else checkout, now - dt.timedelta(days=day), state=state, size=day * 60, author="Ann Lee"
        )
        if day == 9:
            caused(incident(rita, checkout, began=one.started_at + minutes(9)), one)
    bad = deploy(
        checkout, now - minutes(9), size=1840, revision="9f3c2d1", description="Pay by instalments", author="Ann Lee"
    )
    deploy(checkout, now + minutes(25), is_rollback=True, revision="41ab77e")
    return incident(rita, checkout, began=now), bad


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_of_deploys_fit_and_are_accessible(
    login: Callable[..., Page],
    axe: Callable[[Page], None],
    rita: User,
    shipped: tuple[Incident, Deploy],
    width: int,
    scheme: str,
) -> None:
    row, bad = shipped
    page = login(rita, viewport={"width": width, "height": 900}, color_scheme=scheme)
    for name, address in (
        ("list", "/deploys/"),
        ("detail", f"/deploys/{bad.pk}/"),
        ("suspects", f"/incidents/{row.pk}/suspects/"),
    ):
        page.goto(address)
        axe(page)
        page.evaluate("document.querySelectorAll('details.rp-more').forEach(one => one.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        seen(page, f"deploys-{name}-{width}-{scheme}")
    page.goto("/deploys/")
    expect(page.locator(".rp-kpis")).to_contain_text("Change failure rate")


def test_the_cause_is_marked_in_the_room_on_a_phone(
    login: Callable[..., Page], rita: User, shipped: tuple[Incident, Deploy]
) -> None:
    row, bad = shipped
    page = login(rita, **PHONE)
    page.goto(row.get_absolute_url())
    panel = page.locator("#suspects")
    expect(panel).to_contain_text("on Checkout itself")
    panel.get_by_role("button", name="Cause Checkout 9f3c2d1").click()
    expect(panel.locator(".is-cause")).to_contain_text("9f3c2d1")
    seen(page, "deploys-room-390")
    assert Suspect.objects.filter(incident=row).values_list("deploy", "verdict").get() == (bad.pk, "cause")
    expect(page.locator("#live")).to_contain_text("Deploy 9f3c2d1 of Checkout marked as cause")
    panel.get_by_role("button", name="Take back").click()
    expect(panel.locator(".is-cause")).to_have_count(0)


def test_the_cause_is_marked_without_scripts(
    login: Callable[..., Page], rita: User, shipped: tuple[Incident, Deploy]
) -> None:
    row, _bad = shipped
    page = login(rita, javascript=False)
    page.goto(row.get_absolute_url())
    page.get_by_role("link", name="Deploys behind it").click()
    page.get_by_role("button", name="Cause Checkout 9f3c2d1").click()
    expect(page.locator("#suspects .is-cause")).to_contain_text("9f3c2d1")
