"""What the risk of a change is made from: its service's burn, budget and failures as of then."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Min, Q

from incidents.domain.change_risk import Planned, Risk, risk
from incidents.domain.changes import MENDED_WITHIN
from incidents.models import Deploy
from incidents.queries.changes import failures_among
from relportal.core import company
from relportal.core.models import Service, User
from slo.models import BurnAlert, Objective, Status

RECENT: Final = dt.timedelta(days=30)
FRESH: Final = dt.timedelta(minutes=30)
"""The standing of an objective is that of a change as near as this; of an older one its burn alerts of then are taken."""


@dataclass(frozen=True, slots=True)
class Change:
    """A deploy, or one that is planned (`key` None)."""

    service: Service
    at: dt.datetime
    size: int | None
    key: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """None: not known."""

    burn: float | None = None
    remaining: float | None = None


def risk_of(user: User, change: Change) -> Risk:
    return risks(user, [change])[0]


def risks_of_deploys(user: User, deploys: Sequence[Deploy]) -> dict[int, Risk]:
    changes = [Change(each.service, each.started_at, each.size, each.pk) for each in deploys]
    return dict(zip((each.pk for each in deploys), risks(user, changes), strict=True))


def risks(user: User, changes: Sequence[Change]) -> list[Risk]:
    """In their order, in as many statements for fifty as for one. Failures that only private incidents tell of are counted
    only for those who see them."""
    if not changes:
        return []
    zone = company.zone()
    past = _past(user, changes)
    standings = _standings(changes)
    return [
        risk(
            Planned(
                local=each.at.astimezone(zone),
                size=each.size,
                tier=each.service.tier,
                burn=standing.burn,
                remaining=standing.remaining,
                failed=past[each.service.pk].failed(each),
                paused=past[each.service.pk].paused(each),
            )
        )
        for each, standing in zip(changes, standings, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Past:
    """The recent deploys of one service in order; `first` began the first of all, None: there is none. `failed_at` are the
    begins of those that failed, with their keys."""

    first: dt.datetime | None = None
    begins: tuple[dt.datetime, ...] = ()
    failed_at: tuple[tuple[dt.datetime, int], ...] = ()

    def failed(self, change: Change) -> int:
        """Counted as known today, also what showed only after the change."""
        first, last = (bisect_left(self.failed_at, (when, 0)) for when in (change.at - RECENT, change.at))
        return sum(key != change.key for _at, key in self.failed_at[first:last])

    def paused(self, change: Change) -> dt.timedelta | None:
        """At most the 30 days that are looked at."""
        place = bisect_left(self.begins, change.at)
        if place:
            return min(RECENT, change.at - self.begins[place - 1])
        return RECENT if self.first is not None and self.first < change.at else None


def _past(user: User, changes: Sequence[Change]) -> Mapping[int, _Past]:
    begin, end = min(each.at for each in changes) - RECENT, max(each.at for each in changes)
    ours = Deploy.objects.filter(service__in={each.service.pk for each in changes})
    firsts = dict(ours.values_list("service_id").annotate(Min("started_at")).order_by())
    rows, failed = failures_among(user, ours.filter(started_at__range=(begin, end + MENDED_WITHIN)))
    found: dict[int, list[tuple[dt.datetime, int]]] = defaultdict(list)
    for each in rows:
        found[each.service].append((each.started, each.key))
    return {
        each.service.pk: _Past(
            firsts.get(each.service.pk),
            tuple(at for at, _key in sorted(found[each.service.pk])),
            tuple(one for one in sorted(found[each.service.pk]) if one[1] in failed),
        )
        for each in changes
    }


def _standings(changes: Sequence[Change]) -> list[Standing]:
    services = {each.service.pk for each in changes}
    objectives = Objective.objects.active().filter(service__in=services)
    of_service: dict[int, list[Status]] = defaultdict(list)
    for status in Status.objects.filter(objective__in=objectives).select_related("objective"):
        of_service[status.objective.service_id].append(status)
    first, last = min(each.at for each in changes), max(each.at for each in changes)
    fired: dict[int, list[BurnAlert]] = defaultdict(list)
    alerts = BurnAlert.objects.filter(Q(resolved_at=None) | Q(resolved_at__gt=first), fired_at__lte=last)
    for alert in alerts.filter(objective__service__in=services).select_related("objective"):
        fired[alert.objective.service_id].append(alert)
    return [_standing(each.at, of_service[each.service.pk], fired[each.service.pk]) for each in changes]


def _standing(at: dt.datetime, statuses: Sequence[Status], alerts: Sequence[BurnAlert]) -> Standing:
    """Of the present what was measured last; of the past what its alerts tell, 0 when objectives there were and none fired."""
    fresh = [each for each in statuses if each.at is not None and abs(at - each.at) <= FRESH]
    if fresh:
        burns = [rate for each in fresh for rate in (each.burn_1h, each.burn_6h) if rate is not None]
        budgets = [each.remaining for each in fresh if each.remaining is not None]
        return Standing(max(burns, default=None), min(budgets, default=None))
    then = [each for each in alerts if each.fired_at <= at and (each.resolved_at is None or each.resolved_at > at)]
    known = [each for each in statuses if each.at is not None and at < each.at]
    if not then:
        return Standing(0.0 if known else None)
    left = [each.remaining_at_fire for each in then if each.remaining_at_fire is not None]
    return Standing(max(each.burn_long for each in then), min(left, default=None))
