"""Random numbers that stay with what they are for.

Each trial of a risk, and each event in it, has its own number, whatever else is drawn: another risk, a lower rate or more trials
change none. Before and after a treatment therefore differ by the treatment alone (common random numbers: Law 2015, Simulation
Modeling and Analysis, 5th edition, section 11.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from math import exp
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_FIRST: Final = np.uint64(0xBF58476D1CE4E5B9)
_SECOND: Final = np.uint64(0x94D049BB133111EB)
_TURNS: Final = 24
_STEP: Final = 2.0**-52
_LAST: Final = 1 - 1e-12
"""Sums of probabilities round to just below 1, and nothing beyond would ever be reached."""
EXACT_TO: Final = 30.0
"""Rates up to here are inverted by adding probabilities up, which is faster than scipy's inverse."""
NORMAL_FROM: Final = 1e4
"""From here on scipy's inverse takes long, and the expansion about the normal errs by one event in 10,000 at most."""


@dataclass(frozen=True, slots=True)
class Stream:
    """Uniform numbers by index (SplitMix64).

    Source: Steele, Lea and Flood 2014, Fast Splittable Pseudorandom Number Generators, OOPSLA.
    """

    start: int
    gamma: int

    def uniform(self, index: Ints) -> Floats:
        """In (0, 1), neither end included."""
        bits = index.astype(np.uint64)
        bits *= np.uint64(self.gamma)
        bits += np.uint64(self.start)
        bits ^= bits >> np.uint64(30)
        bits *= _FIRST
        bits ^= bits >> np.uint64(27)
        bits *= _SECOND
        bits ^= bits >> np.uint64(31)
        bits >>= np.uint64(12)
        uniform = bits.astype(np.float64)
        uniform += 0.5
        uniform *= _STEP
        return uniform

    def normal(self, index: Ints) -> Floats:
        # scipy takes long to import, and pages without figures need none of it.
        from scipy.special import ndtri

        uniform = self.uniform(index)
        return np.asarray(ndtri(uniform, out=uniform), np.float64)


def stream(seed: int, key: str, purpose: str) -> Stream:
    """`key` names what keeps its draws, such as a risk with the estimate that it began with."""
    digest = blake2b(f"{seed}\0{key}\0{purpose}".encode(), digest_size=16).digest()
    gamma = int.from_bytes(digest[8:], "little") | 1
    if (gamma ^ (gamma >> 1)).bit_count() < _TURNS:
        gamma ^= 0xAAAAAAAAAAAAAAAA
    return Stream(int.from_bytes(digest[:8], "little"), gamma)


def poisson(uniform: Floats, rate: Floats) -> Ints:
    """The inverse of the Poisson distribution: with the same `uniform`, a lower rate never gives more events."""
    if not rate.size:
        return np.zeros(0, np.int64)
    if rate[0] == rate.min() == rate.max() <= EXACT_TO:
        return _of_one_rate(uniform, float(rate[0]))
    if rate.max() <= EXACT_TO:
        return _added_up(uniform, rate)
    events = np.zeros(rate.shape, np.int64)
    rare = rate <= EXACT_TO
    events[rare] = _added_up(uniform[rare], rate[rare])
    often = ~rare & (rate < NORMAL_FROM)
    if often.any():
        from scipy.special import pdtrik

        events[often] = np.ceil(np.maximum(pdtrik(uniform[often], rate[often]), 0))
    huge = rate >= NORMAL_FROM
    if huge.any():
        from scipy.special import ndtri

        # Source: Cornish and Fisher 1938, Rev. Int. Stat. Inst. 5:307, to the term of the skewness.
        z, mean = ndtri(uniform[huge]), rate[huge]
        events[huge] = np.ceil(np.maximum(mean + np.sqrt(mean) * z + (z * z - 1) / 6 - 0.5, 0))
    return events


def _of_one_rate(uniform: Floats, rate: float) -> Ints:
    chance = total = exp(-rate)
    below = [total]
    while total < _LAST:
        chance *= rate / len(below)
        total += chance
        below.append(total)
    return np.searchsorted(np.array(below), np.minimum(uniform, _LAST)).astype(np.int64)


def _added_up(uniform: Floats, rate: Floats) -> Ints:
    events = np.zeros(rate.shape, np.int64)
    total = np.exp(-rate)
    left = np.flatnonzero(uniform > total)
    uniform, rate, total = np.minimum(uniform[left], _LAST), rate[left], total[left]
    chance = total
    number = 0
    while left.size:
        number += 1
        chance = chance * rate
        chance /= number
        total = total + chance
        more = np.flatnonzero(uniform > total)
        events[left] = number
        left, uniform, rate, chance, total = left[more], uniform[more], rate[more], chance[more], total[more]
    return events
