"""What is shown of proposals: to whom, in which order, with what they may belong to."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from incidents.models import Incident
from relportal.core.exceptions import Missing
from relportal.core.models import Role, Service, User, WorkItem
from risks.actions.look import look
from risks.actions.proposals import accept, dismiss
from risks.actions.risks import Given, close, create
from risks.models import Proposal, ProposalState, Risk
from risks.queries import proposals as queries
from risks.queries.proposals import LOOK, ProposalFilters, ProposalOrder, ProposalRow, ProposalSort
from tests import make
from tests.risks.proposing import Told, found, install, proof

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    rule = Told()
    install(monkeypatch, rule)
    return rule


def listed(user: User, at: dt.datetime, order: ProposalOrder | None = None, **filters: Any) -> list[ProposalRow]:
    rows = queries.proposal_rows(
        user, filters=ProposalFilters(**filters), order=order or ProposalOrder(), at=at, size=None
    )
    return list(rows.rows)


def titles(rows: list[ProposalRow]) -> list[str]:
    return [row.proposal.title for row in rows]


def test_what_waits_is_listed_and_the_rest_on_demand(
    told: Told, checkout: Service, alice: User, bob: User, at: dt.datetime
) -> None:
    told.finds = [found(checkout, each, subject=each, title=each) for each in ("one", "two", "gone")]
    look(at=at)
    dismiss(alice, [Proposal.objects.get(title="two")], reason="Known", at=at)
    told.finds.pop()
    look(at=at)
    assert titles(listed(bob, at)) == ["one"]
    assert titles(listed(bob, at, states=("decided",))) == ["two"]
    assert titles(listed(bob, at, states=("gone",))) == ["gone"]
    assert sorted(titles(listed(bob, at, states=("all",)))) == ["gone", "one", "two"]
    assert queries.waiting_count(bob) == 1


def test_words_rules_teams_and_services_filter(told: Told, checkout: Service, bob: User, at: dt.datetime) -> None:
    search = make.service(slug="search", name="Search", team=make.team(slug="discovery"))
    told.finds = [found(checkout, "a", title="Till"), found(search, "b", subject="search", title="Finder")]
    look(at=at)
    assert titles(listed(bob, at, text="checkout TILL")) == ["Till"]
    assert titles(listed(bob, at, services=("search",))) == ["Finder"]
    assert titles(listed(bob, at, teams=("payments",))) == ["Till"]
    assert titles(listed(bob, at, rules=("other",))) == []
    assert len(listed(bob, at, rules=("told",))) == 2


@pytest.mark.parametrize("sort", ProposalSort)
def test_every_order_can_be_turned_round(
    told: Told, checkout: Service, bob: User, at: dt.datetime, sort: ProposalSort
) -> None:
    other = make.service(team=make.team(name="Zebra"))
    told.finds = [found(checkout, "a", title="A")]
    look(at=at)
    told.finds.append(found(other, "b", subject="other", title="B"))
    look(at=at + DAY)
    up = titles(listed(bob, at, ProposalOrder(sort)))
    down = titles(listed(bob, at, ProposalOrder(sort, descending=True)))
    assert (up, down) == ((["B", "A"], ["B", "A"]) if sort is ProposalSort.RULE else (["A", "B"], ["B", "A"]))


def test_outsiders_see_none(told: Told, checkout: Service, charlie: User, at: dt.datetime) -> None:
    told.finds = [found(checkout, "a")]
    look(at=at)
    assert listed(charlie, at) == []
    with pytest.raises(Missing):
        queries.visible(charlie, Proposal.objects.get().pk)


def test_a_proposal_goes_with_the_privacy_of_its_incidents(
    told: Told, checkout: Service, bob: User, admin: User, at: dt.datetime
) -> None:
    one, two = (Incident.objects.create(title=each, declared_at=at) for each in ("One", "Two"))
    proofs = tuple(proof(each.title, kind="incident", pk=each.pk, incident=each.pk) for each in (one, two))
    told.finds = [found(checkout, proofs=proofs, title="Of both"), found(checkout, "a", subject="x", title="Of none")]
    look(at=at)
    assert sorted(titles(listed(bob, at))) == ["Of both", "Of none"]
    Incident.objects.filter(pk=two.pk).update(is_private=True)
    assert titles(listed(bob, at, states=("all",))) == ["Of none"]
    assert queries.waiting_count(bob) == 1
    assert sorted(titles(listed(admin, at))) == ["Of both", "Of none"]
    two.access.create(user=bob)
    assert sorted(titles(listed(bob, at))) == ["Of both", "Of none"]


def test_similar_risks_are_open_ones_of_the_same_services(
    told: Told, checkout: Service, alice: User, risk: Risk, at: dt.datetime
) -> None:
    named = create(alice, Given(title="Checkout fails again", services=[checkout]), at=at)
    closed = create(alice, Given(title="Checkout fails again", services=[checkout]), at=at)
    close(alice, closed, because="Replaced", at=at)
    create(alice, Given(title="Checkout fails again", services=[make.service(team=checkout.team)]), at=at)
    told.finds = [found(checkout, "a")]
    look(at=at)
    assert listed(alice, at)[0].similar == (named, risk)


def test_the_risk_that_it_plainly_belongs_to_comes_first(
    told: Told, checkout: Service, alice: User, risk: Risk, at: dt.datetime
) -> None:
    create(alice, Given(title="Checkout fails again", services=[checkout]), at=at)
    told.finds = [found(make.service(), "a", risk=risk.pk)]
    look(at=at)
    assert listed(alice, at)[0].similar == (risk,)


def test_an_earlier_decision_on_the_same_subject_is_told_with_its_risk(
    told: Told, checkout: Service, alice: User, at: dt.datetime
) -> None:
    told.finds = [found(checkout, "a", "b")]
    look(at=at)
    before = Proposal.objects.get()
    risk = accept(alice, before, at=at)
    told.finds = [found(checkout, "a", "b", "c"), found(checkout, "c", subject="checkout-api")]
    look(at=at + DAY)
    earlier = {row.proposal.subject: row.earlier for row in listed(alice, at)}
    assert earlier == {"checkout": before, "checkout-api": None}
    (row,) = (row for row in listed(alice, at) if row.proposal.subject == "checkout")
    assert row.similar[0] == risk


def test_who_may_decide_is_said_by_row(
    told: Told, checkout: Service, alice: User, bob: User, lead: User, at: dt.datetime
) -> None:
    told.finds = [found(checkout, "a"), found(make.service(), "b", subject="x", team=None)]
    look(at=at)
    may = {user: sum(row.may_decide for row in listed(user, at)) for user in (alice, bob, lead)}
    assert may == {alice: 1, bob: 0, lead: 2}


def test_a_rule_that_is_gone_is_said_to_be_missing(
    monkeypatch: pytest.MonkeyPatch, told: Told, checkout: Service, bob: User, at: dt.datetime
) -> None:
    told.finds = [found(checkout, "a")]
    look(at=at)
    assert listed(bob, at)[0].sentence == "1 things show it."
    install(monkeypatch)
    (row,) = listed(bob, at)
    assert (row.sentence, row.rule.title, row.rule.is_missing) == ("", "Missing plug-in “told”", True)
    assert queries.rule_record(bob, "told").words.is_missing
    with pytest.raises(Missing):
        queries.rule_record(bob, "never")


def test_facts_of_another_release_leave_the_sentence_out(
    told: Told, checkout: Service, bob: User, at: dt.datetime
) -> None:
    told.finds = [found(checkout, "a", facts={"count": 3})]
    look(at=at)
    assert listed(bob, at)[0].sentence == ""


def test_the_record_of_a_rule_counts_what_became_of_it(
    told: Told, checkout: Service, alice: User, bob: User, at: dt.datetime
) -> None:
    assert queries.rule_record(bob, "told").share is None
    told.finds = [found(checkout, each, subject=each) for each in "abcd"]
    look(at=at)
    rows = list(Proposal.objects.order_by("pk"))
    accept(alice, rows[0], at=at)
    dismiss(alice, rows[1:3], reason="Known", at=at)
    record = queries.rule_record(bob, "told")
    assert (record.decided, record.taken) == (3, 1)
    assert record.share == pytest.approx(1 / 3)
    assert record.counts[ProposalState.OPEN] == 1
    assert len(record.recent) == 3


def test_the_last_look_names_the_rules_that_failed(told: Told, bob: User, at: dt.datetime) -> None:
    assert queries.last_look() is None
    WorkItem.objects.filter(kind=LOOK).delete()
    WorkItem.objects.create(
        kind=LOOK, key="all", due_at=at, last_run_at=at, result={"failed": {"told": "ValueError: x", "old": "KeyError"}}
    )
    look_ = queries.last_look()
    assert look_ is not None
    assert [(words.title, error) for words, error in look_.failed] == [
        ("Missing plug-in “old”", "KeyError"), ("Told by a test", "ValueError: x"),
    ]  # fmt: skip
    assert queries.rule_record(bob, "told").error == "ValueError: x"


@pytest.mark.parametrize(("rate", "step"), [(3, "likely"), (0.5, "possible"), (None, None)])
def test_how_often_it_happens_speaks_for_a_likelihood(
    told: Told, checkout: Service, at: dt.datetime, rate: float | None, step: str | None
) -> None:
    told.finds = [found(checkout, "a", facts={} if rate is None else {"per_year": rate})]
    look(at=at)
    spoken = queries.spoken_for(Proposal.objects.get())
    assert (spoken.key if spoken else None) == step


def test_pages_hold_their_share(told: Told, checkout: Service, bob: User, at: dt.datetime) -> None:
    told.finds = [found(checkout, str(each), subject=str(each)) for each in range(5)]
    look(at=at)
    page = queries.proposal_rows(bob, filters=ProposalFilters(), order=ProposalOrder(), at=at, page=3, size=2)
    assert (page.total, page.page, len(page.rows), page.waiting) == (5, 3, 1, 5)


def test_directors_decide_for_their_teams(told: Told, checkout: Service, at: dt.datetime) -> None:
    director = make.user(role=Role.DIRECTOR, team=checkout.team)
    told.finds = [found(checkout, "a")]
    look(at=at)
    assert listed(director, at)[0].may_decide
