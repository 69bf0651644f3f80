"""What a handful of incidents can say: distributions with intervals, and a change only where the sample carries one.

scipy.stats takes more than a second to import, so that the functions which use it import it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from math import sqrt
from typing import Final

import numpy as np

MIN_N: Final = 5
"""Fewer durations have no interval, and are compared with nothing."""
RESAMPLES: Final = 999
SEED: Final = 20_200_101
"""The same incidents give the same interval, whoever asks."""
ALPHA: Final = 0.05
MIN_EXPOSURE: Final = 0.001
"""A period that is shorter than this part of the other says nothing."""
Z: Final = 1.959963984540054
CACHED: Final = 16_384
"""Most of a thousand services have few of anything: the same small numbers are asked for again and again."""


class Lacking(StrEnum):
    """Why there is no number."""

    NOTHING = "nothing"
    FEW = "few"


class Change(StrEnum):
    """What a comparison may claim."""

    UP = "up"
    DOWN = "down"
    NO_CLEAR = "no_clear"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Interval:
    """At 95 %."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """Seconds. `missing` of the incidents do not have the duration; `interval` of the median is None with a reason."""

    n: int
    missing: int
    median: float | None
    p90: float | None
    interval: Interval | None
    lacking: Lacking | None

    @property
    def coverage(self) -> float | None:
        """None where there was no incident at all."""
        whole = self.n + self.missing
        return self.n / whole if whole else None


@dataclass(frozen=True, slots=True)
class Trend:
    """`p` is the chance of a difference this large if nothing changed; None where nothing was compared."""

    change: Change
    p: float | None


UNKNOWN: Final = Trend(Change.UNKNOWN, None)


def distribution(durations: Sequence[float | None]) -> Distribution:
    known = _known(durations)
    n = len(known)
    return Distribution(
        n=n,
        missing=len(durations) - n,
        median=median(durations),
        p90=p90(durations),
        interval=_median_interval(known) if n >= MIN_N else None,
        lacking=None if n >= MIN_N else Lacking.FEW if n else Lacking.NOTHING,
    )


def median(durations: Sequence[float | None]) -> float | None:
    """None of nothing."""
    known = _known(durations)
    return float(np.median(known)) if len(known) else None


def p90(durations: Sequence[float | None]) -> float | None:
    """None of nothing."""
    known = _known(durations)
    return float(np.quantile(known, 0.9)) if len(known) else None


def _median_interval(known: np.ndarray) -> Interval:
    """Source: Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 13 (percentile interval)."""
    if known.min() == known.max():
        return Interval(float(known[0]), float(known[0]))
    from scipy.stats import bootstrap

    found = bootstrap(
        (known,), np.median, n_resamples=RESAMPLES, method="percentile", batch=200, rng=np.random.default_rng(SEED)
    ).confidence_interval
    return Interval(float(found.low), float(found.high))


@lru_cache(maxsize=CACHED)
def share_interval(k: int, n: int) -> Interval | None:
    """Of k in n; None of nothing. Source: Wilson 1927, J. Am. Stat. Assoc. 22:209."""
    if not n:
        return None
    share = k / n
    centre = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
    # The ends are exact at 0 and 1, where floats would miss them.
    return Interval(0.0 if k == 0 else centre - half, 1.0 if k == n else centre + half)


@lru_cache(maxsize=CACHED)
def count_interval(k: int) -> Interval:
    """Of the mean of a Poisson count, exactly. Source: Garwood 1936, Biometrika 28:437."""
    from scipy.special import gammaincinv

    low = float(gammaincinv(k, ALPHA / 2)) if k else 0.0
    return Interval(low, float(gammaincinv(k + 1, 1 - ALPHA / 2)))


@lru_cache(maxsize=CACHED)
def counts_changed(now: int, before: int, *, exposure: float = 0.5) -> Trend:
    """Whether the rate changed. `exposure` is the part of both periods' time that lies in the new one.

    Source: Przyborowski and Wilenski 1940, Biometrika 31:313: given the sum, the count is binomial if the rates are equal.
    """
    if not now + before or not MIN_EXPOSURE <= exposure <= 1 - MIN_EXPOSURE:
        return UNKNOWN
    from scipy.stats import binomtest

    p = float(binomtest(now, now + before, exposure).pvalue)
    return _verdict(p, rises=now * (1 - exposure) > before * exposure)


def durations_changed(now: Sequence[float | None], before: Sequence[float | None]) -> Trend:
    """Whether incidents tend to take longer or shorter. Source: Mann and Whitney 1947, Ann. Math. Stat. 18:50."""
    new, old = _known(now), _known(before)
    if min(len(new), len(old)) < MIN_N:
        return UNKNOWN
    from scipy.stats import mannwhitneyu

    found = mannwhitneyu(new, old)
    return _verdict(float(found.pvalue), rises=float(found.statistic) > len(new) * len(old) / 2)


@lru_cache(maxsize=CACHED)
def shares_changed(now: tuple[int, int], before: tuple[int, int]) -> Trend:
    """Each as (k, n). Source: Fisher 1922, J. R. Stat. Soc. 85:87 (exact test)."""
    (k, n), (k_old, n_old) = now, before
    if min(n, n_old) < MIN_N:
        return UNKNOWN
    from scipy.stats import fisher_exact

    p = float(fisher_exact([[k, n - k], [k_old, n_old - k_old]]).pvalue)
    return _verdict(p, rises=k * n_old > k_old * n)


def sums_changed(now: Sequence[float | None], before: Sequence[float | None], *, exposure: float = 0.5) -> Trend:
    """Whether what adds up, such as minutes, grew or shrank.

    If nothing changed, each incident falls into the new period with the chance `exposure`, whatever its size: the sums are
    compared with what drawing that again gives. One huge incident alone is therefore no change; with sizes of 1 this is
    `counts_changed`. Source: Phipson and Smyth 2010, Stat. Appl. Genet. Mol. Biol. 9:39 (p of a random permutation test).
    """
    new, old = _known(now), _known(before)
    sizes = np.concatenate([new, old])
    if sizes.size < MIN_N or not sizes.any() or not MIN_EXPOSURE <= exposure <= 1 - MIN_EXPOSURE:
        return UNKNOWN
    expected = exposure * sizes.sum()
    difference = float(new.sum() - expected)
    drawn = np.random.default_rng(SEED).random((RESAMPLES, sizes.size), dtype=np.float32) < exposure
    as_far = np.abs(drawn @ sizes - expected) >= abs(difference) - 1e-9 * sizes.sum()
    return _verdict((1 + int(as_far.sum())) / (1 + RESAMPLES), rises=difference > 0)


def _verdict(p: float, *, rises: bool) -> Trend:
    if p >= ALPHA:
        return Trend(Change.NO_CLEAR, p)
    return Trend(Change.UP if rises else Change.DOWN, p)


def _known(values: Sequence[float | None]) -> np.ndarray:
    return np.array([each for each in values if each is not None], np.float64)
