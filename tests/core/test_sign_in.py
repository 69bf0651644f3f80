"""Signing in: local accounts, limits that hold, second factors and sessions within reach."""

from __future__ import annotations

import logging

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects
from pytest_django.fixtures import Settings

from relportal.core.models import User
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_limits_from_before(db: None) -> None:
    cache.clear()


def sign_in(client: Client, email: str, password: str = make.PASSWORD):  # type: ignore[no-untyped-def]
    return client.post("/accounts/login/", {"login": email, "password": password})


def test_a_person_signs_in_by_e_mail_whatever_its_case(client: Client, bob: User) -> None:
    assertRedirects(sign_in(client, "Bob@Example.com"), "/", fetch_redirect_response=False)


def test_the_same_words_for_a_wrong_password_and_an_unknown_person(client: Client, bob: User) -> None:
    wrong = sign_in(client, "bob@example.com", "no")
    unknown = sign_in(client, "nobody@example.com", "no")
    for page in (wrong, unknown):
        assertContains(page, "The email address and/or password you specified are not correct.")


def test_guessing_is_limited_in_the_database_and_so_across_processes(client: Client, bob: User) -> None:
    for _ in range(5):
        sign_in(client, "bob@example.com", "guess")
    assert sign_in(Client(), "bob@example.com").status_code != 302
    assert User.objects.raw("SELECT 1 AS id FROM portal_cache WHERE expires > now() LIMIT 1")


def test_nobody_makes_an_account_for_themselves(client: Client, db: None) -> None:
    client.post("/accounts/signup/", {"email": "x@example.com", "password1": make.PASSWORD, "password2": make.PASSWORD})
    assert not User.objects.exists()


def test_who_is_deactivated_cannot_sign_in(client: Client, bob: User) -> None:
    User.objects.update(is_active=False)
    sign_in(client, "bob@example.com")
    assert "_auth_user_id" not in client.session


def test_a_new_session_key_is_made_at_sign_in(client: Client, bob: User) -> None:
    client.get("/accounts/login/")
    before = client.session.session_key
    sign_in(client, "bob@example.com")
    assert client.session.session_key != before


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/2fa/",
        "/accounts/2fa/webauthn/",
        "/accounts/sessions/",
        "/accounts/password/change/",
        "/profile/",
    ],
)
def test_second_factors_and_sessions_are_within_reach(client: Client, bob: User, path: str) -> None:
    sign_in(client, "bob@example.com")
    assert client.get(path).status_code == 200


def test_a_second_factor_is_set_up_after_the_password_was_asked_for_again(client: Client, bob: User) -> None:
    sign_in(client, "bob@example.com")
    assert client.get("/accounts/2fa/totp/activate/").status_code == 302
    client.post("/accounts/reauthenticate/", {"password": make.PASSWORD})
    assertContains(client.get("/accounts/2fa/totp/activate/"), "<svg")


def test_a_second_factor_is_asked_for_and_recovery_codes_exist(client: Client, bob: User) -> None:
    secret = generate_totp_secret()
    TOTP.activate(bob, secret)
    assertRedirects(sign_in(client, "bob@example.com"), "/accounts/2fa/authenticate/", fetch_redirect_response=False)
    assert "_auth_user_id" not in client.session
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    client.post("/accounts/2fa/authenticate/", {"code": code})
    assert client.session["_auth_user_id"] == str(bob.pk)


def test_another_session_is_listed_and_can_be_ended(client: Client, bob: User) -> None:
    other = Client(headers={"User-Agent": "elsewhere"})
    sign_in(other, "bob@example.com")
    sign_in(client, "bob@example.com")
    other.get("/profile/")
    assertContains(client.get("/accounts/sessions/"), "elsewhere")
    client.post("/accounts/sessions/")
    assert other.get("/profile/").status_code == 302


def test_only_the_demo_offers_its_logins(client: Client, db: None, settings: Settings) -> None:
    assertNotContains(client.get("/accounts/login/"), "This is a demo")
    settings.DEMO_LOGINS = [("leader", "leader@perronova.example", "night-train")]
    assertContains(client.get("/accounts/login/"), 'value="leader@perronova.example"')


def test_no_password_and_no_token_reaches_the_log(client: Client, bob: User, caplog: pytest.LogCaptureFixture) -> None:
    token = "rp_0123456789abcdef_" + "s" * 43
    with caplog.at_level(logging.DEBUG):
        sign_in(client, "bob@example.com", "a-wrong-password")
        client.get("/api/v1/services/", headers={"Authorization": f"Bearer {token}"})
        client.post("/api/v1/services/", {"name": token}, content_type="application/json")
    assert "a-wrong-password" not in caplog.text
    assert "s" * 43 not in caplog.text


def test_a_recovery_code_signs_in_once(client: Client, bob: User) -> None:
    TOTP.activate(bob, generate_totp_secret())
    Authenticator.objects.filter(user=bob, type=Authenticator.Type.RECOVERY_CODES).delete()
    client.force_login(bob)
    client.post("/accounts/reauthenticate/", {"password": make.PASSWORD})
    assertRedirects(
        client.post("/accounts/2fa/recovery-codes/generate/"),
        "/accounts/2fa/recovery-codes/",
        fetch_redirect_response=False,
    )
    first, second, *_others = RecoveryCodes.activate(bob).get_unused_codes()
    assertContains(client.get("/accounts/2fa/recovery-codes/"), first)

    for code, expected in ((first, True), (first, False), (second, True)):
        cache.clear()
        elsewhere = Client()
        sign_in(elsewhere, "bob@example.com")
        elsewhere.post("/accounts/2fa/authenticate/", {"code": code})
        assert ("_auth_user_id" in elsewhere.session) is expected, code
