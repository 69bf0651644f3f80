"""Error budgets: how much failure a target allows, and how much of that is used.

Source: Site Reliability Workbook, chapter 2 "Implementing SLOs" and chapter 5 "Alerting on SLOs".
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from slo.domain.counts import Counts
from slo.domain.refusals import Refusal, Refused

MAX_TARGET_DECIMALS = 8


class NoDataReason(StrEnum):
    """Why a number is missing. Words for people are written where they are shown."""

    NO_TRAFFIC = "no_traffic"
    LOW_COVERAGE = "low_coverage"
    PERIOD_BEGINS = "period_begins"
    NEVER_COLLECTED = "never_collected"
    SOURCE_UNAVAILABLE = "source_unavailable"
    MISSING_PLUGIN = "missing_plugin"


@dataclass(frozen=True, slots=True)
class Budget:
    """The budget of one objective over one window. Either every number is there and `reason` is None, or none is.

    `consumed` is 0 when nothing was bad, 1 when exactly the allowance is used, 2 when twice of it; `remaining` is
    1 - consumed and goes below 0. `allowed_bad` and `bad_left` (signed) are events or slices. `left_s` (signed) is the
    same as time: the seconds of full outage at even traffic that the window still bears, `over_s` those it is beyond.
    `max_burn` is the burn rate of a full outage.
    """

    error_budget: float
    max_burn: float
    window_s: float
    reason: NoDataReason | None = None
    bad: float | None = None
    total: float | None = None
    sli: float | None = None
    error_ratio: float | None = None
    consumed: float | None = None
    remaining: float | None = None
    allowed_bad: float | None = None
    bad_left: float | None = None
    left_s: float | None = None

    @property
    def over_s(self) -> float | None:
        """Seconds of full outage beyond the budget; 0 while the budget holds."""
        return None if self.left_s is None else max(0.0, -self.left_s)

    @property
    def allowed_s(self) -> float:
        """Seconds of full outage that the whole window bears."""
        return self.error_budget * self.window_s


def parse_target(value: Decimal | int | str) -> Decimal:
    """The target as a ratio strictly between 0 and 1.

    Raises:
        Refused: not a number, not between 0 and 1, or more than 8 decimals (which storage would round).
    """
    try:
        target = Decimal(value)
    except InvalidOperation:
        target = Decimal("NaN")
    if not target.is_finite() or target != round(target, MAX_TARGET_DECIMALS):
        raise Refused(
            Refusal.TARGET_NOT_A_NUMBER,
            f"A target is a number between 0 and 1 with at most {MAX_TARGET_DECIMALS} decimals, such as 0.999.",
            value=str(value),
        )
    if target == 1:
        raise Refused(
            Refusal.TARGET_IS_ONE,
            "A target of 100 % leaves no error budget: every single failure would breach it, no change could ever be "
            "released, and a burn rate would divide by zero. Promise what users notice, such as 99.9 %.",
            value=str(value),
        )
    if target > 1:
        raise Refused(
            Refusal.TARGET_ABOVE_ONE,
            "A target is a ratio below 1: write 0.999 for 99.9 %.",
            value=str(value),
        )
    if target <= 0:
        raise Refused(
            Refusal.TARGET_NOT_POSITIVE,
            "A target of 0 or below promises nothing: no failure could ever use up its budget. Choose one above 0.",
            value=str(value),
        )
    return target


def error_budget(target: Decimal) -> float:
    """The share of events that may be bad, 0..1.

    The subtraction is taken in Decimal: in floats 1 - 0.9999 is 0.00009999999999998899, which misses the budget by
    1e-12 of itself and makes equal numbers differ.
    """
    return float(1 - target)


def max_burn(target: Decimal) -> float:
    """The burn rate when every event is bad: no burn rule with a factor at or above it can fire."""
    return 1 / error_budget(target)


def budget(
    counts: Counts | None,
    *,
    target: Decimal,
    window_s: float,
    reason: NoDataReason | None = None,
) -> Budget:
    """The budget over a window that saw `counts`.

    `window_s` is the length of the window that the counts stand for; it only scales the time equivalents. `reason`
    makes the answer "no data" whatever the counts say (low coverage, source gone); no counts at all are
    NEVER_COLLECTED, no traffic is NO_TRAFFIC.
    """
    eb = error_budget(target)
    if reason is None:
        if counts is None:
            reason = NoDataReason.NEVER_COLLECTED
        elif counts.total == 0:
            reason = NoDataReason.NO_TRAFFIC
    if reason is not None or counts is None:
        return Budget(error_budget=eb, max_burn=1 / eb, window_s=window_s, reason=reason)
    error_ratio = counts.bad / counts.total
    remaining = 1 - error_ratio / eb
    return Budget(
        error_budget=eb,
        max_burn=1 / eb,
        window_s=window_s,
        bad=counts.bad,
        total=counts.total,
        sli=counts.good / counts.total,
        error_ratio=error_ratio,
        consumed=error_ratio / eb,
        remaining=remaining,
        allowed_bad=eb * counts.total,
        bad_left=eb * counts.total - counts.bad,
        left_s=remaining * eb * window_s,
    )


def burn_rate(counts: Counts, *, target: Decimal) -> float | None:
    """How many times faster than sustainable the budget is used: 1 uses exactly all of it over the objective's window.

    None without traffic.
    """
    ratio = counts.error_ratio
    return None if ratio is None else ratio / error_budget(target)


def spent(bad: float, *, total: float, target: Decimal) -> float | None:
    """The share of a window's budget that `bad` events use (an incident's cost); None without traffic in the window."""
    return None if total == 0 else bad / (error_budget(target) * total)
