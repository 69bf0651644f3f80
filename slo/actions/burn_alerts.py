"""Burn rules judged for all objectives at once; only what fires or fired is looked at one by one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
from django.db import connection, transaction
from numpy.typing import NDArray

from relportal.core import bulk
from slo.domain import bulk as maths
from slo.domain.alerts import Firing, advance
from slo.domain.burn import Decision, Verdict
from slo.domain.counts import Array
from slo.domain.grid import instant
from slo.models import AlertSeverity, BurnAlert
from slo.queries.standing import Ids, Standing
from slo.signals import burn_alerts_changed

# The pairs of windows that any rule has, and the smallest factor of each: few, and no objective below it needs its rules read.
_PAIRS = "SELECT long_s, short_s, min(factor) FROM slo_burnrule GROUP BY long_s, short_s ORDER BY long_s, short_s"
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
Pairs = tuple[tuple[int, int, float], ...]
# A rule is known by its objective and its two windows, also when it was changed while it fired.
RuleKey = tuple[int, int, int]


def lookbacks_s() -> tuple[int, ...]:
    """All windows that any rule looks back over, ascending."""
    return _lookbacks_s(_pairs())


def _pairs() -> Pairs:
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS)
        return tuple(cursor.fetchall())


def _lookbacks_s(pairs: Pairs) -> tuple[int, ...]:
    return tuple(sorted({seconds for long_s, short_s, _factor in pairs for seconds in (long_s, short_s)}))


@dataclass(frozen=True, slots=True, eq=False)
class Alerting:
    """What judging needs to know before any burn: the windows of all rules, and the alerts that fire now."""

    pairs: Pairs
    open: Mapping[RuleKey, BurnAlert]

    @classmethod
    def read(cls) -> Alerting:
        # Few alerts fire at a time in the whole company: cheaper than asking for those of thousands of objectives.
        firing = BurnAlert.objects.filter(resolved_at__isnull=True)
        return cls(_pairs(), {(each.objective_id, each.long_s, each.short_s): each for each in firing})

    @property
    def lookbacks_s(self) -> tuple[int, ...]:
        return _lookbacks_s(self.pairs)

    def rules(self, standing: Standing) -> _Rules:
        """The rules of objectives that burn fast enough for any of that pair of windows, or that have an open alert."""
        ids = standing.promises.ids
        worth = np.isin(ids, [objective for objective, _long, _short in self.open])
        for long_s, short_s, factor in self.pairs:
            with np.errstate(invalid="ignore"):
                worth |= (standing.lookback(long_s).burn > factor) & (standing.lookback(short_s).burn > factor)
        return _Rules.read(ids[worth])


@dataclass(frozen=True, slots=True, eq=False)
class _Rules:
    """Rules as arrays."""

    objective: Ids
    long_s: Ids
    short_s: Ids
    factor: Array
    min_failures: Array
    page: Ids

    @classmethod
    def read(cls, objective_ids: Ids) -> _Rules:
        table = bulk.read(_RULES, {"ids": objective_ids.tolist()}, columns=_RULE_COLUMNS)
        return cls(**{name: bulk.column(table, name) for name in _RULE_COLUMNS})

    def key(self, rule: int) -> RuleKey:
        return int(self.objective[rule]), int(self.long_s[rule]), int(self.short_s[rule])


@dataclass(frozen=True, slots=True, eq=False)
class _Judged:
    """Per rule: the row of its objective in the standing, whether it fires, whether its state is frozen, and its burns."""

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
    rules = alerting.rules(standing)
    judged = _judged(standing, rules)
    here = set(of.ids.tolist()) if alerting.open else set()
    open_here = {key: alert for key, alert in alerting.open.items() if key[0] in here}
    changes = _Changes(instant(standing.end))
    for rule in range(len(judged.rows)):
        key = rules.key(rule)
        alert = open_here.pop(key, None)
        if alert is None and not judged.fires[rule]:
            continue
        step = advance(None if alert is None else _firing(alert), decision=_decision(judged, rule), at=changes.at)
        if step.firing is None:
            continue
        row = judged.rows[rule]
        if alert is None:
            changes.fired.append(_fired(rules, rule, step.firing, remaining=_number(standing.remaining[row])))
        else:
            changes.gone_on(alert, step.firing)
        if step.firing.resolved_at is None:
            firing[row] = max(int(firing[row]), 2 if rules.page[rule] else 1)
    # A rule that was taken away cannot fire on.
    for alert in open_here.values():
        changes.gone_on(alert, replace(_firing(alert), resolved_at=changes.at))
    changes.write()
    return firing


@dataclass(slots=True, eq=False)
class _Changes:
    """What becomes of alerts at one instant, written in a few statements."""

    at: dt.datetime
    fired: list[BurnAlert] = field(default_factory=list)
    changed: list[BurnAlert] = field(default_factory=list)
    revoked: list[BurnAlert] = field(default_factory=list)

    def gone_on(self, alert: BurnAlert, after: Firing) -> None:
        if after.resolved_at == alert.fired_at:
            # Judged again at the same instant, on counts that were not there before, such as a history: it never fired.
            self.revoked.append(alert)
        elif (after.resolved_at, after.peak_burn) != (alert.resolved_at, alert.peak_burn):
            alert.resolved_at, alert.peak_burn = after.resolved_at, after.peak_burn
            self.changed.append(alert)

    def write(self) -> None:
        told = {each.objective_id for each in self.fired}
        told |= {each.objective_id for each in self.changed if each.resolved_at is not None}
        if told:
            transaction.on_commit(partial(_tell, sorted(told), at=self.at), robust=True)
        BurnAlert.objects.bulk_create(self.fired, ignore_conflicts=True)
        if self.revoked:
            BurnAlert.objects.filter(pk__in=[each.pk for each in self.revoked]).delete()
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


def _tell(objectives: list[int], *, at: dt.datetime) -> None:
    burn_alerts_changed.send(BurnAlert, objectives=objectives, at=at)


def _judged(standing: Standing, rules: _Rules) -> _Judged:
    ids = standing.promises.ids
    order = np.argsort(ids)
    rows = order[np.searchsorted(ids, rules.objective, sorter=order)]
    size = len(rows)
    burn_long, burn_short, bad_long = np.full(size, np.nan), np.full(size, np.nan), np.zeros(size)
    covered = standing.reason[rows] == 0
    for seconds in np.union1d(rules.long_s, rules.short_s).tolist():
        look = standing.lookback(seconds)
        is_long, is_short = rules.long_s == seconds, rules.short_s == seconds
        burn_long[is_long] = look.burn[rows[is_long]]
        bad_long[is_long] = look.bad[rows[is_long]]
        burn_short[is_short] = look.burn[rows[is_short]]
        covered[is_long] &= look.covered[rows[is_long]]
        covered[is_short] &= look.covered[rows[is_short]]
    fires = maths.fires(
        burn_long=burn_long,
        burn_short=burn_short,
        bad_long=bad_long,
        factor=rules.factor,
        min_failures=rules.min_failures,
    )
    return _Judged(rows, fires & covered, ~covered, burn_long, burn_short)


def _decision(judged: _Judged, place: int) -> Decision:
    verdict = Verdict.FROZEN if judged.frozen[place] else Verdict.LONG_BELOW
    if judged.fires[place]:
        verdict = Verdict.FIRES
    return Decision(verdict, _number(judged.burn_long[place]), _number(judged.burn_short[place]))


def _fired(rules: _Rules, rule: int, firing: Firing, *, remaining: float | None) -> BurnAlert:
    objective, long_s, short_s = rules.key(rule)
    return BurnAlert(
        objective_id=objective,
        long_s=long_s,
        short_s=short_s,
        factor=float(rules.factor[rule]),
        severity=AlertSeverity.PAGE if rules.page[rule] else AlertSeverity.TICKET,
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
