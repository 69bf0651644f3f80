"""The shape of an objective in one word, and who needs attention first."""

from __future__ import annotations

from enum import StrEnum

from slo.domain.budget import NoDataReason

# Below a quarter of the budget a month has little room for a release that goes wrong.
AT_RISK_BELOW = 0.25
# A budget used to the last event is kept, not broken; division leaves noise of this size.
NOISE = 1e-9


class Band(StrEnum):
    BREACHED = "breached"
    AT_RISK = "at_risk"
    HEALTHY = "healthy"
    NO_DATA = "no_data"

    @property
    def shape(self) -> str:
        """Tells bands apart without colour."""
        return _SHAPES[self]

    @property
    def rank(self) -> int:
        """Sorts worst first. No data stands before healthy: nobody knows that it is."""
        return _ORDER.index(self)


_SHAPES = {
    Band.BREACHED: "■",
    Band.AT_RISK: "▲",
    Band.HEALTHY: "●",
    Band.NO_DATA: "○",
}
_ORDER = (Band.BREACHED, Band.AT_RISK, Band.NO_DATA, Band.HEALTHY)


def band(
    remaining: float | None,
    *,
    firing: bool = False,
    reason: NoDataReason | None = None,
) -> Band:
    """Breached: more than the budget is used. At risk: less than a quarter is left, or a burn rule fires.

    `reason` (low coverage, source gone) or a missing `remaining` is NO_DATA, whatever else is known.
    """
    if reason is not None or remaining is None:
        return Band.NO_DATA
    if remaining < -NOISE:
        return Band.BREACHED
    if firing or remaining < AT_RISK_BELOW:
        return Band.AT_RISK
    return Band.HEALTHY


def worst(bands: list[Band]) -> Band:
    """The band of a service from those of its objectives; no objectives are NO_DATA."""
    return min(bands, key=lambda each: each.rank, default=Band.NO_DATA)
