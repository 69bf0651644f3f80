"""From answers to bad and total events of each service and bucket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from slo.actions.collecting.fetch import Answers
from slo.actions.collecting.labels import Mapped, ServiceLabels
from slo.actions.collecting.plan import Need, Query, Raw, Role
from slo.actions.collecting.table import SeriesTable
from slo.domain.checkpoints import Checkpoint
from slo.domain.counts import Array, Buckets
from slo.domain.deltas import Deltas, Part, Samples, counter_deltas
from slo.domain.grid import Epochs
from slo.domain.slices import Comparison, judged
from slo.models import Indicator, IndicatorKind, Via
from slo.queries.problems import Finding, Problem
from slo.sources._promql import Match

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """Buckets of an indicator: row i is the service `service_ids[i]` (ascending), column j ends at `instants[j + 1]`."""

    service_ids: NDArray[np.int64]
    instants: Epochs
    buckets: Buckets
    checkpoints: Mapping[str, Checkpoint]
    via: Via
    raw_series: int
    mapped: Mapped
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class _Amounts:
    """One role's counts per service and bucket. `doubled` services had more than one series where one was expected."""

    amounts: Array
    measured: Mask
    seen: Mask
    deltas: Deltas | None = None
    doubled: tuple[int, ...] = ()


def counted(
    indicator: Indicator,
    needs: tuple[Need, ...],
    answers: Answers,
    *,
    labels: ServiceLabels,
    instants: Epochs,
    checkpoints: Mapping[str, Checkpoint],
) -> Counted:
    """The counts of one indicator over `instants`, whose first is the base.

    Services are those of its mapping and those that the answer adds to it. `answers` holds a table for each need.
    """
    mapped = labels.resolved(_label_values(indicator, needs, answers))
    work = _Work(indicator, mapped, instants, checkpoints)
    for need in needs:
        table = answers.tables[need.role]
        work.add(need, table)
    return work.finished(needs)


def _matchers(need: Need) -> tuple[Match, ...]:
    return need.selector.matchers if isinstance(need, Raw) else ()


def _label_values(indicator: Indicator, needs: tuple[Need, ...], answers: Answers) -> frozenset[str]:
    """The service labels of all series that are meant; the empty text stands for series without it."""
    tables = [(answers.tables[need.role], _matchers(need)) for need in needs]
    return frozenset[str]().union(*(table.values(indicator.service_label, wanted) for table, wanted in tables))


@dataclass(slots=True, eq=False)
class _Work:
    indicator: Indicator
    mapped: Mapped
    instants: Epochs
    checkpoints: Mapping[str, Checkpoint]
    roles: dict[Role, _Amounts] = field(default_factory=dict)
    # Which series of each table were meant by any need: bad events are mostly some of all events.
    read: dict[int, Mask] = field(default_factory=dict)

    @property
    def raw_series(self) -> int:
        return sum(int(np.count_nonzero(each)) for each in self.read.values())

    def add(self, need: Need, table: SeriesTable) -> None:
        selected = table.selected(_matchers(need))
        rows = np.flatnonzero(selected)
        self.read[id(table)] = selected | self.read.get(id(table), False)
        column = table.column(self.indicator.service_label)
        group_of = np.array([self.mapped.row_of.get(value, -1) for value in column.values], np.intp)
        groups = group_of[column.codes[rows]] if len(rows) else np.empty(0, np.intp)
        rows, groups = rows[groups >= 0], groups[groups >= 0]
        counts = self._raw if isinstance(need, Raw) else self._values
        self.roles[need.role] = counts(need, table, rows, groups)  # type: ignore[arg-type]

    def _raw(self, need: Raw, table: SeriesTable, rows: NDArray[np.intp], groups: NDArray[np.intp]) -> _Amounts:
        order = np.argsort(groups, kind="stable")
        rows, groups = rows[order], groups[order]
        total = self.roles.get(Role.TOTAL)
        samples = Samples(
            ids=table.ids[rows],
            groups=groups,
            group_ids=self.mapped.service_ids,
            instants=table.matrix.instants,
            values=table.matrix.values[rows],
        )
        deltas = counter_deltas(
            samples,
            checkpoint=self.checkpoints.get(need.role),
            total=None if total is None or total.deltas is None else total.deltas,
        )
        since = deltas.since(int(self.instants[0]))
        seen = np.zeros(len(self.mapped.service_ids), np.bool_)
        seen[groups] = True
        return _Amounts(since.amounts, since.measured, seen, deltas=deltas)

    def _values(self, need: Query, table: SeriesTable, rows: NDArray[np.intp], groups: NDArray[np.intp]) -> _Amounts:
        shape = (len(self.mapped.service_ids), len(self.instants) - 1)
        values = np.full(shape, np.nan)
        first = int(np.searchsorted(table.matrix.instants, self.instants[1]))
        values[groups] = table.matrix.values[rows, first:]
        times = np.bincount(groups, minlength=shape[0])
        values[times > 1] = np.nan
        if need.role is not Role.VALUE:
            with np.errstate(invalid="ignore"):
                values[~((values >= 0) & (values < np.inf))] = np.nan
            values *= need.scale
        measured = ~np.isnan(values)
        doubled = tuple(int(each) for each in np.flatnonzero(times > 1))
        return _Amounts(values, measured, times > 0, doubled=doubled)

    def finished(self, needs: tuple[Need, ...]) -> Counted:
        buckets = self._buckets()
        findings = list(self.mapped.findings)
        if not self.raw_series:
            findings = [Finding(Problem.NO_SERIES)]
        gaps = np.zeros(len(self.mapped.service_ids), np.bool_)
        for problem, rows in (
            (Problem.TWO_SERIES, self._doubled()),
            (Problem.BUCKET_MISSING, self._without_bucket()),
            (Problem.GOOD_ABOVE_TOTAL, buckets.excess),
        ):
            if rows.any():
                findings.append(Finding.of(problem, [self.mapped.labels[row] for row in np.flatnonzero(rows)]))
                gaps |= rows
        queries = [each for each in needs if isinstance(each, Query)]
        return Counted(
            service_ids=self.mapped.service_ids,
            instants=self.instants,
            buckets=_without(buckets, gaps),
            checkpoints={role: each.deltas.checkpoint for role, each in self.roles.items() if each.deltas is not None},
            via=max((each.via for each in queries), default=Via.RAW),
            raw_series=self.raw_series,
            mapped=self.mapped,
            findings=tuple(findings),
        )

    def _buckets(self) -> Buckets:
        lengths = np.diff(self.instants).astype(np.float64)
        if Role.VALUE in self.roles:
            comparison = Comparison(self.indicator.operator)
            values = self.roles[Role.VALUE].amounts
            return judged(values, comparison=comparison, limit=self.indicator.limit or 0.0, step_s=int(lengths[0]))
        total = self.roles[Role.TOTAL]
        kind = Part.BAD if Role.BAD in self.roles else Part.GOOD
        part = self.roles[Role.BAD if kind is Part.BAD else Role.GOOD]
        amounts = np.where(part.measured, part.amounts, 0.0) if part.deltas is None else part.amounts
        total_amounts = np.where(total.measured, total.amounts, 0.0) if total.deltas is None else total.amounts
        if total.deltas is None:
            # A counter brings the total of a gap later, a query never does: what else was counted there has no total.
            amounts = np.where(total.measured, amounts, 0.0)
        bad = amounts if kind is Part.BAD else total_amounts - amounts
        if self.indicator.kind == IndicatorKind.THRESHOLD:
            # Coarse history of a threshold: the total is the number of slices that had a value.
            return Buckets(bad=bad, total=total_amounts, covered_s=total_amounts * 300.0)
        return Buckets(bad=bad, total=total_amounts, covered_s=np.where(total.measured, lengths, 0.0))

    def _doubled(self) -> Mask:
        rows = np.zeros(len(self.mapped.service_ids), np.bool_)
        for each in self.roles.values():
            rows[list(each.doubled)] = True
        return rows

    def _without_bucket(self) -> Mask:
        """Services whose histogram has no bucket at the threshold: without it every request would look slow."""
        none = np.zeros(len(self.mapped.service_ids), np.bool_)
        if self.indicator.kind != IndicatorKind.LATENCY_CLASSIC:
            return none
        return self.roles[Role.TOTAL].seen & ~self.roles[Role.GOOD].seen


def _without(buckets: Buckets, gaps: Mask) -> Buckets:
    """These services measured nothing."""
    if not gaps.any():
        return buckets
    keep = np.where(gaps[:, np.newaxis], 0.0, 1.0)
    return Buckets(bad=buckets.bad * keep, total=buckets.total * keep, covered_s=buckets.covered_s * keep)
