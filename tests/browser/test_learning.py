"""From declaring a SEV to its published postmortem, by two people in two browsers at once, clicking what is there."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from incidents.models import ActionItem, Incident, Postmortem, PostmortemState
from relportal.core.models import Role, Team, User
from tests import make
from tests.browser.test_incidents import PHONE, seen
from tests.incidents.conftest import _settings, rita
from tests.incidents.learnt import learnt

__all__ = ["_settings", "rita"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def olga(rita: User) -> User:
    """Owns the services of Rita's team."""
    return make.user("olga@example.com", role=Role.SERVICE_OWNER, team=Team.objects.get(slug="payments"))


def test_a_sev_is_run_to_its_published_postmortem_by_two_people(
    login: Callable[..., Page], rita: User, olga: User
) -> None:
    make.service(slug="checkout", name="Checkout", team=Team.objects.get(slug="payments"))
    commander, owner = login(rita, **PHONE), login(olga)
    incident = _declared(commander)
    owner.goto(incident.get_absolute_url())
    _run(commander, owner)
    _learnt(commander, owner)
    _published(commander, owner)

    row = Postmortem.objects.get(incident=incident)
    assert (row.state, row.approved_by, row.owner) == (PostmortemState.PUBLISHED, olga, rita)
    assert ActionItem.objects.get().owner == olga
    owner.goto("/postmortems/?q=certificate")
    expect(owner.get_by_role("link", name="Card payments fail")).to_be_visible()


def _declared(commander: Page) -> Incident:
    begun = time.monotonic()
    commander.goto("/incidents/declare/")
    commander.keyboard.type("Card payments fail", delay=30)
    commander.keyboard.press("Enter")
    expect(commander.get_by_role("heading", level=1)).to_have_text("Card payments fail")
    assert time.monotonic() - begun < 10
    return Incident.objects.get()


def _run(commander: Page, owner: Page) -> None:
    """Both write at once; the commander takes command, says who is hit, and ends it."""
    commander.get_by_role("button", name="Take command").first.click()
    expect(commander.locator(".rp-strip-room")).to_contain_text("Rita")
    commander.fill("#line", "rolled back checkout")
    owner.fill("#line", "-5m a certificate had run out")
    commander.keyboard.press("Enter")
    owner.focus("#line")
    owner.keyboard.press("Enter")
    for page in (commander, owner):
        expect(page.locator("#live")).to_contain_text("rolled back checkout")
        expect(page.locator("#live")).to_contain_text("a certificate had run out")
    commander.locator("details:has(form[action$='/severity/'])").locator("summary").click()
    commander.locator("form[action$='/severity/'] select[name$=severity]").select_option("1")
    commander.locator("form[action$='/severity/'] button").click()
    expect(commander.locator(".rp-strip-room")).to_contain_text("SEV-1")
    for way in ("Monitoring", "Resolved"):
        commander.locator(".rp-room-ways").get_by_role("button", name=way).click()
        expect(commander.locator(".rp-strip-room")).to_contain_text(way)


def _learnt(commander: Page, owner: Page) -> None:
    """The commander begins the postmortem; both write it at once, and promise something."""
    commander.get_by_role("button", name="Begin the postmortem").click()
    expect(commander.locator("#response")).to_contain_text("rolled back checkout")
    seen(commander, "postmortem-draft-390")
    owner.goto(commander.url)
    _write(commander, "causes", "The certificate of the bank's link ran out. The reminder went to nobody.")
    _write(owner, "lucky", "It ran out in the morning.")
    expect(commander.locator("#causes")).to_contain_text("ran out")
    commander.get_by_role("link", name="Promise an action").click()
    commander.get_by_label("What will be done?").fill("Alert 21 days before a certificate ends")
    commander.get_by_label("Owner").select_option(label="Olga")
    commander.get_by_role("button", name="Promise").click()
    expect(commander.get_by_role("heading", level=1)).to_have_text("Alert 21 days before a certificate ends")


def _write(page: Page, section: str, text: str) -> None:
    page.locator(f"#{section}").get_by_role("link", name="Write").click()
    page.locator("textarea[name=text]").fill(text)
    page.get_by_role("button", name="Save").click()
    expect(page.locator(f"#{section}")).to_contain_text(text[:20])


def _published(commander: Page, owner: Page) -> None:
    url = Postmortem.objects.get().get_absolute_url()
    commander.goto(url)
    assert commander.get_by_role("button", name="Approve").count() == 0
    commander.get_by_role("button", name="Ask for review").click()
    expect(commander.locator(".rp-meta")).to_contain_text("In review")
    owner.goto("/notifications/")
    owner.get_by_role("link", name="waits for your approval").click()
    seen(owner, "postmortem-review-1440")
    owner.get_by_role("button", name="Approve").click()
    owner.get_by_role("button", name="Publish").click()
    expect(owner.locator(".rp-meta")).to_contain_text("Published")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_what_was_learnt_and_promised_is_shown_without_a_serious_flaw(
    login: Callable[..., Page], axe: Callable[[Page], None], rita: User, olga: User, scheme: str, width: int
) -> None:
    incident, action = learnt(rita, olga)
    page = login(rita, viewport={"width": width, "height": 900}, color_scheme=scheme)
    for path, name in (
        (f"/incidents/{incident.pk}/postmortem/", "postmortem"),
        (f"/incidents/{incident.pk}/postmortem/describe/", "postmortem-describe"),
        (f"/incidents/{incident.pk}/postmortem/sections/causes/", "postmortem-section"),
        ("/postmortems/", "postmortems"),
        ("/actions/", "actions"),
        ("/actions/board/", "board"),
        (action.get_absolute_url(), "action"),
        ("/actions/new/", "action-new"),
        ("/notifications/", "notifications"),
    ):
        page.goto(path)
        page.wait_for_timeout(200)
        seen(page, f"{name}-{width}-{scheme}")
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
