"""Alerts and similar incidents as a person sees them: from a candidate to a declared incident, and what helped before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from incidents.actions.correlation import attach
from incidents.actions.incidents import Declaration, declare
from incidents.models import Incident, SimilarRating
from relportal.core.models import Team, User
from tests.browser.test_incidents import PHONE, seen
from tests.incidents.conftest import _settings, rita
from tests.incidents.ringing import Company, alert, minutes

__all__ = ["_settings", "rita"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def room(rita: User) -> Incident:
    """It has an alert, another one may belong to it, a third stands alone, and a month ago something alike happened."""
    company, now = Company.found(Team.objects.get(slug="payments")), timezone.now() - minutes(30)
    past = Declaration(
        title="Certificate of the acquirer expired, card payments fail", services=[company.checkout], severity=1
    )
    declare(rita, past, at=now - dt.timedelta(days=30))
    given = Declaration(title="Card payments fail: certificate expired", services=[company.checkout], severity=2)
    row = declare(rita, given, at=now)
    held = alert(company.checkout, now, name="HighErrorRate", summary="12 % of the requests to Checkout fail")
    attach(rita, row, [held.pk], at=now)
    alert(company.payments, now + minutes(4), name="LatencyTooHigh", summary="p99 above 2 s", url="https://a.test/1")
    alert(company.payments, now + minutes(6), name="LatencyTooHigh", acknowledged_at=now + minutes(8))
    alert(company.mail, now, name="QueueOfOutgoingMailGrowsWithoutAnEndInSightAndNobodyKnowsWhy")
    return row


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_fit_and_are_accessible(
    login: Callable[..., Page], axe: Callable[[Page], None], rita: User, room: Incident, width: int, scheme: str
) -> None:
    page = login(rita, viewport={"width": width, "height": 900}, color_scheme=scheme)
    for name, address in (
        ("candidates", "/alerts/candidates/"),
        ("alerts", f"/incidents/{room.pk}/alerts/"),
        ("similar", f"/incidents/{room.pk}/similar/"),
    ):
        page.goto(address)
        axe(page)
        page.evaluate("document.querySelectorAll('details.rp-explain').forEach(one => one.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        seen(page, f"correlation-{name}-{width}-{scheme}")


def test_an_incident_is_declared_from_a_candidate_on_a_phone(
    login: Callable[..., Page], rita: User, room: Incident
) -> None:
    page = login(rita, **PHONE)
    page.goto("/alerts/")
    page.get_by_role("link", name="2 groups of firing alerts are in no incident").click()
    page.get_by_role("link", name="Declare incident LatencyTooHigh on Payments").click()
    expect(page.get_by_label("What is wrong?")).to_have_value("LatencyTooHigh on Payments")
    page.get_by_label("What is wrong?").press("Enter")
    expect(page.locator("#alerts")).to_contain_text("LatencyTooHigh")
    made = Incident.objects.order_by("pk").last()
    assert made is not None
    assert made.alerts.count() == 2


def test_in_the_room_an_alert_is_attached_and_a_past_incident_rated(
    login: Callable[..., Page], rita: User, room: Incident
) -> None:
    page = login(rita)
    page.goto(room.get_absolute_url())
    alerts, similar = page.locator("#alerts"), page.locator("#similar")
    alerts.get_by_role("button", name="Attach LatencyTooHigh on Payments").click()
    expect(alerts.get_by_role("button", name="Detach LatencyTooHigh")).to_have_count(2)
    assert room.alerts.count() == 3
    expect(similar).to_contain_text("certificate")
    similar.get_by_role("button", name="Useful", exact=False).first.click()
    expect(similar).to_contain_text("useful to 1")
    assert SimilarRating.objects.get().useful
    expect(page.locator("#live")).to_contain_text("Attached: 2 alerts")


def test_an_alert_is_attached_without_scripts(login: Callable[..., Page], rita: User, room: Incident) -> None:
    page = login(rita, javascript=False)
    page.goto("/alerts/candidates/")
    page.get_by_role("button", name=f"Attach to {room.short_id}").click()
    expect(page.locator("h1")).to_contain_text(room.title)
    assert room.alerts.count() == 3
