"""Burn alerts of a span that passed unjudged: an outage of the collector, or the fine part of a history that was read later.

Only what stands on the 5-minute grid is judged: of an hour that is one row nobody can say what its five minutes burnt.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from django.db import transaction

from slo.domain.grid import STEP_S, Epochs, epoch, instant
from slo.domain.replay import Budgets, Episode, Judged, Rules, budgets, episodes, judged, suspects
from slo.models import BurnAlert, BurnRule
from slo.queries.dense import dense
from slo.queries.standing import Ids, Promises, promises

# Objectives at a time: the rows of a few days of so many are some 30 MB.
BLOCK = 250
# A rule is known by its objective and its two windows, also when it was changed while it fired.
Key = tuple[int, int, int]


def judge_history(objective_ids: Sequence[int], *, start: dt.datetime, end: dt.datetime) -> int:
    """Writes the alerts that began after `start` and by `end`, where nobody judged; how many were written or moved.

    `end` is where judging began. What still fires there goes on until it resolves: as the alert that was opened then, which
    is moved back to where it really began, else as one of its own. Alerts that stand are kept, so repeating it writes
    nothing. Below the 5-minute rows (`slo.actions.backfill.FINE_DAYS`) nothing is judged; the caller says where they begin.
    """
    with transaction.atomic():
        of = promises(objective_ids)
        written = 0
        for last in np.unique(of.end[of.end > epoch(start)]).tolist():
            mine = of.only(of.end == last)
            written += _judged_span(mine, _Span(after=epoch(start), last=int(last), until=epoch(end)))
    return written


def judge_catch_up(of: Promises, *, judged_last: Mapping[int, int]) -> int:
    """For a tick that reached its end in more than one step: judges the instants between, before the end is judged.

    `judged_last` is an epoch for each indicator, -1 for never. Alerts that fire already go on or resolve. Belongs into the
    transaction that wrote the rows; how many alerts were written or changed.
    """
    last_of = np.array([judged_last.get(indicator, -1) for indicator in of.indicator.tolist()], np.int64)
    behind = (last_of >= 0) & (of.end - last_of > STEP_S)
    written = 0
    for after, end in sorted(set(zip(last_of[behind].tolist(), of.end[behind].tolist(), strict=True))):
        mine = of.only(behind & (last_of == after) & (of.end == end))
        written += _judged_span(mine, _Span(after=after, last=end - STEP_S, until=end, goes_on=True))
    return written


@dataclass(frozen=True, slots=True)
class _Span:
    """Instants after `after` up to `last` are judged, alerts that began by `until` written; epochs. `goes_on`: what fires
    at `after` is judged on, else it was judged on already."""

    after: int
    last: int
    until: int
    goes_on: bool = False

    @property
    def instants(self) -> Epochs:
        return np.arange(self.after + STEP_S, self.last + 1, STEP_S, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class _RuleTable:
    """Rules of the same two windows; `promise` is the place of each one's objective among `objective`."""

    rules: Rules
    objective: Ids
    promise: Ids
    severity: list[str]

    def __len__(self) -> int:
        return len(self.promise)

    def only(self, which: Ids) -> _RuleTable:
        severity = [self.severity[each] for each in which.tolist()]
        return _RuleTable(self.rules.only(which), self.objective, self.promise[which], severity)

    def key(self, rule: int) -> Key:
        return int(self.objective[self.promise[rule]]), self.rules.long_s, self.rules.short_s


@dataclass(frozen=True, slots=True, eq=False)
class _Verdicts:
    """What each rule of a table says at each instant, and what its objective had left."""

    table: _RuleTable
    judged: Judged
    budgets: Budgets

    def alert(self, rule: int, episode: Episode) -> BurnAlert:
        objective, long_s, short_s = self.table.key(rule)
        remaining = float(self.budgets.remaining[rule, episode.first])
        return BurnAlert(
            objective_id=objective,
            long_s=long_s,
            short_s=short_s,
            factor=float(self.table.rules.factor[rule]),
            severity=self.table.severity[rule],
            fired_at=instant(self.judged.instants[episode.first]),
            resolved_at=self.end(episode),
            burn_long=episode.burn_long,
            burn_short=episode.burn_short,
            peak_burn=episode.peak_burn,
            remaining_at_fire=None if np.isnan(remaining) else remaining,
        )

    def end(self, episode: Episode) -> dt.datetime | None:
        return None if episode.end is None else instant(self.judged.instants[episode.end])


@dataclass(slots=True, eq=False)
class _Alerts:
    """Alerts of some objectives that stand in a span, and what becomes of them."""

    span: _Span
    known: dict[Key, list[BurnAlert]]
    fresh: list[BurnAlert] = field(default_factory=list)
    changed: dict[int, BurnAlert] = field(default_factory=dict)

    @classmethod
    def read(cls, of: Promises, span: _Span) -> _Alerts:
        rows = BurnAlert.objects.filter(objective__in=of.ids.tolist(), fired_at__lte=instant(span.last))
        rows = rows.exclude(resolved_at__lte=instant(span.after)).order_by("fired_at")
        known: dict[Key, list[BurnAlert]] = {}
        for each in rows:
            known.setdefault((each.objective_id, each.long_s, each.short_s), []).append(each)
        return cls(span, known)

    def before(self, key: Key) -> BurnAlert | None:
        """What fires when the span begins."""
        first = next(iter(self.known.get(key, ())), None)
        return first if first is not None and first.fired_at <= instant(self.span.after) else None

    def went_on(self, alert: BurnAlert, *, end: dt.datetime | None, peak: float) -> None:
        """What fired before the span; resolved by a judge of its own, it stays as it is."""
        if not self.span.goes_on or alert.resolved_at is not None:
            return
        if end is not None or peak > alert.peak_burn:
            alert.resolved_at, alert.peak_burn = end, max(alert.peak_burn, peak)
            self.changed[alert.pk] = alert

    def found(self, alert: BurnAlert) -> None:
        """One that began in the span. Where one stands already it is the same one, which may have been seen late."""
        key = (alert.objective_id, alert.long_s, alert.short_s)
        same = [each for each in self.known.get(key, ()) if _meet(each, alert)]
        if not same:
            self.fresh.append(alert)
        elif same[0].fired_at > alert.fired_at:
            seen = same[0]
            seen.peak_burn = max(seen.peak_burn, alert.peak_burn)
            for name in ("fired_at", "burn_long", "burn_short", "remaining_at_fire"):
                setattr(seen, name, getattr(alert, name))
            self.changed[seen.pk] = seen

    def write(self) -> int:
        # One alert of a rule is open at a time: the old one ends first.
        fields = ["fired_at", "resolved_at", "burn_long", "burn_short", "peak_burn", "remaining_at_fire"]
        BurnAlert.objects.bulk_update(self.changed.values(), fields)
        BurnAlert.objects.bulk_create(self.fresh, ignore_conflicts=True)
        return len(self.fresh) + len(self.changed)


def _meet(one: BurnAlert, other: BurnAlert) -> bool:
    """Whether both fire at one moment; an end that is a beginning is none."""
    return (one.resolved_at is None or one.resolved_at > other.fired_at) and (
        other.resolved_at is None or other.resolved_at > one.fired_at
    )


def _judged_span(of: Promises, span: _Span) -> int:
    of = of.only(of.started >= 0)
    instants = span.instants
    if not len(of) or not len(instants):
        return 0
    written = 0
    for low in range(0, len(of), BLOCK):
        block = of.only(np.isin(np.arange(len(of)), np.arange(low, low + BLOCK)))
        alerts = _Alerts.read(block, span)
        for verdicts in _verdicts(block, instants, alerts):
            for rule in range(len(verdicts.table)):
                _settle(alerts, verdicts, rule)
        written += alerts.write()
    return written


def _settle(alerts: _Alerts, verdicts: _Verdicts, rule: int) -> None:
    before = alerts.before(verdicts.table.key(rule))
    peak = before.peak_burn if before is not None else 0.0
    for episode in episodes(verdicts.judged, rule, firing=before is not None, peak=peak):
        if before is not None and episode.first < 0:
            alerts.went_on(before, end=verdicts.end(episode), peak=episode.peak_burn)
        elif verdicts.judged.instants[episode.first] <= alerts.span.until:
            alerts.found(verdicts.alert(rule, episode))


def _verdicts(of: Promises, instants: Epochs, alerts: _Alerts) -> Iterator[_Verdicts]:
    """The rules that can fire in the span, or fire when it begins, judged at each of its instants."""
    tables = _rules(of)
    if not tables:
        return
    looks = {0} | {seconds for each in tables for seconds in (each.rules.long_s, each.rules.short_s)}
    counts = dense(np.unique(of.series), np.unique(np.concatenate([instants - each for each in looks])))
    chosen = []
    for table in tables:
        worth = suspects(counts, table.rules, instants)
        worth |= [alerts.before(table.key(rule)) is not None for rule in range(len(table))]
        if worth.any():
            chosen.append(table.only(np.flatnonzero(worth)))
    if not chosen:
        return
    burning = np.unique(np.concatenate([each.promise for each in chosen]))
    budget = _budgets(of.only(np.isin(np.arange(len(of)), burning)), instants)
    for table in chosen:
        mine = np.searchsorted(burning, table.promise)
        left = Budgets(budget.unknown[mine], budget.remaining[mine])
        yield _Verdicts(table, judged(counts, table.rules, instants, unknown=left.unknown), left)


def _rules(of: Promises) -> list[_RuleTable]:
    """The rules of these objectives, one table for each pair of windows."""
    place = {objective: number for number, objective in enumerate(of.ids.tolist())}
    pairs: dict[tuple[int, int], list[tuple[int, float, int, str]]] = {}
    rows = BurnRule.objects.filter(objective__in=of.ids.tolist()).order_by("objective_id", "pk")
    fields = ("objective_id", "long_s", "short_s", "factor", "min_failures", "severity")
    for objective, long_s, short_s, factor, failures, severity in rows.values_list(*fields):
        pairs.setdefault((long_s, short_s), []).append((place[objective], factor, failures, severity))
    series = np.unique(of.series)
    tables = []
    for (long_s, short_s), found in sorted(pairs.items()):
        places, factors, failures, severities = (list(column) for column in zip(*found, strict=True))
        promise = np.array(places, np.int64)
        rules = Rules(
            long_s,
            short_s,
            series=np.searchsorted(series, of.series[promise]),
            started=of.started[promise],
            error_budget=of.error_budget[promise],
            factor=np.array(factors, np.float64),
            min_failures=np.array(failures, np.float64),
        )
        tables.append(_RuleTable(rules, of.ids, promise, severities))
    return tables


def _budgets(of: Promises, instants: Epochs) -> Budgets:
    """What is known of each objective over its own window at each of the instants, in the order of `of`."""
    unknown = np.ones((len(of), len(instants)), np.bool_)
    remaining = np.full(unknown.shape, np.nan)
    for number in np.unique(of.window).tolist():
        window = of.windows[number]
        mine = np.flatnonzero(of.window == number)
        starts = np.array([epoch(window.bounds(instant(each)).start) for each in instants.tolist()], np.int64)
        series, row = np.unique(of.series[mine], return_inverse=True)
        found = budgets(
            dense(series, instants).rows(row),
            dense(series, np.unique(starts)).rows(row),
            starts=starts,
            started=of.started[mine],
            error_budget=of.error_budget[mine],
        )
        unknown[mine], remaining[mine] = found.unknown, found.remaining
    return Budgets(unknown, remaining)
