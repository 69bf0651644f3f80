"""Looking for risks: once for the same evidence, whatever fails, and gone when it is no longer true."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.management import call_command

from incidents.models import FailureMode
from relportal.core import work
from relportal.core.exceptions import NotAllowed
from relportal.core.models import AuditEvent, Notification, Role, Service, User, WorkItem
from risks import tasks
from risks.actions.look import EVERY_DAY, Looked, look, look_now
from risks.actions.proposals import dismiss
from risks.models import Proposal, ProposalState
from risks.queries.proposals import LOOK
from tests import make
from tests.risks.proposing import Told, found, install, proof

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    rule = Told()
    install(monkeypatch, rule)
    return rule


def counts(done: Looked) -> tuple[int, int, int]:
    return done.new, done.again, done.gone


def states() -> list[str]:
    return list(Proposal.objects.order_by("pk").values_list("state", flat=True))


def texts(user: User) -> list[str]:
    return list(Notification.objects.filter(user=user).order_by("pk").values_list("text", flat=True))


def test_what_a_rule_finds_is_proposed_with_everything_that_it_says(
    told: Told, checkout: Service, at: dt.datetime
) -> None:
    mode, _made = FailureMode.objects.get_or_create(slug="data", defaults={"name": "Data"})
    told.finds = [found(checkout, "a", "b", category="data", facts={"n": 2, "per_year": 4})]
    assert counts(look(at=at)) == (1, 0, 0)
    row = Proposal.objects.get()
    assert (row.rule, row.title, row.cause) == ("told", "Checkout fails again", "Nobody repaired it.")
    assert (row.category, row.team, list(row.services.all())) == (mode, checkout.team, [checkout])
    assert row.members == {"a", "b"}
    assert row.facts == {"n": 2, "per_year": 4}
    assert (row.found_at, row.seen_at, row.state) == (at, at, ProposalState.OPEN)
    assert AuditEvent.objects.filter(action="proposal.find", actor=None).count() == 1


def test_the_same_evidence_is_proposed_once_and_its_words_are_renewed(
    told: Told, checkout: Service, at: dt.datetime
) -> None:
    told.finds = [found(checkout, "a", "b"), found(checkout, "b", "a")]
    look(at=at)
    told.finds = [found(checkout, "b", "a", title="Till fails again", facts={"n": 3})]
    assert counts(look(at=at + DAY)) == (0, 0, 0)
    row = Proposal.objects.get()
    assert (row.title, row.facts, row.found_at, row.seen_at) == ("Till fails again", {"n": 3}, at, at + DAY)


def test_more_evidence_is_a_new_proposal_and_the_smaller_one_is_gone(
    told: Told, checkout: Service, at: dt.datetime
) -> None:
    told.finds = [found(checkout, "a", "b")]
    look(at=at)
    told.finds = [found(checkout, "a", "b", "c")]
    assert counts(look(at=at + DAY)) == (1, 0, 1)
    assert states() == [ProposalState.GONE, ProposalState.OPEN]


def test_a_part_of_the_evidence_is_not_new(told: Told, checkout: Service, at: dt.datetime) -> None:
    told.finds = [found(checkout, "a", "b", "c")]
    look(at=at)
    told.finds = [found(checkout, "b", "c")]
    assert counts(look(at=at + DAY)) == (0, 0, 0)
    assert Proposal.objects.get().facts == {"n": 3}
    told.finds = [found(checkout, "c", "d")]
    assert counts(look(at=at + DAY)) == (1, 0, 1)


@pytest.mark.parametrize("finds", [("a", "b"), ("a",)])
def test_what_was_dismissed_never_comes_back_for_the_same_evidence_or_less(
    told: Told, checkout: Service, lead: User, at: dt.datetime, finds: tuple[str, ...]
) -> None:
    told.finds = [found(checkout, "a", "b")]
    look(at=at)
    dismiss(lead, list(Proposal.objects.all()), reason="Known", at=at)
    told.finds = [found(checkout, *finds)]
    assert counts(look(at=at + DAY)) == (0, 0, 0)
    told.finds = []
    assert counts(look(at=at + 2 * DAY)) == (0, 0, 0)
    assert states() == [ProposalState.DISMISSED]


def test_what_is_true_again_waits_again(told: Told, checkout: Service, at: dt.datetime) -> None:
    told.finds = [found(checkout)]
    look(at=at)
    told.finds = []
    assert counts(look(at=at + DAY)) == (0, 0, 1)
    assert Proposal.objects.get().decided_at == at + DAY
    told.finds = [found(checkout)]
    assert counts(look(at=at + 2 * DAY)) == (0, 1, 0)
    row = Proposal.objects.get()
    assert (row.state, row.decided_at, row.found_at) == (ProposalState.OPEN, None, at)
    assert list(AuditEvent.objects.order_by("pk").values_list("action", flat=True)) == [
        "proposal.find", "proposal.gone", "proposal.find",
    ]  # fmt: skip


def test_another_subject_with_the_same_proofs_is_another_risk(told: Told, checkout: Service, at: dt.datetime) -> None:
    told.finds = [found(checkout, "a", subject="one"), found(checkout, "a", subject="two")]
    assert counts(look(at=at)) == (2, 0, 0)


def test_a_rule_that_fails_stops_no_other_and_changes_nothing_of_its_own(
    monkeypatch: pytest.MonkeyPatch, checkout: Service, at: dt.datetime
) -> None:
    good, bad = Told(key="good"), Told(key="bad")
    install(monkeypatch, bad, good)
    bad.finds = good.finds = [found(checkout, "a")]
    look(at=at)
    bad.finds, bad.breaks = [found(checkout, "b")], ZeroDivisionError("by zero")
    good.finds = [found(checkout, "b")]
    done = look(at=at + DAY)
    assert counts(done) == (1, 0, 1)
    assert done.failed == {"bad": "ZeroDivisionError: by zero"}
    assert list(Proposal.objects.filter(rule="bad").values_list("state", flat=True)) == [ProposalState.OPEN]


def test_a_rule_that_is_gone_leaves_its_proposals_as_they_are(
    monkeypatch: pytest.MonkeyPatch, told: Told, checkout: Service, at: dt.datetime
) -> None:
    told.finds = [found(checkout, "a")]
    look(at=at)
    install(monkeypatch)
    assert counts(look(at=at + DAY)) == (0, 0, 0)
    assert states() == [ProposalState.OPEN]


def test_owners_of_the_team_are_told_once_and_together(
    told: Told, checkout: Service, alice: User, rita: User, lead: User, at: dt.datetime
) -> None:
    told.finds = [found(checkout, "a")]
    look(at=at), look(at=at + DAY)
    told.finds += [found(checkout, each, subject=each) for each in "bcd"]
    look(at=at + DAY)
    assert texts(alice) == ["A risk is proposed: Checkout fails again", "3 risks are proposed for Payments"]
    assert texts(rita) == texts(lead) == []


def test_without_an_owner_the_leads_are_told(told: Told, checkout: Service, lead: User, at: dt.datetime) -> None:
    told.finds = [found(checkout, "a", team=None)]
    look(at=at)
    assert texts(lead) == ["A risk is proposed: Checkout fails again"]


def test_the_work_of_the_day_keeps_what_failed_and_comes_again(told: Told, checkout: Service, at: dt.datetime) -> None:
    told.finds, told.breaks = [found(checkout, "a")], ValueError("x" * 1000)
    outcome = tasks.proposals(WorkItem(kind=LOOK, key="all"), at)
    assert outcome.again_at == at + EVERY_DAY
    assert outcome.result is not None
    assert outcome.result["failed"]["told"].startswith("ValueError: xxx")
    assert outcome.problem.startswith("told: ValueError")
    assert work.handler_of(LOOK) is tasks.proposals


def test_the_work_exists_from_the_first_migration_on() -> None:
    WorkItem.objects.all().delete()
    call_command("migrate", verbosity=0)
    assert WorkItem.objects.get(kind=LOOK).every_s == EVERY_DAY.total_seconds()


def test_a_steward_may_look_now_and_the_work_shows_it(
    told: Told, checkout: Service, lead: User, at: dt.datetime
) -> None:
    told.finds = [found(checkout, "a")]
    assert counts(look_now(lead, at=at)) == (1, 0, 0)
    item = WorkItem.objects.get(kind=LOOK, key="all")
    assert (item.last_run_at, item.due_at) == (at, at + EVERY_DAY)
    assert item.result == {"new": 1, "again": 0, "gone": 0, "failed": {}}


def test_who_keeps_no_settings_may_not_look_now(told: Told, checkout: Service, alice: User, at: dt.datetime) -> None:
    told.finds = [found(checkout, "a")]
    with pytest.raises(NotAllowed):
        look_now(alice, at=at)
    assert not Proposal.objects.exists()


def test_a_title_that_is_too_long_is_cut_and_no_failure(told: Told, checkout: Service, at: dt.datetime) -> None:
    told.finds = [found(checkout, "a", title="x" * 300)]
    assert look(at=at).failed == {}
    assert len(Proposal.objects.get().title) == 200


def test_two_hundred_proofs_are_one_key(told: Told, checkout: Service, at: dt.datetime) -> None:
    told.finds = [found(checkout, *(f"incident-{number}" for number in range(200)))]
    assert look(at=at).failed == {}
    assert len(Proposal.objects.get().evidence_key) < 60


def test_a_proof_without_a_key_is_no_part_of_the_evidence(told: Told, checkout: Service, at: dt.datetime) -> None:
    told.finds = [found(checkout, proofs=(proof("a"), proof("", label="why")))]
    look(at=at)
    told.finds = [found(checkout, proofs=(proof("a"), proof("", label="why else")))]
    assert counts(look(at=at + DAY)) == (0, 0, 0)


def test_directors_are_not_woken_by_proposals(told: Told, checkout: Service, alice: User, at: dt.datetime) -> None:
    director = make.user(role=Role.DIRECTOR, team=checkout.team)
    told.finds = [found(checkout, "a")]
    look(at=at)
    assert texts(director) == []
    assert len(texts(alice)) == 1
