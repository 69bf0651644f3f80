"""Treatments and their milestones: planned with dates ahead, moved on by their owner, never quietly dropped."""

from __future__ import annotations

import datetime as dt

import pytest

from relportal.core.exceptions import Conflict, Invalid, Missing, NotAllowed, Stale
from relportal.core.models import AuditEvent, Notification, User
from risks.actions.milestones import (
    add_milestone,
    edit_milestone,
    remove_milestone,
    restore_milestone,
    tick_milestone,
)
from risks.actions.risks import close
from risks.actions.treatments import Planned, add_treatment, edit_treatment, move_treatment
from risks.models import Milestone, Risk, Treatment, TreatmentState
from tests import make

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def treatment(alice: User, risk: Risk, at: dt.datetime) -> Treatment:
    return add_treatment(alice, risk, Planned(title="A second node", due_on=at.date() + 60 * DAY), at=at)


def test_a_treatment_is_its_risks_owners_until_somebody_else_takes_it(
    alice: User, bob: User, risk: Risk, treatment: Treatment, at: dt.datetime
) -> None:
    assert treatment.owner == alice
    row = edit_treatment(alice, treatment, version=1, at=at, owner=bob)
    assert (row.owner, Notification.objects.get().user) == (bob, bob)
    assert move_treatment(bob, row, "doing", at=at).state == TreatmentState.DOING


def test_who_only_reads_plans_nothing(bob: User, risk: Risk, treatment: Treatment, at: dt.datetime) -> None:
    for act in (
        lambda: add_treatment(bob, risk, Planned(title="x"), at=at),
        lambda: edit_treatment(bob, treatment, version=1, at=at, title="x"),
        lambda: move_treatment(bob, treatment, "done", at=at),
        lambda: add_milestone(bob, treatment, title="x", due_on=at.date(), at=at),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_closed_risk_takes_no_treatment(alice: User, risk: Risk, at: dt.datetime) -> None:
    close(alice, risk, because="Gone", at=at)
    with pytest.raises(Conflict):
        add_treatment(alice, risk, Planned(title="x"), at=at)


def test_a_day_that_is_over_an_endless_effort_and_an_outsider_are_refused(
    alice: User, charlie: User, risk: Risk, at: dt.datetime
) -> None:
    for given, field in (
        (Planned(title="x", due_on=at.date() - DAY), "due_on"),
        (Planned(title="x", effort_days=float("inf")), "effort_days"),
        (Planned(title="x", effort_days=-1), "effort_days"),
        (Planned(title="x", owner=charlie), "owner"),
        (Planned(title=" "), "title"),
        (Planned(title="x", strategy="pray"), "strategy"),
    ):
        with pytest.raises(Invalid) as refused:
            add_treatment(alice, risk, given, at=at)
        assert field in refused.value.errors
    assert not Treatment.objects.exists()


def test_a_late_treatment_is_edited_without_a_new_date(alice: User, treatment: Treatment, at: dt.datetime) -> None:
    later = at + 90 * DAY
    row = edit_treatment(alice, treatment, version=1, at=later, title="Two more nodes", due_on=treatment.due_on)
    assert row.title == "Two more nodes"
    with pytest.raises(Invalid):
        edit_treatment(alice, row, version=2, at=later, due_on=later.date() - DAY)
    with pytest.raises(Stale):
        edit_treatment(alice, row, version=1, at=later, title="x")


def test_dropping_needs_a_reason_that_stands_in_the_audit(alice: User, treatment: Treatment, at: dt.datetime) -> None:
    with pytest.raises(Invalid):
        move_treatment(alice, treatment, "dropped", at=at, reason=" ")
    row = move_treatment(alice, treatment, "dropped", at=at, reason="Too dear")
    assert AuditEvent.objects.get(action="treatment.state").reason == "Too dear"
    with pytest.raises(Conflict):
        move_treatment(alice, row, "done", at=at)
    with pytest.raises(Conflict):
        move_treatment(alice, row, "forgotten", at=at)


def test_in_place_is_dated_and_taken_back_when_it_is_taken_up_again(
    alice: User, treatment: Treatment, at: dt.datetime
) -> None:
    row = move_treatment(alice, treatment, "done", at=at)
    assert row.done_at == at
    row = move_treatment(alice, row, "doing", at=at)
    assert row.done_at is None
    assert move_treatment(alice, row, "doing", at=at).version == row.version


def test_a_milestone_is_added_ticked_changed_removed_and_brought_back(
    alice: User, treatment: Treatment, at: dt.datetime
) -> None:
    row = add_milestone(alice, treatment, title="Ordered", due_on=at.date(), at=at)
    assert tick_milestone(alice, row, done=True, at=at).done_at == at
    assert tick_milestone(alice, row, done=True, at=at + DAY).done_at == at
    assert tick_milestone(alice, row, done=False, at=at).done_at is None
    row = edit_milestone(alice, row, title="Racked", due_on=at.date() + DAY, at=at)
    remove_milestone(alice, row, at=at)
    assert not Milestone.objects.exists()
    for act in (lambda: remove_milestone(alice, row, at=at), lambda: tick_milestone(alice, row, done=True, at=at)):
        with pytest.raises(Missing):
            act()
    back = restore_milestone(alice, treatment, title="Racked", due_on=at.date() - DAY, done_at=at, at=at)
    assert (back.due_on, back.done_at) == (at.date() - DAY, at)
    said = list(
        AuditEvent.objects.filter(action__startswith="milestone").values_list("action", flat=True).order_by("pk")
    )
    assert said == [f"milestone.{word}" for word in ("add", "tick", "tick", "edit", "remove", "add")]


def test_a_milestone_lies_ahead_and_belongs_to_what_goes_on(alice: User, treatment: Treatment, at: dt.datetime) -> None:
    with pytest.raises(Invalid):
        add_milestone(alice, treatment, title="x", due_on=at.date() - DAY, at=at)
    row = move_treatment(alice, treatment, "done", at=at)
    with pytest.raises(Conflict):
        add_milestone(alice, row, title="x", due_on=at.date(), at=at)


def test_a_risk_without_an_owner_has_a_treatment_without_one(lead: User, at: dt.datetime) -> None:
    risk = Risk.objects.create(title="x", team=make.team(), identified_on=at.date(), created_at=at)
    assert add_treatment(lead, risk, Planned(title="y"), at=at).owner is None
