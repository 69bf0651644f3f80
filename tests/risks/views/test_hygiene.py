"""The page of hygiene, and its API."""

from __future__ import annotations

import datetime as dt
import html

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from relportal.core.models import User
from relportal.core.permissions import SYSTEM
from risks.actions.risks import Given, create
from risks.domain.hygiene import CHECKS, Share
from risks.models import Risk
from risks.queries.hygiene import hygiene
from risks.queries.hygiene_lints import lints
from risks.views.hygiene import claim
from tests.risks.queries.test_hygiene import spoilt

pytestmark = pytest.mark.django_db


def text(client: Client, **query: str) -> str:
    response = client.get(reverse("risks:hygiene"), query)
    assert response.status_code == 200
    return html.unescape(response.content.decode())


@pytest.mark.parametrize(
    ("clean", "n", "words"),
    [
        (0, 0, "No risk is written down yet"),
        (1, 1, "The only risk is in order"),
        (5, 5, "All 5 risks are in order"),
        (3, 5, "3 of 5 risks are in order"),
        (17, 20, "85\u202f% of 20 risks are in order"),
        (199, 200, "99.5\u202f% of 200 risks are in order"),
    ],
)
def test_the_claim_counts_below_twenty_and_never_rounds_up_to_all(clean: int, n: int, words: str) -> None:
    assert claim(Share(clean, n)) == words


def test_every_finding_leads_to_where_it_is_mended(client: Client, alice: User, admin: User, at: dt.datetime) -> None:
    spoilt(alice, 2, timezone.now())
    Risk.objects.update(state="accepted")
    create(SYSTEM, Given(title="Nobody's", team=None), at=at)
    client.force_login(admin)
    held = hygiene(admin, at=timezone.now())
    shown = text(client)
    assert held.findings > 8
    for group in held.groups:
        assert str(group.lint.why) in shown
        for row in group.rows:
            assert f'href="{row.fix}"' in shown
            assert client.get(row.fix.partition("#")[0]).status_code == 200, row.fix


def test_every_check_has_an_address_to_mend_it(db: None) -> None:
    from risks.domain.hygiene import Finding

    assert {lint.key for lint in lints()} == set(CHECKS)
    assert all(lint.fix(Finding(1, 2)).startswith("/") for lint in lints())


def test_nothing_wrong_is_said_with_all_that_was_checked(client: Client, bob: User, db: None) -> None:
    client.force_login(bob)
    shown = text(client)
    assert "Nothing is wrong" in shown
    assert f"{len(CHECKS)} checks found nothing" in shown


def test_many_findings_are_cut_and_one_check_shows_all_of_them(client: Client, bob: User, alice: User) -> None:
    for number in range(30):
        create(SYSTEM, Given(title=f"Risk {number}", team=None), at=timezone.now())
    client.force_login(bob)
    assert text(client).count("rp-list-note") == 25
    assert text(client, check="no_owner").count("rp-list-note") == 30


def test_a_team_that_is_not_there_shows_the_whole_register(client: Client, bob: User, risk: Risk) -> None:
    client.force_login(bob)
    assert "The only risk" in text(client, team="payments")
    assert "The only risk" in text(client, team="nobody")


def test_the_csv_names_check_risk_and_finding(client: Client, bob: User) -> None:
    create(SYSTEM, Given(title="=Nobody's", team=None), at=timezone.now())
    client.force_login(bob)
    lines = client.get(reverse("risks:hygiene"), {"format": "csv"}).getvalue().decode().splitlines()
    assert lines[1].startswith(f"no_owner,No owner,{Risk.objects.get().short_id},'=Nobody's")


def test_the_api_gives_the_same_figures(client: Client, bob: User, alice: User) -> None:
    spoilt(alice, 2, timezone.now())
    client.force_login(bob)
    given = client.get("/api/v1/risk-hygiene/").json()
    held = hygiene(bob, at=timezone.now())
    assert (given["share"], given["clean"], given["n"]) == (held.share.value, held.share.clean, held.share.n)
    assert [one["key"] for one in given["checks"]] == [group.lint.key for group in held.groups]
    assert [len(one["findings"]) for one in given["checks"]] == [len(group.rows) for group in held.groups]
    assert client.get("/api/v1/risk-hygiene/?team=nobody").json()["share"] is None
