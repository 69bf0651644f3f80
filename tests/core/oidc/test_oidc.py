"""Sign-in by OpenID Connect, against a provider that checks PKCE and the client's secret itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.cache import cache
from django.test import Client
from pytest_django.fixtures import Settings

from relportal.core.models import User
from tests.core.oidc.provider import Provider, serving, trust

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    cache.clear()
    with serving() as running:
        trust(settings, running)
        running.claims = {"sub": "subject-1", "email": "dana@example.com", "email_verified": True, "name": "Dana Novak"}
        yield running


def sign_in(client: Client) -> Any:
    """What the browser does: to the provider, and back with the code."""
    begun = client.post("/accounts/oidc/oidc/login/")
    assert begun.status_code == 302
    returned = requests.get(begun["Location"], allow_redirects=False, timeout=5)
    return client.get(returned.headers["Location"].replace("http://testserver", ""))


def test_the_sign_in_page_offers_it(client: Client, provider: Provider) -> None:
    assert "Single sign-on" in client.get("/accounts/login/").content.decode()


def test_a_first_sign_in_makes_an_account_that_sees_nothing_yet(client: Client, provider: Provider) -> None:
    sign_in(client)
    dana = User.objects.get()
    assert client.session["_auth_user_id"] == str(dana.pk)
    assert dana.display_name == "Dana Novak"
    assert dana.roles == frozenset()
    assert client.get("/teams/").status_code == 403


def test_the_code_was_redeemed_with_its_verifier(client: Client, provider: Provider) -> None:
    sign_in(client)
    assert len(provider.seen[0]["code_verifier"]) >= 43


def test_the_same_subject_is_the_same_person_whatever_the_address(client: Client, provider: Provider) -> None:
    sign_in(client)
    provider.claims |= {"email": "dana.novak@example.com"}
    sign_in(Client())
    assert User.objects.count() == 1


def test_an_equal_e_mail_address_never_opens_someone_elses_account(
    client: Client, provider: Provider, bob: User
) -> None:
    provider.claims |= {"email": bob.email, "sub": "someone-else"}
    sign_in(client)
    assert client.session.get("_auth_user_id") != str(bob.pk)
    assert not SocialAccount.objects.filter(user=bob).exists()


def test_a_token_that_another_key_signed_is_refused(client: Client, provider: Provider) -> None:
    provider.signing = rsa.generate_private_key(65537, 2048)
    sign_in(client)
    assert "_auth_user_id" not in client.session
    assert not User.objects.exists()


@pytest.mark.parametrize("claim", [{"iss": "https://evil.example"}, {"aud": "another-client"}, {"exp": 1}])
def test_a_token_for_someone_else_or_of_yesterday_is_refused(
    client: Client, provider: Provider, claim: dict[str, Any]
) -> None:
    provider.claims |= claim
    sign_in(client)
    assert "_auth_user_id" not in client.session


def test_a_forged_state_is_refused(client: Client, provider: Provider) -> None:
    begun = client.post("/accounts/oidc/oidc/login/")
    returned = requests.get(begun["Location"], allow_redirects=False, timeout=5)
    url = returned.headers["Location"].replace("http://testserver", "")
    Client().get(url)
    assert not User.objects.exists()


def test_a_deactivated_person_stays_out(client: Client, provider: Provider) -> None:
    sign_in(client)
    User.objects.update(is_active=False)
    other = Client()
    sign_in(other)
    assert "_auth_user_id" not in other.session


def test_the_same_subject_of_another_provider_is_someone_else(
    client: Client, provider: Provider, settings: Settings
) -> None:
    sign_in(client)
    first = provider.issuer
    with serving() as other:
        other.claims = provider.claims | {"email": "other@example.com"}
        settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["settings"]["server_url"] = other.issuer
        cache.clear()
        sign_in(Client())
        assert other.issuer != first
    assert User.objects.count() == 2
