"""Many risks at once: each for itself, what is refused is told, and all of it can be taken back."""

from __future__ import annotations

import datetime as dt

import pytest

from incidents.models import FailureMode
from relportal.core.exceptions import Invalid
from relportal.core.models import AuditEvent, Role, Team, User
from risks.actions.register_many import Done, close_many, edit_many, reopen_many
from risks.actions.risks import Given, close, create, edit
from risks.models import Risk, RiskState
from tests import make

DAY = dt.timedelta(days=1)


@pytest.fixture
def foreign(lead: User, at: dt.datetime) -> Risk:
    """Of a team in which alice holds no role."""
    return create(lead, Given(title="Not hers", team=make.team(slug="search", name="Search")), at=at)


def undone(actor: User, done: Done, *, at: dt.datetime) -> Done:
    return edit_many(actor, done.before, versions=done.versions, at=at)


def test_those_that_may_be_changed_are_and_the_others_are_named(
    alice: User, rita: User, risk: Risk, foreign: Risk, at: dt.datetime
) -> None:
    mode = FailureMode.objects.get_or_create(slug="single-point", defaults={"name": "Single point of failure"})[0]
    values = {"owner": rita.pk, "category": mode.pk, "review_due_on": (at.date() + 3 * DAY).isoformat()}
    done = edit_many(alice, dict.fromkeys([risk.pk, foreign.pk, 999_999], values), at=at)
    ((why, names),) = done.refused.items()
    assert "risk.edit" in why
    assert names == [foreign.short_id]
    changed, left = Risk.objects.get(pk=risk.pk), Risk.objects.get(pk=foreign.pk)
    assert (changed.owner, changed.category, changed.review_due_on) == (rita, mode, at.date() + 3 * DAY)
    assert (left.owner, left.category, left.version) == (None, None, foreign.version)
    assert set(AuditEvent.objects.filter(object_key=risk.short_id).values_list("action", flat=True)) >= {
        "risk.edit", "risk.plan_review",
    }  # fmt: skip
    again = undone(alice, done, at=at)
    back = Risk.objects.get(pk=risk.pk)
    assert again.refused == {}
    assert (back.owner, back.category, back.review_due_on) == (alice, None, risk.review_due_on)


def test_what_somebody_changed_since_is_not_put_back(alice: User, rita: User, risk: Risk, at: dt.datetime) -> None:
    done = edit_many(alice, {risk.pk: {"owner": rita.pk}}, at=at)
    edit(alice, risk, version=None, title="Two nodes", at=at)
    assert list(undone(alice, done, at=at).refused.values()) == [[risk.short_id]]
    assert Risk.objects.get(pk=risk.pk).owner == rita


def test_what_is_so_already_writes_nothing(alice: User, risk: Risk, at: dt.datetime) -> None:
    before = AuditEvent.objects.count()
    assert edit_many(alice, {risk.pk: {"owner": alice.pk}}, at=at) == Done()
    assert AuditEvent.objects.count() == before


@pytest.mark.parametrize(
    ("days", "words"),
    [(-1, "Choose today or a day to come"), (400, "it is looked at again by"), (0, ""), (3, "")],
)
def test_a_review_is_never_put_further_away_than_its_level_allows(
    alice: User, risk: Risk, days: int, words: str, at: dt.datetime
) -> None:
    done = edit_many(alice, {risk.pk: {"review_due_on": (at.date() + days * DAY).isoformat()}}, at=at)
    assert words in " ".join(done.refused)
    assert bool(done.refused) is bool(words)


def test_an_owner_who_may_not_is_refused_by_row(alice: User, risk: Risk, payments: Team, at: dt.datetime) -> None:
    gone = make.user("gone@example.com", role=Role.RESPONDER, team=payments, is_active=False)
    assert "cannot own a risk" in next(iter(edit_many(alice, {risk.pk: {"owner": gone.pk}}, at=at).refused))
    assert "not there any more" in next(iter(edit_many(alice, {risk.pk: {"owner": 999_999}}, at=at).refused))


def test_closing_many_has_one_reason_and_can_be_taken_back(
    alice: User, risk: Risk, foreign: Risk, at: dt.datetime
) -> None:
    other = create(alice, Given(title="Closed before", team=risk.team), at=at)
    close(alice, other, because="Gone", at=at)
    done = close_many(alice, [risk.pk, other.pk, foreign.pk], because="The node is gone", at=at)
    assert sorted(names[0] for names in done.refused.values()) == sorted([other.short_id, foreign.short_id])
    closed = Risk.objects.get(pk=risk.pk)
    assert (closed.state, closed.closed_because) == (RiskState.CLOSED, "The node is gone")
    assert reopen_many(alice, done.before, versions=done.versions, at=at).refused == {}
    back = Risk.objects.get(pk=risk.pk)
    assert (back.state, back.review_due_on) == (RiskState.OPEN, risk.review_due_on)


def test_no_rows_too_many_rows_and_no_reason_are_refused_as_a_whole(alice: User, risk: Risk, at: dt.datetime) -> None:
    for wanted in ({}, {key: {"owner": None} for key in range(1, 202)}):
        with pytest.raises(Invalid, match="between 1 and 200"):
            edit_many(alice, wanted, at=at)
    with pytest.raises(Invalid, match="Say why"):
        close_many(alice, [risk.pk], because=" ", at=at)
