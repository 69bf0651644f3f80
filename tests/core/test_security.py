"""Headers, cookies, forgery and sizes."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.asserts import assertContains

from relportal.core.models import Service, User
from tests.core.access_table import API, PAGES

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/teams/", "/accounts/login/", "/nowhere/", "/api/v1/services/", "/api/"])
def test_every_answer_carries_the_strict_headers(client: Client, bob: User, path: str) -> None:
    if path != "/accounts/login/":
        client.force_login(bob)
    response = client.get(path)
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    # In any order: the directives come out of a set.
    assert "script-src 'self'" in policy.split("; ")
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "path",
    ["/teams/", "/tokens/", "/profile/", "/users/", "/users/new/", "/audit/", "/operations/", "/api/", "/styleguide/"],
)
def test_no_page_of_core_holds_a_script_or_a_style_of_its_own(client: Client, admin: User, path: str) -> None:
    client.force_login(admin)
    html = client.get(path).content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")", html)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"", html)


def test_a_form_without_the_csrf_token_is_refused(admin: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin)
    assert client.post("/teams/new/", {"name": "X", "slug": "x"}).status_code == 403


def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites(client: Client, bob: User) -> None:
    client.post("/accounts/login/", {"login": bob.email, "password": "correct horse battery staple"})
    for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME):
        assert client.cookies[name]["httponly"]
        assert client.cookies[name]["samesite"] == "Lax"
        assert client.cookies[name]["path"] == "/"


def test_over_tls_the_cookies_are_bound_to_the_host() -> None:
    prefixed = settings.SESSION_COOKIE_NAME.startswith("__Host-") and settings.CSRF_COOKIE_NAME.startswith("__Host-")
    assert prefixed is settings.SECURE_COOKIES
    assert settings.SESSION_COOKIE_SECURE is settings.CSRF_COOKIE_SECURE is settings.SECURE_COOKIES


def test_an_upload_of_fifty_megabytes_is_told_its_limit_and_changes_nothing(client: Client, lead: User) -> None:
    client.force_login(lead)
    big = SimpleUploadedFile("services.csv", b"slug,name\n" + b"x" * 50 * 1024 * 1024, content_type="text/csv")
    response = client.post("/services/import/", {"file": big})
    assertContains(response, "This file has 52.4", status_code=422)
    assert not Service.objects.exists()


def test_a_body_of_fifty_megabytes_is_a_problem_document(client: Client, lead: User) -> None:
    client.force_login(lead)
    response = client.post(
        "/api/v1/services/", b'{"name": "' + b"x" * 50 * 1024 * 1024, content_type="application/json"
    )
    assert response.status_code == 413
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/teams/", "/users/", "/audit/", "/search/", "/services/", "/api/v1/services/"])
@pytest.mark.parametrize(
    "query", ["q=%00", "page=-1", "page=x", "sort=%00&team=%00&role=%00", "before=%00&from=%00&cursor=%00"]
)
def test_a_query_string_of_rubbish_is_no_failure(client: Client, admin: User, path: str, query: str) -> None:
    client.force_login(admin)
    assert client.get(f"{path}?{query}").status_code < 500


def test_every_page_but_the_probes_needs_a_sign_in(client: Client, db: None) -> None:
    assert {name for name, one in (PAGES | API).items() if one.get and "anonymous" in one.get} == {
        "core:healthz",
        "core:readyz",
        "core:metrics",
    }
