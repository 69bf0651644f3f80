"""KPI 11: whether an alert means something to do."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from incidents.domain.statistics import Trend, shares_changed
from incidents.models import Alert, AlertVerdict, Deploy, Detection, Incident, State
from incidents.queries.suspects import production
from reports.domain.periods import Period
from reports.domain.scopes import Seen
from reports.domain.values import Better, Lacking, Lines, Unit, Value, share
from reports.kpis._base import Beside, Frame, Heading, Kpi, Row
from reports.kpis._incidents import seen_incidents

ANSWERED_WITHIN = dt.timedelta(hours=1)
"""A rollback or a hotfix that begins later is no answer to an alert."""
BY_ALERT = (Detection.SLO_ALERT, Detection.OTHER_ALERT)


@dataclass(frozen=True, slots=True)
class Rang:
    """An alert; `actionable` None: nobody has judged it, and nothing tells."""

    pk: int
    actionable: bool | None


@dataclass(frozen=True, slots=True)
class Noticed:
    """An incident; `by_alert`: that is how it was noticed."""

    by_alert: bool


class AlertQuality(Kpi[Rang | Noticed]):
    key = "alert_quality"
    number = 11
    title = _("Alerts that were actionable")
    about = _(
        "Alerts judged actionable, of all that are judged. Where nobody judged one, its incident tells: an alert of an incident "
        "counts as actionable, one of a false alarm as noise. Of no incident, one that was followed within an hour by a rollback "
        "or a hotfix of its service counts as actionable. What has not been judged is left out, and where less than 60 % is "
        "judged there is no colour."
    )
    connect = _("Connect the tool that sends alerts, and judge them in the list of alerts.")
    guard = _("Incidents that an alert noticed first")
    heading = Heading.OPERATIONS
    unit = Unit.SHARE
    better = Better.UP
    lines = Lines(green=0.85, red=0.70, better=Better.UP, min_coverage=0.6)
    definition = 3
    beside = (
        Beside("recall", _("of the incidents noticed by an alert first"), Unit.SHARE, guard=True),
        Beside("alerts", _("alerts")),
    )

    def seen(self, frame: Frame) -> Iterator[Seen[Period, Rang | Noticed]]:
        false = frozenset(Incident.objects.filter(state=State.FALSE_ALARM).values_list("pk", flat=True))
        mends = _mends(frame)
        rows = Alert.objects.filter(started_at__gte=frame.start, started_at__lt=frame.end)
        if frame.services is not None:
            rows = rows.filter(service__in=frame.services)
        for pk, started, service, incident, verdict in rows.values_list(
            "pk", "started_at", "service_id", "incident_id", "verdict"
        ):
            actionable = _actionable(verdict, incident, false)
            if actionable is None and _answered(mends.get(service, ()), started):
                actionable = True
            fact = Rang(pk, actionable)
            for period in frame.of(started):
                yield Seen(period=period, fact=fact, services=(service,) if service else ())
        for one in seen_incidents(frame):
            noticed = Noticed(one.fact.detected_by in BY_ALERT)
            yield Seen(period=one.period, fact=noticed, services=one.services, team=one.team)

    def value(self, facts: Sequence[Rang | Noticed]) -> Value:
        rang, noticed = _rang(facts), [one for one in facts if isinstance(one, Noticed)]
        k, n = _judged(rang)
        parts = {
            "alerts": float(len(rang)),
            "recall": sum(one.by_alert for one in noticed) / len(noticed) if noticed else None,
        }
        if rang and not n:
            return Value(coverage=0.0, excluded=len(rang), lacking=Lacking.LOW_COVERAGE, parts=parts)
        return share(k, n, coverage=n / len(rang) if rang else None, excluded=len(rang) - n, parts=parts)

    def trend(self, now: Sequence[Rang | Noticed], before: Sequence[Rang | Noticed], *, exposure: float) -> Trend:
        _unused = exposure
        return shares_changed(_judged(_rang(now)), _judged(_rang(before)))

    def rows(self, fact: Rang | Noticed) -> Sequence[Row]:
        if isinstance(fact, Noticed):
            return ()
        words = {True: _("actionable"), False: _("noise"), None: _("not judged")}
        return [Row("alert", fact.pk, words[fact.actionable], fact.actionable is False)]


def _actionable(verdict: str, incident: int | None, false: frozenset[int]) -> bool | None:
    if verdict:
        return verdict == AlertVerdict.ACTIONABLE
    return None if incident is None else incident not in false


def _mends(frame: Frame) -> dict[int, list[dt.datetime]]:
    """When rollbacks and hotfixes of each service began, in order."""
    rows = Deploy.objects.filter(production(), Q(is_rollback=True) | Q(is_hotfix=True))
    rows = rows.filter(started_at__gte=frame.start, started_at__lt=frame.end + ANSWERED_WITHIN)
    found: defaultdict[int, list[dt.datetime]] = defaultdict(list)
    for service, started in rows.order_by("started_at").values_list("service_id", "started_at"):
        found[service].append(started)
    return found


def _answered(mends: Sequence[dt.datetime], rang: dt.datetime) -> bool:
    place = bisect_left(mends, rang)
    return place < len(mends) and mends[place] < rang + ANSWERED_WITHIN


def _rang(facts: Sequence[Rang | Noticed]) -> list[Rang]:
    return [one for one in facts if isinstance(one, Rang)]


def _judged(facts: Sequence[Rang]) -> tuple[int, int]:
    known = [one for one in facts if one.actionable is not None]
    return sum(bool(one.actionable) for one in known), len(known)


PLUGIN = AlertQuality()
