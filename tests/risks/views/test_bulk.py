"""Selecting rows of the register: what is changed is told with an undo, what is refused with its reason."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from relportal.core.models import Team, User
from risks.actions.risks import Given, create
from risks.models import Risk
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(alice: User, lead: User) -> tuple[Risk, Risk]:
    """One of alice's team, one of another."""
    at = timezone.now()
    other = make.team(slug="search", name="Search")
    ours = create(alice, Given(title="Ours", owner=alice, team=Team.objects.get(slug="payments")), at=at)
    return ours, create(lead, Given(title="Theirs", team=other), at=at)


def post(client: Client, **data: object) -> str:
    response = client.post(reverse("risks:bulk"), data | {"back": "sort=title"}, follow=True)
    assert response.redirect_chain == [("/risks/?sort=title", 302)]
    return html.unescape(response.text)


def test_what_is_changed_can_be_taken_back_and_what_is_refused_is_said(
    client: Client, alice: User, rita: User, rows: tuple[Risk, Risk]
) -> None:
    client.force_login(alice)
    page = client.get("/risks/").text
    assert f'name="row" value="{rows[0].pk}"' in page
    assert f'name="row" value="{rows[1].pk}"' not in page
    text = post(client, row=[one.pk for one in rows], owner=rita.pk)
    assert "1 risk is changed." in text
    assert f"Left as it was: {rows[1].short_id}. You are not allowed" in text
    assert Risk.objects.get(pk=rows[0].pk).owner == rita
    found = re.search(r'name="token" value="([^"]+)"', text)
    assert found
    answer = client.post(reverse("risks:bulk-undo"), {"token": found[1]}, follow=True)
    assert "Everything is as it was." in answer.text
    assert Risk.objects.get(pk=rows[0].pk).owner == alice


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"row": [], "owner": "me"}, "Select between 1 and 200 rows"),
        ({}, "Choose what the selected risks shall become"),
        ({"owner": "\0x"}, "There is no such person"),
        ({"team": "nowhere"}, "not there any more"),
        ({"review_due_on": "soon"}, "Write the day of the review"),
        ({"review_due_on": "2000-01-01"}, "Choose today or a day to come"),
        ({"do": "close"}, "Say why they can no longer happen"),
        ({"owner": "me"}, "They are so already"),
    ],
)
def test_what_cannot_be_is_said_on_the_list(
    client: Client, alice: User, rows: tuple[Risk, Risk], data: dict[str, object], words: str
) -> None:
    client.force_login(alice)
    assert words in post(client, **({"row": [rows[0].pk]} | data))
    assert Risk.objects.get(pk=rows[0].pk).version == rows[0].version
    assert not Risk.objects.filter(state="closed").exists()
