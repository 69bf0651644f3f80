"""Burn alerts of a span that passed unjudged: an outage of the collector, or the fine part of a history that was read later.

Only what stands on the 5-minute grid is judged: of an hour that is one row nobody can say what its five minutes burnt.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from relportal.core import bulk
from slo.domain.grid import DAY_S, RECOLLECT_STEPS, STEP, STEP_S, instant
from slo.domain.replay import Cumulative, Episode, episodes, judged
from slo.models import BurnAlert, BurnRule
from slo.queries.cumulative import points
from slo.queries.standing import Promises

# Objectives at a time: four days of a hundred are 3 MB an array.
BLOCK = 100
LONGEST_S = 3 * DAY_S
_ROWS = """
    SELECT series_id, instant, bad, total, covered_s FROM slo_measurement
    WHERE series_id = ANY (%(series)s::bigint[]) AND instant > to_timestamp(%(after)s) AND instant < to_timestamp(%(until)s)
    ORDER BY series_id, instant
"""
_COLUMNS = {"series": bulk.INT, "instant": bulk.INT, "bad": bulk.FLOAT, "total": bulk.FLOAT, "covered_s": bulk.FLOAT}
Key = tuple[int, int, int]


def replay(of: Promises, *, after: int, until: int, judged_until: bool = False) -> None:
    """Judges every instant between the epochs `after` and `until`, both of which are judged elsewhere.

    What fires when `until` comes stays open for it; with `judged_until` it was judged already: an alert that fired just
    there has really fired since the instant that is found here, and where none did the firing ends there.
    Belongs into the transaction that wrote the rows; repeating it writes nothing twice.
    """
    if until - after <= STEP_S or not len(of):
        return
    rules = _rules(of)
    open_ones = _open(of, at=instant(after))
    at_end = _fired_since(of, instant(until)) if judged_until else {}
    fresh: list[BurnAlert] = []
    changed: list[BurnAlert] = []
    for promise, counts in _counts(of, after=after, until=until):
        for rule in rules.get(int(promise.ids[0]), ()):
            key = (rule.objective_id, rule.long_s, rule.short_s)
            alert = open_ones.get(key)
            found = _episodes(promise, counts, rule, alert, after=after)
            for episode in found:
                if episode.first < 0 and alert is not None:
                    changed += _continued(alert, episode, judged_until=judged_until)
                elif judged_until and episode.end is None and key in at_end:
                    changed.append(_moved(at_end[key], episode))
                else:
                    end = until if episode.end is None and judged_until else episode.end
                    fresh.append(_alert(rule, episode, end=end))
    # One alert of a rule is open at a time: the old one ends first.
    BurnAlert.objects.bulk_update(changed, ["fired_at", "resolved_at", "burn_long", "burn_short", "peak_burn"])
    BurnAlert.objects.bulk_create(fresh, ignore_conflicts=True)


def _episodes(
    of: Promises, counts: Cumulative, rule: BurnRule, alert: BurnAlert | None, *, after: int
) -> tuple[Episode, ...]:
    verdicts = judged(
        counts,
        after=after,
        error_budget=float(of.error_budget[0]),
        long_s=rule.long_s,
        short_s=rule.short_s,
        factor=rule.factor,
        min_failures=rule.min_failures,
    )
    if alert is None and not verdicts.fires.any():
        return ()
    return episodes(verdicts, firing=alert is not None, peak=alert.peak_burn if alert else 0.0)


def _continued(alert: BurnAlert, episode: Episode, *, judged_until: bool) -> list[BurnAlert]:
    """The alert that fired before the span, after it. One that was resolved since then by a judge is left alone."""
    if judged_until and episode.end is None:
        return []
    alert.peak_burn = max(alert.peak_burn, episode.peak_burn)
    if episode.end is not None:
        alert.resolved_at = instant(episode.end)
    return [alert]


def _moved(alert: BurnAlert, episode: Episode) -> BurnAlert:
    alert.fired_at = instant(episode.first)
    alert.burn_long, alert.burn_short = episode.burn_long, episode.burn_short
    alert.peak_burn = max(alert.peak_burn, episode.peak_burn)
    return alert


def _alert(rule: BurnRule, episode: Episode, *, end: int | None) -> BurnAlert:
    return BurnAlert(
        objective_id=rule.objective_id,
        long_s=rule.long_s,
        short_s=rule.short_s,
        factor=rule.factor,
        severity=rule.severity,
        fired_at=instant(episode.first),
        resolved_at=None if end is None else instant(end),
        burn_long=episode.burn_long,
        burn_short=episode.burn_short,
        peak_burn=episode.peak_burn,
    )


def _rules(of: Promises) -> dict[int, list[BurnRule]]:
    found: dict[int, list[BurnRule]] = {}
    for rule in BurnRule.objects.filter(objective__in=of.ids.tolist()).order_by("pk"):
        found.setdefault(rule.objective_id, []).append(rule)
    return found


def _open(of: Promises, *, at: dt.datetime) -> dict[Key, BurnAlert]:
    """What fired at `at` and was not resolved by then."""
    rows = BurnAlert.objects.filter(objective__in=of.ids.tolist(), fired_at__lte=at, resolved_at=None)
    return {(each.objective_id, each.long_s, each.short_s): each for each in rows}


def _fired_since(of: Promises, at: dt.datetime) -> dict[Key, BurnAlert]:
    """What fired at the first instant that was judged: a first tick judges its newest one, some steps after where it begins."""
    until = at + (RECOLLECT_STEPS + 1) * STEP
    rows = BurnAlert.objects.filter(objective__in=of.ids.tolist(), fired_at__gte=at, fired_at__lte=until)
    return {(each.objective_id, each.long_s, each.short_s): each for each in rows}


def _counts(of: Promises, *, after: int, until: int) -> Iterator[tuple[Promises, Cumulative]]:
    """Each objective with the counts of its series, from the longest look-back before `after` to the step before `until`."""
    first = (after - LONGEST_S) // STEP_S * STEP_S
    grid = np.arange(first, until, STEP_S, dtype=np.int64)
    for low in range(0, len(of), BLOCK):
        block = of.only(np.isin(np.arange(len(of)), np.arange(low, low + BLOCK)))
        series = np.unique(block.series)
        base = points(series, [first])
        table = bulk.read(_ROWS, {"series": series.tolist(), "after": first, "until": until}, columns=_COLUMNS)
        ids = bulk.column(table, "series")
        instants = bulk.epochs(bulk.column(table, "instant"))
        for place in range(len(block)):
            one = block.only(np.arange(len(block)) == place)
            number = int(np.searchsorted(series, one.series[0]))
            span = slice(*np.searchsorted(ids, (one.series[0], one.series[0] + 1)).tolist())
            values = [
                _on_grid(grid, instants[span], bulk.column(table, name)[span], getattr(base, name)[number, 0])
                for name in ("bad", "total", "covered_s")
            ]
            yield one, Cumulative(grid, values[0], values[1], values[2], started=int(one.started[0]))


def _on_grid(
    grid: NDArray[np.int64], instants: NDArray[np.int64], values: NDArray[np.float64], base: float
) -> NDArray[np.float64]:
    """What stands at each instant of the grid: the newest row at or before it."""
    rows = np.searchsorted(instants, grid, side="right")
    return np.concatenate(([base], values))[rows]


def judge_catch_up(of: Promises, *, judged_last: Mapping[int, int]) -> None:
    """For a tick that reached its end in more than one step; `judged_last` is an epoch for each indicator, -1 for never."""
    for after in sorted(set(judged_last.values()) - {-1}):
        mine = of.only(np.isin(of.indicator, [pk for pk, last in judged_last.items() if last == after]))
        for end in np.unique(mine.end[mine.end > after]).tolist():
            replay(mine.only(mine.end == end), after=after, until=int(end))
