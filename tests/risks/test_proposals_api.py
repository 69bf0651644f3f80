"""Proposals over the API."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from rest_framework.test import APIClient

from relportal.core.models import Service, User
from risks.actions.look import look
from risks.actions.proposals import dismiss
from risks.models import Proposal, ProposalState, Risk
from tests import make
from tests.risks.proposing import Told, found, install

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/risk-proposals/"


@pytest.fixture
def row(monkeypatch: pytest.MonkeyPatch, checkout: Service, at: dt.datetime) -> Proposal:
    rule = Told()
    install(monkeypatch, rule)
    rule.finds = [found(checkout, "INC-7")]
    look(at=at)
    return Proposal.objects.get()


def client(user: User) -> APIClient:
    made = APIClient()
    made.force_login(user)
    return made


def post(user: User, row: Proposal, verb: str, **data: Any) -> Any:
    return client(user).post(f"{ROOT}{row.pk}/{verb}/", data, format="json")


def test_a_proposal_is_read_with_its_evidence(row: Proposal, bob: User) -> None:
    (one,) = client(bob).get(ROOT).json()["results"]
    assert one["sentence"] == "1 things show it."
    assert one["evidence"] == [{"kind": "service", "id": 1, "name": "INC-7", "url": "/services/"}]
    assert (one["team"], one["services"], one["state"], one["risk"]) == ("payments", ["checkout"], "open", None)


@pytest.mark.parametrize(
    ("query", "n"),
    [("state=open", 1), ("state=gone", 0), ("rule=told", 1), ("rule=x", 0), ("team=payments", 1), ("service=x", 0)],
)
def test_the_list_is_filtered(row: Proposal, bob: User, query: str, n: int) -> None:
    assert len(client(bob).get(f"{ROOT}?{query}").json()["results"]) == n


def test_accepting_answers_with_the_risk(row: Proposal, alice: User) -> None:
    answer = post(alice, row, "accept")
    assert answer.status_code == 200
    assert answer.json()["risk"] == Risk.objects.get().short_id


def test_merging_takes_a_risk_by_its_id(row: Proposal, alice: User, risk: Risk) -> None:
    assert post(alice, row, "merge", risk="RISK-999").status_code == 422
    assert post(alice, row, "merge", risk="one").status_code == 422
    answer = post(alice, row, "merge", risk=str(risk.pk))
    assert (answer.json()["state"], answer.json()["risk"]) == (ProposalState.MERGED, risk.short_id)


def test_dismissing_needs_a_reason(row: Proposal, alice: User) -> None:
    assert post(alice, row, "dismiss").status_code == 422
    assert post(alice, row, "dismiss", reason="Known").json()["reason"] == "Known"


def test_what_is_decided_is_a_conflict(row: Proposal, alice: User, lead: User, at: dt.datetime) -> None:
    dismiss(lead, [row], reason="Known", at=at)
    assert post(alice, row, "accept").status_code == 409


def test_readers_are_refused(row: Proposal, bob: User) -> None:
    for verb in ("accept", "merge", "dismiss"):
        assert post(bob, row, verb).status_code == 403


def test_owners_of_another_team_are_refused(row: Proposal) -> None:
    stranger = make.user(role="service_owner", team=make.team())  # type: ignore[arg-type]
    assert post(stranger, row, "accept").status_code == 403
