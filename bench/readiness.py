"""What the lists of readiness cost: launches of two years, and the recovery of 1,000 services with their tests."""

from __future__ import annotations

import datetime as dt
import random
from typing import Final

from django.db import connection
from django.utils import timezone

from bench import asked, pages
from bench.report import Report
from relportal.core.models import Service, User
from reports.actions.readiness_templates import ship_readiness
from reports.domain.readiness_v1 import SHIPPED
from reports.models import ReadinessReview, ReadinessTemplate
from risks.models import RecoveryObjective, RecoveryResult, RecoveryTest

REVIEWS: Final = 1000
USUAL_MS: Final = 60.0
WHOLE_CATALOG_MS: Final = 150.0
"""How every service stands follows from its objectives and tests of now: nothing of it is kept."""
MOST_BYTES: Final = 40_000
DAY: Final = dt.timedelta(days=1)
LISTS: Final = (
    ("launches, 50 of 1,000", "/readiness/", USUAL_MS),
    ("launches of the next 30 days that are not ready", "/readiness/?when=soon&verdict=not_ready", USUAL_MS),
    ("recovery of 1,000 services", "/recovery/", WHOLE_CATALOG_MS),
)


def run(report: Report, *, url: str) -> None:  # noqa: ARG001 - pages never ask Prometheus
    pages.peopled()
    filled()
    with asked.reader() as client:
        for name, address, most_ms in LISTS:
            asked.page(report, client, name, address, most_ms=most_ms, most_bytes=MOST_BYTES)


def filled() -> None:
    """The same launches and tests in every run: two tests a service, and a launch in ten is still to come."""
    if ReadinessReview.objects.count() >= REVIEWS:
        return
    draw, now = random.Random(7), timezone.now()
    leader = User.objects.get(email="leader@bench.example")
    services = list(Service.objects.order_by("pk"))
    _reviewed(services, leader, draw, now)
    _recovered(services, draw, now)
    # As autovacuum leaves it.
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _reviewed(services: list[Service], leader: User, draw: random.Random, now: dt.datetime) -> None:
    ship_readiness(at=now)
    template = ReadinessTemplate.objects.get()
    kept = [{"key": one.key, "area": one.area, "text": one.text} for one in SHIPPED.items]
    # The last hundred are still to come.
    begun = [now - (730 - 0.73 * number) * DAY for number in range(REVIEWS)]
    ReadinessReview.objects.bulk_create(
        ReadinessReview(
            service=draw.choice(services),
            title=f"Launch {number} of the company",
            planned_on=(at + 60 * DAY).date(),
            author=leader,
            opened_at=at,
            template=template,
            tier=draw.randint(1, 4),
            verdict=draw.choice(("ready", "conditions", "not_ready")),
            results=kept,
            blocking=draw.randint(0, 5),
            judged_at=at,
            state="launched" if at + 60 * DAY < now else "open",
            launched_at=at + 60 * DAY if at + 60 * DAY < now else None,
        )
        for number, at in enumerate(begun)
    )


def _recovered(services: list[Service], draw: random.Random, now: dt.datetime) -> None:
    goals = RecoveryObjective.objects.bulk_create(
        RecoveryObjective(
            service=one, rto_s=3600, rpo_s=300, effective_from=(now - 700 * DAY).date(), reason="Asked", set_at=now
        )
        for one in services
    )
    held = [now - 400 * DAY * draw.random() for _each in range(2 * len(services))]
    tests = RecoveryTest.objects.bulk_create(
        RecoveryTest(
            kind="failover", environment="production", scenario="The primary is lost", held_at=at, failed_at=at,
            declared_at=at, verdict="met", recorded_at=at,
        )
        for at in held
    )  # fmt: skip
    RecoveryResult.objects.bulk_create(
        RecoveryResult(
            test=test, service=services[number // 2], objective=goals[number // 2], tier=services[number // 2].tier,
            usable_at=test.held_at + dt.timedelta(minutes=20), rto_s=1200, rto_verdict="met",
            rpo_verdict="not_measured", verdict="met",
        )
        for number, test in enumerate(tests)
    )  # fmt: skip
