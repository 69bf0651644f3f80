from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from slo.domain.alerts import Firing, Moment, history
from slo.domain.budget import Budget, budget, error_budget
from slo.domain.burn import BurnRule, Severity, evaluate
from slo.domain.counts import Counts
from slo.domain.coverage import Coverage
from slo.domain.grid import HOUR_S, STEP_S, instant
from slo.domain.replay import Cumulative, Episode, Judged, Rules, budgets, carried, episodes, judged, suspects

START = 1_793_620_800
TARGET = Decimal("0.99")
RULE = BurnRule(long_s=3600, short_s=300, factor=10.0, severity=Severity.PAGE, min_failures=1)
steps = st.lists(
    st.sampled_from([None, (0.0, 0.0), (0.0, 100.0), (1.0, 100.0), (8.0, 50.0), (30.0, 100.0), (90.0, 100.0)]),
    min_size=14,
    max_size=60,
)
windows = st.sampled_from([(600, 300), (3600, 300), (7200, 1800)])


def cumulative(events: Sequence[tuple[float, float] | None], *, lead: int = 0) -> Cumulative:
    """(bad, total) of each step from START on; None is a gap. Before it, for `lead` steps, the first row stands."""
    counted = [(0.0, 0.0, 0.0)] * lead
    counted += [(0.0, 0.0, 0.0) if each is None else (*each, float(STEP_S)) for each in events]
    bad, total, covered_s = np.cumsum([(0.0, 0.0, 0.0), *counted], axis=0).T[:, np.newaxis]
    instants = START + STEP_S * np.arange(-lead, len(events) + 1)
    return Cumulative(instants, bad, total, covered_s, np.zeros(bad.shape))


def rules_of(rule: BurnRule) -> Rules:
    """One rule, as columns."""
    return Rules(
        rule.long_s,
        rule.short_s,
        series=np.array([0]),
        started=np.array([START]),
        error_budget=np.array([error_budget(TARGET)]),
        factor=np.array([rule.factor]),
        min_failures=np.array([float(rule.min_failures)]),
    )


def of(counts: Cumulative, rule: BurnRule = RULE) -> Judged:
    """Every instant after START; nothing is wrong with the window of the objective."""
    instants = counts.instants[counts.instants > START]
    return judged(counts, rules_of(rule), instants, unknown=np.zeros((1, len(instants)), np.bool_))


def stepped(counts: Cumulative, rule: BurnRule, *, unknown: set[int], firing: Firing | None) -> tuple[Firing, ...]:
    """The alerts by the definition: one decision after another."""
    moments = []
    for number, at in enumerate(counts.instants[counts.instants > START].tolist()):
        long, short = (window(counts, at - each, at) for each in (rule.long_s, rule.short_s))
        decision = evaluate(
            rule, long=long, short=short, target=TARGET, age_s=float(at - START), frozen=number in unknown
        )
        moments.append(Moment(instant(at), decision))
    return history(moments, firing=firing)


def window(counts: Cumulative, start: int, end: int) -> Counts:
    then, now = counts.places(np.array([start, end])).tolist()
    columns = (counts.bad, counts.total, counts.covered_s)
    return Counts(*(float(each[0, now] - each[0, then]) for each in columns))


@given(steps, windows, st.sampled_from([0, 1, 60]), st.sets(st.integers(0, 59), max_size=10), st.booleans())
def test_law_judging_a_span_at_once_is_stepping_through_it(
    events: list[tuple[float, float] | None], looks: tuple[int, int], failures: int, unknown: set[int], before: bool
) -> None:
    rule = BurnRule(looks[0], looks[1], factor=10.0, severity=Severity.PAGE, min_failures=failures)
    counts = cumulative(events, lead=24)
    firing = Firing(instant(START), burn_long=11.0, burn_short=11.0, peak_burn=11.0) if before else None
    instants = counts.instants[counts.instants > START]
    mask = np.isin(np.arange(len(instants)), list(unknown))[np.newaxis]

    verdicts = judged(counts, rules_of(rule), instants, unknown=mask)
    found = [
        Firing(
            instant(START) if each.first < 0 else instant(instants[each.first]),
            burn_long=11.0 if each.first < 0 else each.burn_long,
            burn_short=11.0 if each.first < 0 else each.burn_short,
            peak_burn=each.peak_burn,
            resolved_at=None if each.end is None else instant(instants[each.end]),
        )
        for each in episodes(verdicts, 0, firing=before, peak=11.0)
    ]

    assert tuple(found) == stepped(counts, rule, unknown=unknown, firing=firing)
    if any(each.fired_at > instant(START) for each in found):
        assert suspects(counts, rules_of(rule), instants).all()


@given(steps, st.integers(1, 40))
def test_law_what_is_known_of_a_window_at_once_is_what_its_budget_says(
    events: list[tuple[float, float] | None], length: int
) -> None:
    counts = cumulative(events, lead=40)
    instants = counts.instants[counts.instants > START]
    starts = instants - length * STEP_S
    now = Cumulative(instants, *(each[:, 41:] for each in (counts.bad, counts.total, counts.covered_s, counts.late_s)))

    found = budgets(
        now, counts, starts=starts, started=np.array([START]), error_budget=np.array([error_budget(TARGET)])
    )

    for number, (start, at) in enumerate(zip(starts.tolist(), instants.tolist(), strict=True)):
        single = _budget(window(counts, start, at), expected_s=float(at - max(start, START)))
        assert bool(found.unknown[0, number]) is (single.reason is not None)
        np.testing.assert_equal(found.remaining[0, number], np.nan if single.remaining is None else single.remaining)


def _budget(counts: Counts, *, expected_s: float) -> Budget:
    coverage = Coverage(covered_s=counts.covered_s, expected_s=expected_s)
    return budget(counts, target=TARGET, window_s=expected_s, reason=coverage.reason)


def test_a_failure_of_the_past_fires_and_resolves_where_it_was() -> None:
    # An hour of peace, half an hour of every second event failing, an hour of peace.
    quiet, failing = (0.0, 100.0), (50.0, 100.0)
    verdicts = of(cumulative([quiet] * 13 + [failing] * 6 + [quiet] * 12, lead=12))

    # 10 % of the last hour are bad after three of the six steps: 3 x 50 / 1,200 = 12.5 %.
    assert list(episodes(verdicts, 0)) == [Episode(first=15, end=19, burn_long=12.5, burn_short=50.0, peak_burn=25.0)]


def test_a_quiet_rule_is_not_suspected() -> None:
    quiet = cumulative([(1.0, 100.0)] * 30, lead=12)
    assert not suspects(quiet, rules_of(RULE), quiet.instants[13:]).any()


def test_what_stands_goes_on_where_a_row_is_missing_and_is_late_where_something_was_measured_since() -> None:
    """Hourly rows at 0:00 and 1:00, then one each five minutes but for 1:10, when nothing was measured."""
    instants = START + STEP_S * np.arange(16)
    at = np.full((1, 16), np.nan)
    covered = at.copy()
    for place, seconds in ((0, 0), (12, HOUR_S), (13, HOUR_S + 300), (15, HOUR_S + 300)):
        at[0, place], covered[0, place] = instants[place], seconds

    found = carried(instants, at=at, bad=covered / 100, total=covered, covered_s=covered)

    assert found.late_s[0].tolist() == [300.0 * number for number in range(12)] + [0.0] * 4
    assert found.total[0].tolist() == [0.0] * 12 + [3600.0, 3900.0, 3900.0, 3900.0]


def test_what_lies_between_hourly_rows_is_not_judged() -> None:
    counts = cumulative([(90.0, 100.0)] * 24, lead=12)
    hourly = np.where(counts.instants % HOUR_S == 0, 0.0, np.where(counts.instants < START + HOUR_S, 600.0, 0.0))
    late = Cumulative(counts.instants, counts.bad, counts.total, counts.covered_s, hourly[np.newaxis])

    verdicts = of(late)

    # From the second hour on the five minutes are known, and the last hour begins at a row when that hour is over.
    assert verdicts.frozen[0, :23].all()
    assert np.flatnonzero(verdicts.fires[0]).tolist() == [23]


def test_a_choice_of_rules_and_series_keeps_their_order() -> None:
    counts = cumulative([(1.0, 100.0)] * 3, lead=12)
    two = Cumulative(
        counts.instants,
        *(np.concatenate((each, each + 1)) for each in (counts.bad, counts.total, counts.covered_s, counts.late_s)),
    )
    rules = Rules(
        3600, 300, np.array([0, 1, 1]), np.full(3, START), np.full(3, 0.01), np.array([10.0, 6.0, 3.0]), np.ones(3)
    )

    chosen = rules.only(np.array([False, True, True]))

    assert (chosen.series.tolist(), chosen.factor.tolist(), len(chosen.started)) == ([1, 1], [6.0, 3.0], 2)
    assert two.rows(np.array([1, 0, 1])).bad[:, 0].tolist() == [1.0, 0.0, 1.0]
