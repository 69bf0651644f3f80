"""The pages of core in a real browser: accessible in both themes and widths, and usable without a mouse or a script."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Page, expect

from relportal.core import audit, work
from relportal.core.models import Heartbeat, Role, User, WorkItem, WorkState
from tests import make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Login = Callable[..., Page]
Axe = Callable[[Page], Any]
# Where pictures of all pages go, for who wants to look at them.
PICTURES = os.environ.get("PICTURES", "")


@pytest.fixture
def busy(admin: User) -> User:
    """An administrator of a portal in which something happened."""
    at = timezone.now()
    payments = make.team(slug="payments", name="Payments", description="Charging, refunds and fraud screening.")
    search = make.team(slug="search", name="Search", description="Finding a connection from A to B.")
    owner = make.user("amara@example.com", role=Role.SERVICE_OWNER, team=payments, display_name="Amara Okafor")
    make.user("noah@example.com", role=Role.VIEWER, display_name="Noah Whitfield")
    make.user("nobody@example.com", display_name="Dana Newcomer")
    for slug, team in (("checkout", payments), ("refunds", payments), ("timetable", search)):
        service = make.service(slug=slug, name=slug.title(), team=team, description="What a traveller needs first.")
        for n, actor in enumerate((owner, admin)):
            with transaction.atomic():
                when = at - dt.timedelta(hours=7 * n + len(slug))
                audit.record(
                    actor, "service.edit", service, at=when, reason="Quarterly review", changes={"tier": (2, 1)}
                )
        service.tier = 2
        service.save()
    Heartbeat.objects.create(name="tick", at=at)
    Heartbeat.objects.create(name="worker:collect", at=at - dt.timedelta(minutes=9))
    with transaction.atomic():
        work.enqueue("core.heartbeat", "a", at=at)
        soon = at + dt.timedelta(minutes=40)
        work.enqueue("core.audit_chain", "core.audit_chain", at=soon, every=dt.timedelta(hours=1))
    broken = WorkItem.objects.filter(kind="core.heartbeat")
    broken.update(state=WorkState.QUARANTINED, attempts=6, last_error="Unavailable: the source did not answer in 20 s")
    return admin


PATHS = {
    "teams": "/teams/",
    "team": "/teams/payments/",
    "team-form": "/teams/payments/edit/",
    "people": "/users/",
    "person": "/users/{owner}/",
    "person-form": "/users/new/",
    "profile": "/profile/",
    "tokens": "/tokens/",
    "audit": "/audit/",
    "history": "/audit/history/service/checkout/",
    "operations": "/operations/",
    "search": "/search/?q=check",
    "reference": "/api/",
    "sessions": "/accounts/sessions/",
    "second-factor": "/accounts/2fa/",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible_wide_and_narrow(login: Login, axe: Axe, busy: User, scheme: str) -> None:
    owner = User.objects.get(email="amara@example.com").pk
    page = login(busy, color_scheme=scheme)
    for name, path in PATHS.items():
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(path.format(owner=owner))
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, f"{name} is wider than its window at {width} px"
            if PICTURES:
                page.screenshot(path=Path(PICTURES) / f"{name}-{width}-{scheme}.png", full_page=True)
            axe(page)


def test_the_sign_in_page_is_accessible_and_offers_the_demo(login: Login, axe: Axe, settings: Any) -> None:
    settings.DEMO_LOGINS = [
        (one, f"{one.replace(' ', '.')}@perronova.example", make.PASSWORD)
        for one in ("leader", "commander", "service owner", "executive", "admin", "auditor", "viewer")
    ]
    make.user("leader@perronova.example", role=Role.RELIABILITY_LEAD)
    page = login(None)
    page.goto("/teams/")
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / "sign-in.png")
    axe(page)
    page.get_by_role("button", name="Leader").click()
    page.wait_for_url("**/teams/")


def test_a_token_is_made_without_a_script(login: Login, lead: User, settings: Any) -> None:
    settings.TOKEN_PEPPERS = {"1": "first"}
    page = login(lead, javascript=False)
    page.goto("/tokens/")
    page.get_by_label("Name").fill("Deploy pipeline")
    page.get_by_role("button", name="Create token").click()
    expect(page.locator("#secret")).to_contain_text("rp_")
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / "token-issued.png", full_page=True)
