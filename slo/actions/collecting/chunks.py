"""A chunk of history: hourly, and on the 5-minute grid where a counter began anew, for an hour hides what was before that."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np

from relportal.core.outbound import OutboundError
from slo.actions.collecting.count import Counted, counted
from slo.actions.collecting.fetch import Answers, Wanted, fetched
from slo.actions.collecting.labels import ServiceLabels
from slo.actions.collecting.plan import Need, Raw, needs
from slo.domain.counts import Array, Buckets
from slo.domain.grid import STEP_S, Chunk, epochs
from slo.models import Indicator
from slo.sources._base import Client
from slo.sources._promql import Match, Op, quoted

# More services than this are not picked out of a query; then all of the chunk is read finely.
PICKED = 200


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """The answers to a chunk. `fine` holds those of services whose counters began anew in it, at STEP_S."""

    chunk: Chunk
    wanted: Wanted
    answers: Answers
    fine: Reading | None = None

    def counted(self, labels: ServiceLabels) -> Counted:
        """The counts of the chunk in its own step. Raises: OutboundError when there is no answer."""
        if self.answers.error is not None:
            raise self.answers.error
        counts = counted(
            self.wanted.indicator,
            self.wanted.needs,
            self.answers,
            labels=labels,
            instants=epochs(self.chunk.start, self.chunk.end, step_s=self.chunk.step_s),
            checkpoints={},
        )
        if self.fine is None:
            return counts
        known = {label: int(counts.service_ids[row]) for label, row in counts.mapped.row_of.items()}
        return _refined(counts, self.fine.counted(replace(labels, known=known)), self.fine)


def read(client: Client, indicator: Indicator, chunk: Chunk, *, grouped: bool) -> Reading:
    """Asks the source for a chunk. May run in a thread of its own: it touches no database.

    Raises: OutboundError, BadQuery.
    """
    reading = _read(client, indicator, chunk, grouped=grouped)
    renewed = _renewed(reading) if chunk.step_s != STEP_S else set()
    if not renewed:
        return reading
    only = Match(indicator.service_label, Op.MATCHES, "|".join(quoted(each) for each in sorted(renewed)))
    finely = Chunk(chunk.start, chunk.end, STEP_S)
    # The lead of the hourly chunk: a gap over its start is as long in either step.
    narrowing = () if len(renewed) > PICKED else (only,)
    return replace(
        reading, fine=_read(client, indicator, finely, grouped=False, only=narrowing, lead=chunk.query_start)
    )


def _read(
    client: Client,
    indicator: Indicator,
    chunk: Chunk,
    *,
    grouped: bool,
    only: tuple[Match, ...] = (),
    lead: dt.datetime | None = None,
) -> Reading:
    for way in (False, True)[int(grouped) :]:
        asked = needs(indicator, scrape_s=indicator.source.scrape_interval_s, grouped=way, step_s=chunk.step_s)
        asked = tuple(_narrowed(each, only) for each in asked)
        wanted = Wanted(indicator, asked, start=chunk.start, lead=lead or chunk.query_start)
        (answers,) = fetched(client, [wanted], end=chunk.end, step=dt.timedelta(seconds=chunk.step_s))
        if not answers.too_much:
            break
    if isinstance(answers.error, OutboundError):
        raise answers.error
    return Reading(chunk, wanted, answers)


def _narrowed(need: Need, only: tuple[Match, ...]) -> Need:
    return replace(need, only=only) if isinstance(need, Raw) else need


def _renewed(reading: Reading) -> set[str]:
    """Service labels of which a counter went down inside of the chunk."""
    labels: set[str] = set()
    for need in reading.wanted.needs:
        if not isinstance(need, Raw):
            continue
        table = reading.answers.tables[need.role]
        rows = table.selected(need.selector.matchers) & _fell(table.matrix.values)
        column = table.column(reading.wanted.indicator.service_label)
        labels.update(column.values[code] for code in np.unique(column.codes[rows]))
    return labels - {""}


def _fell(values: Array) -> np.ndarray:
    """Which series are ever below an earlier value."""
    known = np.where(np.isnan(values), -np.inf, values)
    highest = np.maximum.accumulate(known, axis=1)
    with np.errstate(invalid="ignore"):
        fell = values[:, 1:] < highest[:, :-1]
    return np.asarray(fell.any(axis=1), np.bool_)


def _refined(counts: Counted, fine: Counted, reading: Reading) -> Counted:
    """Hourly counts in which those of some services are sums of their 5-minute ones."""
    refined = np.isin(counts.service_ids, fine.service_ids[_present(fine, reading)])
    rows = np.searchsorted(fine.service_ids, counts.service_ids[refined])
    into = np.searchsorted(counts.instants[1:], fine.instants[1:])
    own = Buckets(
        bad=counts.buckets.bad.copy(), total=counts.buckets.total.copy(), covered_s=counts.buckets.covered_s.copy()
    )
    for name in ("bad", "total", "covered_s"):
        summed = np.zeros((len(rows), len(counts.instants) - 1))
        for bucket in range(summed.shape[1]):
            summed[:, bucket] = getattr(fine.buckets, name)[rows][:, into == bucket].sum(axis=1)
        getattr(own, name)[refined] = summed
    return replace(counts, buckets=own)


def _present(fine: Counted, reading: Reading) -> np.ndarray:
    """Services that the fine answer has series of; of all others the hourly counts stand."""
    present = np.zeros(len(fine.service_ids), np.bool_)
    for need in reading.wanted.needs:
        table = reading.answers.tables[need.role]
        for value in table.column(reading.wanted.indicator.service_label).values:
            row = fine.mapped.row_of.get(value)
            if row is not None:
                present[row] = True
    return present
