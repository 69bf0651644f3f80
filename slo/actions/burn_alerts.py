"""Burn rules judged for all objectives at once; only what fires or fired is looked at one by one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from relportal.core import bulk
from slo.domain import bulk as maths
from slo.domain.alerts import Firing, advance
from slo.domain.burn import Decision, Verdict
from slo.domain.counts import Array
from slo.domain.grid import instant
from slo.models import AlertSeverity, BurnAlert
from slo.queries.standing import Ids, Lookback, Standing

_RULES = """
    SELECT objective_id, long_s::bigint, short_s::bigint, factor, min_failures::float8, (severity = 'page')::int::bigint
    FROM slo_burnrule WHERE objective_id = ANY (%(ids)s::bigint[])
"""
_RULE_COLUMNS = {
    "objective": bulk.INT,
    "long_s": bulk.INT,
    "short_s": bulk.INT,
    "factor": bulk.FLOAT,
    "min_failures": bulk.FLOAT,
    "page": bulk.INT,
}
# A rule is known by its objective and its two windows, also when it was changed while it fired.
RuleKey = tuple[int, int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Alerting:
    """All rules of some objectives as arrays, and the alerts that fire now."""

    objective: Ids
    long_s: Ids
    short_s: Ids
    factor: Array
    min_failures: Array
    page: Ids
    open: Mapping[RuleKey, BurnAlert]

    @classmethod
    def read(cls, objective_ids: Sequence[int]) -> Alerting:
        table = bulk.read(_RULES, {"ids": list(objective_ids)}, columns=_RULE_COLUMNS)
        columns = {name: bulk.column(table, name) for name in _RULE_COLUMNS}
        firing = BurnAlert.objects.filter(resolved_at__isnull=True, objective__in=objective_ids)
        return cls(**columns, open={(each.objective_id, each.long_s, each.short_s): each for each in firing})

    def key(self, rule: int) -> RuleKey:
        return int(self.objective[rule]), int(self.long_s[rule]), int(self.short_s[rule])

    @property
    def lookbacks_s(self) -> tuple[int, ...]:
        return tuple(np.unique(np.concatenate((self.long_s, self.short_s))).tolist())


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    """Per rule: the row of its objective in the standing, whether it fires, whether its state is frozen, and its burns."""

    rules: NDArray[np.intp]
    rows: NDArray[np.intp]
    fires: NDArray[np.bool_]
    frozen: NDArray[np.bool_]
    burn_long: Array
    burn_short: Array


def judge_alerts(standing: Standing, alerting: Alerting) -> NDArray[np.int16]:
    """Fires and resolves alerts at the end of the standing; per objective 0, or 1 when a ticket fires, 2 for a page."""
    of = standing.promises
    firing = np.zeros(len(of), np.int16)
    if standing.end < 0:
        return firing
    judged = _judged(standing, alerting)
    here = set(of.ids.tolist()) if alerting.open else set()
    open_here = {key: alert for key, alert in alerting.open.items() if key[0] in here}
    changes = _Changes(instant(standing.end))
    for place in _worth_a_look(judged, alerting, open_here):
        rule, row = int(judged.rules[place]), int(judged.rows[place])
        key = alerting.key(rule)
        alert = open_here.pop(key, None)
        step = advance(None if alert is None else _firing(alert), decision=_decision(judged, place), at=changes.at)
        if step.firing is None:
            continue
        if alert is None:
            changes.fired.append(_fired(alerting, rule, step.firing, remaining=_number(standing.remaining[row])))
        else:
            changes.gone_on(alert, step.firing)
        if step.firing.resolved_at is None:
            firing[row] = max(int(firing[row]), 2 if alerting.page[rule] else 1)
    # A rule that was taken away cannot fire on.
    for alert in open_here.values():
        changes.gone_on(alert, replace(_firing(alert), resolved_at=changes.at))
    changes.write()
    return firing


def _worth_a_look(judged: _Judged, alerting: Alerting, open_here: Mapping[RuleKey, BurnAlert]) -> list[int]:
    """The rules that fire, or fired until now."""
    interesting = judged.fires.copy()
    if open_here:
        objectives = np.array(sorted({key[0] for key in open_here}), np.int64)
        candidates = np.flatnonzero(np.isin(alerting.objective[judged.rules], objectives))
        for place in candidates.tolist():
            interesting[place] |= alerting.key(int(judged.rules[place])) in open_here
    return [int(each) for each in np.flatnonzero(interesting)]


@dataclass(slots=True, eq=False)
class _Changes:
    """What becomes of alerts at one instant, written in two statements."""

    at: dt.datetime
    fired: list[BurnAlert] = field(default_factory=list)
    changed: list[BurnAlert] = field(default_factory=list)

    def gone_on(self, alert: BurnAlert, after: Firing) -> None:
        if (after.resolved_at, after.peak_burn) != (alert.resolved_at, alert.peak_burn):
            alert.resolved_at, alert.peak_burn = after.resolved_at, after.peak_burn
            self.changed.append(alert)

    def write(self) -> None:
        BurnAlert.objects.bulk_create(self.fired, ignore_conflicts=True)
        if self.changed:
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE slo_burnalert a SET peak_burn = n.peak, resolved_at = n.resolved "
                    "FROM unnest(%s::bigint[], %s::float8[], %s::timestamptz[]) n (id, peak, resolved) WHERE a.id = n.id",
                    [
                        [each.pk for each in self.changed],
                        [each.peak_burn for each in self.changed],
                        [each.resolved_at for each in self.changed],
                    ],
                )


def _judged(standing: Standing, alerting: Alerting) -> _Judged:
    of = standing.promises
    order = np.argsort(of.ids)
    places = np.searchsorted(of.ids, alerting.objective, sorter=order)
    places = np.minimum(places, max(len(of) - 1, 0))
    here = of.ids[order[places]] == alerting.objective if len(of) else np.zeros(len(alerting.objective), np.bool_)
    rules = np.flatnonzero(here)
    rows = order[places[rules]]
    size = len(rules)
    burn_long, burn_short, bad_long = np.full(size, np.nan), np.full(size, np.nan), np.zeros(size)
    covered = np.zeros(size, np.bool_)
    if standing.end >= 0:
        covered[:] = standing.reason[rows] == 0
        looks: dict[int, Lookback] = {each: standing.lookback(each) for each in alerting.lookbacks_s}
        for seconds, look in looks.items():
            is_long, is_short = alerting.long_s[rules] == seconds, alerting.short_s[rules] == seconds
            burn_long[is_long] = look.burn[rows[is_long]]
            bad_long[is_long] = look.bad[rows[is_long]]
            burn_short[is_short] = look.burn[rows[is_short]]
            covered[is_long] &= look.covered[rows[is_long]]
            covered[is_short] &= look.covered[rows[is_short]]
    fires = maths.fires(
        burn_long=burn_long,
        burn_short=burn_short,
        bad_long=bad_long,
        factor=alerting.factor[rules],
        min_failures=alerting.min_failures[rules],
    )
    return _Judged(rules, rows, fires & covered, ~covered, burn_long, burn_short)


def _decision(judged: _Judged, place: int) -> Decision:
    verdict = Verdict.FROZEN if judged.frozen[place] else Verdict.LONG_BELOW
    if judged.fires[place]:
        verdict = Verdict.FIRES
    return Decision(verdict, _number(judged.burn_long[place]), _number(judged.burn_short[place]))


def _fired(alerting: Alerting, rule: int, firing: Firing, *, remaining: float | None) -> BurnAlert:
    objective, long_s, short_s = alerting.key(rule)
    return BurnAlert(
        objective_id=objective,
        long_s=long_s,
        short_s=short_s,
        factor=float(alerting.factor[rule]),
        severity=AlertSeverity.PAGE if alerting.page[rule] else AlertSeverity.TICKET,
        fired_at=firing.fired_at,
        burn_long=firing.burn_long,
        burn_short=firing.burn_short,
        peak_burn=firing.peak_burn,
        remaining_at_fire=remaining,
    )


def _firing(alert: BurnAlert) -> Firing:
    return Firing(
        fired_at=alert.fired_at,
        burn_long=alert.burn_long,
        burn_short=alert.burn_short,
        peak_burn=alert.peak_burn,
        resolved_at=alert.resolved_at,
    )


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
