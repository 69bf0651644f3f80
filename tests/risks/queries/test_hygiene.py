"""The hygiene of real rows: what is read of them, what is said, and where it is mended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from relportal.core.models import Role, Service, User
from relportal.core.permissions import SYSTEM
from risks.actions.ratings import Rated, rate
from risks.actions.risks import Given, close, create
from risks.domain.hygiene import CHECKS, Finding
from risks.models import (
    GovernanceException,
    Milestone,
    PolicyRow,
    Risk,
    RiskEstimate,
    Treatment,
)
from risks.queries import hygiene_lints
from risks.queries.hygiene import Hygiene, hygiene
from risks.queries.hygiene_lints import Lint
from tests import make

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def found(at: dt.datetime, **fields: Any) -> dict[str, list[str]]:
    """Check -> the sentences of its findings."""
    held = hygiene(SYSTEM, at=at, **fields)
    return {group.lint.key: [row.words for row in group.rows] for group in held.groups}


def treatment(risk: Risk, at: dt.datetime, **fields: Any) -> Treatment:
    return Treatment.objects.create(risk=risk, title="A second node", created_at=at, **fields)


def acceptance(risk: Risk, alice: User, at: dt.datetime, **fields: Any) -> GovernanceException:
    """In force since 60 days, for 30 more."""
    given: dict[str, Any] = {
        "kind": "risk",
        "risk": risk,
        "title": "Accepted",
        "reason": "Costs",
        "state": "in_force",
        "requester": alice,
        "requested_at": at - 61 * DAY,
        "in_force_at": at - 60 * DAY,
        "expires_at": at + 30 * DAY,
    }
    return GovernanceException.objects.create(**given | fields)


def estimate(risk: Risk, at: dt.datetime, *, low: float, high: float, unit: str = "money") -> None:
    figures = dict.fromkeys(("expected", "zero_year", "p50", "p80", "p95", "p99", "standard_error"), 1.0)
    made = RiskEstimate.objects.create(
        risk=risk, unit=unit, rate_low=0.1, rate_high=1, loss_low=low, loss_high=high, reason="x", at=at, seed=1,
        trials=1, **figures,
    )  # fmt: skip
    Risk.objects.filter(pk=risk.pk).update(**{unit: made})


def critical(alice: User, risk: Risk, at: dt.datetime) -> None:
    rate(alice, risk, Rated(likelihood="frequent", impact="severe", reason="Twice a month"), at=at)


def test_a_well_kept_register_has_nothing_to_say(risk: Risk, at: dt.datetime) -> None:
    held = hygiene(SYSTEM, at=at)
    assert (held.groups, held.share.clean, held.share.n, held.share.value) == ((), 1, 1, 1.0)
    assert {lint.key for lint in held.clean} == set(CHECKS)


def test_an_empty_register_has_no_share(db: None, at: dt.datetime) -> None:
    assert hygiene(SYSTEM, at=at).share.value is None


def test_owners_who_lack_or_left_are_found(risk: Risk, alice: User, at: dt.datetime) -> None:
    create(alice, Given(title="Nobody's", team=risk.team), at=at)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert found(at) == {"no_owner": [""], "owner_inactive": [""]}
    assert hygiene(SYSTEM, at=at).share.clean == 0


def test_reviews_and_ratings_that_are_late_are_found(risk: Risk, at: dt.datetime) -> None:
    assert found(at + 180 * DAY) == {}
    assert found(at + 181 * DAY) == {"review_overdue": ["Due on 1 May 2027, 1 day ago"]}
    assert found(at + 361 * DAY)["rating_stale"] == ["Rated on 2 Nov 2026; its level asks for a look every 180 days"]


def test_one_that_nobody_ever_rated_is_found_when_its_first_look_is_late(alice: User, at: dt.datetime) -> None:
    create(alice, Given(title="New", owner=alice), at=at)
    assert found(at + 14 * DAY) == {}
    assert found(at + 15 * DAY)["rating_stale"] == ["Never rated"]


def test_appetite_asks_for_a_plan_and_for_a_decision(risk: Risk, alice: User, at: dt.datetime) -> None:
    critical(alice, risk, at)
    assert set(found(at)) == {"above_appetite_without_plan", "above_appetite_without_ask"}
    treatment(risk, at, strategy="accept")
    assert set(found(at)) == {"above_appetite_without_plan", "above_appetite_without_ask"}
    treatment(risk, at)
    assert set(found(at)) == {"above_appetite_without_ask"}
    asked = acceptance(risk, alice, at, state="requested", in_force_at=None)
    assert found(at) == {}
    GovernanceException.objects.filter(pk=asked.pk).update(state="withdrawn", ended_at=at)
    assert set(found(at)) == {"above_appetite_without_ask"}


def test_plans_that_are_late_are_found_with_their_milestones(risk: Risk, at: dt.datetime) -> None:
    row = treatment(risk, at, due_on=at.date())
    assert found(at) == {}
    Milestone.objects.create(treatment=row, title="Order", due_on=(at - 3 * DAY).date())
    assert found(at) == {"treatment_overdue": ["A second node: 3 days late"]}
    Milestone.objects.update(done_at=at)
    assert found(at) == {}
    assert found(at + DAY) == {"treatment_overdue": ["A second node: 1 day late"]}


def test_the_rating_after_the_plan_is_compared(risk: Risk, alice: User, at: dt.datetime) -> None:
    after = Rated(kind="after_plan", likelihood="unlikely", impact="serious", reason="With the second node")
    rate(alice, risk, after, at=at)
    assert set(found(at)) == {"lowered_without_measure"}
    row = treatment(risk, at, state="doing")
    assert found(at) == {}
    treatment(risk, at, state="done", done_at=at)
    assert found(at) == {"measure_twice": ["A second node"]}
    row.delete()
    worse = Rated(kind="after_plan", likelihood="frequent", impact="serious", reason="Sorry")
    rate(alice, risk, worse, at=at)
    assert set(found(at)) == {"plan_above_current"}


def test_accepted_risks_are_held_against_their_acceptances(risk: Risk, alice: User, at: dt.datetime) -> None:
    Risk.objects.filter(pk=risk.pk).update(state="accepted")
    assert set(found(at)) == {"accepted_without_exception"}
    row = acceptance(risk, alice, at)
    assert found(at) == {}
    later = at + 31 * DAY
    GovernanceException.objects.filter(pk=row.pk).update(state="expired", expired_at=later)
    assert found(later) == {"ended_but_closed_looking": ["Accepted until 1 Dec 2026"]}
    Risk.objects.filter(pk=risk.pk).update(state="open")
    assert found(later) == {}


def test_a_risk_that_was_closed_instead_of_mended_still_counts(risk: Risk, alice: User, at: dt.datetime) -> None:
    acceptance(risk, alice, at, state="expired", expires_at=at - DAY, expired_at=at - DAY)
    close(alice, risk, because="Over", at=at + DAY)
    held = hygiene(SYSTEM, at=at + DAY)
    assert [group.lint.key for group in held.groups] == []
    Risk.objects.filter(pk=risk.pk).update(current=None)
    held = hygiene(SYSTEM, at=at + DAY)
    assert [group.lint.key for group in held.groups] == ["ended_but_closed_looking"]
    assert (held.share.clean, held.share.n) == (0, 1)


def test_an_acceptance_that_nobody_ended_is_found_after_an_hour(risk: Risk, alice: User, at: dt.datetime) -> None:
    acceptance(risk, alice, at, expires_at=at)
    assert found(at + dt.timedelta(minutes=30)) == {}
    assert set(found(at + dt.timedelta(minutes=90))) == {"ended_but_closed_looking"}


def test_ranges_that_say_nothing_or_too_much_are_found(risk: Risk, alice: User, at: dt.datetime) -> None:
    estimate(risk, at, low=1000, high=200_000)
    estimate(risk, at, low=100, high=110, unit="minutes")
    assert found(at) == {
        "range_too_wide": ["Money: the upper end is about 200 times the lower one"],
        "range_too_narrow": ["Customer minutes: the upper end is about 1.10 times the lower one"],
    }


def test_ratings_that_are_all_alike_are_the_registers_and_no_risks(
    alice: User, checkout: Service, rated: Rated, at: dt.datetime
) -> None:
    for number in range(8):
        create(alice, Given(title=f"Risk {number}", owner=alice, services=[checkout], rated=rated), at=at)
    held = hygiene(SYSTEM, at=at)
    assert [(group.lint.key, group.rows[0].risk) for group in held.groups] == [("ratings_identical", None)]
    assert held.groups[0].rows[0].words == "8 of 8 rated risks stand in one cell"
    assert held.share.value == 1.0
    assert hygiene(SYSTEM, at=at, team="payments").groups == ()


def test_a_row_of_the_policy_that_never_decides_is_found(db: None, at: dt.datetime) -> None:
    last = PolicyRow.objects.order_by("-position")[0]
    PolicyRow.objects.create(position=last.position + 1, tiers=[2], approvers=["executive"], max_days=30)
    number = PolicyRow.objects.count()
    ((words,),) = found(at).values()
    assert words.startswith(f"Row {number}: row")


def test_a_team_sees_its_own(risk: Risk, alice: User, at: dt.datetime) -> None:
    search = make.team(slug="search")
    olga = make.user(role=Role.SERVICE_OWNER, team=search)
    create(olga, Given(title="Theirs", team=search), at=at)
    assert hygiene(SYSTEM, at=at, team="search").share.n == 1
    assert set(found(at, team="search")) == {"no_owner"}
    assert found(at, team="payments") == {}


def test_outsiders_see_nothing(risk: Risk, charlie: User, bob: User, at: dt.datetime) -> None:
    assert hygiene(charlie, at=at).share.n == 0
    assert hygiene(bob, at=at).share.n == 1


@pytest.fixture
def theirs() -> Iterator[Lint]:
    """What a later app adds: it finds one thing of its own."""
    made = hygiene_lints.register(
        Lint(
            key="theirs",
            title="Theirs",
            why="It is late.",
            how="Do it.",
            find=lambda looked: [Finding(facts={"day": looked.at.date()})],
            say=lambda facts: f"Since {facts['day']}",
            fix=lambda _finding: "/theirs/",
        )
    )
    yield made
    hygiene_lints.unregister(made)


def test_a_later_app_adds_its_own_check(theirs: Lint, risk: Risk, at: dt.datetime) -> None:
    (group,) = hygiene(SYSTEM, at=at).groups
    assert [(row.words, row.fix) for row in group.rows] == [("Since 2026-11-02", "/theirs/")]
    with pytest.raises(RuntimeError, match="theirs"):
        hygiene_lints.register(theirs)


def test_every_check_says_why_and_how(db: None) -> None:
    for lint in hygiene_lints.lints():
        assert len(str(lint.why)) > 40, lint.key
        assert len(str(lint.how)) > 15, lint.key
        assert len(str(lint.title)) < 45, lint.key


def spoilt(alice: User, count: int, at: dt.datetime) -> Hygiene:
    """Risks with everything that a register has, each of them wrong in several ways."""
    team = make.team()
    make.user(role=Role.SERVICE_OWNER, team=team)
    for number in range(count):
        risk = create(SYSTEM, Given(title=f"Risk {number}", owner=alice, team=team), at=at)
        critical(alice, risk, at)
        rate(alice, risk, Rated(kind="after_plan", likelihood="rare", impact="minor", reason="x"), at=at)
        row = treatment(risk, at, due_on=(at - DAY).date())
        Milestone.objects.create(treatment=row, title="Order", due_on=at.date())
        acceptance(risk, alice, at, state="expired", expires_at=at - DAY, expired_at=at)
        estimate(risk, at, low=1, high=1000)
    return hygiene(SYSTEM, at=at)


def test_statements_do_not_grow_with_the_register(alice: User, at: dt.datetime) -> None:
    asked = []
    for count in (2, 30):
        spoilt(alice, count, at)
        with CaptureQueriesContext(connection) as queries:
            assert hygiene(SYSTEM, at=at).findings > count
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 7
