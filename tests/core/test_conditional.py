"""A page that would be the same again is not drawn again; whatever changes it gives a new one."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from relportal.core.models import Heartbeat, Role, Team, User
from slo.models import SourceState, Status
from tests import make
from tests.slo import company
from tests.slo.company import Company

PAGES = ("/", "/slos/", "/services/", "/journeys/")


@pytest.fixture
def shown(payments: Team, at: dt.datetime) -> Company:
    Heartbeat.objects.create(name="tick", at=timezone.now())
    return company.built(team=payments, at=at)


@pytest.fixture
def browser(client: Client, bob: User) -> Client:
    client.force_login(bob)
    # The first page of a session sets the cookie that guards forms.
    client.get("/slos/")
    return client


def etag(browser: Client, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-cache"
    return answer.headers["ETag"]


def status(browser: Client, path: str, seen: str) -> int:
    return browser.get(path, headers={"if-none-match": seen}).status_code


@pytest.mark.parametrize("path", PAGES)
def test_an_unchanged_page_is_not_sent_again(
    browser: Client, shown: Company, path: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    seen = etag(browser, path)
    with django_assert_max_num_queries(5):
        answer = browser.get(path, headers={"if-none-match": seen})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["ETag"] == seen


@pytest.mark.parametrize("path", PAGES)
def test_a_tick_gives_a_new_page(browser: Client, shown: Company, path: str) -> None:
    seen = etag(browser, path)
    Status.objects.filter(objective=shown.kept).update(computed_at=timezone.now())
    assert status(browser, path, seen) == 200


def test_a_source_that_goes_away_gives_a_new_overview(browser: Client, shown: Company) -> None:
    seen = etag(browser, "/")
    SourceState.objects.update(unavailable_since=timezone.now(), last_error="refused")
    assert status(browser, "/", seen) == 200


def test_a_change_by_a_person_gives_a_new_page(browser: Client, shown: Company, lead: User) -> None:
    seen = etag(browser, "/slos/")
    person = Client()
    person.force_login(lead)
    person.post(f"/slos/{shown.kept.pk}/retire/", {"reason": "gone"})
    assert status(browser, "/slos/", seen) == 200


def test_a_worker_that_stops_gives_a_new_page_that_says_so(browser: Client, shown: Company) -> None:
    seen = etag(browser, "/")
    Heartbeat.objects.update(at=timezone.now() - dt.timedelta(minutes=9))
    answer = browser.get("/", headers={"if-none-match": seen})
    assert answer.status_code == 200
    assert b"Data is stale" in answer.content


def test_another_address_theme_or_fragment_is_another_page(browser: Client, shown: Company) -> None:
    seen = etag(browser, "/slos/")
    assert status(browser, "/slos/?tier=1", seen) == 200
    assert browser.get("/slos/", headers={"if-none-match": seen, "hx-request": "true"}).status_code == 200
    browser.cookies["theme"] = "dark"
    assert status(browser, "/slos/", seen) == 200


def test_the_page_of_one_person_is_never_taken_for_that_of_another(browser: Client, shown: Company, lead: User) -> None:
    seen = etag(browser, "/slos/")
    other = Client()
    other.force_login(lead)
    assert status(other, "/slos/", seen) == 200


def test_a_role_that_is_taken_away_is_not_answered_from_before(browser: Client, shown: Company, bob: User) -> None:
    seen = etag(browser, "/slos/")
    bob.memberships.all().delete()
    assert status(browser, "/slos/", seen) == 403


def test_a_new_role_gives_a_new_page(browser: Client, shown: Company, bob: User) -> None:
    seen = etag(browser, "/slos/")
    bob.memberships.create(role=Role.RELIABILITY_LEAD)
    assert b"New objective" in browser.get("/slos/", headers={"if-none-match": seen}).content


def test_a_message_is_shown_once(client: Client, lead: User, shown: Company) -> None:
    client.force_login(lead)
    client.get("/slos/")
    client.post(f"/slos/{shown.kept.pk}/retire/", {"reason": "gone"})
    told = client.get("/slos/")
    assert "ETag" not in told.headers
    assert "ETag" in client.get("/slos/").headers


def test_a_signed_out_person_is_sent_to_sign_in(client: Client, shown: Company) -> None:
    assert client.get("/slos/", headers={"if-none-match": "*"}).status_code == 302


def test_a_wildcard_is_not_taken_for_having_seen_the_page(browser: Client, shown: Company) -> None:
    assert status(browser, "/slos/", "*") == 200


def test_an_outsider_is_refused(client: Client, shown: Company) -> None:
    client.force_login(make.user())
    assert client.get("/").status_code == 403
