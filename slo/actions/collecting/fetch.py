"""Asking a source: one ranged query for each metric family, one for all free PromQL, halved when a part of it is bad."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from relportal.core.outbound import ClientError, OutboundError, TooLarge
from slo.actions.collecting.plan import Need, Query, Raw, Role
from slo.actions.collecting.table import SeriesTable
from slo.domain.grid import STEP
from slo.models import Indicator
from slo.sources import _promql as promql
from slo.sources._base import Client, PartialAnswer, TooManySeries

# Parts of a combined query: enough to save round trips, few enough for one answer.
AT_ONCE = 24
# Queries at a time: the source computes one while another's answer is read.
BESIDE = 2


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """The needs of an indicator over the instants from `start` (whose values are the base) to `end`.

    `lead` is where raw counters are read from: before `start` when nothing is remembered of them.
    """

    indicator: Indicator
    needs: tuple[Need, ...]
    start: dt.datetime
    lead: dt.datetime


@dataclass(slots=True, eq=False)
class Answers:
    """The answer to each need of one indicator, or why there is none."""

    tables: dict[Role, SeriesTable] = field(default_factory=dict)
    error: OutboundError | None = None

    @property
    def too_much(self) -> bool:
        """Whether the indicator has to be asked for in another way."""
        return isinstance(self.error, TooManySeries | TooLarge)


@dataclass(frozen=True, slots=True, eq=False)
class _Ask:
    """One need of one indicator."""

    wanted: Wanted
    need: Need


def fetched(
    client: Client, all_wanted: Sequence[Wanted], *, end: dt.datetime, step: dt.timedelta = STEP
) -> list[Answers]:
    """What the source answers to each of `all_wanted`, in their order.

    A query that the source refuses, or answers in part, is the error of its own indicators.
    Raises: OutboundError when the source itself does not work.
    """
    answers = {id(each): Answers() for each in all_wanted}
    families: dict[tuple[str, dt.datetime], list[_Ask]] = {}
    queries: dict[dt.datetime, list[_Ask]] = {}
    for wanted in all_wanted:
        for need in wanted.needs:
            if isinstance(need, Raw):
                families.setdefault((need.selector.metric, wanted.lead), []).append(_Ask(wanted, need))
            else:
                queries.setdefault(wanted.start, []).append(_Ask(wanted, need))
    reader = _Reader(client=client, answers=answers, end=end, step_s=int(step.total_seconds()))
    questions = [(asks, partial(reader.family, start=lead)) for (_metric, lead), asks in families.items()]
    questions += [
        (asks[low : low + AT_ONCE], partial(reader.combined, start=start + step))
        for start, asks in queries.items()
        for low in range(0, len(asks), AT_ONCE)
    ]
    with ThreadPoolExecutor(max_workers=BESIDE) as pool:
        for done in [pool.submit(reader.halving, asks, ask) for asks, ask in questions]:
            done.result()
    return [answers[id(each)] for each in all_wanted]


@dataclass(frozen=True, slots=True, eq=False)
class _Reader:
    client: Client
    answers: dict[int, Answers]
    end: dt.datetime
    step_s: int

    def halving(self, asks: list[_Ask], ask: Callable[[list[_Ask]], None]) -> None:
        """Asks for all at once; when the source refuses, for each half, until the bad one stands alone."""
        asks = [each for each in asks if self.answers[id(each.wanted)].error is None]
        if not asks:
            return
        try:
            ask(asks)
        except (ClientError, PartialAnswer, TooManySeries, TooLarge) as error:
            if len({id(each.wanted) for each in asks}) == 1 or isinstance(error, PartialAnswer):
                for each in asks:
                    self.answers[id(each.wanted)].error = error
                return
            middle = len(asks) // 2
            self.halving(asks[:middle], ask)
            self.halving(asks[middle:], ask)

    def family(self, asks: list[_Ask], *, start: dt.datetime) -> None:
        """Raw counters of one metric: everything that any indicator wants of it."""
        selectors = list(dict.fromkeys(each.need.asked for each in asks if isinstance(each.need, Raw)))
        query = str(promql.common(selectors))
        matrix = self.client.ranged(query, start=start, end=self.end, step_s=self.step_s)
        table = SeriesTable.of(matrix)
        for each in asks:
            self.answers[id(each.wanted)].tables[each.need.role] = table

    def combined(self, asks: list[_Ask], *, start: dt.datetime) -> None:
        texts = [each.need.text for each in asks if isinstance(each.need, Query)]
        matrix = self.client.ranged(promql.combined(texts), start=start, end=self.end, step_s=self.step_s)
        table = SeriesTable.of(matrix)
        parts = table.column(promql.MARKER)
        where = {value: code for code, value in enumerate(parts.values)}
        for number, each in enumerate(asks):
            self.answers[id(each.wanted)].tables[each.need.role] = table.rows(parts.codes == where.get(str(number), -1))
