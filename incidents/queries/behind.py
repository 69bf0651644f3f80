"""The incidents behind figures: those that count and that the person sees, with what is known of each."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import DateTimeField, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from incidents.domain.times import Times
from incidents.models import Detection, FailureMode, Incident, IncidentService, Moment, Severity, TimeMark
from incidents.queries.times import FIELD_OF
from relportal.core.models import Service, Team, User

Named = tuple[str, str]
"""(slug, name)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which incidents; empty: not filtered by. Several of one kind mean any of them."""

    severities: tuple[int, ...] = ()
    services: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    detections: tuple[str, ...] = ()
    failure_modes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """One incident. None: not known. `times.impact_started` None: it is counted by its declaration."""

    pk: int
    title: str
    began: dt.datetime
    severity: int | None
    team: str
    detected_by: str
    times: Times
    impact_minutes: float | None
    customer_minutes: float | None
    budget_spent: float | None
    services: tuple[Named, ...]
    failure_modes: tuple[Named, ...]
    customer_minutes_low: float | None = None
    customer_minutes_high: float | None = None
    reach_measured: bool | None = None

    @property
    def short_id(self) -> str:
        return f"INC-{self.pk}"


def beginning() -> Coalesce:
    """When an incident began: the start of its impact (a corrected one before a recorded one), or else its declaration."""
    marks = TimeMark.objects.filter(incident=OuterRef("pk"), moment=Moment.IMPACT_STARTED).order_by("-is_override")
    return Coalesce(Subquery(marks.values("at")[:1]), F("declared_at"), output_field=DateTimeField())


def counted(user: User | None, scope: Scope) -> QuerySet[Incident]:
    """Of all times. Only what the person sees, so that a private incident cannot be inferred from a figure; None: all of them,
    for the figures of the company."""
    rows = (Incident.objects.all() if user is None else Incident.objects.visible_to(user)).counted()
    if scope.severities:
        rows = rows.filter(severity__in=scope.severities)
    if scope.teams:
        rows = rows.filter(team__slug__in=scope.teams)
    if scope.detections:
        rows = rows.filter(detection__by__in=scope.detections)
    # Through the keys: a join would give an incident of two services twice.
    if scope.services:
        hit = IncidentService.objects.filter(service__slug__in=scope.services)
        rows = rows.filter(pk__in=hit.values("incident"))
    if scope.failure_modes:
        rows = rows.filter(pk__in=FailureMode.objects.filter(slug__in=scope.failure_modes).values("incidents"))
    return rows


def behind(user: User | None, scope: Scope, *, start: dt.datetime, end: dt.datetime) -> tuple[Behind, ...]:
    """Those that began in [start, end), the newest first."""
    found = counted(user, scope).annotate(began=beginning()).filter(began__gte=start, began__lt=end)
    rows = list(
        found.order_by("-began", "-pk").values_list(
            "pk", "title", "began", "declared_at", "severity_id", "team__slug", "detection__by",
            "figures__impact_minutes", "figures__customer_minutes", "figures__budget_spent",
            "figures__customer_minutes_low", "figures__customer_minutes_high", "figures__reach_measured",
        )
    )  # fmt: skip
    ids = [row[0] for row in rows]
    times = _times({row[0]: row[3] for row in rows})
    services = _pairs(IncidentService.objects.filter(incident__in=ids), "incident_id", "service__slug", "service__name")
    modes = _pairs(
        Incident.failure_modes.through._default_manager.filter(incident__in=ids),
        "incident_id", "failuremode__slug", "failuremode__name",
    )  # fmt: skip
    return tuple(
        Behind(
            pk=pk,
            title=title,
            began=began,
            severity=severity,
            team=team or "",
            detected_by=by or "",
            times=times[pk],
            impact_minutes=impact,
            customer_minutes=customers,
            customer_minutes_low=low,
            customer_minutes_high=high,
            reach_measured=measured,
            budget_spent=budget,
            services=services.get(pk, ()),
            failure_modes=modes.get(pk, ()),
        )
        for pk, title, began, _declared, severity, team, by, impact, customers, budget, low, high, measured in rows
    )


def _times(declared: Mapping[int, dt.datetime]) -> dict[int, Times]:
    """As `incidents.queries.times.times_of`, for many at once."""
    values: dict[int, dict[str, dt.datetime]] = {pk: {} for pk in declared}
    marks = TimeMark.objects.filter(incident__in=list(declared)).exclude(moment=Moment.CLOSED)
    for pk, moment, at in marks.order_by("is_override").values_list("incident_id", "moment", "at"):
        values[pk][FIELD_OF[Moment(moment)]] = at
    return {pk: Times(declared=declared[pk], **known) for pk, known in values.items()}


def _pairs(rows: QuerySet[Any], *columns: str) -> dict[int, tuple[Named, ...]]:
    found: dict[int, list[Named]] = defaultdict(list)
    for pk, slug, name in rows.order_by(columns[2]).values_list(*columns):
        found[pk].append((slug, name))
    return {pk: tuple(names) for pk, names in found.items()}


def durations(rows: Sequence[Behind], name: str) -> list[float | None]:
    """Seconds of a duration of `Times`, such as "time_to_detect"."""
    found: list[dt.timedelta | None] = [getattr(each.times, name) for each in rows]
    return [None if each is None else each.total_seconds() for each in found]


def offered() -> dict[str, tuple[Named, ...]]:
    """What can be filtered by: value and words, by the key in the address."""
    return {
        "severity": tuple((str(each.level), f"{each} {each.name}") for each in Severity.objects.all()),
        "service": tuple(Service.objects.order_by("name").values_list("slug", "name")),
        "team": tuple(Team.objects.order_by("name").values_list("slug", "name")),
        "detection": tuple((each.value, str(each.label)) for each in Detection),
        "mode": tuple(FailureMode.objects.values_list("slug", "name")),
    }
