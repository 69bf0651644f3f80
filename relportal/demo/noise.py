"""Random numbers as a function of a name and a minute: any process can ask for any minute in any order."""

from __future__ import annotations

import hashlib
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX_1: Final = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2: Final = np.uint64(0x94D049BB133111EB)


def seed(*names: str) -> int:
    """A 64-bit seed that is the same in every process and every Python (unlike hash())."""
    return int.from_bytes(hashlib.blake2b("/".join(names).encode(), digest_size=8).digest(), "big")


def uniform(of: int, at: Ints) -> Floats:
    """One number in [0, 1) for each index.

    NumPy's own generators are streams: they cannot be asked for one minute, and may change between releases.
    Source: splitmix64; Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
    """
    with np.errstate(over="ignore"):
        z = at.astype(np.uint64) * _GOLDEN + np.uint64(of)
        z = (z ^ (z >> np.uint64(30))) * _MIX_1
        z = (z ^ (z >> np.uint64(27))) * _MIX_2
        z ^= z >> np.uint64(31)
    return (z >> np.uint64(11)).astype(np.float64) * 2.0**-53


def pick(of: int, at: int) -> float:
    """`uniform` for one index."""
    return float(uniform(of, np.array([at], dtype=np.int64))[0])


def smooth(of: int, at: Ints, *, every: int) -> Floats:
    """Numbers in [-1, 1) that wander: drawn at every `every`-th index, with straight lines between."""
    knot = at // every
    part = (at - knot * every) / every
    left = uniform(of, knot)
    right = uniform(of, knot + 1)
    return 2.0 * (left + (right - left) * part) - 1.0
