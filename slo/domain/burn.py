"""Burn-rate alerts over two windows: a long one that proves it matters, a short one that proves it is still going on.

Source: Site Reliability Workbook, chapter 5 "Alerting on SLOs", section 6 "Multiwindow, Multi-Burn-Rate Alerts".
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from slo.domain.budget import error_budget
from slo.domain.counts import SLACK, Counts
from slo.domain.coverage import MIN_COVERAGE
from slo.domain.grid import DAY_S, HOUR_S, STEP_S
from slo.domain.refusals import Refusal, Refused
from slo.domain.windows import Window

SHORT_OF_LONG = 12
# The look-backs that are shown for every objective: those of the default rules.
BURN_WINDOWS_S = {
    "5m": 300,
    "30m": 1800,
    "1h": HOUR_S,
    "2h": 2 * HOUR_S,
    "6h": 6 * HOUR_S,
    "1d": DAY_S,
    "3d": 3 * DAY_S,
}
# One or two failed requests of a quiet hour are no reason to wake anyone.
PAGE_MIN_FAILURES = 3


class Severity(StrEnum):
    PAGE = "page"
    TICKET = "ticket"


@dataclass(frozen=True, slots=True)
class BurnRule:
    """Fires when the burn rates of the last `long_s` and the last `short_s` are both above `factor`.

    Fewer than `min_failures` bad events in the long window never fire. Windows are multiples of the 5-minute grid.

    Raises:
        Refused: a window or factor that is not positive, off the grid, or a short window that is not the shorter.
    """

    long_s: int
    short_s: int
    factor: float
    severity: Severity
    min_failures: int = 0

    def __post_init__(self) -> None:
        if self.short_s <= 0 or not self.factor > 0 or self.min_failures < 0:
            raise Refused(
                Refusal.RULE_NOT_POSITIVE,
                "The windows and the factor of a burn rule are above 0: over no time nothing can burn.",
            )
        if self.short_s >= self.long_s:
            raise Refused(
                Refusal.RULE_SHORT_NOT_SHORTER,
                "The short window of a burn rule is shorter than the long one, usually a twelfth of it.",
            )
        if self.long_s % STEP_S or self.short_s % STEP_S:
            raise Refused(
                Refusal.RULE_OFF_GRID,
                "Events are counted in steps of 5 minutes: both windows of a burn rule are multiples of it.",
            )

    def budget_share(self, *, period_s: float) -> float:
        """The share of the period's budget that is used when the long window burns at exactly `factor`."""
        return self.factor * self.long_s / period_s

    def threshold(self, target: Decimal) -> float:
        """The error ratio (0..1) that both windows must exceed."""
        return self.factor * error_budget(target)

    def can_fire(self, target: Decimal) -> bool:
        """Whether a full outage would fire: even with every event bad, the error ratio is at most 1."""
        return self.threshold(target) < 1

    def check(self, target: Decimal, *, window: Window) -> None:
        """Raises: Refused, when the rule can never fire for this target, or looks back further than the objective."""
        if not self.can_fire(target):
            highest = 1 / error_budget(target)
            raise Refused(
                Refusal.RULE_CANNOT_FIRE,
                f"With a target of {target.normalize():f} a full outage burns at {highest:g}, so a rule at "
                f"{self.factor:g} can never fire. Choose a factor below {highest:g}.",
                factor=self.factor,
                highest=highest,
            )
        if self.long_s > window.nominal_s:
            raise Refused(
                Refusal.RULE_LONGER_THAN_WINDOW,
                "The long window of a burn rule is no longer than the window of its objective.",
                long_s=self.long_s,
            )

    def detection_s(self, error_ratio: float, *, target: Decimal) -> float | None:
        """Seconds from the start of a steady failure until the rule fires; None when it never does.

        Source: Site Reliability Workbook, chapter 5: (1 - SLO) / error ratio x window x burn rate.
        """
        threshold = self.threshold(target)
        return None if error_ratio <= threshold else self.long_s * threshold / error_ratio

    def reset_s(self, error_ratio: float, *, target: Decimal) -> float | None:
        """Seconds from the end of a steady failure until the rule resolves, never more than `short_s`.

        The failing part of the short window shrinks with time, its ratio with it. None when the rule never fired.
        """
        threshold = self.threshold(target)
        return None if error_ratio <= threshold else self.short_s * (1 - threshold / error_ratio)


@dataclass(frozen=True, slots=True)
class _Default:
    long_s: int
    share: float
    severity: Severity
    min_failures: int


_DEFAULTS = (
    _Default(HOUR_S, 0.02, Severity.PAGE, PAGE_MIN_FAILURES),
    _Default(6 * HOUR_S, 0.05, Severity.PAGE, PAGE_MIN_FAILURES),
    _Default(DAY_S, 0.10, Severity.TICKET, 0),
    _Default(3 * DAY_S, 0.10, Severity.TICKET, 0),
)


def derived_rule(*, share: float, period_s: float, long_s: int, severity: Severity, min_failures: int = 0) -> BurnRule:
    """The rule that fires when `share` of the period's budget is used within `long_s`.

    factor = share x period / long; the short window is a twelfth of the long one, rounded up to the grid.

    Raises:
        Refused: see BurnRule; a long window of one step has no shorter one.
    """
    twelfth = -(-long_s // (SHORT_OF_LONG * STEP_S)) * STEP_S
    # Twelve digits: 0.02 x 720 h / 1 h is 14.4 and not 14.399999999999999.
    factor = float(f"{share * period_s / long_s:.12g}")
    return BurnRule(long_s=long_s, short_s=twelfth, factor=factor, severity=severity, min_failures=min_failures)


def default_rules(window: Window, *, target: Decimal) -> tuple[BurnRule, ...]:
    """The Workbook's four rules for this window: 2 % in 1 h and 5 % in 6 h page, 10 % in 1 d and in 3 d make a ticket.

    For 30 days the factors are 14.4, 6, 3 and 1. On shorter windows a factor would fall below 1, where an objective that
    is kept would alert for ever, so 1 is the least. Rules that could never fire for the target, or look back further than
    the window, are left out.
    """
    rules = []
    for default in _DEFAULTS:
        share = max(default.share, default.long_s / window.nominal_s)
        rule = derived_rule(
            share=share,
            period_s=window.nominal_s,
            long_s=default.long_s,
            severity=default.severity,
            min_failures=default.min_failures,
        )
        if rule.can_fire(target) and rule.long_s <= window.nominal_s:
            rules.append(rule)
    return tuple(rules)


class Verdict(StrEnum):
    """FROZEN: a window is measured too little to say anything, and the state before stays."""

    FIRES = "fires"
    LONG_BELOW = "long_below"
    SHORT_BELOW = "short_below"
    TOO_FEW_FAILURES = "too_few_failures"
    FROZEN = "frozen"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a rule says at one instant. A burn is None where the window had no traffic."""

    verdict: Verdict
    burn_long: float | None
    burn_short: float | None


def evaluate(
    rule: BurnRule,
    *,
    long: Counts,
    short: Counts,
    target: Decimal,
    age_s: float | None = None,
    frozen: bool = False,
) -> Decision:
    """Judges a rule by the counts of its two windows, which end at the same instant.

    `age_s` is how long the series has been counted: a window reaches back no further than that. `frozen` is for reasons
    outside of the counts (the objective has no data). A window without traffic does not exceed anything.
    """
    eb = error_budget(target)
    burn_long = None if long.error_ratio is None else long.error_ratio / eb
    burn_short = None if short.error_ratio is None else short.error_ratio / eb
    limit = rule.factor * (1 + SLACK)
    if frozen or not _covered(long, rule.long_s, age_s) or not _covered(short, rule.short_s, age_s):
        verdict = Verdict.FROZEN
    elif burn_long is None or burn_long <= limit:
        verdict = Verdict.LONG_BELOW
    elif burn_short is None or burn_short <= limit:
        verdict = Verdict.SHORT_BELOW
    elif long.bad < rule.min_failures:
        verdict = Verdict.TOO_FEW_FAILURES
    else:
        verdict = Verdict.FIRES
    return Decision(verdict=verdict, burn_long=burn_long, burn_short=burn_short)


def _covered(counts: Counts, window_s: float, age_s: float | None) -> bool:
    expected_s = window_s if age_s is None else min(window_s, age_s)
    return expected_s > 0 and counts.covered_s >= MIN_COVERAGE * expected_s
