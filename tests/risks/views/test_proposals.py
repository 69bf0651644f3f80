"""The pages of proposals, as a person without JavaScript uses them."""

from __future__ import annotations

import datetime as dt
import html
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from relportal.core import undo
from relportal.core.models import Service, User
from risks.actions.look import look
from risks.actions.proposals import dismiss
from risks.actions.risks import Given, create
from risks.models import Proposal, ProposalState, Risk
from tests import make
from tests.risks.proposing import Told, found, install

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    rule = Told()
    install(monkeypatch, rule)
    return rule


@pytest.fixture
def row(told: Told, checkout: Service, at: dt.datetime) -> Proposal:
    told.finds = [found(checkout, "INC-7")]
    look(at=at)
    return Proposal.objects.get()


def page(client: Client, name: str, *args: object, **query: str) -> str:
    response = client.get(reverse(f"risks:{name}", args=args), query)
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def act(client: Client, name: str, of: Proposal | None = None, /, **data: Any) -> Any:
    args = [of.pk] if of is not None else []
    return client.post(reverse(f"risks:{name}", args=args), data)


def said(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def undone(client: Client, response: Any) -> Any:
    """Posts what the last message offered."""
    message = list(get_messages(response.wsgi_request))[-1]
    offered = undo.of(message)
    assert offered is not None
    return client.post(offered.url, {"token": offered.token}, follow=True)


def test_the_list_claims_and_shows_evidence_by_rule(client: Client, bob: User, row: Proposal) -> None:
    client.force_login(bob)
    text = page(client, "proposals")
    for words in (
        "1 risk is proposed",
        "Told by a test",
        "How is this found?",
        "1 things show it.",
        "INC-7",
        "Payments",
    ):
        assert words in text
    assert "Accept" not in text
    assert "Look now" not in text


def test_an_empty_list_says_what_would_stand_there(client: Client, bob: User) -> None:
    client.force_login(bob)
    assert "Nothing waits for a decision" in page(client, "proposals")
    assert "No proposal matches" in page(client, "proposals", state="dismissed")


def test_an_owner_accepts_and_is_led_to_the_risk(client: Client, alice: User, row: Proposal) -> None:
    client.force_login(alice)
    response = act(client, "proposal-take", row)
    risk = Risk.objects.get()
    assert response["Location"] == risk.get_absolute_url()
    assert said(response) == [f"{risk.short_id} is written down. Rate it next."]


def test_accepting_what_is_decided_says_who_decided(
    client: Client, alice: User, lead: User, row: Proposal, at: dt.datetime
) -> None:
    dismiss(lead, [row], reason="Known", at=at)
    client.force_login(alice)
    response = act(client, "proposal-take", row)
    assert "Lead has decided" in said(response)[0]
    assert not Risk.objects.exists()


def test_the_form_is_filled_with_what_is_proposed_and_rates_at_once(client: Client, alice: User, row: Proposal) -> None:
    Proposal.objects.update(facts={"n": 1, "per_year": 3})
    client.force_login(alice)
    text = page(client, "proposal-accept", row.pk)
    assert "Nobody repaired it." in text
    assert "speaks for the likelihood “1 to 4 a year”" in text
    given = {
        "title": "Till fails",
        "team": row.team_id,
        "likelihood": "likely",
        "column-minutes": "serious",
        "reason": "So",
        "confidence": "low",
    }
    act(client, "proposal-accept", row, **given)
    risk = Risk.objects.get()
    assert (risk.title, risk.cause, risk.current is not None) == ("Till fails", "", True)


def test_a_form_that_is_refused_keeps_the_proposal_waiting(client: Client, alice: User, row: Proposal) -> None:
    client.force_login(alice)
    response = act(client, "proposal-accept", row, title="")
    assert response.status_code == 422
    row.refresh_from_db()
    assert row.is_waiting


def test_a_form_of_what_was_decided_meanwhile_is_a_conflict(
    client: Client, alice: User, lead: User, row: Proposal, at: dt.datetime
) -> None:
    dismiss(lead, [row], reason="Known", at=at)
    client.force_login(alice)
    response = act(client, "proposal-accept", row, title="Mine", confidence="low")
    assert response.status_code == 409


def test_a_merge_offers_similar_risks_and_is_undone(client: Client, alice: User, risk: Risk, row: Proposal) -> None:
    client.force_login(alice)
    assert f"{risk.short_id} {risk.title}" in page(client, "proposals")
    response = act(client, "proposal-merge", row, risk=risk.short_id.lower(), back="rule=told")
    assert response["Location"] == f"{reverse('risks:proposals')}?rule=told"
    row.refresh_from_db()
    assert (row.state, row.risk) == (ProposalState.MERGED, risk)
    undone(client, response)
    row.refresh_from_db()
    assert (row.state, row.risk) == (ProposalState.OPEN, None)


@pytest.mark.parametrize("text", ["", "RISK-999999", "INC-1", "0x1", "99999999999999999999"])
def test_a_merge_into_nothing_is_refused_beside_the_field(
    client: Client, alice: User, row: Proposal, text: str
) -> None:
    client.force_login(alice)
    response = act(client, "proposal-merge", row, risk=text)
    assert response.status_code == 422
    assert b"rp-error" in response.content
    row.refresh_from_db()
    assert row.is_waiting


def test_a_dismissal_asks_for_its_reason_and_is_undone(client: Client, alice: User, row: Proposal) -> None:
    client.force_login(alice)
    refused = act(client, "proposal-dismiss", row, reason=" ")
    assert refused.status_code == 422
    response = act(client, "proposal-dismiss", row, reason="Known", back="")
    row.refresh_from_db()
    assert (row.state, row.reason) == (ProposalState.DISMISSED, "Known")
    assert "Known" in page(client, "proposals", state="decided")
    undone(client, response)
    row.refresh_from_db()
    assert row.is_waiting


def test_many_are_dismissed_for_one_reason_and_come_back_together(
    client: Client, alice: User, told: Told, checkout: Service, at: dt.datetime
) -> None:
    told.finds = [found(checkout, each, subject=each) for each in "abc"]
    look(at=at)
    client.force_login(alice)
    ids = list(Proposal.objects.order_by("pk").values_list("pk", flat=True))
    assert said(act(client, "proposals-bulk", row=ids[:2], reason="")) != []
    assert Proposal.objects.waiting().count() == 3
    response = act(client, "proposals-bulk", row=[*ids[:2], "x"], reason="One system, replaced")
    assert said(response)[-1] == "2 proposals are dismissed."
    assert Proposal.objects.waiting().count() == 1
    undone(client, response)
    assert Proposal.objects.waiting().count() == 3


def test_rows_of_other_teams_are_refused_as_a_whole(
    client: Client, alice: User, told: Told, checkout: Service, at: dt.datetime
) -> None:
    told.finds = [found(checkout, "a"), found(make.service(), "b", subject="x")]
    look(at=at)
    client.force_login(alice)
    act(client, "proposals-bulk", row=list(Proposal.objects.values_list("pk", flat=True)), reason="All")
    assert Proposal.objects.waiting().count() == 2


def test_nothing_selected_is_said(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert said(act(client, "proposals-bulk", reason="x")) == ["Choose proposals."]


def test_a_steward_looks_now_and_reads_what_failed(client: Client, lead: User, told: Told, checkout: Service) -> None:
    told.finds, told.breaks = [], ValueError("broken")
    client.force_login(lead)
    response = act(client, "proposals-look")
    assert said(response)[1].startswith("Some rules failed")
    text = page(client, "proposals")
    assert "ValueError: broken" in text
    assert "ValueError: broken" in page(client, "proposal-rule", "told")
    operations = client.get(reverse("core:operations"), {"state": "all"}).content.decode()
    assert "told: ValueError: broken" in operations


def test_the_page_of_one_says_everything_and_what_can_be_done(
    client: Client, alice: User, bob: User, row: Proposal
) -> None:
    client.force_login(bob)
    text = page(client, "proposal", row.pk)
    for words in ("Nobody repaired it.", "It fails.", "Nobody can pay.", "INC-7", "Checkout"):
        assert words in text
    assert "Accept as it is" not in text
    client.force_login(alice)
    assert "Accept as it is" in page(client, "proposal", row.pk)


def test_the_page_of_what_is_decided_says_who_and_why(
    client: Client, lead: User, row: Proposal, at: dt.datetime
) -> None:
    dismiss(lead, [row], reason="Replaced in May", at=at)
    client.force_login(lead)
    text = page(client, "proposal", row.pk)
    assert "Replaced in May" in text
    assert "Accept as it is" not in text


def test_one_that_is_not_there_is_a_404(client: Client, bob: User) -> None:
    client.force_login(bob)
    assert client.get(reverse("risks:proposal", args=[999_999])).status_code == 404
    assert client.get(reverse("risks:proposal-rule", args=["never"])).status_code == 404


def test_the_page_of_a_rule_says_how_it_finds(client: Client, bob: User, row: Proposal) -> None:
    client.force_login(bob)
    text = page(client, "proposal-rule", "told")
    assert "Finds what a test tells it" in text
    assert "Nobody has decided" in text


def test_the_csv_holds_what_is_shown(client: Client, bob: User, row: Proposal) -> None:
    client.force_login(bob)
    response = client.get(reverse("risks:proposals"), {"format": "csv"})
    lines = response.getvalue().decode().splitlines()
    assert "id,rule,title,said" in lines[0]
    assert "1 things show it." in lines[1]


def test_words_that_mean_nothing_are_left_out_and_said(client: Client, bob: User, row: Proposal) -> None:
    client.force_login(bob)
    text = page(client, "proposals", state="nonsense", sort="nonsense", page="x")
    assert "There is no state “nonsense”" in text


def test_titles_are_text_and_never_markup(
    client: Client, alice: User, told: Told, checkout: Service, at: dt.datetime
) -> None:
    told.finds = [found(checkout, "<b>proof</b>", title="<script>alert(1)</script>")]
    look(at=at)
    client.force_login(alice)
    for address in (reverse("risks:proposals"), Proposal.objects.get().get_absolute_url()):
        assert b"<script>alert" not in client.get(address).content


def test_the_list_asks_the_database_as_often_for_forty_as_for_one(
    client: Client, alice: User, told: Told, checkout: Service, at: dt.datetime
) -> None:
    create(alice, Given(title="Checkout", services=[checkout]), at=at)
    client.force_login(alice)
    asked = []
    for count in (1, 40):
        told.finds = [found(checkout, str(each), subject=f"s{each}") for each in range(count)]
        look(at=at)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page(client, "proposals")
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 16
