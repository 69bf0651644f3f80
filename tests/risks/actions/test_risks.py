"""The life of a risk: who writes it down, what follows from its rating, and what is refused."""

from __future__ import annotations

import datetime as dt

import pytest

from relportal.core.exceptions import Conflict, Invalid, NotAllowed, Stale
from relportal.core.models import AuditEvent, Notification, Role, Service, Team, User
from risks.actions.ratings import Rated, rate
from risks.actions.risks import Given, close, create, edit, reopen, review
from risks.models import Risk, RiskRating, RiskState
from tests import make

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def test_a_risk_takes_the_team_of_its_first_service_and_is_reviewed_by_its_level(risk: Risk, at: dt.datetime) -> None:
    assert risk.team is not None
    assert risk.team.slug == "payments"
    assert risk.current is not None
    assert (risk.current.level.key, risk.current.decided_by) == ("medium", "minutes")
    assert (risk.rated_at, risk.review_due_on) == (at, at.date() + 180 * DAY)
    assert [event.action for event in AuditEvent.objects.order_by("pk")] == ["risk.create", "risk.rate"]


def test_a_risk_that_nobody_rates_is_looked_at_within_two_weeks(alice: User, at: dt.datetime) -> None:
    row = create(alice, Given(title="x"), at=at)
    assert (row.current, row.review_due_on) == (None, at.date() + 14 * DAY)


def test_a_wrong_rating_leaves_no_risk_behind(alice: User, at: dt.datetime) -> None:
    with pytest.raises(Invalid) as refused:
        create(alice, Given(title="x", rated=Rated(likelihood="never", columns={}, reason="")), at=at)
    assert {"likelihood", "columns"} <= refused.value.errors.keys()
    assert not Risk.objects.exists()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EXECUTIVE, Role.AUDITOR])
def test_who_only_reads_writes_no_risk_down(role: Role, at: dt.datetime) -> None:
    with pytest.raises(NotAllowed):
        create(make.user(role=role), Given(title="x"), at=at)


def test_a_risk_of_another_team_is_not_ones_own_to_write(alice: User, at: dt.datetime) -> None:
    with pytest.raises(NotAllowed):
        create(alice, Given(title="x", team=make.team()), at=at)


def test_nobody_owns_a_risk_who_is_gone_or_may_not_write(alice: User, charlie: User, at: dt.datetime) -> None:
    gone = make.user(role=Role.VIEWER, is_active=False)
    for person in (gone, charlie, make.user(role=Role.AUDITOR)):
        with pytest.raises(Invalid) as refused:
            create(alice, Given(title="x", owner=person), at=at)
        assert "owner" in refused.value.errors


def test_its_owner_may_change_a_risk_without_any_role_in_its_team(alice: User, bob: User, at: dt.datetime) -> None:
    row = create(alice, Given(title="x", owner=bob), at=at)
    assert edit(bob, row, version=row.version, at=at, title="y").title == "y"
    assert Notification.objects.get().user == bob


def test_a_day_to_come_is_no_day_on_which_it_was_seen(alice: User, at: dt.datetime) -> None:
    with pytest.raises(Invalid) as refused:
        create(alice, Given(title="x", identified_on=at.date() + DAY), at=at)
    assert "identified_on" in refused.value.errors


def test_an_edit_of_an_older_version_is_refused_and_shows_the_newer(alice: User, risk: Risk, at: dt.datetime) -> None:
    edit(alice, risk, version=risk.version, at=at, cause="A single node")
    with pytest.raises(Stale) as refused:
        edit(alice, risk, version=risk.version, at=at, cause="Nothing")
    assert refused.value.current.cause == "A single node"


def test_an_edit_that_changes_nothing_writes_nothing(
    alice: User, risk: Risk, checkout: Service, at: dt.datetime
) -> None:
    before = AuditEvent.objects.count()
    row = edit(alice, risk, version=risk.version, at=at, title=risk.title, services=[checkout])
    assert (row.version, AuditEvent.objects.count()) == (risk.version, before)


def test_services_are_replaced_as_a_whole_and_the_audit_names_them(alice: User, risk: Risk, at: dt.datetime) -> None:
    other = make.service(name="Ledger", team=risk.team)
    edit(alice, risk, version=risk.version, at=at, services=[other])
    assert list(risk.services.all()) == [other]
    changes = AuditEvent.objects.get(action="risk.edit").changes
    assert changes == {"services": ["Checkout", "Ledger"]}


def test_a_risk_is_handed_only_to_a_team_of_ones_own(alice: User, risk: Risk, at: dt.datetime) -> None:
    with pytest.raises(NotAllowed):
        edit(alice, risk, version=risk.version, at=at, team=make.team())


def test_a_review_moves_the_next_one_by_the_level(alice: User, risk: Risk, at: dt.datetime) -> None:
    review(alice, risk, note="Nothing has changed", at=at + 100 * DAY)
    risk.refresh_from_db()
    assert risk.review_due_on == at.date() + 280 * DAY
    with pytest.raises(Invalid):
        review(alice, risk, note="  ", at=at)


def test_a_responder_rates_but_does_not_close(rita: User, risk: Risk, rated: Rated, at: dt.datetime) -> None:
    rate(rita, risk, rated, at=at)
    with pytest.raises(NotAllowed):
        close(rita, risk, because="Gone", at=at)


def test_a_closed_risk_is_not_rated_until_it_is_open_again(
    alice: User, risk: Risk, rated: Rated, at: dt.datetime
) -> None:
    with pytest.raises(Invalid):
        close(alice, risk, because="", at=at)
    row = close(alice, risk, because="The node is gone", at=at)
    assert (row.state, row.review_due_on) == (RiskState.CLOSED, None)
    for again in (lambda: rate(alice, row, rated, at=at), lambda: close(alice, row, because="x", at=at)):
        with pytest.raises(Conflict):
            again()
    row = reopen(alice, row, reason="It came back", at=at + DAY)
    assert (row.state, row.closed_at, row.closed_because) == (RiskState.OPEN, None, "")
    assert (row.reopened_at, row.review_due_on) == (at + DAY, (at + DAY).date())
    with pytest.raises(Conflict):
        reopen(alice, row, reason="x", at=at)
    assert RiskRating.objects.count() == 1


def test_a_team_is_kept_when_it_is_given(lead: User, checkout: Service, at: dt.datetime) -> None:
    other: Team = make.team()
    assert create(lead, Given(title="x", team=other, services=[checkout]), at=at).team == other
