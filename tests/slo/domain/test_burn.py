from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.domain.burn import BURN_WINDOWS_S, BurnRule, Severity, Verdict, default_rules, derived_rule, evaluate
from slo.domain.counts import Counts
from slo.domain.refusals import Refusal, Refused
from slo.domain.windows import Rolling, parse_window

HOUR_S = 3600
DAY_S = 24 * HOUR_S
THREE_NINES = Decimal("0.999")
MONTH = Rolling(days=30)
FAST = BurnRule(long_s=HOUR_S, short_s=300, factor=14.4, severity=Severity.PAGE, min_failures=3)


def over(span_s: float, *, error_ratio: float, rate: float = 10.0) -> Counts:
    return Counts(bad=error_ratio * rate * span_s, total=rate * span_s, covered_s=span_s)


class TestLiterature:
    """Site Reliability Workbook, chapter 5; a target of 99.9 % over 30 days."""

    def test_the_recommended_rules_for_thirty_days(self) -> None:
        rules = default_rules(MONTH, target=THREE_NINES)
        assert [(rule.long_s, rule.short_s, rule.factor, rule.severity) for rule in rules] == [
            (HOUR_S, 300, 14.4, Severity.PAGE),
            (6 * HOUR_S, 1800, 6.0, Severity.PAGE),
            (DAY_S, 2 * HOUR_S, 3.0, Severity.TICKET),
            (3 * DAY_S, 6 * HOUR_S, 1.0, Severity.TICKET),
        ]
        assert [rule.min_failures for rule in rules] == [3, 3, 0, 0]

    def test_the_windows_of_the_rules_are_those_that_are_shown(self) -> None:
        rules = default_rules(MONTH, target=THREE_NINES)
        assert {each for rule in rules for each in (rule.long_s, rule.short_s)} == set(BURN_WINDOWS_S.values())

    def test_the_budget_that_is_used_when_each_rule_fires(self) -> None:
        rules = default_rules(MONTH, target=THREE_NINES)
        assert [rule.budget_share(period_s=30 * DAY_S) for rule in rules] == pytest.approx([0.02, 0.05, 0.1, 0.1])

    def test_the_error_ratios_at_which_the_rules_fire(self) -> None:
        rules = default_rules(MONTH, target=THREE_NINES)
        assert [rule.threshold(THREE_NINES) for rule in rules] == pytest.approx([0.0144, 0.006, 0.003, 0.001])

    def test_a_36_hour_window_sees_a_full_outage_in_two_minutes_and_ten_seconds(self) -> None:
        rule = BurnRule(long_s=36 * HOUR_S, short_s=3 * HOUR_S, factor=1, severity=Severity.TICKET)
        assert rule.detection_s(1, target=THREE_NINES) == pytest.approx(130, abs=1)
        assert rule.budget_share(period_s=30 * DAY_S) == pytest.approx(0.05)

    def test_a_ten_minute_window_sees_a_full_outage_in_0_6_seconds(self) -> None:
        rule = BurnRule(long_s=600, short_s=300, factor=1, severity=Severity.PAGE)
        assert rule.detection_s(1, target=THREE_NINES) == pytest.approx(0.6)

    def test_a_burn_of_36_over_an_hour_uses_5_percent_and_a_burn_of_35_is_never_seen(self) -> None:
        rule = derived_rule(share=0.05, period_s=30 * DAY_S, long_s=HOUR_S, severity=Severity.PAGE)
        assert rule.factor == 36
        assert rule.detection_s(1, target=THREE_NINES) == pytest.approx(130, abs=1)
        assert rule.detection_s(0.035, target=THREE_NINES) is None
        assert rule.reset_s(0.035, target=THREE_NINES) is None

    def test_the_fast_rule_sees_a_full_outage_in_under_a_minute(self) -> None:
        assert FAST.detection_s(1, target=THREE_NINES) == pytest.approx(51.84)

    def test_an_alert_resets_within_its_short_window(self) -> None:
        reset_s = FAST.reset_s(1, target=THREE_NINES)
        assert reset_s == pytest.approx(300 * (1 - 0.0144))

    def test_a_target_of_90_percent_cannot_use_the_fast_rule(self) -> None:
        """Chapter 5, "Extreme Availability Goals": no error ratio reaches 144 %."""
        target = Decimal("0.9")
        assert not FAST.can_fire(target)
        with pytest.raises(Refused, match=r"burns at 10, so a rule at 14\.4 can never fire") as caught:
            FAST.check(target, window=MONTH)
        assert caught.value.refusal is Refusal.RULE_CANNOT_FIRE
        assert [rule.factor for rule in default_rules(MONTH, target=target)] == [6, 3, 1]


class TestRules:
    @pytest.mark.parametrize(
        ("long_s", "short_s", "factor", "min_failures", "refusal"),
        [
            (HOUR_S, 0, 1, 0, Refusal.RULE_NOT_POSITIVE),
            (HOUR_S, 300, 0, 0, Refusal.RULE_NOT_POSITIVE),
            (HOUR_S, 300, float("nan"), 0, Refusal.RULE_NOT_POSITIVE),
            (HOUR_S, 300, 1, -1, Refusal.RULE_NOT_POSITIVE),
            (300, 300, 1, 0, Refusal.RULE_SHORT_NOT_SHORTER),
            (300, 600, 1, 0, Refusal.RULE_SHORT_NOT_SHORTER),
            (HOUR_S, 60, 1, 0, Refusal.RULE_OFF_GRID),
            (HOUR_S + 1, 300, 1, 0, Refusal.RULE_OFF_GRID),
        ],
    )
    def test_a_rule_that_means_nothing_is_refused(
        self, long_s: int, short_s: int, factor: float, min_failures: int, refusal: Refusal
    ) -> None:
        with pytest.raises(Refused) as caught:
            BurnRule(long_s=long_s, short_s=short_s, factor=factor, severity=Severity.PAGE, min_failures=min_failures)
        assert caught.value.refusal is refusal

    def test_a_rule_looks_back_no_further_than_its_objective(self) -> None:
        rule = BurnRule(long_s=3 * DAY_S, short_s=6 * HOUR_S, factor=1, severity=Severity.TICKET)
        rule.check(THREE_NINES, window=Rolling(days=3))
        with pytest.raises(Refused) as caught:
            rule.check(THREE_NINES, window=Rolling(days=2))
        assert caught.value.refusal is Refusal.RULE_LONGER_THAN_WINDOW

    @pytest.mark.parametrize(
        ("key", "factors"),
        [
            ("28d", [13.44, 5.6, 2.8, 1]),
            ("7d", [3.36, 1.4, 1, 1]),
            ("1d", [1, 1, 1]),
            ("month@America/New_York", [14.4, 6, 3, 1]),
            ("quarter@UTC", [43.68, 18.2, 9.1, 91 / 30]),
        ],
    )
    def test_the_factors_follow_the_window_and_never_alert_on_what_is_sustainable(
        self, key: str, factors: list[float]
    ) -> None:
        rules = default_rules(parse_window(key), target=THREE_NINES)
        assert [rule.factor for rule in rules] == pytest.approx(factors)

    def test_a_short_window_is_rounded_up_to_the_grid(self) -> None:
        rule = derived_rule(share=0.02, period_s=30 * DAY_S, long_s=1800, severity=Severity.PAGE)
        assert rule.short_s == 300


class TestDecisions:
    def decide(self, long: Counts, short: Counts, **options: float | bool | None) -> Verdict:
        return evaluate(FAST, long=long, short=short, target=THREE_NINES, **options).verdict  # type: ignore[arg-type]

    def test_it_fires_when_both_windows_exceed(self) -> None:
        assert self.decide(over(HOUR_S, error_ratio=0.02), over(300, error_ratio=0.02)) is Verdict.FIRES

    def test_exactly_the_factor_does_not_exceed_it(self) -> None:
        assert self.decide(over(HOUR_S, error_ratio=0.0144), over(300, error_ratio=1)) is Verdict.LONG_BELOW

    def test_a_spike_alone_does_not_fire(self) -> None:
        assert self.decide(over(HOUR_S, error_ratio=0.001), over(300, error_ratio=0.5)) is Verdict.LONG_BELOW

    def test_a_failure_that_is_over_does_not_fire(self) -> None:
        assert self.decide(over(HOUR_S, error_ratio=0.02), over(300, error_ratio=0)) is Verdict.SHORT_BELOW

    def test_two_failures_of_a_quiet_service_wake_nobody_and_three_do(self) -> None:
        quiet = Counts(bad=2, total=10, covered_s=HOUR_S)
        short = Counts(bad=1, total=1, covered_s=300)
        assert self.decide(quiet, short) is Verdict.TOO_FEW_FAILURES
        assert self.decide(Counts(bad=3, total=10, covered_s=HOUR_S), short) is Verdict.FIRES

    def test_no_traffic_exceeds_nothing(self) -> None:
        nothing = Counts(bad=0, total=0, covered_s=300)
        decision = evaluate(FAST, long=over(HOUR_S, error_ratio=1), short=nothing, target=THREE_NINES)
        assert (decision.verdict, decision.burn_short) == (Verdict.SHORT_BELOW, None)
        hour = Counts(bad=0, total=0, covered_s=HOUR_S)
        decision = evaluate(FAST, long=hour, short=nothing, target=THREE_NINES)
        assert (decision.verdict, decision.burn_long) == (Verdict.LONG_BELOW, None)

    def test_a_window_with_gaps_freezes_the_rule(self) -> None:
        bad = over(HOUR_S, error_ratio=1)
        gap = Counts(bad=0, total=0, covered_s=0)
        holed = Counts(bad=bad.bad, total=bad.total, covered_s=0.89 * HOUR_S)
        assert self.decide(bad, gap) is Verdict.FROZEN
        assert self.decide(holed, over(300, error_ratio=1)) is Verdict.FROZEN

    def test_an_objective_without_data_freezes_its_rules(self) -> None:
        outage = (over(HOUR_S, error_ratio=1), over(300, error_ratio=1))
        assert self.decide(*outage, frozen=True) is Verdict.FROZEN

    def test_a_young_series_is_judged_by_the_time_it_has(self) -> None:
        young = (over(600, error_ratio=1), over(300, error_ratio=1))
        assert self.decide(*young) is Verdict.FROZEN
        assert self.decide(*young, age_s=600) is Verdict.FIRES
        assert self.decide(*young, age_s=0) is Verdict.FROZEN


ratios = st.floats(0, 1)


@given(ratios, ratios, st.floats(0.5, 900))
def test_law_more_errors_never_silence_a_rule(long: float, short: float, factor: float) -> None:
    rule = BurnRule(long_s=HOUR_S, short_s=300, factor=factor, severity=Severity.PAGE)

    def fires(scale: float) -> bool:
        decision = evaluate(
            rule,
            long=over(HOUR_S, error_ratio=min(1, long * scale)),
            short=over(300, error_ratio=min(1, short * scale)),
            target=THREE_NINES,
        )
        return decision.verdict is Verdict.FIRES

    assert fires(2) >= fires(1)


@given(st.floats(0.001, 0.5), st.integers(1, 90), st.sampled_from([1, 3, 6, 24, 72]))
def test_law_a_derived_rule_spends_its_share(share: float, days: int, hours: int) -> None:
    rule = derived_rule(share=share, period_s=days * DAY_S, long_s=hours * HOUR_S, severity=Severity.PAGE)
    assert rule.budget_share(period_s=days * DAY_S) == pytest.approx(share)
    assert rule.short_s * 12 == rule.long_s


@given(ratios, st.decimals(Decimal("0.5"), Decimal("0.9999"), places=4), st.floats(0.1, 50))
def test_law_detection_needs_the_threshold_and_a_rule_that_cannot_fire_detects_nothing(
    error_ratio: float, target: Decimal, factor: float
) -> None:
    rule = BurnRule(long_s=HOUR_S, short_s=300, factor=factor, severity=Severity.PAGE)
    detection_s = rule.detection_s(error_ratio, target=target)
    reset_s = rule.reset_s(error_ratio, target=target)
    if not rule.can_fire(target):
        assert detection_s is None
    if detection_s is not None:
        assert 0 < detection_s <= rule.long_s
        assert reset_s is not None
        assert 0 <= reset_s <= rule.short_s
