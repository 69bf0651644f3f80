"""Exceptions in a real browser: asked for at a desk, signed by an executive on a phone, and accessible in both themes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from relportal.core.models import Service, User
from risks.actions.ratings import Rated
from risks.actions.risks import Given, create
from risks.models import GovernanceException, Risk, RiskState
from tests.browser.test_incidents import PHONE, seen
from tests.risks.conftest import _scale, checkout, rated, rita
from tests.risks.excepted import accepted, executive, signed

__all__ = ["_scale", "checkout", "rated", "rita"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def vera(db: None) -> User:
    return executive()


@pytest.fixture
def written(alice: User, checkout: Service, rated: Rated) -> Risk:
    given = Given(title="One node holds every session", owner=alice, services=[checkout], rated=rated)
    return create(alice, given, at=timezone.now())


def test_an_acceptance_is_asked_for_and_an_executive_signs_it_on_a_phone(
    login: Callable[..., Page], rita: User, lead: User, vera: User, written: Risk
) -> None:
    desk = login(rita)
    desk.goto(f"/exceptions/new/?risk={written.pk}")
    desk.get_by_label("Why").fill("The second node comes in May")
    desk.get_by_label("Until").fill(str(timezone.now().date() + dt.timedelta(days=60)))
    desk.get_by_role("button", name="Ask for signatures").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Waits for a signature: Head of Reliability")
    one = GovernanceException.objects.get()
    signed(one, lead, timezone.now())

    phone = login(vera, **PHONE)
    phone.goto("/exceptions/")
    expect(phone.get_by_role("heading", level=1)).to_have_text("1 exception waits for your signature")
    phone.goto(f"{one.get_absolute_url()}sign/")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    expect(phone.get_by_text("The second node comes in May").first).to_be_visible()
    seen(phone, "exceptions-sign-390")
    phone.get_by_role("button", name="Sign", exact=True).click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Accepted until")
    assert Risk.objects.get().state == RiskState.ACCEPTED


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_of_exceptions_have_no_serious_violation(
    login: Callable[..., Page],
    axe: Callable[[Page], None],
    rita: User,
    lead: User,
    vera: User,
    written: Risk,
    scheme: str,
) -> None:
    one = accepted(rita, written, timezone.now())
    signed(one, lead, timezone.now())
    page = login(vera, color_scheme=scheme)
    for name, path in (
        ("list", "/exceptions/"),
        ("detail", one.get_absolute_url()),
        ("sign", f"{one.get_absolute_url()}sign/"),
        ("policy", "/exceptions/policy/"),
    ):
        page.goto(path)
        axe(page)
        seen(page, f"exceptions-{name}-{scheme}")
