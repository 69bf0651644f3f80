"""What marks measure, what is refused, and how a verdict follows and decays."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risks.domain.recovery import (
    ORDER,
    Fault,
    Judged,
    Kind,
    LastTest,
    Marks,
    Measured,
    Objective,
    Reason,
    Standing,
    Stood,
    Terms,
    Verdict,
    faults,
    judged,
    measured,
    stood,
    together,
)

AT = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)
S = dt.timedelta(seconds=1)
DAY = dt.timedelta(days=1)
TODAY = AT.date()
DRILL = Marks(
    last_good=AT - 4000 * S, failed=AT - 3700 * S, declared=AT - 3600 * S, decided=AT - 3000 * S, restored=AT - 2000 * S,
    usable=AT - 1800 * S, verified=AT - 600 * S,
)  # fmt: skip
HOUR = Objective(3600, 600)
verdicts = st.sampled_from(Verdict)
seconds = st.integers(0, 10_000)


def test_a_drill_is_measured_from_its_declaration_and_from_the_failure() -> None:
    assert measured(DRILL) == Measured(rto_s=1800, rto_impact_s=1900, rpo_s=300)
    assert measured(replace(DRILL, declared=None, last_good=None)) == Measured(rto_impact_s=1900)
    assert measured(Marks()) == Measured()


def test_a_moment_longer_than_the_objective_did_not_meet_it() -> None:
    late = replace(DRILL, usable=AT - 1800 * S + dt.timedelta(microseconds=1))
    assert measured(late).rto_s == 1801
    assert judged(Kind.ZONE, late, Objective(1800, 300)).whole is Verdict.BREACHED
    assert judged(Kind.ZONE, DRILL, Objective(1800, 300)).whole is Verdict.MET


@pytest.mark.parametrize(
    ("marks", "found"),
    [
        (DRILL, {}),
        (Marks(), {}),
        (Marks(declared=AT + S), {"declared": Fault.FUTURE}),
        (Marks(declared=AT - 500 * DAY), {"declared": Fault.FAR}),
        (replace(DRILL, decided=AT - 3601 * S), {"decided": Fault.ORDER}),
        (replace(DRILL, restored=None, usable=AT - 3001 * S), {"usable": Fault.ORDER}),
        (replace(DRILL, restored=AT - 2900 * S, failed=AT - 2800 * S), {"restored": Fault.ORDER}),
        # Announced before it is made.
        (replace(DRILL, failed=AT - 3500 * S), {}),
        (replace(DRILL, last_good=AT - 3699 * S), {"last_good": Fault.LOST_AFTER}),
        (replace(DRILL, declared=None), {"declared": Fault.UNDECLARED}),
        (replace(DRILL, broken_off=True), {"usable": Fault.UNRECOVERED}),
        (Marks(failed=AT - 60 * S, declared=AT, broken_off=True), {}),
    ],
)
def test_each_mark_that_cannot_be_is_named(marks: Marks, found: dict[str, Fault]) -> None:
    assert faults(marks, held=AT - DAY, at=AT) == found


@given(st.lists(st.integers(-50, 50), min_size=len(ORDER), max_size=len(ORDER)))
def test_marks_are_refused_just_where_they_are_not_in_order_or_still_to_come(steps: list[int]) -> None:
    taken: dict[str, Any] = {name: AT + step * S for name, step in zip(ORDER, steps, strict=True)}
    marks = Marks(**taken)
    fine = steps == sorted(steps) and max(steps) <= 0
    assert (not faults(marks, held=AT, at=AT)) == fine
    if fine:
        assert measured(marks).rto_s == steps[3] - steps[0]


@given(seconds, seconds, st.integers(1, 10_000), seconds)
def test_a_tabletop_never_meets_anything_and_every_other_kind_does_where_both_are_within(
    rto: int, rpo: int, limit: int, most: int
) -> None:
    marks = Marks(last_good=AT - rpo * S, failed=AT, declared=AT, usable=AT + rto * S)
    for kind in Kind:
        whole = judged(kind, marks, Objective(limit, most)).whole
        if kind is Kind.TABLETOP:
            assert whole is Verdict.NOT_MEASURED
        else:
            assert (whole is Verdict.MET) == (rto <= limit and rpo <= most)
            assert (whole is Verdict.BREACHED) == (rto > limit or rpo > most)


def test_what_was_not_measured_or_promised_is_said() -> None:
    met, breached, unknown = Verdict.MET, Verdict.BREACHED, Verdict.NOT_MEASURED
    no_point = replace(DRILL, last_good=None)
    assert judged(Kind.ZONE, no_point, HOUR) == Judged(met, unknown, Verdict.PARTLY)
    assert judged(Kind.ZONE, no_point, Objective(3600, None)) == Judged(met, unknown, met)
    assert judged(Kind.RESTORE, DRILL, Objective(None, 600)) == Judged(unknown, met, met)
    assert judged(Kind.ZONE, DRILL, Objective()) == Judged(unknown, unknown, unknown)
    never = replace(DRILL, restored=None, usable=None, verified=None, broken_off=True)
    assert judged(Kind.ZONE, never, HOUR) == Judged(breached, met, breached)
    assert judged(Kind.ZONE, never, Objective()).whole is unknown


@given(st.lists(verdicts, max_size=6))
def test_services_together_are_what_all_are_and_a_breach_is_never_called_met(found: list[Verdict]) -> None:
    whole = together(found)
    assert whole is together(list(reversed(found)))
    assert (whole is Verdict.MET) == (bool(found) and set(found) == {Verdict.MET})
    assert (whole is Verdict.NOT_MEASURED) == (set(found) <= {Verdict.NOT_MEASURED})
    if Verdict.BREACHED in found:
        assert whole in (Verdict.BREACHED, Verdict.PARTLY)


NOW = Terms(HOUR, 1, "v7")


@pytest.mark.parametrize(
    ("now", "reasons"),
    [
        (NOW, ()),
        (replace(NOW, objective=Objective(1800, 600)), (Reason.OBJECTIVE,)),
        (replace(NOW, tier=2), (Reason.TIER,)),
        (replace(NOW, plan="v8"), (Reason.PLAN,)),
        (replace(NOW, plan=""), ()),
    ],
)
def test_a_change_after_the_test_makes_it_stale_and_the_next_is_due_at_once(
    now: Terms, reasons: tuple[Reason, ...]
) -> None:
    due = TODAY + 264 * DAY
    for verdict in Verdict:
        found = stood(LastTest(TODAY - 101 * DAY, verdict, NOW), now, today=TODAY, every_days=365)
        kept = not reasons or verdict is Verdict.BREACHED
        at_once = bool(reasons) or verdict is Verdict.BREACHED
        standing = Standing(verdict.value) if kept else Standing.STALE
        assert found == Stood(standing, reasons, None if at_once else due)


@given(verdicts, st.integers(0, 2000), st.integers(1, 1000))
def test_what_was_met_decays_with_its_cadence_and_a_breach_does_not(verdict: Verdict, age: int, every: int) -> None:
    found = stood(LastTest(TODAY - age * DAY, verdict, NOW), NOW, today=TODAY, every_days=every)
    assert (Reason.AGE in found.reasons) == (age > every)
    assert (found.standing is Standing.STALE) == (age > every and verdict is not Verdict.BREACHED)
    assert (found.standing is Standing.MET) == (age <= every and verdict is Verdict.MET)


def test_what_was_never_tested_is_due() -> None:
    assert stood(None, NOW, today=TODAY, every_days=365) == Stood(Standing.NEVER)
