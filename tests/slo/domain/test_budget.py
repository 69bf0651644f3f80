from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.domain.budget import (
    NoDataReason,
    budget,
    burn_rate,
    error_budget,
    max_burn,
    parse_target,
    spent,
)
from slo.domain.counts import Counts
from slo.domain.refusals import Refusal, Refused

DAY_S = 86_400.0
MONTH_S = 30 * DAY_S

targets = st.decimals(min_value=Decimal("0.00000001"), max_value=Decimal("0.99999999"), places=8)
totals = st.integers(1, 10**12)


def counts(bad: float, total: float) -> Counts:
    return Counts(bad=bad, total=total, covered_s=MONTH_S)


class TestTarget:
    @pytest.mark.parametrize("value", ["0.999", "0.99999999", "0.00000001", "0.5", Decimal("0.95")])
    def test_a_ratio_between_0_and_1_is_a_target(self, value: str | Decimal) -> None:
        assert parse_target(value) == Decimal(value)

    @pytest.mark.parametrize(
        ("value", "refusal"),
        [
            ("1", Refusal.TARGET_IS_ONE),
            ("1.000", Refusal.TARGET_IS_ONE),
            ("99.9", Refusal.TARGET_ABOVE_ONE),
            (2, Refusal.TARGET_ABOVE_ONE),
            ("0", Refusal.TARGET_NOT_POSITIVE),
            ("-0.5", Refusal.TARGET_NOT_POSITIVE),
            ("NaN", Refusal.TARGET_NOT_A_NUMBER),
            ("Infinity", Refusal.TARGET_NOT_A_NUMBER),
            ("99,9 %", Refusal.TARGET_NOT_A_NUMBER),
            ("0.999999999", Refusal.TARGET_NOT_A_NUMBER),
        ],
    )
    def test_anything_else_is_refused_with_its_reason(self, value: str | int, refusal: Refusal) -> None:
        with pytest.raises(Refused) as caught:
            parse_target(value)
        assert caught.value.refusal is refusal
        assert caught.value.params == {"value": str(value)}

    def test_a_target_of_one_teaches_why(self) -> None:
        with pytest.raises(Refused, match=r"no error budget.*99\.9 %"):
            parse_target("1")

    def test_the_budget_of_four_nines_is_exact(self) -> None:
        assert error_budget(Decimal("0.9999")) == 0.0001
        assert 1 - 0.9999 != 0.0001


class TestLiterature:
    @pytest.mark.parametrize(
        ("target", "days", "minutes"),
        [
            ("0.9", 30, 3 * 24 * 60),
            ("0.99", 30, 7.2 * 60),
            ("0.999", 365, 8.76 * 60),
            ("0.999", 90, 2.16 * 60),
            ("0.999", 30, 43.2),
            ("0.999", 7, 10.08),
            ("0.999", 1, 1.44),
            ("0.9999", 365, 52.56),
            ("0.9999", 90, 12.96),
            ("0.9999", 30, 4.32),
            ("0.99999", 30, 25.92 / 60),
        ],
    )
    def test_the_availability_table_of_the_sre_book(self, target: str, days: int, minutes: float) -> None:
        """Site Reliability Engineering, appendix A."""
        table = budget(counts(0, 1), target=Decimal(target), window_s=days * DAY_S)
        assert table.allowed_s / 60 == pytest.approx(minutes)
        assert table.left_s == pytest.approx(minutes * 60)

    @pytest.mark.parametrize(("target", "allowed"), [("0.97", 109_897), ("0.90", 366_325), ("0.99", 36_632)])
    def test_the_error_budgets_of_the_workbooks_game(self, target: str, allowed: int) -> None:
        """Site Reliability Workbook, chapter 2: 3,663,253 requests in four weeks."""
        result = budget(counts(0, 3_663_253), target=Decimal(target), window_s=28 * DAY_S)
        assert int(result.allowed_bad or 0) == allowed

    def test_the_workbooks_game_has_used_96_percent_of_its_budget(self) -> None:
        result = budget(counts(3_663_253 - 3_557_865, 3_663_253), target=Decimal("0.97"), window_s=28 * DAY_S)
        assert result.sli == pytest.approx(0.97123, abs=5e-6)
        assert result.consumed == pytest.approx(0.959, abs=5e-4)

    @pytest.mark.parametrize(("error_ratio", "burn"), [(0.001, 1), (0.002, 2), (0.01, 10), (1, 1000)])
    def test_the_burn_rates_of_the_workbook(self, error_ratio: float, burn: float) -> None:
        """Site Reliability Workbook, chapter 5, table "Burn rates and time to complete budget exhaustion"."""
        assert burn_rate(counts(error_ratio * 1e6, 1e6), target=Decimal("0.999")) == pytest.approx(burn)

    def test_one_failure_of_a_quiet_service_spends_14_percent(self) -> None:
        """Site Reliability Workbook, chapter 5, "Low-Traffic Services": 10 requests an hour, 99.9 % over 30 days."""
        assert spent(1, total=10 * 720, target=Decimal("0.999")) == pytest.approx(0.139, abs=5e-4)


class TestBudget:
    def test_a_budget_overspent_by_half_is_negative_and_says_how_long(self) -> None:
        result = budget(counts(15, 10_000), target=Decimal("0.999"), window_s=MONTH_S)
        assert result.consumed == pytest.approx(1.5)
        assert result.remaining == pytest.approx(-0.5)
        assert result.bad_left == pytest.approx(-5)
        assert result.left_s == pytest.approx(-21.6 * 60)
        assert result.over_s == pytest.approx(21.6 * 60)

    def test_a_budget_that_holds_is_over_by_nothing(self) -> None:
        assert budget(counts(5, 10_000), target=Decimal("0.999"), window_s=MONTH_S).over_s == 0

    def test_no_traffic_is_no_number(self) -> None:
        result = budget(counts(0, 0), target=Decimal("0.999"), window_s=MONTH_S)
        assert result.reason is NoDataReason.NO_TRAFFIC
        assert (result.sli, result.consumed, result.remaining, result.over_s) == (None, None, None, None)
        assert result.max_burn == 1000

    def test_no_counts_are_never_collected(self) -> None:
        result = budget(None, target=Decimal("0.9"), window_s=MONTH_S)
        assert result.reason is NoDataReason.NEVER_COLLECTED

    def test_a_reason_from_outside_hides_the_number(self) -> None:
        reason = NoDataReason.LOW_COVERAGE
        result = budget(counts(1, 100), target=Decimal("0.9"), window_s=MONTH_S, reason=reason)
        assert result.reason is reason
        assert result.remaining is None

    def test_no_traffic_has_no_burn_and_spends_nothing_known(self) -> None:
        assert burn_rate(counts(0, 0), target=Decimal("0.9")) is None
        assert spent(0, total=0, target=Decimal("0.9")) is None


@given(targets, totals, st.data())
def test_law_consumed_and_remaining_are_one_and_agree_in_every_unit(
    target: Decimal, total: int, data: st.DataObject
) -> None:
    bad = data.draw(st.integers(0, total))
    result = budget(counts(bad, total), target=target, window_s=MONTH_S)
    assert result.consumed is not None
    assert result.remaining is not None
    assert result.bad_left is not None
    assert result.left_s is not None
    assert result.consumed + result.remaining == pytest.approx(1, rel=1e-9, abs=1e-9 * result.consumed)
    assert result.consumed == burn_rate(counts(bad, total), target=target)
    assert result.consumed == pytest.approx(spent(bad, total=total, target=target))
    assert result.consumed <= max_burn(target) * (1 + 1e-12)
    scale = max(1.0, result.consumed)
    assert result.bad_left / (result.allowed_bad or 1) == pytest.approx(result.remaining, abs=1e-9 * scale)
    assert result.left_s / result.allowed_s == pytest.approx(result.remaining, abs=1e-9 * scale)


@given(targets, totals, st.data())
def test_law_one_more_failure_never_leaves_more(target: Decimal, total: int, data: st.DataObject) -> None:
    bad = data.draw(st.integers(0, total - 1))
    fewer = budget(counts(bad, total), target=target, window_s=MONTH_S)
    more = budget(counts(bad + 1, total), target=target, window_s=MONTH_S)
    assert (more.remaining or 0) <= (fewer.remaining or 0)


@given(targets, targets, totals, st.data())
def test_law_a_stricter_target_never_leaves_more(a: Decimal, b: Decimal, total: int, data: st.DataObject) -> None:
    bad = data.draw(st.integers(1, total))
    loose = budget(counts(bad, total), target=min(a, b), window_s=MONTH_S)
    strict = budget(counts(bad, total), target=max(a, b), window_s=MONTH_S)
    assert (strict.remaining or 0) <= (loose.remaining or 0)


@given(targets, st.lists(st.tuples(st.integers(0, 100), st.integers(100, 1000)), min_size=1, max_size=12))
def test_law_the_windows_consumption_is_the_traffic_weighted_mean_of_its_parts_burns(
    target: Decimal, parts: list[tuple[int, int]]
) -> None:
    whole = sum((counts(bad, total) for bad, total in parts), start=Counts(bad=0, total=0, covered_s=0))
    weighted = sum((burn_rate(counts(b, t), target=target) or 0) * t for b, t in parts) / whole.total
    assert burn_rate(whole, target=target) == pytest.approx(weighted)
