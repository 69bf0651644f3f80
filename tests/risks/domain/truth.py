"""Compound Poisson percentiles without drawing anything: Fourier transforms of a severity in small steps.

Source: Klugman, Panjer and Willmot 2019, Loss Models, 5th edition, section 9.6 (the FFT); Grübel and Hermesmeier 1999, ASTIN
Bulletin 29:197 (tilting, against what wraps around).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import ndtr


def percentiles(rate: float, mu: float, sigma: float, at: Sequence[float], *, step: float, bits: int) -> list[float]:
    """`step` * 2 ** `bits` must lie far beyond the largest percentile."""
    size = 1 << bits
    edges = (np.arange(1, size + 1) - 0.5) * step
    severity = np.diff(ndtr((np.log(edges) - mu) / sigma), prepend=0.0)
    tilt = np.exp(-20 / size * np.arange(size))
    total = np.fft.irfft(np.exp(rate * (np.fft.rfft(severity * tilt) - 1)), size) / tilt
    reached = np.cumsum(total)
    return [float(np.searchsorted(reached, each) * step) for each in at]
