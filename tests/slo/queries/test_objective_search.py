"""Objectives are found from the palette, and their short ids lead to their pages."""

from __future__ import annotations

import pytest
from django.test import Client

from relportal.core import palette, shortlinks
from relportal.core.models import User
from tests import make

pytestmark = pytest.mark.django_db


def test_the_palette_finds_objectives_by_name_and_service(bob: User, charlie: User) -> None:
    wanted = make.objective(name="Checkout availability")
    make.objective(name="Latency")

    def found(user: User) -> list[str]:
        return [hit.url for group in palette.search(user, "checkout") for hit in group.hits]

    assert found(bob) == [wanted.get_absolute_url()]
    assert found(charlie) == []


def test_a_short_id_leads_to_the_page_for_those_who_may_see_it(bob: User, charlie: User, client: Client) -> None:
    objective = make.objective()
    assert shortlinks.resolve(bob, objective.short_id.lower()) == objective.get_absolute_url()
    assert shortlinks.resolve(charlie, objective.short_id) is None
    assert shortlinks.resolve(bob, "SLO-999999") is None
    client.force_login(bob)
    assert client.get(f"/r/{objective.short_id}/")["Location"] == objective.get_absolute_url()
