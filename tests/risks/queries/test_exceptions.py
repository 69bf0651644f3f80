"""The register, one exception, whom it waits for, and what executives have signed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relportal.core.models import Membership, Role, Service, Team, User
from relportal.core.permissions import allowed
from risks.actions.delegations import delegate
from risks.actions.exception_ends import end_early, withdraw
from risks.actions.exceptions import Asked, renew
from risks.actions.ratings import Rated, rate
from risks.models import ExceptionState, GovernanceException, Risk, RiskState, Signature
from risks.queries.exceptions.detail import detail, visible
from risks.queries.exceptions.listing import (
    ExceptionFilters,
    ExceptionOrder,
    ExceptionSort,
    Tally,
    exception_rows,
)
from risks.queries.exceptions.path import end_of_day, preview
from risks.queries.exceptions.seen import sha256, shown
from risks.queries.exceptions.signed import SignedFilters, SignedOrder, signed_rows
from risks.queries.exceptions.signers import turn
from risks.queries.exceptions.standing import Standing, standing
from risks.queries.exceptions.subject import Subject
from tests import make
from tests.risks.excepted import DAY, accepted, asked, director, executive, in_force, refused, signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def vera(db: None) -> User:
    return executive()


def listed(user: User, at: dt.datetime, **filters: Any) -> list[str]:
    found = exception_rows(user, filters=ExceptionFilters(**filters), order=ExceptionOrder(), at=at)
    return [row.one.title for row in found.rows]


@pytest.fixture
def five(rita: User, alice: User, payments: Team, at: dt.datetime) -> dict[str, GovernanceException]:
    """One of each state that a register shows; none of them was seen by the job that ends them."""
    made = {
        name: asked(rita, at - 20 * DAY, team=payments, title=name, days=days)
        for name, days in (("waits", 60), ("holds", 90), ("ends soon", 30), ("expired", 10), ("lapsed", 11))
    }
    for name in ("holds", "ends soon", "expired"):
        in_force(made[name], at - 19 * DAY)
    for name, act in (("withdrawn", "withdraw"), ("refused", "refuse"), ("ended", "end")):
        made[name] = asked(rita, at - 20 * DAY, team=payments, title=name)
        if act == "withdraw":
            withdraw(rita, made[name], at=at - 10 * DAY)
        elif act == "refuse":
            refused(made[name], alice, at - 10 * DAY)
        else:
            end_early(alice, in_force(made[name], at - 19 * DAY), reason="Fixed", at=at - 10 * DAY)
    return made


def test_what_waits_stands_first_then_what_holds_by_its_end_then_what_is_over(
    bob: User, five: dict[str, GovernanceException], at: dt.datetime
) -> None:
    assert listed(bob, at)[:3] == ["waits", "ends soon", "holds"]
    found = exception_rows(bob, filters=ExceptionFilters(), order=ExceptionOrder(), at=at)
    assert {row.one.title: row.standing for row in found.rows} == {
        "waits": Standing.WAITING,
        "holds": Standing.IN_FORCE,
        "ends soon": Standing.ENDING,
        "expired": Standing.EXPIRED,
        "lapsed": Standing.LAPSED,
        "withdrawn": Standing.WITHDRAWN,
        "refused": Standing.REFUSED,
        "ended": Standing.ENDED,
    }
    assert found.tally == Tally(in_force=2, ending=1, waiting=1, mine=0, open_again=1)


def test_each_filter_of_a_state_finds_what_stands_so(
    bob: User, five: dict[str, GovernanceException], at: dt.datetime
) -> None:
    for state in Standing:
        expected = {
            one.title for one in GovernanceException.objects.all()
            if standing(one, at=at) is state or (state is Standing.IN_FORCE and one.title == "ends soon")
        }  # fmt: skip
        assert set(listed(bob, at, states=(state.value,))) == expected, state
    assert set(listed(bob, at, states=("live",))) == {"waits", "holds", "ends soon"}
    assert listed(bob, at, ends_within=7) == []
    assert listed(bob, at, ends_within=30) == ["ends soon"]


def test_the_register_is_filtered_by_what_an_exception_is_about(
    rita: User, bob: User, lead: User, risk: Risk, checkout: Service, payments: Team, at: dt.datetime
) -> None:
    accepted(rita, risk, at, title="Sessions")
    asked(rita, at, team=make.team(slug="search"), title="Elsewhere")
    for filters, found in (
        ({"kinds": ("risk",)}, ["Sessions"]),
        ({"tiers": (1,)}, ["Sessions"]),
        ({"tiers": (0,)}, ["Elsewhere"]),
        ({"levels": ("medium",)}, ["Sessions"]),
        ({"teams": ("search",)}, ["Elsewhere"]),
        ({"services": ("checkout",)}, ["Sessions"]),
        ({"text": "sess"}, ["Sessions"]),
        ({"text": "rita else"}, ["Elsewhere"]),
        ({"text": GovernanceException.objects.get(title="Elsewhere").short_id}, ["Elsewhere"]),
        ({"renewed": 1}, []),
    ):
        assert listed(bob, at, **filters) == found, filters
    assert set(listed(rita, at, whose="asked")) == {"Sessions", "Elsewhere"}
    assert listed(bob, at, whose="asked") == []


def test_pages_hold_what_they_say_and_every_order_is_whole(
    bob: User, five: dict[str, GovernanceException], at: dt.datetime
) -> None:
    seen = []
    for page in (1, 2, 3, 9):
        found = exception_rows(bob, filters=ExceptionFilters(), order=ExceptionOrder(), at=at, page=page, size=3)
        seen += [row.one.pk for row in found.rows] if page < 9 else []
        assert found.page == min(page, 3)
    assert len(seen) == len(set(seen)) == 8
    for sort in ExceptionSort:
        for descending in (False, True):
            order = ExceptionOrder(sort, descending)
            assert len(exception_rows(bob, filters=ExceptionFilters(), order=order, at=at).rows) == 8


people_ = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(("service_owner", "director", "reliability_lead", "executive"))),
    max_size=6,
)
lends = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(-3, 1), st.integers(-1, 3)), max_size=4)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(roles=people_, lent=lends)
def test_what_waits_for_somebody_is_what_they_may_sign(
    rita: User, risk: Risk, payments: Team, at: dt.datetime, roles: list[Any], lent: list[Any]
) -> None:
    """The condition of the list, in SQL, against the rules of the domain, for whatever roles and delegations there are."""
    undo = transaction.savepoint()
    people = [make.user() for _ in range(6)]
    for number, role in roles:
        team = payments if role in ("service_owner", "director") else None
        Membership.objects.get_or_create(user=people[number], role=role, team=team)
    for person, to, first, last in lent:
        if person != to and first <= last:
            people[person].delegations.create(
                delegate=people[to], starts_on=at.date() + first * DAY, ends_on=at.date() + last * DAY, reason="x",
                created_at=at,
            )  # fmt: skip
    people = list(User.objects.filter(pk__in=[one.pk for one in people]))
    GovernanceException.objects.all().delete()
    one = accepted(rita, risk, at)
    asked(rita, at, team=payments)
    first_able = [each for each in people if turn(each, one, list(one.signatures.order_by("position")), at=at).may]
    if first_able:
        signed_for = turn(first_able[0], one, list(one.signatures.order_by("position")), at=at)
        behalf = None if signed_for.own else signed_for.for_others[0]
        if allowed(first_able[0], "exception.sign"):
            signed(one, first_able[0], at, on_behalf_of=behalf)
    for person in people:
        expected = {
            each.title for each in GovernanceException.objects.waiting(at)
            if turn(person, each, list(each.signatures.order_by("position")), at=at).may
        }  # fmt: skip
        assert set(listed(person, at, whose="waits")) == expected & set(listed(person, at))
    transaction.savepoint_rollback(undo)


class TestOne:
    """The page of one."""

    @pytest.fixture
    def one(self, rita: User, lead: User, vera: User, risk: Risk, at: dt.datetime) -> GovernanceException:
        return accepted(rita, risk, at)

    def test_its_title_is_the_answer(
        self, rita: User, bob: User, alice: User, lead: User, one: GovernanceException, risk: Risk, at: dt.datetime
    ) -> None:
        def said(when: dt.datetime) -> str:
            return detail(bob, visible(bob, one.pk), at=when).claim

        assert said(at) == "Waits for a signature: Head of Reliability"
        assert said(at + 31 * DAY) == "Came to its end on 2 Dec 2026 before everybody had signed"
        in_force(one, at)
        assert said(at) == "Accepted until 2 Dec 2026; ends in 30 days"
        assert said(one.expires_at - DAY / 2) == "Accepted until 2 Dec 2026; ends within a day"
        # The risk is still accepted as long as no job has run.
        assert said(at + 31 * DAY) == "Expired after 2 Dec 2026"
        Risk.objects.filter(pk=risk.pk).update(state=RiskState.OPEN)
        assert said(at + 31 * DAY) == "Expired after 2 Dec 2026: the risk is open again"
        Risk.objects.filter(pk=risk.pk).update(state=RiskState.ACCEPTED)
        end_early(alice, one, reason="Fixed", at=at + DAY)
        assert said(at + DAY) == "Ended early, on 3 Nov 2026"

    def test_everybody_sees_who_can_sign_and_each_what_they_may_do(
        self, rita: User, bob: User, alice: User, lead: User, vera: User, one: GovernanceException, at: dt.datetime
    ) -> None:
        found = detail(bob, one, at=at)
        assert [signer.person for signer in found.who] == [lead]
        assert (found.turn, found.may_withdraw, found.may_end, found.may_renew) == (None, False, False, False)
        assert detail(rita, one, at=at).may_withdraw
        assert detail(alice, one, at=at).turn is not None
        assert not detail(alice, one, at=at).turn.may  # type: ignore[union-attr]
        mine = detail(lead, one, at=at).turn
        assert mine is not None
        assert mine.own

        in_force(one, at)
        one.refresh_from_db()
        assert (detail(rita, one, at=at).may_renew, detail(rita, one, at=at).may_end) == (True, False)
        assert detail(alice, one, at=at).may_end
        assert not detail(alice, one, at=one.expires_at).may_end

    def test_what_was_signed_is_checked_against_its_hash(
        self, bob: User, lead: User, one: GovernanceException, at: dt.datetime
    ) -> None:
        signed(one, lead, at)
        assert [line.intact for line in detail(bob, one, at=at).steps] == [True, None]

    def test_its_renewals_are_a_chain(
        self, rita: User, bob: User, lead: User, one: GovernanceException, at: dt.datetime
    ) -> None:
        in_force(one, at)
        terms = Asked(kind="", reason="Late", expires_at=end_of_day(at.date() + 60 * DAY))
        second = in_force(renew(rita, one, terms, at=at + 20 * DAY), at + 20 * DAY)
        third = renew(rita, second, terms, at=at + 40 * DAY)
        for each in (one, second, third):
            assert detail(bob, visible(bob, each.pk), at=at + 41 * DAY).chain == (one, second, third)
        assert not detail(rita, visible(rita, one.pk), at=at + 41 * DAY).may_renew
        refused(third, lead, at + 42 * DAY)
        assert detail(rita, visible(rita, second.pk), at=at + 43 * DAY).may_renew

    def test_it_says_when_its_risk_is_rated_above_what_was_accepted(
        self, alice: User, bob: User, one: GovernanceException, risk: Risk, at: dt.datetime
    ) -> None:
        in_force(one, at)
        assert detail(bob, visible(bob, one.pk), at=at).raised == ""
        rate(alice, risk, Rated(likelihood="frequent", impact="severe", reason="x", despite="x"), at=at)
        assert detail(bob, visible(bob, one.pk), at=at).raised == "Critical"


def test_what_is_seen_has_the_same_hash_after_the_database_had_it(
    rita: User, lead: User, vera: User, risk: Risk, at: dt.datetime
) -> None:
    """Also with a loss of 1e18, which jsonb would give back as a whole number, and with every kind of letter."""
    estimate = risk.estimates.create(
        unit="money", currency="EUR", rate_low=0.1, rate_high=1e-7 + 0.3, loss_low=1e18, loss_high=3e18, reason="x", at=at,
        seed=1, trials=1, expected=1e18, zero_year=0.5, p50=0.0, p80=1e17, p95=1.5e18, p99=2e18, standard_error=1e15,
    )  # fmt: skip
    Risk.objects.filter(pk=risk.pk).update(money=estimate, cause="Größe „x“ \u202e 🙂\n\t\"'")
    one = accepted(rita, risk, at)
    signed(one, lead, at)
    kept = Signature.objects.get(exception=one, position=1)
    assert sha256(kept.seen) == kept.sha256
    assert kept.seen["risk"]["money"]["expected"] == "1e+18"
    assert shown(one)["signed"][0]["by"] == str(lead)


class TestPreview:
    """The path before anything is sent."""

    def test_it_is_the_path_that_the_request_then_has(
        self, rita: User, lead: User, vera: User, risk: Risk, at: dt.datetime
    ) -> None:
        found = preview(rita, "risk", Subject(risk=risk), at=at)
        assert [step.approver.value for step in found.steps] == ["reliability_lead", "executive"]
        assert [step.people for step in found.steps] == [(lead,), (vera,)]
        assert (found.max_days, found.last) == (180, at.date() + 180 * DAY)
        one = accepted(rita, risk, at, days=180)
        assert list(one.signatures.values_list("approver", flat=True)) == [step.approver for step in found.steps]

    def test_steps_that_only_the_requester_could_sign_are_shown_so(
        self, alice: User, payments: Team, at: dt.datetime
    ) -> None:
        found = preview(alice, "standard", Subject(team=payments), at=at)
        assert [step.approver.value for step in found.unsigned] == ["service_owner"]

    def test_what_has_no_path_says_why(self, rita: User, at: dt.datetime) -> None:
        assert "which team" in preview(rita, "standard", Subject(), at=at).problem


def test_what_executives_signed_is_found_by_person_and_period(
    rita: User, bob: User, lead: User, vera: User, risk: Risk, payments: Team, alice: User, at: dt.datetime
) -> None:
    max_ = executive("max@example.com")
    director(payments)
    first = in_force(accepted(rita, risk, at), at)
    other = Risk.objects.create(
        title="Another", team=payments, identified_on=at.date(), created_at=at, current=risk.current
    )
    other.services.set(risk.services.all())
    second = accepted(rita, other, at + 80 * DAY)
    signed(second, lead, at + 80 * DAY)
    delegate(
        vera, alice, starts_on=at.date() + 80 * DAY, ends_on=at.date() + 90 * DAY, reason="Holiday", at=at + 80 * DAY
    )
    refused(second, alice, at + 81 * DAY)

    def found(**filters: Any) -> list[tuple[GovernanceException, str]]:
        rows = signed_rows(bob, filters=SignedFilters(**filters), order=SignedOrder(), at=at).rows
        return [(row.one, row.signature.verdict) for row in rows]

    assert found() == [(second, "refused"), (first, "approved")]
    # The first was signed by whichever executive comes first by name.
    signer = Signature.objects.get(exception=first, approver="executive").by
    assert signer in (vera, max_)
    assert found(person=vera.pk) == [(second, "refused"), *([(first, "approved")] if signer == vera else [])]
    assert found(since=dt.date(2026, 10, 1), until=dt.date(2026, 12, 31)) == [(first, "approved")]
    assert found(verdicts=("refused",)) == [(second, "refused")]
    assert found(kinds=("slo",)) == []
    assert found(text=second.short_id) == [(second, "refused")]


def test_an_outsider_sees_nothing(charlie: User, rita: User, payments: Team, at: dt.datetime) -> None:
    asked(rita, at, team=payments)
    assert listed(charlie, at) == []
    assert GovernanceException.objects.filter(state=ExceptionState.REQUESTED).exists()
    assert make.user(role=Role.VIEWER)
