"""A calibrated 90 % interval, and the lognormal that has it.

Whoever gives it is 90 % sure that the truth lies inside: 5 % lie below `low`, 5 % above `high`. A lognormal takes no value below
zero and now and then a very large one, as rates and losses do. Source: Hubbard and Seiersen 2023, How to Measure Anything in
Cybersecurity Risk, 2nd edition, chapter 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import exp, isfinite, log, sqrt
from typing import Final

Z95: Final = 1.6448536269514722
MOST: Final = 1e15
"""Beyond it cents no longer fit a float."""
WIDEST: Final = 1e6
"""high / low. A wider guess has a mean that its own 95th percentile does not reach."""


class Unfit(StrEnum):
    """Why no distribution fits."""

    NOT_A_NUMBER = "not_a_number"
    NOT_POSITIVE = "not_positive"
    LOW_NOT_BELOW_HIGH = "low_not_below_high"
    TOO_WIDE = "too_wide"
    TOO_LARGE = "too_large"
    TOO_OFTEN = "too_often"
    NO_YEARS = "no_years"
    NO_CURVE = "no_curve"


class Refused(ValueError):
    """`why` for a form to say in the user's language; `str()` is the English sentence."""

    def __init__(self, why: Unfit, message: str) -> None:
        super().__init__(message)
        self.why = why


@dataclass(frozen=True, slots=True)
class Range:
    """`low` == `high` is a number that is known, 0 included; what may not be known so says it where it is used.

    Raises:
        Refused: no distribution fits.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        if not (isfinite(self.low) and isfinite(self.high)):
            raise Refused(Unfit.NOT_A_NUMBER, "Both ends must be numbers.")
        if max(self.low, self.high) > MOST:
            raise Refused(
                Unfit.TOO_LARGE, f"Nothing above {MOST:.0e} is calculated: give a larger unit or a smaller end."
            )
        if self.low > self.high:
            raise Refused(Unfit.LOW_NOT_BELOW_HIGH, "The low end must be below the high end.")
        if self.low < 0 or self.low == 0 < self.high:
            raise Refused(
                Unfit.NOT_POSITIVE, "The low end must be above zero: give the smallest that would not surprise."
            )
        if self.high > self.low * WIDEST:
            raise Refused(
                Unfit.TOO_WIDE, f"The high end is more than {WIDEST:,.0f} times the low end: split the risk in two."
            )

    @property
    def is_point(self) -> bool:
        return self.low == self.high


@dataclass(frozen=True, slots=True)
class Lognormal:
    """Of the logarithm: mean and standard deviation. `sigma` 0 is a fixed number."""

    mu: float
    sigma: float

    @property
    def mean(self) -> float:
        return exp(self.mu + self.sigma**2 / 2)

    @property
    def second_moment(self) -> float:
        return exp(2 * self.mu + 2 * self.sigma**2)

    @property
    def variance(self) -> float:
        return max(0.0, self.second_moment - self.mean**2)

    def scaled(self, factor: float) -> Lognormal:
        """Raises ValueError where `factor` is not positive."""
        return Lognormal(self.mu + log(factor), self.sigma)


def fitted(interval: Range) -> Lognormal:
    """Raises ValueError for the point 0, which has no logarithm."""
    low, high = log(interval.low), log(interval.high)
    return Lognormal((low + high) / 2, (high - low) / (2 * Z95))


def of_moments(mean: float, sd: float) -> Lognormal:
    """The lognormal with these moments. Source: Klugman, Panjer and Willmot 2019, Loss Models, 5th edition, appendix A.4."""
    spread = log(1 + (sd / mean) ** 2)
    return Lognormal(log(mean) - spread / 2, sqrt(spread))
