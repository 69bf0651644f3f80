"""Latency from histograms: the share of requests that were no slower than a threshold.

Classic: a request is good when it is counted in the bucket whose upper bound `le` is the threshold; all requests are in the
+Inf bucket, which is also `_count`. Only a bound that exists can be a threshold: between two bounds nobody knows.

`le` is text. Clients write 1, 1.0, 1e-05 or 1e+06 for one bound, and Prometheus 3 rewrites it to its own form on ingestion, so
the matcher accepts every spelling of the number.

Source: Prometheus 3.0 migration guide, "le and quantile label values".
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from decimal import Decimal

from slo.domain.refusals import Refusal, Refused


def le_pattern(bound: float) -> str:
    """A regular expression (RE2, anchored by Prometheus) for every spelling of a bucket's upper bound.

    0.3 gives `0?[.]30*|...`; a dot is `[.]`, so that nothing needs a backslash inside a PromQL string.
    """
    if math.isinf(bound):
        return "[+]?Inf"
    value = Decimal(repr(bound)).normalize()
    plain = f"{value:f}"
    if "." in plain:
        whole, fraction = plain.split(".")
        forms = [f"{'0?' if whole == '0' else whole}[.]{fraction}0*"]
    else:
        forms = [f"{plain}([.]0*)?"]
    if value:
        _, digits, _ = value.as_tuple()
        first, rest = str(digits[0]), "".join(str(digit) for digit in digits[1:])
        power = value.adjusted()
        sign = "-" if power < 0 else "[+]?"
        mantissa = f"{first}[.]{rest}0*" if rest else f"{first}([.]0*)?"
        forms.append(f"{mantissa}[eE]{sign}0*{abs(power)}")
    return "|".join(forms)


def bucket_for(threshold_s: float, available: Iterable[str]) -> str:
    """The `le` value, as the source spells it, whose bound is the threshold.

    Raises:
        Refused: no such bucket; the message names the nearest bounds and all there are.
    """
    if not threshold_s > 0 or math.isinf(threshold_s):
        raise Refused(
            Refusal.LATENCY_NOT_POSITIVE, "A latency threshold is a number of seconds above 0.", value=threshold_s
        )
    spelled: dict[float, str] = {}
    for le in available:
        bound = bound_of(le)
        if bound is not None:
            spelled.setdefault(bound, le)
    if threshold_s in spelled:
        return spelled[threshold_s]
    bounds = sorted(bound for bound in spelled if not math.isinf(bound))
    raise Refused(
        Refusal.BUCKET_MISSING,
        _missing(threshold_s, bounds),
        value=threshold_s,
        nearest=nearest(threshold_s, bounds),
        available=tuple(bounds),
    )


def nearest(threshold_s: float, bounds: Sequence[float]) -> tuple[float, ...]:
    """The bound below and the one above; one alone at either end, none without bounds. `bounds` ascend."""
    at = bisect_left(bounds, threshold_s)
    return tuple(bounds[max(0, at - 1) : at + 1])


def is_le(le: str, bound: float) -> bool:
    """Whether Prometheus would match the label value with `le_pattern(bound)`."""
    return re.fullmatch(le_pattern(bound), le) is not None


def bound_of(le: str) -> float | None:
    """The number that a label value spells; None for what is no bound."""
    try:
        bound = float(le)
    except ValueError:
        return None
    return None if math.isnan(bound) else bound


def _missing(threshold_s: float, bounds: Sequence[float]) -> str:
    if not bounds:
        return "The query finds no bucket at all: is it a classic histogram, and does the name end in _bucket?"
    near = " and ".join(f"{bound:g}" for bound in nearest(threshold_s, bounds))
    everything = ", ".join(f"{bound:g}" for bound in bounds)
    return (
        f"The histogram has no bucket at {threshold_s:g} s, so nobody can tell which requests were that fast. Nearest: "
        f"{near} s. All buckets: {everything} s. Choose one of them, or add a bucket in the service."
    )


def native_good(fraction: float, count: float) -> float | None:
    """Good events from `histogram_fraction(0, threshold, h)` and the histogram's count; None for NaN (no request)."""
    return None if math.isnan(fraction) else fraction * count


def fraction_below(threshold: float, *, bounds: Sequence[float], counts: Sequence[float]) -> float | None:
    """What `histogram_fraction(0, threshold, h)` answers for a native histogram of positive observations.

    `bounds` are the n + 1 edges of n buckets, `counts` what each holds. Inside a bucket Prometheus 3 interpolates
    exponentially (observations are taken to be even in the logarithm), Prometheus 2 linearly; a threshold on an edge,
    1 s at any schema, is exact in both. None without observations.

    Source: Prometheus, promql/quantile.go, histogramFraction.
    """
    total = sum(counts)
    if total == 0:
        return None
    below = 0.0
    for low, high, count in zip(bounds[:-1], bounds[1:], counts, strict=True):
        if high <= threshold:
            below += count
        elif low < threshold:
            share = (math.log(threshold) - math.log(low)) / (math.log(high) - math.log(low))
            below += count * share
    return below / total


def native_bounds(schema: int, *, indices: Iterable[int]) -> tuple[float, ...]:
    """Upper bounds of native buckets: 2 ** (index x 2 ** -schema)."""
    base = math.pow(2.0, math.pow(2.0, -schema))
    return tuple(math.pow(base, index) for index in indices)
