"""Ranges that the portal's own incidents suggest; a person decides what to make of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from math import exp, hypot, isfinite, log
from statistics import fmean, stdev
from typing import Final

from risks.domain.lognormal import MOST, WIDEST, Z95, Range, fitted
from risks.domain.money import MOST_OFTEN

FEWEST: Final = 3


class Lacking(StrEnum):
    """Why nothing is suggested."""

    NO_TIME = "no_time"
    NO_EVENTS = "no_events"
    FEW = "few"
    NO_SPREAD = "no_spread"
    TOO_WIDE = "too_wide"
    TOO_LARGE = "too_large"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """From `n` events. `range` is None with a reason; `at_most` is what can be said of a rate all the same."""

    n: int
    range: Range | None = None
    lacking: Lacking | None = None
    at_most: float | None = None


def rate_suggested(n: int, *, years: float) -> Suggestion:
    """Events a year, where `n` happened in `years`: the exact 90 % interval. Source: Garwood 1936, Biometrika 28:437.

    Count the events that the losses are taken from: with others, the product of the two is too high.
    """
    if not (isfinite(years) and years > 0):
        return Suggestion(n=n, lacking=Lacking.NO_TIME)
    # scipy takes long to import, and few pages suggest anything.
    from scipy.special import gammaincinv

    high = float(gammaincinv(n + 1, 0.95)) / years
    if n <= 0:
        return Suggestion(n=0, lacking=Lacking.NO_EVENTS, at_most=high)
    if high > MOST_OFTEN:
        return Suggestion(n=n, lacking=Lacking.TOO_LARGE)
    return Suggestion(n=n, range=Range(float(gammaincinv(n, 0.05)) / years, high), at_most=high)


def times(first: Range, second: Range) -> Range:
    """What two independent quantities give together, such as minutes and the price of one: lognormals multiply to one.

    Raises:
        Refused: the product is too large or too wide.
    """
    one, other = fitted(first), fitted(second)
    middle, half = one.mu + other.mu, Z95 * hypot(one.sigma, other.sigma)
    return Range(exp(middle - half), exp(middle + half))


def loss_suggested(losses: Iterable[float | None]) -> Suggestion:
    """The 5th and 95th percentile of a lognormal through the losses above zero; `n` counts these.

    It says how much events differ, not how little a few of them tell: with three, widen it.
    """
    known = [log(each) for each in losses if each is not None and isfinite(each) and each > 0]
    n = len(known)
    if n < FEWEST:
        return Suggestion(n=n, lacking=Lacking.FEW if n else Lacking.NO_EVENTS)
    middle, half = fmean(known), Z95 * stdev(known)
    if half < 1e-9:
        return Suggestion(n=n, lacking=Lacking.NO_SPREAD)
    # A little below the limit, so that rounding the ends does not pass it.
    if 2 * half > log(WIDEST) - 0.02:
        return Suggestion(n=n, lacking=Lacking.TOO_WIDE)
    if middle + half > log(MOST):
        return Suggestion(n=n, lacking=Lacking.TOO_LARGE)
    return Suggestion(n=n, range=Range(exp(middle - half), exp(middle + half)))
