"""Asks are made, changed and closed; decisions rest on frozen numbers, are superseded, and looked at again."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from django.db import InternalError, transaction
from django.test import Client

from relportal.core.exceptions import Conflict, Invalid, NotAllowed, Stale
from relportal.core.models import AuditEvent, Notification, Role, Team, User
from reports.actions import asks as acts
from reports.actions.ask_reminders import remind
from reports.actions.decisions import DecisionGiven, decide, record, supersede, tell_outcome
from reports.domain.asks import FollowUp
from reports.domain.periods import Calendar, Cut
from reports.models import Ask, AskState, Decision, KpiValue
from reports.queries.asks_of_period import asked_in, wanted_around
from reports.queries.decision_log import LogFilters, LogOrder, log_rows
from tests import make
from tests.reports.asked import OPTIONS, asked, asking
from tests.risks import excepted

AT = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
QUARTER = Calendar().period(Cut.QUARTER, AT.date())


@pytest.fixture
def executive(db: None) -> User:
    return make.user("cto@example.com", role=Role.EXECUTIVE)


def refused(**given: Any) -> dict[str, list[str]]:
    lead, executive = User.objects.get(email="lead@example.com"), User.objects.get(email="cto@example.com")
    with pytest.raises(Invalid) as caught:
        asked(lead, given.pop("decider", executive), at=AT, **given)
    assert not Ask.objects.exists()
    return caught.value.errors


def test_whoever_is_asked_is_told_and_decides_with_the_numbers_of_the_day(lead: User, executive: User) -> None:
    figure = KpiValue.objects.create(
        kpi="toil", definition=1, cut="quarter", first=QUARTER.first, last=QUARTER.last, scope="company", rag="red",
        maturity="1", value=0.45, green=0.3, red=0.4, computed_at=AT,
    )  # fmt: skip
    one = asked(lead, executive, at=AT, refs=("kpi:toil",))
    assert Notification.objects.get(user=executive).text.startswith("Lead asks you to decide by")
    with pytest.raises(NotAllowed):
        decide(make.user(role=Role.VIEWER), one, option="1", reason="Why not", at=AT + DAY)
    made = decide(executive, one, option="2", reason="Half the price", follow_up_on=dt.date(2027, 2, 1), at=AT + DAY)
    figure.value = 0.2
    figure.save()
    made.refresh_from_db()
    assert (made.title, made.option["name"]) == ("A second region for checkout data: Warm standby", "Warm standby")
    assert made.figures == [
        {
            "label": "Toil", "text": "45\u202f%", "note": "Oct–Dec 2026, target 30\u202f%", "source": "kpi:toil",
            "as_of": "2026-11-02T12:00:00+00:00",
        }
    ]  # fmt: skip
    one.refresh_from_db()
    assert (one.state, one.closed_at) == (AskState.DECIDED, AT + DAY)
    assert Notification.objects.filter(user=lead, text__contains="has decided on").count() == 1
    assert set(AuditEvent.objects.values_list("action", flat=True)) >= {"ask.create", "decision.decide", "ask.decided"}
    with pytest.raises(Conflict):
        decide(executive, one, option="1", reason="Changed my mind", at=AT + DAY)


def test_who_asks_does_not_decide_and_a_steward_writes_down_what_was_said(lead: User, executive: User) -> None:
    one = asked(lead, executive, at=AT)
    with pytest.raises(Invalid):
        decide(lead, one, option="1", reason="They nodded", at=AT)
    admin = make.user(role=Role.ADMIN)
    made = decide(admin, one, option="nothing", reason="Said in the board", decided_at=AT, at=AT + DAY)
    assert (made.decided_by, made.recorded_by, made.decided_at) == (executive, admin, AT)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"options": OPTIONS[:2]}, "options"),
        ({"options": OPTIONS[2:], "recommended": "nothing"}, "options"),
        ({"options": (replace(OPTIONS[0], effect=""), OPTIONS[2])}, "options"),
        ({"recommended": "4"}, "recommended"),
        ({"wanted_by": dt.date(2026, 11, 1)}, "wanted_by"),
        ({"refs": ("RISK-999",)}, "refs"),
        ({"refs": ("kpi:happiness",)}, "refs"),
        ({"refs": tuple(f"kpi:{number}" for number in range(30))}, "refs"),
        ({"title": " "}, "title"),
    ],
)
def test_what_nobody_can_decide_on_is_refused_at_its_field(
    given: dict[str, Any], field: str, lead: User, executive: User
) -> None:
    assert field in refused(**given)


def test_nobody_is_asked_who_asks_or_has_no_role(lead: User, executive: User) -> None:
    assert "decider" in refused(decider=make.user())
    assert "decider" in refused(owner=executive)
    assert "decider" in refused(owner=executive, decider=lead)


def test_an_ask_is_moved_only_to_a_team_that_one_may_ask_for(alice: User, payments: Team, executive: User) -> None:
    one = asked(alice, executive, at=AT, team=payments)
    with pytest.raises(NotAllowed):
        acts.edit(alice, one, asking(executive, team=make.team()), version=1, at=AT)
    acts.edit(alice, one, asking(executive, title="Two regions", team=payments), version=1, at=AT)


def test_an_open_ask_is_changed_once_and_withdrawn_and_asked_again(lead: User, executive: User) -> None:
    one = asked(lead, executive, at=AT)
    acts.edit(lead, one, asking(executive, title="Two regions"), version=1, at=AT)
    with pytest.raises(Stale):
        acts.edit(lead, one, asking(executive, title="Three regions"), version=1, at=AT)
    with pytest.raises(Invalid):
        acts.withdraw(lead, one, reason=" ", version=None, at=AT)
    acts.withdraw(lead, one, reason="Bought the company", version=None, at=AT)
    with pytest.raises(Conflict):
        acts.edit(lead, one, asking(executive), version=None, at=AT)
    acts.reopen(lead, one, version=None, at=AT)
    one.refresh_from_db()
    assert (one.title, one.state, one.closed_because) == ("Two regions", AskState.OPEN, "")
    with pytest.raises(Conflict):
        acts.reopen(lead, one, version=None, at=AT)


def test_what_waits_is_said_once_each_and_lapses_in_the_end(lead: User, executive: User) -> None:
    one = asked(lead, executive, at=AT, wanted_by=dt.date(2026, 11, 20))
    for days in (0, 5, 11, 12, 17, 18, 19, 30):
        remind(at=AT + days * DAY)
    said = list(Notification.objects.filter(user=executive).order_by("at").values_list("text", flat=True))
    assert [text.split(":")[0] for text in said] == [
        "Lead asks you to decide by 20 Nov 2026",
        "Your decision is wanted by 20 Nov 2026",
        "Your decision is wanted by 20 Nov 2026",
        "Your decision is wanted by 20 Nov 2026",
        "Your decision was wanted by 20 Nov 2026",
    ]
    assert remind(at=AT + 120 * DAY) == {}
    one.refresh_from_db()
    assert one.state == AskState.LAPSED


def test_a_decision_is_never_edited_but_superseded_once(lead: User) -> None:
    one = record(lead, DecisionGiven(title="Freeze on Fridays", reason="INC", refs=()), at=AT)
    with pytest.raises(InternalError), transaction.atomic():
        Decision.objects.filter(pk=one.pk).update(title="Freeze never")
    newer = supersede(lead, one, DecisionGiven(title="Freeze at the weekend", reason="Too dear"), at=AT + DAY)
    assert newer.supersedes == one
    with pytest.raises(Conflict):
        supersede(lead, one, DecisionGiven(title="Freeze on Mondays", reason="x"), at=AT + DAY)
    wrong = DecisionGiven(title="x", reason="", follow_up_on=AT.date() - DAY, decided_at=AT + DAY)
    with pytest.raises(Invalid) as caught:
        record(lead, wrong, at=AT)
    assert set(caught.value.errors) == {"reason", "follow_up_on", "decided_at"}


def test_nobody_but_a_steward_decides_in_the_name_of_another(
    lead: User, alice: User, payments: Team, executive: User, client: Client
) -> None:
    forged = DecisionGiven(title="Buy it", reason="I say so", decided_by=executive, team=payments)
    with pytest.raises(Invalid) as caught:
        record(alice, forged, at=AT)
    assert set(caught.value.errors) == {"decided_by"}
    assert record(lead, forged, at=AT).decided_by == executive
    one = decide(executive, asked(lead, executive, at=AT), option="1", reason="Yes", at=AT)
    other = DecisionGiven(title="Rather not", reason="Too dear")
    with pytest.raises(NotAllowed):
        supersede(alice, one, other, at=AT + DAY)
    with pytest.raises(Invalid, match="You ask"):
        supersede(lead, one, other, at=AT + DAY)
    client.force_login(alice)
    assert "/supersede/" not in client.get(one.get_absolute_url()).content.decode()
    assert client.get(f"{one.get_absolute_url()}supersede/").status_code == 403
    own = record(alice, DecisionGiven(title="Freeze", reason="Burnt", team=payments), at=AT)
    with pytest.raises(NotAllowed):
        supersede(alice, own, replace(other, team=make.team()), at=AT + DAY)
    assert supersede(executive, one, other, at=AT + DAY).ask == one.ask


def test_an_outcome_is_asked_for_on_its_day_and_again_where_it_is_too_early(lead: User, executive: User) -> None:
    one = decide(
        executive, asked(lead, executive, at=AT), option="1", reason="Yes", follow_up_on=dt.date(2026, 11, 10), at=AT
    )

    def state(at: dt.datetime) -> FollowUp:
        (row,) = log_rows(lead, filters=LogFilters(), order=LogOrder(), at=at).rows
        return row.follow_up

    assert (state(AT), state(AT + 9 * DAY)) == (FollowUp.OPEN, FollowUp.OVERDUE)
    remind(at=AT + 8 * DAY)
    remind(at=AT + 9 * DAY)
    assert Notification.objects.filter(user=lead, text__startswith="What came of").count() == 1
    with pytest.raises(Invalid):
        tell_outcome(lead, one, verdict="too_early", words="Not built", at=AT + 9 * DAY)
    tell_outcome(lead, one, verdict="too_early", words="Not built", again_on=dt.date(2026, 12, 1), at=AT + 9 * DAY)
    assert state(AT + 9 * DAY) is FollowUp.OPEN
    tell_outcome(executive, one, verdict="did_not", words="Failed over into a full region", at=AT + 40 * DAY)
    assert state(AT + 90 * DAY) is FollowUp.DID_NOT
    with pytest.raises(NotAllowed):
        tell_outcome(make.user(role=Role.VIEWER), one, verdict="worked", words="Fine", at=AT)


def test_the_report_is_given_what_was_asked_and_what_became_of_it(
    lead: User, executive: User, django_assert_num_queries: Any
) -> None:
    old = asked(lead, executive, at=AT - 60 * DAY, title="Old", wanted_by=dt.date(2026, 9, 20))
    made = decide(executive, old, option="1", reason="Yes", at=AT - 50 * DAY, follow_up_on=dt.date(2026, 10, 1))
    tell_outcome(executive, made, verdict="worked", words="Minutes halved", at=AT - 20 * DAY)
    asked(lead, executive, at=AT, title="New")
    before = Calendar().before(QUARTER)
    with django_assert_num_queries(3):
        (last,) = asked_in(before, at=AT)
    assert last.decision is not None
    assert (last.decision.follow_up, last.decision.outcome) == (FollowUp.WORKED, "Minutes halved")
    (new,) = wanted_around(AT - DAY, AT + DAY, at=AT)
    assert new.recommended is not None
    assert (new.title, new.recommended.name) == ("New", "Second region")


def test_the_log_holds_decisions_and_signatures_in_one_order(
    lead: User, alice: User, payments: Team, executive: User, django_assert_num_queries: Any
) -> None:
    record(lead, DecisionGiven(title="Freeze on Fridays", reason="It burns"), at=AT - DAY)
    decide(executive, asked(lead, executive, at=AT), option="1", reason="Yes", at=AT)
    excepted.director(payments)
    before = AT - 2 * DAY
    asker = make.user(role=Role.RESPONDER, team=payments)
    excepted.in_force(excepted.asked(asker, before, team=payments), before)
    with django_assert_num_queries(5):
        log = log_rows(lead, filters=LogFilters(), order=LogOrder(), at=AT)
    assert [row.origin.value for row in log.rows][:2] == ["ask", "alone"]
    assert {row.origin.value for row in log.rows[2:]} == {"exception"}
    only = log_rows(lead, filters=LogFilters(origins=("exception",)), order=LogOrder(), at=AT)
    assert only.total == log.total - 2
    assert log_rows(lead, filters=LogFilters(text="friday"), order=LogOrder(), at=AT).total == 1
    assert log_rows(lead, filters=LogFilters(person=executive.pk), order=LogOrder(oldest=True), at=AT).total == 1
    since = LogFilters(since=AT.date(), until=AT.date())
    assert log_rows(lead, filters=since, order=LogOrder(), at=AT).total == 1
