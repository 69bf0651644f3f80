"""How far our counts of a day are from what the source itself says for the day."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

# `increase` extrapolates at both ends of the day: about a scrape of traffic, 60 s of 86,400 s.
TOLERANCE = 0.001
# A quiet service may differ by an event that fell on the other side of midnight.
EVENTS = 1.0


class Agreement(StrEnum):
    AGREES = "agrees"
    DRIFTS = "drifts"
    NOT_COMPARED = "not_compared"


@dataclass(frozen=True, slots=True)
class Drift:
    """`ratio` is signed: above 0 we count more than the source. None when there is nothing to compare with."""

    ratio: float | None
    agreement: Agreement


def drift(ours: float, theirs: float | None, *, tolerance: float = TOLERANCE) -> Drift:
    """(ours - theirs) / max(ours, theirs): at most 1 either way, and symmetric, unlike a share of one of the two.

    Two zeros agree. A difference of up to one event agrees whatever its share is.
    """
    if theirs is None:
        return Drift(ratio=None, agreement=Agreement.NOT_COMPARED)
    difference = ours - theirs
    largest = max(abs(ours), abs(theirs))
    ratio = difference / largest if largest else 0.0
    agrees = abs(difference) <= max(EVENTS, tolerance * largest)
    return Drift(ratio=ratio, agreement=Agreement.AGREES if agrees else Agreement.DRIFTS)
