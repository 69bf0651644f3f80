"""Whether promises are kept: closure by the first date, and the age of what is open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Promise:
    """`due` is the first date that was promised, `now_due` the date that holds now. `done` None: not done yet; `dropped`:
    it was decided not to do it."""

    made: dt.date
    due: dt.date
    now_due: dt.date
    done: dt.date | None
    dropped: bool = False


@dataclass(frozen=True, slots=True)
class Closure:
    """`rate` is kept / due, by the first date (KPI action_closure); None when nothing fell due. `moved` counts the promises
    whose date was put off, `dropped` those given up; neither counts as kept, unless it was done by the first date."""

    due: int
    kept: int
    moved: int
    dropped: int

    @property
    def rate(self) -> float | None:
        return self.kept / self.due if self.due else None


def closure(promises: Sequence[Promise], start: dt.date, end: dt.date) -> Closure:
    """Of what fell due in [start, end), by the first date of each: putting one off moves it out of no period."""
    due = [each for each in promises if start <= each.due < end]
    return Closure(
        len(due),
        sum(each.done is not None and each.done <= each.due for each in due),
        sum(each.now_due > each.due for each in due),
        sum(each.dropped for each in due),
    )


@dataclass(frozen=True, slots=True)
class Ageing:
    """Days since the promise, of what is open: None when nothing is. `overdue` counts by the date that holds now."""

    open: int
    overdue: int
    median_days: float | None
    p90_days: float | None
    oldest_days: int | None


def ageing(promises: Sequence[Promise], today: dt.date) -> Ageing:
    left = [each for each in promises if each.done is None and not each.dropped]
    if not left:
        return Ageing(0, 0, None, None, None)
    ages = [(today - each.made).days for each in left]
    median, p90 = np.percentile(ages, [50, 90])
    return Ageing(len(left), sum(each.now_due < today for each in left), float(median), float(p90), max(ages))
