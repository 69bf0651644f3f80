"""What a page costs: time in process, queries, bytes, at 1,000 services and 5,000 objectives; and the scripts' size."""

from __future__ import annotations

import datetime as dt
import gzip
import itertools
import math
import random
import statistics
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench import portal
from bench.report import Report, repeated
from relportal.core.models import (
    Heartbeat,
    Journey,
    JourneyService,
    LinkKind,
    Membership,
    Role,
    Service,
    ServiceLink,
    Team,
    User,
)
from slo.domain.bands import band
from slo.domain.grid import floor
from slo.models import Indicator, IndicatorKind, Objective, Series, Source, SourceState, Status

SERVICES: Final = 1000
OBJECTIVES: Final = 5000
TEAMS: Final = 40
TIMES: Final = 60
PAGES: Final = (
    ("overview", "/"),
    ("services, 50 of 1,000", "/services/"),
    ("services, filtered and sorted", "/services/?tier=1,2&sort=-remaining"),
    ("SLO catalog, 50 of 5,000", "/slos/"),
)
SLOWEST_MS: Final = 40
UNCHANGED_MS: Final = 3
MOST_QUERIES: Final = 8
MOST_BYTES: Final = 20_000
MOST_SCRIPT_BYTES: Final = 40_000


def run(report: Report, *, url: str) -> None:  # noqa: ARG001 - pages never ask Prometheus
    peopled()
    with override_settings(ALLOWED_HOSTS=["testserver"], SECURE_SSL_REDIRECT=False):
        client = Client(headers={"accept-encoding": "gzip"})
        client.force_login(User.objects.get(email="leader@bench.example"))
        for name, address in PAGES:
            _page(report, client, name, address)
    report.add(
        "JavaScript of a page without charts, gzipped",
        f"{_scripts() / 1000:.1f} kB",
        target="<= 40 kB",
        met=_scripts() <= MOST_SCRIPT_BYTES,
    )


def _page(report: Report, client: Client, name: str, address: str) -> None:
    first = client.get(address)
    if first.status_code != 200:
        raise RuntimeError(f"{address} answers {first.status_code}")
    with CaptureQueriesContext(connection) as captured:
        second = client.get(address)
    asked = len(captured)
    taken = repeated(lambda _number: client.get(address), times=TIMES)
    p95 = p95_ms(taken)
    report.add(f"{name}, p95", f"{p95:.1f} ms", target=f"<= {SLOWEST_MS} ms", met=p95 <= SLOWEST_MS)
    report.add(f"{name}, queries", str(asked), target=f"<= {MOST_QUERIES}", met=asked <= MOST_QUERIES)
    size = len(gzip.compress(_plain(first.content), 6))
    report.add(f"{name}, gzipped", f"{size / 1000:.1f} kB", target="<= 20 kB", met=size <= MOST_BYTES)
    if etag := second.headers.get("ETag"):
        again = repeated(lambda _number: client.get(address, headers={"if-none-match": etag}), times=TIMES)
        if client.get(address, headers={"if-none-match": etag}).status_code != 304:
            raise RuntimeError(f"{address} is drawn again though nothing has changed")
        middle = statistics.median(again) * 1000
        report.add(f"{name}, unchanged: 304", f"{middle:.1f} ms", target="<= 3 ms", met=middle <= UNCHANGED_MS)


def _plain(content: bytes) -> bytes:
    return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content


def p95_ms(taken: Sequence[float]) -> float:
    return sorted(taken)[math.ceil(len(taken) * 0.95) - 1] * 1000


def _scripts() -> int:
    """Bytes of all that every page loads; Plotly comes only where a chart is."""
    base = Path(settings.BASE_DIR)
    import django_htmx

    files = [*sorted((base / "static" / "js").glob("*.js"))]
    files.append(Path(django_htmx.__file__).parent / "static" / "django_htmx" / "htmx-2.min.js")
    return sum(len(gzip.compress(file.read_bytes(), 9)) for file in files)


def peopled() -> None:
    """A large company: one in fifteen promises is missed, some are at risk, a few unknown; always the same one."""
    portal.emptied()
    chance = random.Random(7)
    at = floor(timezone.now())
    Heartbeat.objects.update_or_create(name="tick", defaults={"at": timezone.now()})
    teams = [Team.objects.get_or_create(slug=f"team-{n}", defaults={"name": f"Team {n}"})[0] for n in range(TEAMS)]
    leader, _new = User.objects.get_or_create(email="leader@bench.example", defaults={"display_name": "Ida Leader"})
    Membership.objects.get_or_create(user=leader, role=Role.RELIABILITY_LEAD, team=None)
    services = Service.objects.bulk_create(
        Service(
            slug=f"service-{n}",
            name=f"Service {n} of the company",
            team=teams[n % TEAMS],
            tier=1 + n % 4,
            description="Does what its name says.",
        )
        for n in range(SERVICES)
    )
    ServiceLink.objects.bulk_create(
        ServiceLink(service=one, kind=kind, url=f"https://wiki.example/{one.slug}/{kind}")
        for one in services
        for kind in (LinkKind.RUNBOOK, LinkKind.REPO)
        if chance.random() < 0.8
    )
    _journeys(services)
    _promises(services, chance, at=at)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _journeys(services: list[Service]) -> None:
    for number in range(6):
        journey, _new = Journey.objects.get_or_create(slug=f"journey-{number}", defaults={"name": f"Journey {number}"})
        JourneyService.objects.bulk_create(
            JourneyService(journey=journey, service=one) for one in services[number * 8 : number * 8 + 8]
        )


def _promises(services: list[Service], chance: random.Random, *, at: dt.datetime) -> None:
    source = Source.objects.create(slug="bench", name="Bench", url="http://127.0.0.1:9")
    SourceState.objects.create(source=source, watermark=at, last_attempt_at=at, last_success_at=at)
    indicators = Indicator.objects.bulk_create(
        Indicator(slug=f"indicator-{n}", name=f"Indicator {n}", source=source, kind=IndicatorKind.RATIO_BAD)
        for n in range(OBJECTIVES // SERVICES)
    )
    series = Series.objects.bulk_create(
        Series(indicator=indicator, service=service) for service, indicator in itertools.product(services, indicators)
    )
    objectives = Objective.objects.bulk_create(
        Objective(
            name=f"{one.indicator.name}, promised to users",
            service=one.service,
            indicator=one.indicator,
            series=one,
            target=Decimal("0.999"),
        )
        for one in series
    )
    Status.objects.bulk_create(_status(one, chance, at=at) for one in objectives)


def _status(objective: Objective, chance: random.Random, *, at: dt.datetime) -> Status:
    if chance.random() < 0.01:
        return Status(objective=objective, computed_at=at, band="no_data", reason="never_collected")
    remaining = -chance.random() * 3 if chance.random() < 1 / 15 else chance.random() ** 0.3
    firing = "page" if remaining < -1 and chance.random() < 0.2 else ""
    return Status(
        objective=objective,
        computed_at=at,
        at=at,
        window_start=at - dt.timedelta(days=30),
        band=str(band(remaining, firing=bool(firing))),
        bad=(1 - remaining) * 100,
        total=100_000,
        coverage=1.0,
        sli=1 - (1 - remaining) / 1000,
        consumed=1 - remaining,
        remaining=remaining,
        burn_1h=chance.random() * 3,
        burn_6h=chance.random() * 2,
        firing=firing,
        spark=[1 - (1 - remaining) * step / 30 + chance.random() / 50 for step in range(31)],
    )
