"""Burn rules judged for all objectives at once; only what fires or fired is looked at one by one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from relportal.core import bulk
from slo.domain import bulk as maths
from slo.domain.alerts import Change, Firing, advance
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
    judged = _judged(standing, alerting)
    firing = np.zeros(len(of), np.int16)
    seen: set[RuleKey] = set()
    at = instant(standing.end) if standing.end >= 0 else None
    open_here = (
        {key: alert for key, alert in alerting.open.items() if key[0] in set(of.ids.tolist())} if alerting.open else {}
    )
    interesting = judged.fires.copy()
    if open_here:
        keys = set(open_here)
        interesting |= np.array([_key(alerting, rule) in keys for rule in judged.rules.tolist()], np.bool_)
    for place in np.flatnonzero(interesting).tolist():
        key = _key(alerting, int(judged.rules[place]))
        seen.add(key)
        if at is not None and _advanced(key, place=place, judged=judged, alerting=alerting, standing=standing, at=at):
            severity = 2 if alerting.page[judged.rules[place]] else 1
            row = judged.rows[place]
            firing[row] = max(int(firing[row]), severity)
    if at is not None:
        # A rule that was taken away cannot fire on.
        for key in open_here.keys() - seen:
            BurnAlert.objects.filter(pk=open_here[key].pk).update(resolved_at=at)
    return firing


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


def _key(alerting: Alerting, rule: int) -> RuleKey:
    return int(alerting.objective[rule]), int(alerting.long_s[rule]), int(alerting.short_s[rule])


def _advanced(
    key: RuleKey, *, place: int, judged: _Judged, alerting: Alerting, standing: Standing, at: dt.datetime
) -> bool:
    """Takes the alert of a rule one step further; whether it fires after it."""
    alert = alerting.open.get(key)
    verdict = Verdict.FROZEN if judged.frozen[place] else Verdict.LONG_BELOW
    if judged.fires[place]:
        verdict = Verdict.FIRES
    decision = Decision(verdict, _number(judged.burn_long[place]), _number(judged.burn_short[place]))
    step = advance(None if alert is None else _firing(alert), decision=decision, at=at)
    after = step.firing
    if after is None:
        return False
    rule = int(judged.rules[place])
    if step.change is Change.FIRED:
        remaining = _number(standing.remaining[judged.rows[place]])
        BurnAlert.objects.get_or_create(
            objective_id=key[0],
            long_s=key[1],
            short_s=key[2],
            fired_at=after.fired_at,
            defaults={
                "factor": float(alerting.factor[rule]),
                "severity": AlertSeverity.PAGE if alerting.page[rule] else AlertSeverity.TICKET,
                "burn_long": after.burn_long,
                "burn_short": after.burn_short,
                "peak_burn": after.peak_burn,
                "remaining_at_fire": remaining,
            },
        )
    elif alert is not None and (after.resolved_at != alert.resolved_at or after.peak_burn != alert.peak_burn):
        BurnAlert.objects.filter(pk=alert.pk).update(resolved_at=after.resolved_at, peak_burn=after.peak_burn)
    return after.resolved_at is None


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
