"""Saved views on the page of their list."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from relportal.core.actions.saved_views import create_view
from relportal.core.models import Role, SavedView, Team, User
from tests import make

pytestmark = pytest.mark.django_db


def test_a_view_is_saved_and_opened_by_its_address(client: Client, bob: User) -> None:
    client.force_login(bob)
    assertContains(client.get("/services/?tier=1&page=1"), 'name="query" value="tier=1"')
    answer = client.post("/views/", {"page": "services", "query": "tier=1", "name": "Tier 1"})
    assertRedirects(answer, "/services/?tier=1")
    page = client.get("/services/?tier=1")
    assert re.search(r'href="/services/\?tier=1" aria-current="page">.*Tier 1', page.content.decode())
    assertNotContains(page, "Save view")


def test_the_bare_list_offers_nothing_to_save_and_an_auditor_never_anything(client: Client, bob: User) -> None:
    client.force_login(bob)
    assertNotContains(client.get("/services/"), "Save view")
    client.force_login(make.user(role=Role.AUDITOR))
    assertNotContains(client.get("/services/?tier=1"), "Save view")


def test_saving_under_a_name_again_replaces_its_filters(client: Client, bob: User, at: dt.datetime) -> None:
    client.force_login(bob)
    create_view(bob, page="services", name="Mine", query="tier=1", team=None, at=at)
    client.post("/views/", {"page": "services", "query": "tier=2", "name": "Mine"})
    assert SavedView.objects.get().query == "tier=2"


def test_what_is_refused_is_said_on_the_list(client: Client, bob: User) -> None:
    client.force_login(bob)
    answer = client.post("/views/", {"page": "services", "query": "tier=1", "name": ""}, follow=True)
    assert answer.redirect_chain[-1][0] == "/services/?tier=1"
    assertContains(answer, "rp-toast is-breached")
    assert not SavedView.objects.exists()


def test_a_deleted_view_comes_back_by_undo(client: Client, bob: User, at: dt.datetime) -> None:
    client.force_login(bob)
    view = create_view(bob, page="services", name="Mine", query="tier=1", team=None, at=at)
    page = client.post(f"/views/{view.pk}/delete/", follow=True).content.decode()
    assert not SavedView.objects.exists()
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token
    client.post("/views/restore/", {"token": token[1]})
    assert SavedView.objects.values_list("name", "query", "user").get() == ("Mine", "tier=1", bob.pk)


def test_nobody_undoes_with_what_another_was_offered(client: Client, bob: User, alice: User, at: dt.datetime) -> None:
    client.force_login(bob)
    view = create_view(bob, page="services", name="Mine", query="tier=1", team=None, at=at)
    page = client.post(f"/views/{view.pk}/delete/", follow=True).content.decode()
    token = re.search(r'name="token" value="([^"]+)"', page)
    client.force_login(alice)
    assert token
    assert client.post("/views/restore/", {"token": token[1]}).status_code == 409
    assert client.post("/views/restore/", {"token": token[1] + "x"}).status_code == 409
    assert not SavedView.objects.exists()


def test_views_of_other_teams_stand_in_a_menu_and_are_not_edited(
    client: Client, bob: User, alice: User, payments: Team, at: dt.datetime
) -> None:
    view = create_view(alice, page="services", name="Ours", query="team=payments", team=payments, at=at)
    client.force_login(bob)
    assertContains(client.get("/services/"), "Views of other teams")
    assertNotContains(client.get("/services/?team=payments"), "Edit view")
    assert client.post(f"/views/{view.pk}/rename/", {"name": "Mine"}).status_code == 403
    client.force_login(alice)
    assertContains(client.get("/services/?team=payments"), "Edit view")
    client.post(f"/views/{view.pk}/rename/", {"name": "All of ours"})
    assertContains(client.get("/services/"), "All of ours")


def test_a_page_that_was_kept_is_drawn_anew_when_a_view_of_it_is_saved(
    client: Client, bob: User, at: dt.datetime
) -> None:
    client.force_login(bob)
    # The first answer sets the cookie of the forms, on which every later one stands.
    client.get("/services/")
    etag = client.get("/services/")["ETag"]
    assert client.get("/services/", headers={"If-None-Match": etag}).status_code == 304
    create_view(bob, page="services", name="Mine", query="tier=1", team=None, at=at)
    assertContains(client.get("/services/", headers={"If-None-Match": etag}), "Mine")


@pytest.mark.parametrize("path", ["/services/", "/slos/"])
def test_saved_views_cost_no_statement_of_their_own(
    client: Client,
    alice: User,
    payments: Team,
    at: dt.datetime,
    path: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(5):
        make.status(objective=make.objective())
        for page in ("services", "objectives"):
            create_view(alice, page=page, name=f"View {number}", query=f"q={number}", team=payments, at=at)
    client.force_login(alice)
    with django_assert_max_num_queries(8):
        assertContains(client.get(path), "View 4")
