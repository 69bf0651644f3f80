"""Candidate incidents out of firing alerts, and the open incidents that they may belong to."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from incidents.actions.correlation import attach
from incidents.actions.incidents import Declaration, declare, move
from incidents.models import Alert, Incident, Kind, State
from incidents.queries.correlation import Candidate, attached, candidate_of, candidates
from relportal.core.models import User
from tests.incidents.ringing import AT, Company, alert, minutes

pytestmark = pytest.mark.django_db
NOW = AT + minutes(30)


@pytest.fixture
def company(rita: User) -> Company:
    return Company.found(rita.memberships.get().team)


def found(user: User, at: dt.datetime = NOW) -> tuple[Candidate, ...]:
    return candidates(user, at=at).rows


def room(user: User, *services: Any, at: dt.datetime = AT, **fields: Any) -> Incident:
    return declare(user, Declaration(title="Errors", services=services, **fields), at=at)


def test_alerts_one_hop_apart_are_one_candidate_that_says_why(rita: User, company: Company) -> None:
    alert(company.checkout, AT, name="HighErrors")
    alert(company.payments, AT + minutes(4))
    alert(company.checkout, AT + minutes(2), name="HighErrors")
    lonely = alert(company.mail, AT + minutes(2))
    three, one = sorted(found(rita), key=lambda each: -len(each.alerts))
    assert three.because == "3 alerts of Checkout and Payments, one hop apart, of the same name, within 4\u202fmin"
    assert three.title == "HighErrors on Checkout and Payments"
    assert (one.because, one.alerts) == ("1 alert of Mail", (lonely,))


def test_ended_alerts_and_those_of_an_incident_are_no_candidates(rita: User, company: Company) -> None:
    alert(company.checkout, ended_at=AT + minutes(1))
    held = alert(company.checkout)
    attach(rita, room(rita), [held.pk], at=NOW)
    assert found(rita) == ()


def test_many_services_are_named_by_the_first_and_a_count(rita: User, company: Company) -> None:
    for service in (company.checkout, company.payments, company.ledger, company.mail):
        alert(service, name="Down")
    (one,) = found(rita)
    assert one.because == (
        "4 alerts of Checkout, Ledger, Mail and 1 other, one hop apart, of the same name, at the same time"
    )


def test_incidents_of_the_service_come_before_those_of_a_neighbour_and_say_why(rita: User, company: Company) -> None:
    near = room(rita, company.payments)
    own = room(rita, company.checkout, at=AT + minutes(1))
    room(rita, company.ledger)
    alert(company.checkout)
    (one,) = found(rita)
    assert [(fit.incident, fit.because) for fit in one.fits] == [
        (own, "it is of Checkout, too"),
        (near, "it is of Payments, one hop away"),
    ]


@pytest.mark.parametrize(
    ("hours", "state", "kind", "fits"),
    [
        (40, State.INVESTIGATING, Kind.REAL, True),
        (1, State.RESOLVED, Kind.REAL, True),
        (3, State.RESOLVED, Kind.REAL, False),
        (1, State.FALSE_ALARM, Kind.REAL, False),
        (1, State.INVESTIGATING, Kind.BACKFILLED, False),
    ],
)
def test_only_what_goes_on_or_was_declared_lately_is_proposed(
    rita: User, company: Company, hours: int, state: State, kind: Kind, *, fits: bool
) -> None:
    row = room(rita, company.checkout, at=NOW - dt.timedelta(hours=hours), kind=kind.value)
    move(rita, row, state, at=NOW)
    alert(company.checkout, NOW)
    (one,) = found(rita)
    assert [fit.incident for fit in one.fits] == ([row] if fits else [])
    assert bool(attached(rita, row, at=NOW).fitting) == fits


def test_nobody_outside_can_tell_that_a_private_incident_has_an_alert(
    rita: User, watcher: User, company: Company
) -> None:
    secret = room(rita, company.checkout, is_private=True)
    held, free = alert(company.checkout), alert(company.payments)
    before = found(watcher)
    attach(rita, secret, [held.pk], at=NOW)
    assert found(watcher) == before
    assert found(watcher)[0].fits == ()
    assert [one.alerts for one in found(rita)] == [(free,)]
    assert [fit.incident for fit in found(rita)[0].fits] == [secret]


def test_a_candidate_is_found_by_any_of_its_alerts_until_it_is_taken(rita: User, company: Company) -> None:
    one, other = alert(company.checkout), alert(company.payments, AT + minutes(1))
    for each in (one, other):
        candidate = candidate_of(rita, each.pk, at=NOW)
        assert candidate is not None
        assert candidate.key == one.pk
        assert candidate.ids == f"{one.pk},{other.pk}"
    attach(rita, room(rita), [one.pk], at=NOW)
    assert candidate_of(rita, one.pk, at=NOW) is None


def test_what_is_not_shown_is_counted(rita: User, company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("incidents.queries.correlation.MOST", 3)
    for count in range(5):
        alert(company.mail, AT + minutes(20 * count))
    listed = candidates(rita, at=AT + minutes(200), shown=2)
    assert (len(listed.rows), listed.total, listed.left_out) == (2, 3, 3)
    assert listed.rows[0].alerts == (Alert.objects.order_by("-started_at")[0],)


def test_a_storm_takes_as_many_statements_as_a_single_alert(
    rita: User, company: Company, django_assert_max_num_queries: Any
) -> None:
    for service in (company.checkout, company.payments):
        room(rita, service)
    for count in range(60):
        alert((company.checkout, company.mail, company.payments)[count % 3], AT + minutes(count * 7))
    with django_assert_max_num_queries(9):
        found(rita)


def test_an_outsider_sees_no_candidates(rita: User, company: Company) -> None:
    alert(company.checkout)
    outsider = User.objects.create_user("out@example.com", "x" * 20, display_name="Out")
    assert found(outsider) == ()
