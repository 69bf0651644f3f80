"""Signing in with what only a browser has: a security key, a passkey, and the way to an identity provider and back."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings as portal
from django.core.cache import cache
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings

from relportal.core.models import User
from tests import make
from tests.core.oidc.provider import Provider, serving, trust

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Login = Callable[..., Page]
# A key that its owner touches at once, and that knows its owner by a fingerprint.
KEY = {
    "protocol": "ctap2",
    "transport": "usb",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(autouse=True)
def no_limits_from_before(db: None) -> None:
    cache.clear()


def plug_in(page: Page) -> Callable[[], object]:
    """The key stays with the page, whatever is opened in it. What it returns wipes the key."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    plugged = session.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    return lambda: session.send("WebAuthn.clearCredentials", plugged)


def register(page: Page, name: str, *, passkey: bool = False) -> None:
    page.goto("/accounts/2fa/webauthn/")
    page.get_by_role("link", name="Add").click()
    if "/reauthenticate/" in page.url:
        page.get_by_label("Password").fill(make.PASSWORD)
        page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Name").fill(name)
    if passkey:
        page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add").click()
    page.wait_for_url("**/2fa/**recovery**")


def sign_out(page: Page) -> None:
    page.goto("/accounts/logout/")
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.goto("/teams/")
    page.wait_for_url("**/accounts/login/**")


def test_a_security_key_is_registered_and_asked_for_after_the_password(login: Login, bob: User) -> None:
    page = login(bob)
    plug_in(page)
    register(page, "Blue key")
    assert Authenticator.objects.filter(user=bob, type=Authenticator.Type.WEBAUTHN).count() == 1
    page.goto("/accounts/2fa/webauthn/")
    expect(page.get_by_text("Blue key")).to_be_visible()
    sign_out(page)
    page.get_by_label("Email").fill(bob.email)
    page.get_by_label("Password").fill(make.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/2fa/authenticate/**")
    page.get_by_role("button", name="Use a security key").click()
    page.wait_for_url("**/teams/")


def test_a_passkey_signs_in_without_a_password(login: Login, bob: User) -> None:
    page = login(bob)
    plug_in(page)
    register(page, "Fingerprint", passkey=True)
    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/teams/")


def test_a_key_that_does_not_answer_is_said_on_the_page(login: Login, bob: User, told: list[str]) -> None:
    page = login(bob)
    wipe = plug_in(page)
    register(page, "Blue key")
    sign_out(page)
    wipe()
    notice = page.get_by_role("alert")
    expect(notice).to_be_hidden()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(notice).to_contain_text("Nothing came from the key")
    assert told == []


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    with serving() as running:
        trust(settings, running)
        running.claims = {"sub": "subject-1", "email": "dana@example.com", "email_verified": True, "name": "Dana Novak"}
        yield running


def allow_forms_to(settings: Settings, *origins: str) -> None:
    policy = copy.deepcopy(portal.CONTENT_SECURITY_POLICY)
    policy["DIRECTIVES"]["form-action"] += origins
    settings.CONTENT_SECURITY_POLICY = policy


def begin(page: Page) -> None:
    page.goto("/profile/")
    page.get_by_role("link", name="Single sign-on").click()
    page.get_by_role("button", name="Continue").click()


def test_single_sign_on_leads_to_the_provider_and_back(login: Login, provider: Provider, settings: Settings) -> None:
    allow_forms_to(settings, provider.issuer)
    page = login(None)
    begin(page)
    page.wait_for_url("**/profile/")
    expect(page.locator("body")).to_contain_text("Dana Novak")
    assert User.objects.get().email == "dana@example.com"


def test_no_form_leads_to_a_provider_that_is_not_the_configured_one(
    login: Login, provider: Provider, told: list[str]
) -> None:
    page = login(None)
    with page.expect_console_message(lambda message: "form-action" in message.text):
        begin(page)
    assert not User.objects.exists()
    told.clear()
