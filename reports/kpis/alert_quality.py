"""KPI 11: whether an alert means something to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from incidents.domain.statistics import Trend, shares_changed
from incidents.models import Alert
from reports.domain.periods import Period
from reports.domain.scopes import Seen
from reports.domain.values import Better, Lacking, Lines, Unit, Value, share
from reports.kpis._base import Frame, Heading, Kpi, Row


@dataclass(frozen=True, slots=True)
class Rang:
    """An alert; `actionable` None: nobody has judged it, and nothing tells."""

    pk: int
    actionable: bool | None


class AlertQuality(Kpi[Rang]):
    key = "alert_quality"
    number = 11
    title = _("Alerts that were actionable")
    about = _(
        "Alerts judged actionable, of all that are judged. An alert that belongs to an incident counts as actionable; what has "
        "not been judged is left out, and where less than 60 % is judged there is no colour."
    )
    connect = _("Connect the tool that sends alerts, and attach them to incidents.")
    guard = _("Incidents that an alert noticed first")
    heading = Heading.OPERATIONS
    unit = Unit.SHARE
    better = Better.UP
    lines = Lines(green=0.85, red=0.70, better=Better.UP, min_coverage=0.6)

    def seen(self, frame: Frame) -> Iterator[Seen[Period, Rang]]:
        rows = Alert.objects.filter(started_at__gte=frame.start, started_at__lt=frame.end)
        for pk, started, service, incident in rows.values_list("pk", "started_at", "service_id", "incident_id"):
            fact = Rang(pk, True if incident is not None else None)
            for period in frame.of(started):
                yield Seen(period=period, fact=fact, services=(service,) if service else ())

    def value(self, facts: Sequence[Rang]) -> Value:
        k, n = _judged(facts)
        if facts and not n:
            return Value(coverage=0.0, lacking=Lacking.LOW_COVERAGE)
        return share(k, n, coverage=n / len(facts) if facts else None, parts={"alerts": float(len(facts))})

    def trend(self, now: Sequence[Rang], before: Sequence[Rang], *, exposure: float) -> Trend:
        _unused = exposure
        return shares_changed(_judged(now), _judged(before))

    def row(self, fact: Rang) -> Row:
        return Row("alert", fact.pk, _("actionable") if fact.actionable else _("not judged"))


def _judged(facts: Sequence[Rang]) -> tuple[int, int]:
    known = [one for one in facts if one.actionable is not None]
    return sum(bool(one.actionable) for one in known), len(known)


PLUGIN = AlertQuality()
