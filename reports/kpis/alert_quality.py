"""KPI 11: whether an alert means something to do."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from incidents.domain.statistics import Trend, shares_changed
from incidents.models import Alert, AlertVerdict, Deploy, Detection, Incident, RunbookRun, RunOutcome, State
from incidents.queries.suspects import production
from reports.domain.periods import Period
from reports.domain.scopes import Seen
from reports.domain.values import Better, Lacking, Lines, Unit, Value, share
from reports.kpis._base import Beside, Frame, Heading, Kpi, Row
from reports.kpis._incidents import seen_incidents

ANSWERED_WITHIN = dt.timedelta(hours=1)
"""A rollback, a hotfix or the use of a runbook that begins later is no answer to an alert, unless it names the alert."""
BY_ALERT = (Detection.SLO_ALERT, Detection.OTHER_ALERT)


class By(Enum):
    """Who or what says whether an alert was actionable; the first that does is believed."""

    PEOPLE = _("judged")
    INCIDENT = _("by its incident")
    RUNBOOK = _("by the use of its runbook")
    ANSWER = _("a rollback, a hotfix or a runbook followed")


@dataclass(frozen=True, slots=True)
class Rang:
    """An alert; `actionable` and `by` None: nobody has judged it, and nothing tells."""

    pk: int
    actionable: bool | None
    by: By | None


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
        "counts as actionable, one of a false alarm as noise. Of no incident, one counts as actionable for which the runbook was "
        "used, or that was followed within an hour by a rollback, a hotfix or the use of a runbook of its service; one for which "
        "the runbook was not needed is noise. What has not been judged is left out, and where less than 60 % is judged there is "
        "no colour."
    )
    connect = _("Connect the tool that sends alerts, and judge them in the list of alerts.")
    guard = _("Incidents that an alert noticed first")
    heading = Heading.OPERATIONS
    unit = Unit.SHARE
    better = Better.UP
    lines = Lines(green=0.85, red=0.70, better=Better.UP, min_coverage=0.6)
    definition = 4
    beside = (
        Beside("recall", _("of the incidents noticed by an alert first"), Unit.SHARE, guard=True),
        Beside("alerts", _("alerts")),
    )

    def seen(self, frame: Frame) -> Iterator[Seen[Period, Rang | Noticed]]:
        false = frozenset(Incident.objects.filter(state=State.FALSE_ALARM).values_list("pk", flat=True))
        answers, said = _answers(frame)
        rows = Alert.objects.filter(started_at__gte=frame.start, started_at__lt=frame.end)
        if frame.services is not None:
            rows = rows.filter(service__in=frame.services)
        for pk, started, service, incident, verdict in rows.values_list(
            "pk", "started_at", "service_id", "incident_id", "verdict"
        ):
            told = _told(verdict, incident, false)
            if told is None and pk in said:
                told = said[pk], By.RUNBOOK
            if told is None and _answered(answers.get(service, ()), started):
                told = True, By.ANSWER
            fact = Rang(pk, *(told or (None, None)))
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
        if fact.by is None:
            return [Row("alert", fact.pk, _("not judged"))]
        verdict = gettext("actionable") if fact.actionable else gettext("noise")
        return [Row("alert", fact.pk, f"{verdict}, {fact.by.value}", not fact.actionable)]


def _told(verdict: str, incident: int | None, false: frozenset[int]) -> tuple[bool, By] | None:
    if verdict:
        return verdict == AlertVerdict.ACTIONABLE, By.PEOPLE
    return None if incident is None else (incident not in false, By.INCIDENT)


def _answers(frame: Frame) -> tuple[dict[int, list[dt.datetime]], dict[int, bool]]:
    """When rollbacks, hotfixes and uses of runbooks of each service began, in order; and whether the runbook was needed for the
    alerts that a use names. That tells of no other alert, and what was not needed of none at all unless it names one."""
    found: defaultdict[int, list[dt.datetime]] = defaultdict(list)
    named: dict[int, bool] = {}
    until = frame.end + ANSWERED_WITHIN
    deploys = Deploy.objects.filter(production(), Q(is_rollback=True) | Q(is_hotfix=True), started_at__gte=frame.start)
    for service, began in deploys.filter(started_at__lt=until).values_list("service_id", "started_at"):
        found[service].append(began)
    for service, alert, began, outcome in _runs(frame, until):
        needed = outcome != RunOutcome.NOT_NEEDED
        if alert is not None:
            named[alert] = named.get(alert, False) or needed
        elif needed:
            found[service].append(began)
    return {service: sorted(each) for service, each in found.items()}, named


def _runs(frame: Frame, until: dt.datetime) -> Iterable[tuple[int, int | None, dt.datetime, str]]:
    """Service, alert, begin and outcome: of the time looked at, and of the alerts that rang in it, whenever that was."""
    lately = Q(alert=None, started_at__gte=frame.start, started_at__lt=until)
    of_alerts = Q(alert__started_at__gte=frame.start, alert__started_at__lt=frame.end)
    return RunbookRun.objects.filter(lately | of_alerts).values_list("service_id", "alert_id", "started_at", "outcome")


def _answered(answers: Sequence[dt.datetime], rang: dt.datetime) -> bool:
    place = bisect_left(answers, rang)
    return place < len(answers) and answers[place] < rang + ANSWERED_WITHIN


def _rang(facts: Sequence[Rang | Noticed]) -> list[Rang]:
    return [one for one in facts if isinstance(one, Rang)]


def _judged(facts: Sequence[Rang]) -> tuple[int, int]:
    known = [one for one in facts if one.actionable is not None]
    return sum(bool(one.actionable) for one in known), len(known)


PLUGIN = AlertQuality()
