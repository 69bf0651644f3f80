"""What is said before an end, once each, and what waits for a signature, once a week."""

from __future__ import annotations

import datetime as dt

import pytest

from relportal.core import work
from relportal.core.models import Notification, Role, Team, User, WorkItem
from risks import tasks
from risks.actions import exception_notices, exception_reminders
from risks.actions.delegations import delegate
from risks.actions.exception_ends import end_early
from risks.actions.exception_reminders import REMINDERS, remind
from risks.actions.exceptions import Asked, renew
from risks.models import GovernanceException, Risk
from risks.queries.exceptions.path import end_of_day
from tests import make
from tests.risks.excepted import DAY, accepted, asked, executive, in_force, signed, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def vera(db: None) -> User:
    return executive()


@pytest.fixture
def one(rita: User, lead: User, vera: User, risk: Risk, at: dt.datetime) -> GovernanceException:
    """In force for 90 days."""
    return in_force(accepted(rita, risk, at, days=90), at)


def run(begin: dt.datetime, *, days: int) -> None:
    """At noon and again an hour later, as a restarted worker may."""
    for number in range(days):
        remind(at=begin + number * DAY)
        remind(at=begin + number * DAY + DAY / 24)


def endings(user: User) -> list[str]:
    return [text.split(" ends ")[1].split(",")[0] for text in told(user) if " ends within " in text]


def test_an_end_is_said_30_7_and_1_days_before_once_each(
    rita: User, alice: User, lead: User, vera: User, one: GovernanceException, at: dt.datetime
) -> None:
    run(at, days=60)
    assert endings(rita) == []

    run(at + 60 * DAY, days=31)
    for person in (rita, alice, lead):
        assert endings(person) == ["within 30 days", "within 7 days", "within 1 day"]
    # Who signs second is asked when the first has signed.
    assert endings(vera) == []
    assert told(rita)[-1].endswith("on 31 Jan 2027: renew it, or do what it puts off")


def test_who_was_away_says_only_the_nearest(rita: User, one: GovernanceException, at: dt.datetime) -> None:
    remind(at=at + 87 * DAY)
    assert endings(rita) == ["within 4 days"]
    run(at + 87 * DAY, days=2)
    assert endings(rita) == ["within 4 days"]


def test_a_short_one_is_not_said_to_end_when_it_begins(
    rita: User, alice: User, payments: Team, at: dt.datetime
) -> None:
    in_force(asked(rita, at, team=payments, days=14), at)
    run(at, days=7)
    assert endings(rita) == []
    run(at + 7 * DAY, days=8)
    assert endings(rita) == ["within 7 days", "within 1 day"]


def test_nothing_is_said_of_what_is_over_or_goes_on_as_a_renewal(
    rita: User, alice: User, lead: User, vera: User, one: GovernanceException, at: dt.datetime
) -> None:
    terms = Asked(kind="", reason="The vendor is late", expires_at=end_of_day(at.date() + 170 * DAY))
    new = in_force(renew(rita, one, terms, at=at + 50 * DAY), at + 50 * DAY)
    run(at + 50 * DAY, days=45)
    assert endings(rita) == []

    end_early(alice, new, reason="Fixed", at=at + 100 * DAY)
    run(at + 100 * DAY, days=75)
    assert endings(rita) == []


def test_while_a_renewal_waits_whoever_signs_that_next_is_told(
    rita: User, lead: User, vera: User, one: GovernanceException, at: dt.datetime
) -> None:
    terms = Asked(kind="", reason="The vendor is late", expires_at=end_of_day(at.date() + 170 * DAY))
    renewal = renew(rita, one, terms, at=at + 50 * DAY)
    signed(renewal, lead, at + 50 * DAY)
    remind(at=at + 84 * DAY)
    assert endings(vera) == ["within 7 days"]
    assert endings(lead) == []


def test_a_signature_that_waits_is_said_once_a_week_and_person(
    rita: User, alice: User, payments: Team, at: dt.datetime
) -> None:
    """`at` is a Monday."""
    first = asked(rita, at, team=payments, days=60)
    asked(rita, at + DAY, team=payments, days=60, title="Two replicas")
    begun = len(told(alice))

    run(at, days=3)
    assert len(told(alice)) == begun

    run(at + 3 * DAY, days=4)
    assert told(alice)[begun:] == [f"{first} has waited for your signature for 3 days"]

    run(at + 7 * DAY, days=7)
    assert told(alice)[begun + 1 :] == ["2 exceptions wait for your signature, the oldest for 7 days"]
    assert Notification.objects.filter(user=alice).latest("at").url == "/exceptions/?whose=waits"

    in_force(first, at + 14 * DAY)
    run(at + 14 * DAY, days=7)
    assert told(alice)[-1] == "EXC-{} Two replicas has waited for your signature for 13 days".format(
        GovernanceException.objects.get(title="Two replicas").pk
    )


def test_a_delegate_is_reminded_as_long_as_they_sign(
    rita: User, alice: User, lead: User, payments: Team, at: dt.datetime
) -> None:
    delegate(alice, lead, starts_on=at.date(), ends_on=at.date() + 4 * DAY, reason="Holiday", at=at)
    asked(rita, at, team=payments, days=60)
    remind(at=at + 4 * DAY)
    assert sum("has waited" in text for text in told(lead)) == 1
    remind(at=at + 11 * DAY)
    assert sum("has waited" in text for text in told(lead)) == 1


def test_a_bad_row_stops_none_of_the_others(
    rita: User, alice: User, payments: Team, at: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = in_force(asked(rita, at, team=payments, days=40), at)
    in_force(asked(rita, at, team=payments, days=40, title="Two replicas"), at)
    said = exception_notices.until

    def broken(one: GovernanceException) -> str:
        if one.pk == bad.pk:
            raise ValueError("boom")
        return said(one)

    monkeypatch.setattr(exception_reminders, "until", broken)
    found = tasks.reminders(WorkItem.objects.get(kind=REMINDERS), at + 20 * DAY)
    assert found.problem == f"{bad.short_id}: ValueError: boom"
    assert len(endings(rita)) == 1


def test_reminders_are_due_work_from_the_first_migration_on(at: dt.datetime) -> None:
    item = WorkItem.objects.get(kind=REMINDERS)
    assert work.handler_of(REMINDERS) is tasks.reminders
    assert tasks.reminders(item, at).again_at == at + exception_reminders.EVERY


def test_where_nobody_can_sign_the_requester_and_the_leads_hear_of_it(
    rita: User, lead: User, payments: Team, at: dt.datetime
) -> None:
    one = asked(rita, at, team=payments)
    for person in (rita, lead):
        assert told(person) == [f"Nobody can sign {one} as Service owner now"]
    assert make.user(role=Role.SERVICE_OWNER, team=payments)
