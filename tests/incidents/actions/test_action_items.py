"""Promises after incidents: made with a date, kept, verified by another, put off only with approval."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from incidents.actions.action_items import Promised, edit, move, promise, split
from incidents.actions.deferrals import ask_deferral, decide_deferral
from incidents.actions.incidents import Declaration, declare, set_privacy
from incidents.models import ActionItem, ActionState, Entry, Incident
from incidents.queries.action_items import ActionFilters, ActionOrder, action_rows, kept
from relportal.core.exceptions import Conflict, Invalid, NotAllowed, Stale
from relportal.core.models import AuditEvent, Notification, Role, Team, User
from tests import make

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def owner(rita: User) -> User:
    """Owns the services of Rita's team."""
    return make.user("olga@example.com", role=Role.SERVICE_OWNER, team=Team.objects.get(slug="payments"))


@pytest.fixture
def item(rita: User, at: Any) -> ActionItem:
    team = Team.objects.get(slug="payments")
    return promise(rita, Promised(title="Page earlier", owner=rita, team=team), at=at)


@pytest.mark.parametrize(("level", "days"), [(0, 15), (1, 15), (2, 30), (3, 30), (None, 30)])
def test_an_action_is_due_as_the_severity_asks(rita: User, at: Any, level: int | None, days: int) -> None:
    incident = declare(rita, Declaration(title="Checkout fails", severity=level), at=at)

    row = promise(rita, Promised(title="Page earlier", incident=incident), at=at)

    assert row.due_on == row.first_due_on == at.date() + days * DAY
    assert Entry.objects.filter(incident=incident, key=f"action:{row.pk}").exists()


def test_a_day_that_is_over_is_refused(rita: User, at: Any) -> None:
    with pytest.raises(Invalid) as refused:
        promise(rita, Promised(title="x", due_on=at.date() - DAY), at=at)

    assert "due_on" in refused.value.errors
    assert not ActionItem.objects.exists()


def test_a_viewer_promises_nothing(watcher: User, at: Any) -> None:
    with pytest.raises(NotAllowed):
        promise(watcher, Promised(title="x"), at=at)


def test_nobody_takes_an_action_who_cannot_act_or_cannot_see_the_incident(
    rita: User, watcher: User, owner: User, at: Any
) -> None:
    secret = declare(rita, Declaration(title="Breach", is_private=True), at=at)

    for person, incident in ((watcher, None), (owner, secret)):
        with pytest.raises(Invalid) as refused:
            promise(rita, Promised(title="x", owner=person, incident=incident), at=at)
        assert "owner" in refused.value.errors


def test_the_new_owner_is_told_and_not_who_takes_it_herself(rita: User, owner: User, item: ActionItem, at: Any) -> None:
    assert not Notification.objects.exists()

    edit(rita, item, version=item.version, at=at, owner=owner)

    assert Notification.objects.get().user == owner


def test_a_date_comes_nearer_by_editing_and_goes_off_only_by_a_deferral(rita: User, item: ActionItem, at: Any) -> None:
    row = edit(rita, item, version=item.version, at=at, due_on=item.due_on - DAY)
    assert row.due_on == item.due_on - DAY

    with pytest.raises(Invalid) as refused:
        edit(rita, row, version=row.version, at=at, due_on=item.due_on + DAY)
    assert "due_on" in refused.value.errors


def test_a_part_keeps_the_dates_of_the_whole(rita: User, owner: User, item: ActionItem, at: Any) -> None:
    wish = ask_deferral(rita, item, until=item.due_on + 9 * DAY, reason="Parts are late.", at=at)
    decide_deferral(owner, wish, approved=True, at=at)
    whole = ActionItem.objects.get(pk=item.pk)
    part = split(rita, whole, title="The other half", owner=owner, at=at + 40 * DAY)
    assert (part.split_from, part.team, part.owner) == (whole, whole.team, owner)
    assert (part.due_on, part.first_due_on) == (whole.due_on, item.first_due_on)
    assert AuditEvent.objects.filter(action="action.split", object_key=part.short_id).exists()
    assert Notification.objects.filter(user=owner, key__startswith=f"action:{part.pk}:owner").exists()


def test_what_is_done_is_not_split(rita: User, item: ActionItem, at: Any) -> None:
    move(rita, item, ActionState.DONE, at=at)
    with pytest.raises(Conflict):
        split(rita, item, title="Half", owner=None, at=at)


def test_a_lost_update_is_refused(rita: User, item: ActionItem, at: Any) -> None:
    edit(rita, item, version=item.version, at=at, title="Page sooner")

    with pytest.raises(Stale):
        edit(rita, item, version=item.version, at=at, title="Page later")


def test_the_owner_finishes_and_someone_else_verifies(rita: User, owner: User, item: ActionItem, at: Any) -> None:
    done = move(rita, item, ActionState.DONE, at=at + DAY, outcome="Alert added")
    assert (done.done_at, done.outcome) == (at + DAY, "Alert added")

    with pytest.raises(NotAllowed):
        move(rita, done, ActionState.VERIFIED, at=at + 2 * DAY)

    checked = move(owner, done, ActionState.VERIFIED, at=at + 2 * DAY)
    assert (checked.verified_by, checked.done_at) == (owner, at + DAY)


def test_taking_it_up_again_forgets_that_it_was_done(rita: User, item: ActionItem, at: Any) -> None:
    move(rita, item, ActionState.DONE, at=at)

    row = move(rita, item, ActionState.OPEN, at=at + DAY)

    assert (row.done_at, row.is_unfinished) == (None, True)


def test_there_is_no_way_from_open_to_verified(owner: User, item: ActionItem, at: Any) -> None:
    with pytest.raises(Conflict):
        move(owner, item, ActionState.VERIFIED, at=at)


def test_giving_up_needs_a_reason_and_an_owner_of_the_service(
    rita: User, owner: User, item: ActionItem, at: Any
) -> None:
    with pytest.raises(NotAllowed):
        move(rita, item, ActionState.DROPPED, at=at, outcome="no time")
    with pytest.raises(Invalid):
        move(owner, item, ActionState.DROPPED, at=at)

    row = move(owner, item, ActionState.DROPPED, at=at, outcome="The service is retired")
    assert row.state == ActionState.DROPPED
    assert AuditEvent.objects.filter(action="action.state", reason="The service is retired").exists()


def test_a_responder_of_another_team_changes_nothing_that_is_not_hers(item: ActionItem, at: Any) -> None:
    other = make.user("otto@example.com", role=Role.RESPONDER, team=make.team(slug="search"))

    with pytest.raises(NotAllowed):
        edit(other, item, version=item.version, at=at, title="x")


class TestDeferring:
    def test_those_who_may_decide_are_told_and_the_date_moves_when_one_approves(
        self, rita: User, owner: User, item: ActionItem, at: Any
    ) -> None:
        wish = ask_deferral(rita, item, until=item.due_on + 7 * DAY, reason="Waits for the vendor", at=at)
        assert Notification.objects.get().user == owner

        decide_deferral(owner, wish, approved=True, at=at)

        row = ActionItem.objects.get()
        assert (row.due_on, row.first_due_on) == (item.due_on + 7 * DAY, item.due_on)
        assert Notification.objects.filter(user=rita, text__contains="put off").count() == 1

    def test_a_refusal_moves_nothing_and_is_told(self, rita: User, owner: User, item: ActionItem, at: Any) -> None:
        wish = ask_deferral(rita, item, until=item.due_on + DAY, reason="x", at=at)

        decide_deferral(owner, wish, approved=False, at=at)

        assert ActionItem.objects.get().due_on == item.due_on
        assert Notification.objects.filter(user=rita).exists()

    def test_nobody_decides_what_they_asked_for(self, owner: User, item: ActionItem, at: Any) -> None:
        wish = ask_deferral(owner, item, until=item.due_on + DAY, reason="x", at=at)

        with pytest.raises(NotAllowed):
            decide_deferral(owner, wish, approved=True, at=at)

    def test_a_wish_needs_a_reason_a_later_day_and_waits_alone(self, rita: User, item: ActionItem, at: Any) -> None:
        with pytest.raises(Invalid):
            ask_deferral(rita, item, until=item.due_on + DAY, reason=" ", at=at)
        with pytest.raises(Invalid):
            ask_deferral(rita, item, until=item.due_on, reason="x", at=at)
        ask_deferral(rita, item, until=item.due_on + DAY, reason="x", at=at)
        with pytest.raises(Conflict):
            ask_deferral(rita, item, until=item.due_on + DAY, reason="y", at=at)

    def test_it_is_decided_once(self, rita: User, owner: User, item: ActionItem, at: Any) -> None:
        wish = ask_deferral(rita, item, until=item.due_on + DAY, reason="x", at=at)
        decide_deferral(owner, wish, approved=False, at=at)

        with pytest.raises(Conflict):
            decide_deferral(owner, wish, approved=True, at=at)


class TestReading:
    def listed(self, user: User, at: Any, **filters: Any) -> list[ActionItem]:
        found = action_rows(user, filters=ActionFilters(**filters), order=ActionOrder(), at=at)
        return [row.item for row in found.rows]

    def test_actions_of_a_private_incident_are_there_for_those_inside_only(
        self, rita: User, owner: User, item: ActionItem, at: Any
    ) -> None:
        secret = declare(rita, Declaration(title="Breach", is_private=True), at=at)
        hidden = promise(rita, Promised(title="Turn keys", incident=secret), at=at)

        assert self.listed(owner, at) == [item]
        assert self.listed(rita, at) == [item, hidden]
        set_privacy(rita, secret, is_private=True, people=[owner], at=at)
        assert self.listed(owner, at) == [item, hidden]

    def test_an_owner_outside_still_has_the_action_but_not_the_incident(self, rita: User, owner: User, at: Any) -> None:
        incident = declare(rita, Declaration(title="Breach"), at=at)
        promise(rita, Promised(title="Turn keys", incident=incident, owner=owner), at=at)
        set_privacy(rita, incident, is_private=True, people=[], at=at)

        row = action_rows(owner, filters=ActionFilters(), order=ActionOrder(), at=at).rows[0]
        assert row.incident is None
        assert not Incident.objects.visible_to(owner).exists()

    def test_overdue_ones_are_found_by_the_date_that_holds_now(self, rita: User, item: ActionItem, at: Any) -> None:
        later = at + 40 * DAY

        assert self.listed(rita, later, states=("overdue",)) == [item]
        assert self.listed(rita, at, states=("overdue",)) == []
        row = action_rows(rita, filters=ActionFilters(), order=ActionOrder(), at=later).rows[0]
        assert row.late_days == 10

    def test_the_rate_counts_by_the_first_date(self, rita: User, owner: User, item: ActionItem, at: Any) -> None:
        wish = ask_deferral(rita, item, until=item.due_on + 7 * DAY, reason="x", at=at)
        decide_deferral(owner, wish, approved=True, at=at)
        move(rita, item, ActionState.DONE, at=at + 33 * DAY)
        second = promise(rita, Promised(title="Second", owner=rita), at=at)
        move(rita, second, ActionState.DONE, at=at + 3 * DAY)

        found = kept(rita, filters=ActionFilters(), at=at + 50 * DAY)

        assert (found.closure.due, found.closure.kept, found.closure.moved) == (2, 1, 1)
        assert found.closure.rate == 0.5
        assert found.ageing.open == 0

    def test_a_page_of_actions_takes_few_statements(
        self, rita: User, incident: Incident, at: Any, django_assert_max_num_queries: Any, client: Any
    ) -> None:
        for number in range(30):
            promise(rita, Promised(title=f"Number {number}", incident=incident, owner=rita), at=at)
        client.force_login(rita)
        client.get("/actions/")

        for path in ("/actions/", "/actions/board/"):
            with django_assert_max_num_queries(9):
                assert "Number 29" in client.get(path).content.decode()
