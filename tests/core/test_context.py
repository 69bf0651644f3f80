"""What stands in the header of every page: the viewer's teams and zone."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from pytest_django.asserts import assertContains, assertNotContains

from relportal.core.models import Membership, Role, Team, User
from tests import make

pytestmark = pytest.mark.django_db


def test_the_header_leads_to_the_services_of_the_viewers_teams_each_once(
    client: Client, alice: User, payments: Team
) -> None:
    Membership.objects.create(user=alice, role=Role.RESPONDER, team=payments)
    client.force_login(alice)
    page = client.get("/teams/")
    # In the bar, and in the menu for narrow screens.
    assertContains(page, 'href="/services/?team=payments"', count=2)


def test_of_many_teams_two_stand_in_the_header_and_all_in_the_menu(client: Client, alice: User) -> None:
    for name in ("Aardvark", "Badger"):
        Membership.objects.create(user=alice, role=Role.RESPONDER, team=make.team(slug=name.lower(), name=name))
    client.force_login(alice)
    page = client.get("/teams/")
    for slug, count in (("aardvark", 2), ("badger", 2), ("payments", 1)):
        assertContains(page, f'href="/services/?team={slug}"', count=count)
    assertContains(page, "more of your teams")


def test_who_is_in_no_team_and_who_is_not_signed_in_see_none(client: Client, bob: User) -> None:
    assertNotContains(client.get("/accounts/login/"), "rp-mine")
    client.force_login(bob)
    assertNotContains(client.get("/teams/"), "rp-mine")


def test_the_header_tells_the_zone_of_the_viewer(client: Client, bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(time_zone="Asia/Tokyo")
    client.force_login(bob)
    assertContains(client.get("/teams/"), "<span>Asia/Tokyo</span>", html=True)


@pytest.mark.parametrize("path", ["/", "/services/", "/slos/"])
def test_the_teams_of_the_viewer_cost_no_statement_and_a_kept_page_nothing(
    client: Client, alice: User, path: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make.status(objective=make.objective())
    client.force_login(alice)
    client.get(path)
    # The overview asks for risks and for the decisions that are wanted as well.
    with django_assert_max_num_queries(9):
        page = client.get(path)
    assertContains(page, "rp-mine")
    with django_assert_max_num_queries(5):
        assert client.get(path, headers={"If-None-Match": page["ETag"]}).status_code == 304
