"""How a register is kept: each check on what it is for, and laws that hold for all of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risks.domain import hygiene
from risks.domain.hygiene import CHECKS, Allowance, Finding, Kept, Measure, Progress, Range, Rated, Register, Standing
from risks.domain.policy import Row, cases

TODAY = dt.date(2026, 11, 2)
DAY = dt.timedelta(days=1)
OF_THE_REGISTER = {"ratings_identical", "rule_never_fires"}


def day(days: int) -> dt.date:
    """So many days before today."""
    return TODAY - days * DAY


def rated(likelihood: int = 3, impact: int = 3, level: int = 2, **fields: Any) -> Rated:
    given: dict[str, Any] = {"matrix": 1, "on": day(10), "review_days": 180}
    return Rated(likelihood=likelihood, impact=impact, level=level, **given | fields)


def measure(key: int = 1, **fields: Any) -> Measure:
    given: dict[str, Any] = {"title": "A second node", "progress": Progress.DOING, "due": day(-30)}
    return Measure(key=key, **given | fields)


def kept(key: int = 1, **fields: Any) -> Kept:
    """A risk of which nothing is wrong."""
    given: dict[str, Any] = {
        "review_due": day(-30),
        "current": rated(),
        "ranges": (Range(unit="money", low=1, high=9),),
    }
    return Kept(key=key, **given | fields)


def allowance(*, began: int | None = 60, ends: int = 5, **fields: Any) -> Allowance:
    """By default over since five days."""
    return Allowance(key=7, began=None if began is None else day(began), ends=day(ends), **fields)


def register(*risks: Kept, **fields: Any) -> Register:
    return Register(today=TODAY, risks=risks, **fields)


def found(check: str, *risks: Kept) -> list[Finding]:
    return list(CHECKS[check](register(*risks)))


ACCEPTED = {"standing": Standing.ACCEPTED}
CLOSED = {"standing": Standing.CLOSED, "closed": day(2)}
HIGH = {"current": rated(level=3, needs_plan=True)}
CRITICAL = {"current": rated(level=4, needs_plan=True, needs_ask=True)}
DONE = measure(progress=Progress.DONE, done=day(3))

WRONG: dict[str, list[dict[str, Any]]] = {
    "no_owner": [{"owned": False}, {"owned": False, **ACCEPTED}],
    "owner_inactive": [{"active": False}],
    "review_overdue": [{"review_due": day(1)}],
    "rating_stale": [
        {"current": rated(on=day(361))},
        {"current": None, "review_due": day(1)},
    ],
    "plan_above_current": [
        {"after_plan": rated(level=3)},
        {"after_plan": rated(likelihood=4)},
    ],
    "lowered_without_measure": [
        {"after_plan": rated(level=1)},
        {"after_plan": rated(impact=2)},
        {"after_plan": rated(level=1), "measures": (measure(progress=Progress.DROPPED),)},
        {"after_plan": rated(level=1), "measures": (measure(plans=False),)},
    ],
    "measure_twice": [{"measures": (DONE, measure(2, title=" a  second NODE ", progress=Progress.PLANNED))}],
    "accepted_without_exception": [ACCEPTED, ACCEPTED | {"allowances": (allowance(began=None, ends=-9, waits=True),)}],
    "ended_but_closed_looking": [
        ACCEPTED | {"allowances": (allowance(),)},
        CLOSED | {"allowances": (allowance(),)},
        {"allowances": (allowance(ends=1, holds=True),)},
        ACCEPTED | {"allowances": (allowance(), allowance(began=200, ends=100)), "current": rated(on=day(70))},
    ],
    "range_too_wide": [{"ranges": (Range(unit="money", low=1, high=101),)}],
    "range_too_narrow": [{"ranges": (Range(unit="minutes", low=10, high=11.9),)}],
    "above_appetite_without_plan": [
        HIGH,
        HIGH | {"measures": (measure(progress=Progress.DROPPED), measure(plans=False))},
    ],
    "above_appetite_without_ask": [
        CRITICAL,
        CRITICAL | {"allowances": (allowance(),)},
    ],
    "treatment_overdue": [
        {"measures": (measure(due=day(1)),)},
        {"measures": (measure(due=None, milestones=(day(-3), day(4))),)},
    ],
}  # fmt: skip

RIGHT: dict[str, list[dict[str, Any]]] = {
    "no_owner": [CLOSED | {"owned": False}],
    "owner_inactive": [{"owned": False, "active": False}, CLOSED | {"active": False}],
    "review_overdue": [{"review_due": TODAY}, {"review_due": None}, CLOSED | {"review_due": day(9)}],
    "rating_stale": [{"current": rated(on=day(360))}, {"current": None}, {"current": None, "review_due": None}],
    "plan_above_current": [{"after_plan": rated()}, {"after_plan": rated(level=4, matrix=2)}, {"current": None}],
    "lowered_without_measure": [
        {"after_plan": rated(level=1), "measures": (measure(),)},
        {"after_plan": rated(level=1), "measures": (DONE,)},
        {"after_plan": rated(level=1, matrix=2)},
    ],
    "measure_twice": [
        {"measures": (DONE, measure(2, title="Another"))},
        {"measures": (DONE, measure(2, progress=Progress.DROPPED))},
        {"measures": (measure(1), measure(2))},
    ],
    "accepted_without_exception": [ACCEPTED | {"allowances": (allowance(ends=-9),)}, {}],
    "ended_but_closed_looking": [
        ACCEPTED | {"allowances": (allowance(ends=-1),)},
        ACCEPTED | {"allowances": (allowance(began=200, ends=100), allowance(ends=-1))},
        CLOSED | {"allowances": (allowance(),), "measures": (DONE,)},
        CLOSED | {"allowances": (allowance(),), "current": rated(on=day(3))},
        CLOSED | {"closed": day(20), "allowances": (allowance(),)},
        {"allowances": (allowance(),)},
    ],
    "range_too_wide": [{"ranges": (Range(unit="money", low=1, high=100),)}, {"ranges": (Range(unit="money", low=0, high=9),)}],
    "range_too_narrow": [{"ranges": (Range(unit="money", low=10, high=12),)}, {"ranges": ()}],
    "above_appetite_without_plan": [HIGH | {"measures": (measure(),)}, HIGH | ACCEPTED, {}, {"current": None}],
    "above_appetite_without_ask": [
        CRITICAL | {"allowances": (allowance(began=None, ends=-9, waits=True),)},
        CRITICAL | {"allowances": (allowance(ends=-9),)},
        HIGH,
    ],
    "treatment_overdue": [
        {"measures": (measure(due=TODAY),)},
        {"measures": (measure(due=day(9), progress=Progress.DONE),)},
        {"measures": (measure(due=None),)},
    ],
}  # fmt: skip


def test_every_check_of_risks_has_its_examples() -> None:
    assert set(WRONG) == set(RIGHT) == set(CHECKS) - OF_THE_REGISTER


@pytest.mark.parametrize(("check", "fields"), [(check, one) for check, some in WRONG.items() for one in some])
def test_what_is_wrong_is_found_once(check: str, fields: dict[str, Any]) -> None:
    assert [one.risk for one in found(check, kept(**fields))] == [1]


@pytest.mark.parametrize(("check", "fields"), [(check, one) for check, some in RIGHT.items() for one in some])
def test_what_only_looks_like_it_is_not_found(check: str, fields: dict[str, Any]) -> None:
    assert found(check, kept(**fields)) == []


@pytest.mark.parametrize("check", CHECKS)
def test_a_well_kept_risk_and_an_empty_register_have_no_finding(check: str) -> None:
    assert found(check, kept()) == found(check) == []


def test_findings_carry_what_their_sentences_say() -> None:
    assert found("review_overdue", kept(review_due=day(9)))[0].facts == {"days": 9, "due": day(9)}
    assert found("treatment_overdue", kept(measures=(measure(5, due=day(2), milestones=(day(8),)),))) == [
        Finding(1, 5, {"title": "A second node", "days": 8})
    ]
    assert found("rating_stale", kept(current=rated(on=day(400))))[0].facts == {
        "rated": day(400), "days": 400, "cycles": 2, "cycle": 180,
    }  # fmt: skip


@pytest.mark.parametrize(("same", "others", "n"), [(5, 3, 1), (4, 4, 0), (7, 0, 0), (8, 0, 1)])
def test_a_scale_on_which_most_is_alike_tells_nothing(same: int, others: int, n: int) -> None:
    rows = [kept(key) for key in range(same)]
    rows += [kept(100 + key, current=rated(likelihood=key % 5 + 1, impact=5)) for key in range(others)]
    closed = kept(999, **CLOSED)
    unrated = kept(998, current=None)
    assert len(found("ratings_identical", *rows, closed, unrated)) == n


def test_a_row_that_others_take_everything_from_never_fires() -> None:
    rows = (
        Row(tiers=frozenset({1}), approvers=("a",), max_days=1),
        Row(levels=frozenset({"high"}), tiers=frozenset({1}), approvers=("a",), max_days=1),
        Row(approvers=("a",), max_days=1),
        Row(levels=frozenset({"gone"}), approvers=("a",), max_days=1),
    )
    held = register(rows=rows, cases=cases(["risk"], [1, 2], ["low", "high"]))
    assert [(one.risk, one.part, one.facts) for one in CHECKS["rule_never_fires"](held)] == [
        (None, 1, {"row": 2, "takers": (1,)}), (None, 3, {"row": 4, "takers": ()}),
    ]  # fmt: skip


# Laws.
DAYS = st.integers(-400, 800).map(day)
LEVELS = st.builds(
    rated,
    likelihood=st.integers(1, 5),
    impact=st.integers(1, 5),
    level=st.integers(1, 4),
    matrix=st.integers(1, 2),
    on=DAYS,
    needs_plan=st.booleans(),
    needs_ask=st.booleans(),
)
MEASURES = st.builds(
    measure,
    key=st.integers(1, 9),
    title=st.sampled_from(["A", "B"]),
    progress=st.sampled_from(Progress),
    plans=st.booleans(),
    due=st.none() | DAYS,
    done=st.none() | DAYS,
    milestones=st.lists(DAYS, max_size=2).map(tuple),
)
ALLOWANCES = st.builds(
    Allowance, key=st.integers(1, 9), began=st.none() | DAYS, ends=DAYS, waits=st.booleans(), holds=st.booleans()
)
RANGES = st.builds(Range, unit=st.sampled_from(["money", "minutes"]), low=st.floats(0, 9), high=st.floats(9, 2000))
RISKS = st.builds(
    Kept,
    key=st.just(0),
    standing=st.sampled_from(Standing),
    owned=st.booleans(),
    active=st.booleans(),
    review_due=st.none() | DAYS,
    current=st.none() | LEVELS,
    after_plan=st.none() | LEVELS,
    measures=st.lists(MEASURES, max_size=3).map(tuple),
    allowances=st.lists(ALLOWANCES, max_size=3).map(tuple),
    ranges=st.lists(RANGES, max_size=2).map(tuple),
    closed=st.none() | DAYS,
)
REGISTERS = st.lists(RISKS, max_size=6).map(
    lambda risks: register(*(replace(one, key=number) for number, one in enumerate(risks)))
)


def every(held: Register) -> list[Finding]:
    return [one for check in CHECKS.values() for one in check(held)]


@given(REGISTERS)
def test_a_risk_is_judged_by_itself(held: Register) -> None:
    together = sorted(str(one) for one in every(held) if one.risk is not None)
    alone = sorted(str(one) for risk in held.risks for one in every(register(risk)) if one.risk is not None)
    assert together == alone


@given(REGISTERS)
def test_only_what_was_looked_at_has_findings_and_the_share_adds_up(held: Register) -> None:
    findings = every(held)
    wrong = {one.risk for one in findings if one.risk is not None}
    looked = hygiene.looked_at(held)
    share = hygiene.share(held, findings)
    assert wrong <= looked
    assert (share.clean, share.n) == (len(looked) - len(wrong), len(looked))
    assert share.value is None if not looked else 0 <= (share.value or 0) <= 1


Mend = Callable[[Kept], Kept]
MENDS: dict[str, Mend] = {
    "no_owner": lambda one: replace(one, owned=True),
    "owner_inactive": lambda one: replace(one, active=True),
    "review_overdue": lambda one: replace(one, review_due=TODAY),
    "rating_stale": lambda one: replace(one, current=rated(on=TODAY)),
    "above_appetite_without_plan": lambda one: replace(one, measures=(*one.measures, measure(99, title="New"))),
    "lowered_without_measure": lambda one: replace(one, measures=(*one.measures, measure(99, title="New"))),
    "above_appetite_without_ask": lambda one: replace(
        one, allowances=(*one.allowances, allowance(began=None, waits=True))
    ),
    "accepted_without_exception": lambda one: replace(one, allowances=(*one.allowances, allowance(ends=-30))),
    "treatment_overdue": lambda one: replace(
        one, measures=tuple(replace(each, progress=Progress.DONE) for each in one.measures)
    ),
    "range_too_wide": lambda one: replace(one, ranges=()),
    "range_too_narrow": lambda one: replace(one, ranges=()),
    "plan_above_current": lambda one: replace(one, after_plan=one.current),
}


@pytest.mark.parametrize("check", MENDS)
@given(one=RISKS)
def test_what_is_mended_is_not_found_again(check: str, one: Kept) -> None:
    assert found(check, MENDS[check](one)) == []


@given(st.integers(0, 5), st.integers(0, 5))
def test_the_share_of_no_risk_is_no_number(bad: int, good: int) -> None:
    risks = [kept(key, owned=key >= bad) for key in range(bad + good)]
    held = register(*risks)
    share = hygiene.share(held, CHECKS["no_owner"](held))
    assert share.value == (None if not risks else pytest.approx(good / (bad + good)))
