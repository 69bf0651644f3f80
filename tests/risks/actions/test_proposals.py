"""Deciding on proposals: each decision in one transaction, by who may, once."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from django.db import connection

from incidents.models import ActionItem, Incident
from relportal.core.exceptions import Conflict, Invalid, NotAllowed, RelportalError
from relportal.core.models import AuditEvent, Role, Service, Team, User
from risks.actions import proposals as acts
from risks.actions.links import link
from risks.actions.look import look
from risks.actions.risks import Given, close, create
from risks.models import Proposal, ProposalState, Relation, Risk, RiskLink
from slo.models import Objective
from tests import make
from tests.risks.proposing import Told, found, install, proof

pytestmark = pytest.mark.django_db
Proposed = Callable[..., Proposal]


@pytest.fixture
def proposed(monkeypatch: pytest.MonkeyPatch, checkout: Service, at: dt.datetime) -> Proposed:
    """A proposal with what is given, for checkout of payments."""
    rule = Told()
    install(monkeypatch, rule)

    def make_one(*members: str, **fields: object) -> Proposal:
        rule.finds.append(found(checkout, *members, subject=f"subject-{len(rule.finds)}", **fields))
        look(at=at)
        return Proposal.objects.order_by("-pk")[0]

    return make_one


def incident(at: dt.datetime, **fields: object) -> Incident:
    return Incident.objects.create(**{"title": "Errors", "declared_at": at} | fields)


def shown(row: Incident, **fields: object) -> object:
    return proof(f"incident-{row.pk}", kind="incident", pk=row.pk, incident=row.pk, **fields)


def links(risk: Risk) -> set[tuple[str, int]]:
    rows = risk.links.all()
    return {(row.relation, row.incident_id or row.objective_id or row.action_id or 0) for row in rows}


def test_an_accepted_proposal_is_a_risk_with_its_evidence(proposed: Proposed, alice: User, at: dt.datetime) -> None:
    one, two, promise = incident(at), incident(at), make.objective()
    late = ActionItem.objects.create(title="x", due_on=at.date(), first_due_on=at.date(), created_at=at)
    row = proposed(
        proofs=(
            shown(one, relation=Relation.MATERIALISED.value),
            shown(two),
            proof("o", kind="objective", pk=promise.pk),
            proof("o2", kind="objective", pk=promise.pk),
            proof("a", kind="action", pk=late.pk),
        )
    )
    risk = acts.accept(alice, row, at=at)
    assert (risk.title, risk.cause, risk.event) == (row.title, row.cause, row.event)
    assert (risk.owner, risk.team, list(risk.services.all())) == (alice, row.team, list(row.services.all()))
    assert links(risk) == {
        (Relation.MATERIALISED, one.pk), (Relation.EVIDENCE, two.pk), (Relation.EVIDENCE, promise.pk),
        (Relation.EVIDENCE, late.pk),
    }  # fmt: skip
    row.refresh_from_db()
    assert (row.state, row.risk, row.decided_by, row.decided_at) == (ProposalState.ACCEPTED, risk, alice, at)
    event = AuditEvent.objects.get(action="proposal.accept")
    assert event.changes["risk"] == [None, risk.short_id]


def test_what_is_written_in_the_form_wins(proposed: Proposed, lead: User, at: dt.datetime) -> None:
    row = proposed("a")
    risk = acts.accept(lead, row, given=Given(title="Mine", team=row.team), at=at)
    assert (risk.title, risk.cause, risk.owner) == ("Mine", "", None)


def test_the_only_service_owner_owns_what_a_steward_accepts(
    proposed: Proposed, lead: User, alice: User, at: dt.datetime
) -> None:
    first, second = proposed("a"), proposed("b")
    assert acts.accept(lead, first, at=at).owner == alice
    make.user(role=Role.SERVICE_OWNER, team=first.team)
    assert acts.accept(lead, second, at=at).owner is None


def test_what_became_private_is_not_linked(proposed: Proposed, alice: User, at: dt.datetime) -> None:
    hidden = incident(at)
    row = proposed(proofs=(shown(hidden),))
    Incident.objects.update(is_private=True)
    assert links(acts.accept(alice, row, at=at)) == set()


def test_a_merge_links_what_is_not_linked_yet(proposed: Proposed, alice: User, risk: Risk, at: dt.datetime) -> None:
    one, two = incident(at), incident(at)
    link(alice, risk, incident=one, relation=Relation.RELATED.value, at=at)
    row = proposed(proofs=(shown(one), shown(two)))
    done = acts.merge(alice, row, risk, at=at)
    assert [each.incident for each in done.links] == [two]
    assert links(risk) == {(Relation.RELATED, one.pk), (Relation.EVIDENCE, two.pk)}
    row.refresh_from_db()
    assert (row.state, row.risk) == (ProposalState.MERGED, risk)


def test_a_merge_can_be_taken_back_with_what_it_linked(
    proposed: Proposed, alice: User, risk: Risk, at: dt.datetime
) -> None:
    one, two = incident(at), incident(at)
    link(alice, risk, incident=one, at=at)
    done = acts.merge(alice, proposed(proofs=(shown(one), shown(two))), risk, at=at)
    acts.separate(alice, done.proposal, [each.pk for each in done.links], at=at)
    assert [each.incident for each in risk.links.all()] == [one]
    row = Proposal.objects.get()
    assert (row.state, row.risk, row.decided_by, row.decided_at) == (ProposalState.OPEN, None, None, None)
    with pytest.raises(Conflict):
        acts.separate(alice, row, [], at=at)


def test_taking_back_never_unlinks_what_another_risk_has(
    proposed: Proposed, alice: User, risk: Risk, at: dt.datetime
) -> None:
    other = create(alice, Given(title="Other", team=risk.team), at=at)
    theirs = link(alice, other, incident=incident(at), at=at)
    done = acts.merge(alice, proposed("a"), risk, at=at)
    acts.separate(alice, done.proposal, [theirs.pk], at=at)
    assert RiskLink.objects.filter(pk=theirs.pk).exists()


def test_nothing_is_merged_into_a_closed_risk(proposed: Proposed, alice: User, risk: Risk, at: dt.datetime) -> None:
    row = proposed("a")
    close(alice, risk, because="Replaced", at=at)
    with pytest.raises(Conflict, match="closed"):
        acts.merge(alice, row, risk, at=at)
    row.refresh_from_db()
    assert row.is_waiting


def test_nobody_merges_into_a_risk_that_they_may_not_change(proposed: Proposed, alice: User, at: dt.datetime) -> None:
    search = make.team(slug="search")
    other = make.user(role=Role.SERVICE_OWNER, team=search)
    theirs = create(other, Given(title="Theirs", team=search), at=at)
    with pytest.raises(NotAllowed):
        acts.merge(alice, proposed("a"), theirs, at=at)


def test_a_dismissal_needs_a_reason_and_keeps_it(proposed: Proposed, alice: User, at: dt.datetime) -> None:
    row = proposed("a")
    with pytest.raises(Invalid, match="why"):
        acts.dismiss(alice, [row], reason="  ", at=at)
    acts.dismiss(alice, [row], reason=" Replaced in May ", at=at)
    row.refresh_from_db()
    assert (row.state, row.reason, row.decided_by) == (ProposalState.DISMISSED, "Replaced in May", alice)
    assert AuditEvent.objects.get(action="proposal.dismiss").reason == "Replaced in May"


def test_many_are_dismissed_all_or_none(proposed: Proposed, alice: User, at: dt.datetime) -> None:
    one, two = proposed("a"), proposed("b")
    acts.dismiss(alice, [two], reason="Known", at=at)
    with pytest.raises(Conflict):
        acts.dismiss(alice, [one, two], reason="All", at=at)
    one.refresh_from_db()
    assert one.is_waiting


def test_a_dismissal_can_be_taken_back(proposed: Proposed, alice: User, at: dt.datetime) -> None:
    row = proposed("a")
    acts.dismiss(alice, [row], reason="Known", at=at)
    acts.reconsider(alice, [row], at=at)
    row.refresh_from_db()
    assert (row.state, row.reason, row.decided_by) == (ProposalState.OPEN, "", None)
    with pytest.raises(Conflict):
        acts.reconsider(alice, [row], at=at)


Decide = Callable[[User, Proposal, Risk, dt.datetime], object]
DECISIONS: dict[str, Decide] = {
    "accept": lambda user, row, _risk, at: acts.accept(user, row, at=at),
    "merge": lambda user, row, risk, at: acts.merge(user, row, risk, at=at),
    "dismiss": lambda user, row, _risk, at: acts.dismiss(user, [row], reason="Known", at=at),
}


@pytest.mark.parametrize("second", DECISIONS)
@pytest.mark.parametrize("first", DECISIONS)
def test_what_is_decided_stays_decided(
    proposed: Proposed, alice: User, lead: User, risk: Risk, at: dt.datetime, first: str, second: str
) -> None:
    row = proposed("a")
    DECISIONS[first](alice, row, risk, at)
    before = (Risk.objects.count(), RiskLink.objects.count())
    with pytest.raises(Conflict, match="Alice has decided"):
        DECISIONS[second](lead, row, risk, at)
    assert (Risk.objects.count(), RiskLink.objects.count()) == before


@pytest.mark.parametrize("decide", DECISIONS)
def test_what_is_gone_is_not_decided(proposed: Proposed, alice: User, risk: Risk, at: dt.datetime, decide: str) -> None:
    row = proposed("a")
    Proposal.objects.update(state=ProposalState.GONE)
    with pytest.raises(Conflict, match="no longer true"):
        DECISIONS[decide](alice, row, risk, at)


@pytest.mark.parametrize("decide", DECISIONS)
def test_only_owners_of_the_team_and_stewards_decide(
    proposed: Proposed, rita: User, bob: User, charlie: User, risk: Risk, at: dt.datetime, decide: str
) -> None:
    row = proposed("a")
    stranger = make.user(role=Role.SERVICE_OWNER, team=make.team())
    for user in (rita, bob, charlie, stranger):
        with pytest.raises(NotAllowed):
            DECISIONS[decide](user, row, risk, at)
    row.refresh_from_db()
    assert row.is_waiting


def test_what_belongs_to_no_team_is_the_stewards_to_decide(
    proposed: Proposed, alice: User, lead: User, at: dt.datetime
) -> None:
    row = proposed("a", team=None)
    with pytest.raises(NotAllowed):
        acts.dismiss(alice, [row], reason="Known", at=at)
    assert acts.accept(lead, row, at=at).owner is None


@pytest.mark.django_db(transaction=True)
def test_of_two_who_accept_at_once_one_writes_a_risk(
    proposed: Proposed, alice: User, payments: Team, at: dt.datetime
) -> None:
    row = proposed("a")
    other = make.user("other@example.com", role=Role.SERVICE_OWNER, team=payments)
    start, outcomes = threading.Barrier(2), []

    def decide(user: User) -> None:
        try:
            start.wait()
            acts.accept(user, row, at=at)
            outcomes.append("accepted")
        except RelportalError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=(user,)) for user in (alice, other)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(outcomes) == ["accepted", "conflict"]
    assert Risk.objects.count() == 1
    assert Objective.objects.count() == 0
