"""The axis of a chart of pairs: durations from seconds to weeks, in steps that people say.

It is logarithmic, as 5 minutes and 8 hours stand on it together; what is drawn are places, not lengths from zero.
"""

from __future__ import annotations

from math import log10
from typing import Final

from reports.domain.payload import Chart, Look

STEPS: Final = (1 / 60, 1 / 6, 1.0, 5.0, 15.0, 60.0, 240.0, 1440.0, 10_080.0, 44_640.0)
"""Minutes: 1 s, 10 s, 1, 5 and 15 min, 1 and 4 h, 1 and 7 d, 31 d."""


def ticks(chart: Chart) -> tuple[float, ...]:
    """The steps from the last that is not above any value to the first that is not below one; at least two. What is zero or
    less stands at the first, see `place`."""
    known = [value for one in chart.series for value in one.values if value is not None and value > 0]
    low, high = min(known, default=STEPS[2]), max(known, default=STEPS[5])
    first = max((at for at, step in enumerate(STEPS) if step <= low), default=0)
    last = min((at for at, step in enumerate(STEPS) if step >= high), default=len(STEPS) - 1)
    first = min(first, len(STEPS) - 2)
    return STEPS[first : max(last, first + 1) + 1]


def place(value: float, steps: tuple[float, ...]) -> float:
    """Where it stands between the first step (0) and the last (1); what lies beyond stands at the end."""
    inside = min(max(value, steps[0]), steps[-1])
    return log10(inside / steps[0]) / log10(steps[-1] / steps[0])


def beyond(chart: Chart, at: int) -> bool:
    """Whether what was measured is more than what was promised."""
    measured = next((one.values[at] for one in chart.series if one.look is not Look.TARGET), None)
    promised = next((one.values[at] for one in chart.series if one.look is Look.TARGET), None)
    return measured is not None and promised is not None and measured > promised
