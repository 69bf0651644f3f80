from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from incidents.domain.periods import Days
from incidents.domain.statistics import Change, Interval, Lacking
from incidents.models import (
    ActionItem,
    FailureMode,
    ImpactFigures,
    Incident,
    IncidentDetection,
    IncidentService,
    TimeMark,
)
from incidents.queries.analytics import Analytics, Count, analytics
from incidents.queries.behind import Scope
from relportal.core.models import Role, User
from tests import make

pytestmark = pytest.mark.django_db

AT = dt.datetime(2026, 5, 15, 12, tzinfo=dt.UTC)
NOW = Days(dt.date(2026, 2, 15), dt.date(2026, 5, 15))
MINUTE = dt.timedelta(minutes=1)


def mark(incident: Incident, moment: str, at: dt.datetime, *, override: bool = False) -> None:
    TimeMark.objects.create(
        incident=incident, moment=moment, at=at, source="person", is_override=override, recorded_at=AT
    )


def incident(began: dt.datetime, *, minutes: float | None = None, by: str = "", **fields: Any) -> Incident:
    """Detected 5 minutes after the start, declared after 6, resolved after `minutes`, which are its impact too."""
    made = Incident.objects.create(**{"title": "Checkout fails", "declared_at": began + 6 * MINUTE} | fields)
    mark(made, "impact_started", began)
    mark(made, "detected", began + 5 * MINUTE)
    if minutes is not None:
        mark(made, "resolved", began + minutes * MINUTE)
        ImpactFigures.objects.create(
            incident=made, computed_at=AT, impact_minutes=minutes, customer_minutes=minutes * 10, budget_spent=0.1
        )
    if by:
        IncidentDetection.objects.create(incident=made, by=by)
    return made


def asked(user: User, **scope: Any) -> Analytics:
    return analytics(user, Scope(**scope), days=NOW, before=NOW.before(), at=AT)


def on(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def ids(found: Analytics) -> list[int]:
    return [row.pk for row in found.rows]


def ends(interval: Interval | None) -> tuple[float, float]:
    assert interval is not None
    return interval.low, interval.high


def by_key(counts: tuple[Count, ...]) -> dict[str | None, tuple[int, int]]:
    return {each.key: (each.n, each.before) for each in counts}


def test_without_incidents_there_is_no_number_but_a_count(watcher: User) -> None:
    found = asked(watcher)
    assert found.incidents.value == 0
    assert ends(found.incidents.interval) == pytest.approx((0.0, 3.689), abs=1e-3)
    assert found.incidents.trend.change is Change.UNKNOWN
    assert [found.impact_minutes.value, found.customer_minutes.value, found.self_detected.value] == [None, None, None]
    assert {each.now.lacking for each in found.spreads} == {Lacking.NOTHING}
    assert sum(sum(month.counts) for month in found.months) == 0
    assert len(found.months) == 4


def test_an_incident_belongs_to_the_period_in_which_its_impact_started(watcher: User) -> None:
    """The corrected start wins over the recorded one, and the declaration stands in for both."""
    late = incident(on("2026-02-14 22:00"), declared_at=on("2026-02-20 10:00"))
    corrected = incident(on("2026-02-14 22:00"))
    mark(corrected, "impact_started", on("2026-02-16 10:00"), override=True)
    undated = Incident.objects.create(title="Odd", declared_at=on("2026-03-01 10:00"))

    found = asked(watcher)

    assert ids(found) == [undated.pk, corrected.pk]
    assert found.incidents.before == 1
    assert found.rows[0].times.impact_started is None
    assert late.pk not in ids(found)


def test_days_are_those_of_the_organisation_whoever_asks(watcher: User, settings: Any) -> None:
    settings.COMPANY_TIME_ZONE = "Europe/Berlin"
    inside = incident(on("2026-02-14 23:30"))
    incident(on("2026-02-14 22:30"))
    assert ids(asked(watcher)) == [inside.pk]


def test_drills_near_misses_false_alarms_and_merged_ones_do_not_count(watcher: User) -> None:
    real = incident(on("2026-04-01"))
    incident(on("2026-04-01"), kind="drill")
    incident(on("2026-04-01"), kind="near_miss")
    incident(on("2026-04-01"), state="false_alarm")
    incident(on("2026-04-01"), state="merged", merged_into=real)
    backfilled = incident(on("2026-04-02"), kind="backfilled")
    assert ids(asked(watcher)) == [backfilled.pk, real.pk]


def test_a_private_incident_changes_no_figure_of_those_outside(watcher: User) -> None:
    incident(on("2026-04-01"), minutes=30, by="customer", severity_id=1)
    before = asked(watcher)
    mode = FailureMode.objects.create(slug="dns", name="DNS")
    hidden = incident(on("2026-04-02"), minutes=600, by="staff", severity_id=0, is_private=True)
    hidden.failure_modes.add(mode)
    IncidentService.objects.create(incident=hidden, service=make.service())
    ActionItem.objects.create(
        incident=hidden, title="Hide", due_on=dt.date(2026, 5, 1), first_due_on=dt.date(2026, 5, 1), created_at=AT
    )

    assert asked(watcher) == before
    assert len(asked(make.user(role=Role.ADMIN)).rows) == 2


def test_what_adds_up_is_summed_over_what_is_known_and_says_how_much_is_missing(watcher: User) -> None:
    incident(on("2026-04-01"), minutes=30, by="slo_alert")
    incident(on("2026-04-02"), minutes=12, by="customer")
    incident(on("2026-04-03"))
    incident(on("2026-01-10"), minutes=100, by="staff")

    found = asked(watcher)

    assert (found.impact_minutes.value, found.impact_minutes.before) == (42, 100)
    assert (found.impact_minutes.n, found.impact_minutes.missing) == (2, 1)
    assert found.customer_minutes.value == 420
    assert found.budget_spent.value == pytest.approx(0.2)
    assert (found.self_detected.value, found.self_detected.n, found.self_detected.missing) == (0.5, 2, 1)
    assert found.self_detected.before == 1.0
    assert ends(found.self_detected.interval) == pytest.approx((0.0945, 0.9055), abs=1e-4)


def test_durations_are_those_that_count_also_where_a_time_was_corrected(watcher: User) -> None:
    for day in range(1, 6):
        incident(on(f"2026-04-0{day}"), minutes=10 * day)
    corrected = incident(on("2026-04-06"), minutes=500)
    mark(corrected, "resolved", on("2026-04-06") + 60 * MINUTE, override=True)
    incident(on("2026-04-07"))

    resolve = next(each for each in asked(watcher).spreads if each.duration == "time_to_resolve")

    assert resolve.now.median == 35 * 60
    assert (resolve.now.n, resolve.now.missing) == (6, 1)
    assert resolve.now.coverage == pytest.approx(6 / 7)
    assert resolve.now.interval is not None
    assert resolve.now.interval.low <= 35 * 60 <= resolve.now.interval.high


def test_counts_name_what_there_is_and_what_nobody_has_said(watcher: User) -> None:
    dns, disk = (FailureMode.objects.create(slug=slug, name=slug.upper()) for slug in ("dns", "disk"))
    shop, search = (make.service(slug=slug, name=slug.title()) for slug in ("shop", "search"))
    both = incident(on("2026-04-01"), minutes=30, by="customer", severity_id=2)
    both.failure_modes.add(dns, disk)
    for service in (shop, search):
        IncidentService.objects.create(incident=both, service=service)
    one = incident(on("2026-04-02"), minutes=5, by="customer", severity_id=1)
    one.failure_modes.add(dns)
    incident(on("2026-04-03"))
    old = incident(on("2026-01-03"), severity_id=3)
    IncidentService.objects.create(incident=old, service=shop)

    found = asked(watcher)

    assert by_key(found.by_failure_mode) == {"dns": (2, 0), "disk": (1, 0), None: (1, 1)}
    assert by_key(found.by_service) == {"shop": (1, 1), "search": (1, 0), None: (2, 0)}
    assert by_key(found.by_detection) == {"customer": (2, 0), None: (1, 1)}
    assert by_key(found.by_severity) == {"1": (1, 0), "2": (1, 0), "3": (0, 1), None: (1, 0)}
    assert [each.key for each in found.by_severity] == ["1", "2", "3", None]
    assert [each.key for each in found.by_failure_mode] == ["dns", "disk", None]
    assert found.by_failure_mode[0].impact_minutes == 35
    assert found.by_failure_mode[-1].impact_minutes is None


def test_months_are_stacked_by_severity_and_hold_every_incident(watcher: User) -> None:
    incident(on("2026-03-01"), severity_id=0)
    incident(on("2026-03-31"), severity_id=0)
    incident(on("2026-05-02"))

    found = asked(watcher)

    assert [month.first.month for month in found.months] == [2, 3, 4, 5]
    assert found.severities == (0, 1, 2, 3, 4, None)
    assert [month.counts for month in found.months] == [
        (0, 0, 0, 0, 0, 0),
        (2, 0, 0, 0, 0, 0),
        (0, 0, 0, 0, 0, 0),
        (0, 0, 0, 0, 0, 1),
    ]


def test_each_filter_keeps_what_has_it_and_several_of_a_kind_mean_any(watcher: User) -> None:
    dns = FailureMode.objects.create(slug="dns", name="DNS")
    shop = make.service(slug="shop")
    one = incident(on("2026-04-01"), by="customer", severity_id=1, team=make.team(slug="web"))
    one.failure_modes.add(dns)
    for service in (shop, make.service(slug="search")):
        IncidentService.objects.create(incident=one, service=service)
    other = incident(on("2026-04-02"), by="staff", severity_id=2, team=make.team(slug="core"))

    for scope in (
        {"severities": (1,)},
        {"teams": ("web",)},
        {"services": ("shop", "search")},
        {"detections": ("customer",)},
        {"failure_modes": ("dns",)},
    ):
        assert ids(asked(watcher, **scope)) == [one.pk], scope
    assert ids(asked(watcher, severities=(1, 2))) == [other.pk, one.pk]
    assert ids(asked(watcher, severities=(1,), detections=("staff",))) == []


def test_overdue_actions_count_whenever_their_incident_was(watcher: User) -> None:
    old = incident(on("2024-01-01"), severity_id=1)
    for due, state in (("2026-05-14", "open"), ("2026-05-15", "open"), ("2026-05-01", "done"), ("2026-05-01", "doing")):
        day = dt.date.fromisoformat(due)
        ActionItem.objects.create(
            incident=old, title="Fix", due_on=day, first_due_on=day, created_at=AT, state=state, done_at=None
        )
    assert asked(watcher).overdue_actions == 2
    assert asked(watcher, severities=(2,)).overdue_actions == 0


def test_a_doubled_number_of_few_incidents_is_no_clear_change_and_of_many_it_is(watcher: User) -> None:
    for day in range(8):
        incident(on("2026-04-01") + dt.timedelta(days=day))
    for day in range(4):
        incident(on("2026-01-01") + dt.timedelta(days=day))
    assert asked(watcher).incidents.trend.change is Change.NO_CLEAR
    for hour in range(20):
        incident(on("2026-05-01") + dt.timedelta(hours=hour))
    assert asked(watcher).incidents.trend.change is Change.UP


def many(number: int) -> None:
    """Incidents over both periods with everything that can be known of one."""
    rng = random.Random(3)
    modes = [FailureMode.objects.create(slug=f"mode-{n}", name=f"Mode {n}") for n in range(12)]
    services = [make.service() for _ in range(20)]
    start = on("2025-11-18")
    begun = [start + dt.timedelta(hours=rng.uniform(0, 24 * 178)) for _ in range(number)]
    rows = Incident.objects.bulk_create(
        Incident(title=f"No {n}", declared_at=at + 6 * MINUTE, severity_id=rng.randrange(5), state="closed")
        for n, at in enumerate(begun)
    )
    pairs = list(zip(rows, begun, strict=True))
    TimeMark.objects.bulk_create(
        TimeMark(
            incident=row,
            moment=moment,
            at=at + minutes * rng.lognormvariate(0, 1) * MINUTE,
            source="state",
            recorded_at=AT,
        )
        for row, at in pairs
        for moment, minutes in (("detected", 5), ("acknowledged", 10), ("mitigated", 60), ("resolved", 90))
    )
    TimeMark.objects.bulk_create(
        TimeMark(incident=row, moment="impact_started", at=at, source="alert", recorded_at=AT) for row, at in pairs
    )
    ImpactFigures.objects.bulk_create(
        ImpactFigures(
            incident=row, computed_at=AT, impact_minutes=rng.uniform(1, 300), customer_minutes=5, budget_spent=0.01
        )
        for row in rows
    )
    IncidentDetection.objects.bulk_create(
        IncidentDetection(incident=row, by=rng.choice(["customer", "slo_alert", "staff"])) for row in rows
    )
    IncidentService.objects.bulk_create(IncidentService(incident=row, service=rng.choice(services)) for row in rows)
    through = Incident.failure_modes.through
    through._default_manager.bulk_create(through(incident=row, failuremode=rng.choice(modes)) for row in rows)


@pytest.mark.parametrize("number", [3, 2000])
def test_the_number_of_statements_does_not_grow_with_the_incidents(
    watcher: User, number: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    many(number)
    with django_assert_max_num_queries(12) as statements:
        found = asked(watcher)
    assert len(found.rows) + (found.incidents.before or 0) == number
    assert len(statements) <= 11
