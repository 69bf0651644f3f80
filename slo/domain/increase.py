"""Grouped increases that telescope: the plan for sources with too many series to read raw.

`increase(x[5m])` sees the samples inside five minutes and stretches their difference to the whole range, so what happens
between the last sample of one range and the first of the next is guessed, not counted. A range that is one scrape longer
holds one sample more: its first sample is the last one of the range before, the differences join without seam, and the
stretching is undone by a constant.

A range must hold exactly step / scrape + 1 samples wherever the scrapes fall, also exactly on the grid. Prometheus 3 leaves
the left end of a range open, so that is step + scrape; Prometheus 2 counts a sample at either end, so it is a millisecond
less. The shorter one is right for both but for one series in `scrape` milliseconds (scraped exactly 1 ms after the grid,
under Prometheus 3), so it is taken where the version is not known.

Source: Prometheus, promql/functions.go, extrapolatedRate.
"""

from __future__ import annotations

from dataclasses import dataclass

from slo.domain.grid import STEP_S
from slo.domain.refusals import Refusal, Refused


@dataclass(frozen=True, slots=True)
class Telescope:
    """How to write the query for a step and the source's scrape interval, in whole seconds.

    `left_open`: the source is known to be Prometheus 3 or newer.

    Raises:
        Refused: the step is not a multiple of the interval; then no range length joins without seam.
    """

    scrape_s: int
    step_s: int = STEP_S
    left_open: bool = False

    def __post_init__(self) -> None:
        if self.scrape_s <= 0 or self.step_s % self.scrape_s:
            raise Refused(
                Refusal.SCRAPE_DOES_NOT_DIVIDE,
                f"A grouped increase needs a scrape interval that divides {self.step_s} seconds, such as 15, 30 or 60.",
                scrape_s=self.scrape_s,
                step_s=self.step_s,
            )

    @property
    def range_ms(self) -> int:
        return (self.step_s + self.scrape_s) * 1000 - (0 if self.left_open else 1)

    @property
    def range(self) -> str:
        """The range as PromQL writes it, between the brackets."""
        return f"{self.range_ms}ms"

    @property
    def scale(self) -> float:
        """What the stretched increase is multiplied with to give the plain difference."""
        return self.step_s * 1000 / self.range_ms

    def amount(self, increase: float) -> float:
        """Events of the step that ends at the query's instant."""
        return increase * self.scale
