"""A company of known history: everything that KPIs are made of, told as plain data first, and then written as rows.

Nothing here calls what computes figures: the tests beside it count in this data by hand, or by SQL in the tables.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from incidents.models import (
    ActionItem,
    Deploy,
    FailureMode,
    ImpactFigures,
    Incident,
    IncidentDetection,
    IncidentService,
    Moment,
    Postmortem,
    RunbookRun,
    StateChange,
    Suspect,
    SuspectVerdict,
    TimeMark,
    TimeSource,
)
from relportal.core.models import Journey, JourneyService, LinkKind, Service, ServiceLink, Team
from reports.models import KpiInput
from slo.models import BurnRule, IndicatorKind, LatencyDay, Measurement, Objective
from tests import make
from tests.incidents.ringing import alert

OCTOBER: Final = dt.date(2026, 10, 1)
START: Final = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)
END: Final = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
AT: Final = dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC)
SECONDS: Final = 31 * 86_400


def day(number: int, hour: float = 12, *, month: int = 10) -> dt.datetime:
    return dt.datetime(2026, month, number, tzinfo=dt.UTC) + dt.timedelta(hours=hour)


@dataclass(frozen=True, slots=True)
class Promise:
    """An objective and what was counted in October; None: nothing. `late_bad` of the bad events fell into its last three days,
    `six` of (bad, all) into its last six hours and `one` into its last one; None: no counts were kept at their beginning."""

    service: str
    target: str
    total: float | None = None
    bad: float = 0
    late_bad: float = 0
    late_total: float = 0
    threshold_s: float | None = None
    was: str = ""
    six: tuple[float, float] | None = None
    one: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """An incident of October; minutes after its impact began, None: nobody said. `as_declared` is another severity first."""

    day: int
    severity: int
    services: tuple[str, ...]
    detected: float | None = None
    mitigated: float | None = None
    resolved: float | None = None
    customers: float | None = None
    by: str = ""
    mode: str = ""
    month: int = 10
    as_declared: int | None = None
    published_after_days: float | None = None
    reopened_after_hours: float | None = None
    kind: str = "real"
    state: str = "closed"


LINKED: Final = (
    ("pay", LinkKind.LOGS, day(20)), ("pay", LinkKind.TRACES, day(30, month=9)), ("pay", LinkKind.DASHBOARD, day(20)),
    ("pay", LinkKind.RUNBOOK, None), ("web", LinkKind.LOGS, day(4, month=5)), ("web", LinkKind.RUNBOOK, day(5, month=5)),
)  # fmt: skip
"""When links were seen to work; noon of 4 May is 180½ days before November, noon of the 5th 179½."""
PROMISES: Final = (
    Promise("pay", "0.999", 1_000_000, 400, 20, 100_000, was="0.9995", six=(18, 9_000), one=(12, 1_500)),
    Promise("pay", "0.95", 1_000_000, 30_000, 1_000, 100_000, threshold_s=0.3),
    Promise("web", "0.99", 200_000, 3_000, 100, 20_000, six=(90, 2_000)),
    Promise("web", "0.99", 200_000, 1_000, 100, 20_000, threshold_s=1.0),
    Promise("pay", "0.9"),
    Promise("mail", "0.9", 5_000, 4_000, 300, 500),
)
"""Mail is of tier 2: it speaks for itself alone."""
INCIDENTS: Final = (
    Told(2, 1, ("pay",), 4, 20, 50, 12_000, "slo_alert", "config", published_after_days=2),
    Told(5, 1, ("pay", "web"), 6, 30, 61, 8_000, "customer", "capacity", as_declared=0, reopened_after_hours=5),
    Told(8, 0, ("web",), 2, 10, 40, 30_000, "staff", "capacity", published_after_days=30),
    Told(12, 2, ("web",), 30, 60, 200, None, "third_party"),
    Told(20, 3, ("mail",), None, None, 90, 500, "other_alert", "config", as_declared=2),
    Told(21, 1, ("pay",), 8, 15, None, 100, "other_alert"),
    Told(22, 4, ("mail",), 1, 2, 3, 0, "staff"),
    Told(3, 2, ("web",), 5, 6, 7, 70, "staff", "config", month=9),
    Told(4, 2, ("mail",), 5, 6, 7, 70, "staff", "", month=8),
    Told(23, 1, ("pay",), 1, 2, 3, 9_999, "staff", "config", kind="drill"),
    Told(24, 1, ("pay",), 1, 2, 3, 9_999, "staff", "config", state="false_alarm"),
)
COUNTED: Final = tuple(one for one in INCIDENTS if one.month == 10 and one.kind == "real" and one.state == "closed")
MAINTAINED: Final = (
    ("web", 29, 0, 36, False),
    ("web", 30, 0, 42, False),
    ("web", 3, 0, 48, True),
    ("pay", 9, 1, 2, False),
)
"""A service, the day and hour at which maintenance began, hours that it took, and whether it was cancelled before. Those of web
fill, from the end of October, what lies between its last three days and its last six hours."""
BUCKETS: Final = {
    "pay": ((0.1, 0.3, 1.0), {1: (500, 800, 960, 1_000), 2: (900, 1_700, 1_990, 2_000), 31: (0, 0, 0, 0)}),
    "web": ((0.3, 1.0, 2.5), {30: (700, 900, 1_000, 1_000)}),
}
"""Of the latency promises: bounds in seconds, and what was counted up to each, and of all, on days of October."""
DEPLOYS: Final = 20
"""Of pay and web in turn, one every day: the third fails, the sixth (web) is taken back 90 minutes later by a machine,
the first is the cause of the first incident, and the fifteenth (pay) needed a hotfix three hours later."""
ENTERED: Final[dict[str, list[dict[str, float]]]] = {
    "page_load": [{"pages": 10, "shifts": 14, "p90_person": 2.0, "nights": 7, "quiet_nights": 5, "missed": 1},
                  {"pages": 11, "shifts": 14, "nights": 7, "quiet_nights": 2, "p90_person": 3.0}],
    "toil": [{"toil_h": 30, "work_h": 100, "answered": 6, "asked": 8}, {"toil_h": 42, "work_h": 100, "answered": 5, "asked": 8}],
    "forecast_accuracy": [{"forecast": 90, "actual": 100, "tier_1": 1, "provided": 200}, {"forecast": 330, "actual": 300},
                          {"forecast": 10, "actual": 100, "ahead_days": 30}],
    "cost_efficiency": [{"cost": 1_210, "requests": 1_000_000, "observability_cost": 121}],
    "roadmap_delivery": [{"met": 7, "committed": 9, "added": 2, "aimed": 6}],
    "stakeholders": [{"top_2": 30, "answered": 40, "asked": 64}],
    "oncall_satisfaction": [{"top_2": 8, "answered": 10, "asked": 12, "left": 2, "regretted": 1, "pool": 16}],
}  # fmt: skip


@dataclass(slots=True)
class Company:
    services: dict[str, Service] = field(default_factory=dict)
    objectives: dict[Promise, Objective] = field(default_factory=dict)
    incidents: dict[Told, Incident] = field(default_factory=dict)
    journey: Journey | None = None


def founded() -> Company:
    made = Company()
    shop = make.team(slug="shop", name="متجر \N{SHOPPING TROLLEY}")
    post = make.team(slug="post", name="Post")
    for slug, tier, team in (("pay", 1, shop), ("web", 1, shop), ("mail", 2, post)):
        made.services[slug] = make.service(slug=slug, name=f"{slug} \N{PARTY POPPER} خدمة", tier=tier, team=team)
    made.journey = Journey.objects.create(slug="buy", name="Buy")
    JourneyService.objects.create(journey=made.journey, service=made.services["web"], position=1)
    _promised(made)
    _maintained(made)
    _failed(made)
    _shipped(made)
    _rang(made)
    _entered(shop)
    _small(post)
    return made


def _promised(made: Company) -> None:
    for promise in PROMISES:
        kind = IndicatorKind.LATENCY_CLASSIC if promise.threshold_s else IndicatorKind.RATIO_BAD
        indicator = make.indicator(
            kind=kind, latency_s=promise.threshold_s, histogram="h" if promise.threshold_s else ""
        )
        row = make.objective(
            service=made.services[promise.service], indicator=indicator, target=Decimal(promise.was or promise.target)
        )
        made.objectives[promise] = row
        if promise.threshold_s:
            bounds, days = BUCKETS[promise.service]
            LatencyDay.objects.bulk_create(
                LatencyDay(
                    indicator=indicator,
                    day=OCTOBER.replace(day=number),
                    asked="h",
                    layouts=[list(bounds)],
                    services={str(row.service_id): [0, list(counts)]},
                )
                for number, counts in days.items()
            )
        if promise.total is None:
            continue
        bad, total = 7.0 + promise.bad, 77.0 + promise.total
        backs = ((72, (promise.late_bad, promise.late_total)), (6, promise.six), (1, promise.one))
        counts = [(START, 7.0, 77.0, 0.0), (END, bad, total, float(SECONDS))] + [
            (END - dt.timedelta(hours=hours), bad - since[0], total - since[1], SECONDS - hours * 3600.0)
            for hours, since in backs
            if since is not None
        ]
        Measurement.objects.bulk_create(
            Measurement(series_id=row.series_id, instant=at, bad=bad, total=total, covered_s=covered)
            for at, bad, total, covered in counts
        )
    BurnRule.objects.create(
        objective=made.objectives[PROMISES[0]], long_s=3600, short_s=300, factor=14.4, severity="page"
    )
    ServiceLink.objects.bulk_create(
        ServiceLink(
            service=made.services[slug], kind=kind, url=f"https://{kind}.example/{slug}", verified_at=verified_at
        )
        for slug, kind, verified_at in LINKED
    )


def _maintained(made: Company) -> None:
    for slug, number, hour, hours, cancelled in MAINTAINED:
        start = day(number, hour)
        end = start + dt.timedelta(hours=hours)
        make.maintenance(service=made.services[slug], start=start, end=end, cancelled_at=START if cancelled else None)


def _failed(made: Company) -> None:
    for told in INCIDENTS:
        began = day(told.day, month=told.month)
        first = told.severity if told.as_declared is None else told.as_declared
        row = Incident.objects.create(
            title="It fails \N{FIRE}", kind=told.kind, state=told.state, declared_at=began + dt.timedelta(minutes=9),
            severity_id=first, team=made.services[told.services[0]].team,
        )  # fmt: skip
        if told.as_declared is not None:
            row.severity_id = told.severity
            row.save()
        made.incidents[told] = row
        IncidentService.objects.bulk_create(
            IncidentService(incident=row, service=made.services[slug]) for slug in told.services
        )
        for moment, after in (
            (Moment.IMPACT_STARTED, 0), (Moment.DETECTED, told.detected), (Moment.MITIGATED, told.mitigated),
            (Moment.RESOLVED, told.resolved),
        ):  # fmt: skip
            if after is not None:
                TimeMark.objects.create(
                    incident=row, moment=moment, at=began + dt.timedelta(minutes=after), source=TimeSource.PERSON,
                    recorded_at=AT,
                )  # fmt: skip
        sure = told.severity != 0
        ImpactFigures.objects.create(
            incident=row, computed_at=AT, customer_minutes=told.customers,
            customer_minutes_low=told.customers if sure else 20_000, customer_minutes_high=told.customers if sure else 45_000,
            reach_measured=None if told.customers is None else told.by == "slo_alert",
        )  # fmt: skip
        if told.by:
            IncidentDetection.objects.create(incident=row, by=told.by)
        if told.mode:
            row.failure_modes.add(
                FailureMode.objects.get_or_create(slug=told.mode, defaults={"name": told.mode.title()})[0]
            )
        _learnt(row, told, began)


def _learnt(row: Incident, told: Told, began: dt.datetime) -> None:
    if told.published_after_days is not None:
        published = began + dt.timedelta(days=told.published_after_days)
        tags = ["Systemic"] if told.severity == 0 else []
        Postmortem.objects.create(incident=row, state="published", created_at=began, published_at=published, tags=tags)
    if told.reopened_after_hours is not None:
        for state, hours in (("resolved", 1.0), ("investigating", 1 + told.reopened_after_hours)):
            StateChange.objects.create(incident=row, state=state, at=began + dt.timedelta(hours=hours))


def promised_actions(made: Company) -> None:
    """Of the first incident: done in time, done late, put off and then done, dropped, open past its date, verified in time.
    The second was split off something. What the first one repeats, a month earlier, was said to be fixed."""
    row, team = made.incidents[INCIDENTS[0]], made.services["pay"].team
    early = dt.date(2026, 9, 9)
    ActionItem.objects.create(
        incident=made.incidents[INCIDENTS[7]], title="It is fixed", state="done", first_due_on=early, due_on=early,
        done_at=day(8, month=9), created_at=day(4, month=9),
    )  # fmt: skip
    first = dt.date(2026, 10, 20)
    whole = None
    for state, due, done in (
        ("done", first, day(20, 9)), ("done", first, day(21, 9)), ("done", dt.date(2026, 10, 30), day(28, 9)),
        ("dropped", first, None), ("open", first, None), ("verified", first, day(15, 9)),
    ):  # fmt: skip
        made_now = ActionItem.objects.create(
            incident=row, title="Do it", state=state, first_due_on=first, due_on=due, done_at=done, team=team,
            created_at=day(3), split_from=whole if done == day(21, 9) else None,
        )  # fmt: skip
        whole = whole or made_now


def _shipped(made: Company) -> None:
    rows = [
        Deploy.objects.create(
            service=made.services["pay" if number % 2 == 0 else "web"], key=str(number),
            started_at=day(number + 2, 8), state="failed" if number == 2 else "succeeded",
        )
        for number in range(DEPLOYS)
    ]  # fmt: skip
    Deploy.objects.create(
        service=made.services["web"], key="back", started_at=day(7, 9.5), is_rollback=True, rollback_automatic=True
    )
    Deploy.objects.create(service=made.services["pay"], key="hot", started_at=day(16, 11), is_hotfix=True)
    Deploy.objects.create(service=made.services["web"], key="test", started_at=day(9), environment="staging")
    Suspect.objects.create(incident=made.incidents[INCIDENTS[0]], deploy=rows[0], verdict=SuspectVerdict.CAUSE, at=AT)


def _rang(made: Company) -> None:
    """Five of an incident, one of them judged noise; one of a false alarm; two judged actionable; two that nobody judged; and
    one that a rollback answered, with one after it."""
    real, false = made.incidents[INCIDENTS[0]], made.incidents[INCIDENTS[-1]]
    for number in range(10):
        incident = real if number < 5 else false if number == 5 else None
        verdict = "noise" if number == 0 else "actionable" if number in (6, 7) else ""
        alert(made.services["pay"], day(10, number), incident=incident, verdict=verdict)
    # Web was rolled back half past nine on the seventh: within the hour after the first, before the second.
    for hour in (9.25, 10):
        alert(made.services["web"], day(7, hour))
    _by_the_book(made.services["pay"])


def _by_the_book(pay: Service) -> None:
    """Six that nobody judged: one that a runbook answered within the hour and one after exactly an hour; one that a use of the
    next day names, without help, and one shortly before that use; one for which it was not needed by name, and one by time."""
    rang = {hour: alert(pay, day(11, hour)) for hour in (9, 12, 15, 18, 20)}
    alert(pay, day(12, 14.75))
    for number, (began, outcome, named) in enumerate(
        (
            (day(11, 9.5), "used", None),
            (day(11, 13), "helped", None),
            (day(12, 15), "no_help", rang[15]),
            (day(11, 18.25), "not_needed", rang[18]),
            (day(11, 20.25), "not_needed", None),
        )
    ):
        RunbookRun.objects.create(
            service=pay, started_at=began, outcome=outcome, alert=named, source="Rundeck", external_id=str(number),
            recorded_at=AT,
        )  # fmt: skip


def _small(team: Team) -> None:
    """Surveys of one team: three answers, and ten of people on call."""
    for kpi, numbers in (
        ("stakeholders", {"top_2": 3, "answered": 3, "asked": 4}),
        ("oncall_satisfaction", {"top_2": 9, "answered": 10, "asked": 10}),
    ):
        KpiInput.objects.create(
            kpi=kpi, first=OCTOBER, last=OCTOBER.replace(day=31), numbers=numbers, at=day(30), scope="team", number=team.pk,
            note="All three in Post",
        )  # fmt: skip


def _entered(team: Team) -> None:
    for kpi, rows in ENTERED.items():
        for number, numbers in enumerate(rows):
            first = dt.date(2026, 10, 5 + 7 * number)
            scope: dict[str, Any] = {"scope": "team", "number": team.pk} if kpi in ("page_load", "toil") else {}
            if kpi == "forecast_accuracy":
                first += dt.timedelta(days=number)
            KpiInput.objects.create(
                kpi=kpi, first=first, last=first + dt.timedelta(days=6), numbers=numbers, at=day(30), **scope
            )
    KpiInput.objects.create(
        kpi="cost_efficiency", first=dt.date(2026, 7, 1), last=dt.date(2026, 7, 31), at=day(1),
        numbers={"cost": 1_000, "requests": 1_000_000},
    )  # fmt: skip
