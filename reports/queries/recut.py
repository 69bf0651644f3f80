"""What becomes of figures when the company cuts its year in another way: said before it is saved."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from reports.domain.periods import Calendar, Cut, Period
from reports.models import Edition, KpiValue
from reports.queries.calendar import QUARTERS, kept_periods


@dataclass(frozen=True, slots=True, kw_only=True)
class Recut:
    """`before` and `after` are the last quarters, newest first, equal where the calendar stays; `closed` quarters of the old cut
    are closed already and stay as they are; `due` are weeks, months and quarters that the next run closes with the figures of
    now."""

    before: tuple[Period, ...]
    after: tuple[Period, ...]
    closed: int
    due: int

    @property
    def moves(self) -> bool:
        return self.before != self.after


def recut(old: Calendar, new: Calendar, *, began_on: dt.date | None, today: dt.date, at: dt.datetime) -> Recut:
    before, after = (tuple(reversed(each.last(Cut.QUARTER, today, QUARTERS))) for each in (old, new))
    rows = KpiValue.objects.filter(edition=Edition.CLOSED).order_by().values_list("cut", "first").distinct()
    closed = {(Cut(cut), first) for cut, first in rows}
    kept = {each for each in kept_periods(at) if each.cut in (Cut.WEEK, Cut.MONTH)} | set(after)
    due = [
        each
        for each in kept
        if began_on is not None and began_on <= each.closes_on <= today and (each.cut, each.first) not in closed
    ]
    return Recut(
        before=before,
        after=after,
        closed=sum(cut is Cut.QUARTER for cut, _first in closed),
        due=len(due),
    )
