"""What the demo's people enter: toil, pages, surveys, forecasts, costs and the roadmap; and one target of their own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from typing import Final

from django.db.models import F, Max, Q

from relportal.core import company, work
from relportal.core.models import Service, Team, User, WorkItem, WorkState
from relportal.demo import noise, seed_slo
from reports.actions.figures import compute_kept
from reports.actions.inputs import Entry, enter_all
from reports.actions.targets import Target, set_target
from reports.domain.periods import Cut, Period
from reports.domain.scopes import COMPANY, Scope, ScopeKind
from reports.models import Edition, KpiInput, KpiRun, KpiValue, ReportSettings
from reports.queries.calendar import calendar
from slo.actions.schedule import LATENCY_DAYS
from slo.models import Backfill

LEADER: Final = "leader@perronova.example"
WEEKS: Final = 26
MONTHS: Final = 18
QUARTERS: Final = 8
PEOPLE: Final = 7
"""On call in a team; five to all of them answer."""
TOIL: Final = {"payments": 0.44, "platform": 0.36, "booking": 0.33, "supply": 0.31}
"""Where the leaking pool and the nightly batches are mended by hand; elsewhere a quarter of the time."""
PAGES: Final = {"payments": 2.3, "supply": 1.6, "booking": 1.1}
CLOSING: Final = "demo.closing"
CLOSED_FOR: Final = 730
LATE: Final = {"answered": 7, "top_2": 2}
"""Who answers late is less content."""
FORECAST: Final = ("booking-api", "payments-api", "search-api", "seat-inventory", "event-bus")
SURVEYS: Final = (0.52, 0.55, 0.53, 0.58, 0.61, 0.66, 0.68, 0.71)
ON_CALL: Final = (0.61, 0.6, 0.63, 0.66, 0.64, 0.69, 0.72, 0.66)


def figures(*, at: dt.datetime) -> int:
    """Enters them once, each when it was known. How many rows there are new."""
    if KpiInput.objects.exists():
        return 0
    leader, today = User.objects.get(email=LEADER), company.day(at)
    rows = sorted((entry for entry in _entries(today) if entry.last < today), key=_last)
    for last, ended in groupby(rows, key=_last):
        known = company.end_of(last) + dt.timedelta(days=2)
        enter_all(leader, list(ended), at=min(at, known), source=KpiInput.Source.FORM)
    agreed = today - dt.timedelta(days=200)
    set_target(
        leader,
        Target(
            kpi="customer_minutes",
            since=agreed,
            green=1.2e6,
            red=2.4e6,
            reason="Half of, and the whole of what the promises allow.",
        ),
        at=at,
    )
    return len(rows)


def wait(*, at: dt.datetime) -> None:
    """Makes the closing of the past due, once."""
    if not KpiValue.objects.filter(edition=Edition.CLOSED).exists():
        work.enqueue(CLOSING, "all", at=at)


def ready() -> bool:
    """Whether the history of the demo is read, with its histograms, and every figure was computed after that."""
    older = WorkItem.objects.filter(kind=seed_slo.OLDER_HISTORY, state=WorkState.PENDING)
    histograms = WorkItem.objects.filter(Q(last_run_at=None) | Q(due_at__lte=F("last_run_at")), kind=LATENCY_DAYS)
    if older.exists() or histograms.exists() or Backfill.objects.filter(state=Backfill.State.RUNNING).exists():
        return False
    read = Backfill.objects.aggregate(newest=Max("finished_at"))["newest"]
    runs = list(KpiRun.objects.values_list("at", flat=True))
    return bool(runs) and all(each is not None and (read is None or each >= read) for each in runs)


def closed_and_corrected(*, at: dt.datetime) -> None:
    """The company has closed its periods for two years; last quarter's survey got answers after it was closed, so that its figure
    stands restated."""
    leader, today = User.objects.get(email=LEADER), company.day(at)
    ReportSettings.objects.filter(pk=1).update(began_on=today - dt.timedelta(days=CLOSED_FOR))
    compute_kept(at=at)
    quarter = calendar().closed(Cut.QUARTER, today)
    first = KpiInput.objects.filter(kpi="stakeholders", first=quarter.first, last=quarter.last).latest("pk")
    late = {name: first.numbers[name] + more for name, more in LATE.items()}
    entry = _entry(
        "stakeholders", quarter, COMPANY, "With the answers that came late.", asked=first.numbers["asked"], **late
    )
    enter_all(leader, [entry], at=at, source=KpiInput.Source.FORM)


def _last(entry: Entry) -> dt.date:
    return entry.last


def _entries(today: dt.date) -> Iterator[Entry]:
    cuts = calendar()
    teams = dict(Team.objects.order_by("slug").values_list("slug", "pk"))
    for week in cuts.last(Cut.WEEK, today, WEEKS):
        yield from (_toil(slug, pk, week) for slug, pk in teams.items())
    for number, month in enumerate(cuts.last(Cut.MONTH, today, MONTHS)):
        yield from (_pages(slug, pk, month) for slug, pk in teams.items())
        yield _cost(number, month)
    services = dict(Service.objects.filter(slug__in=FORECAST).values_list("slug", "pk"))
    for number, quarter in enumerate(cuts.last(Cut.QUARTER, today, QUARTERS)):
        yield from _asked(number, quarter)
        yield from (_forecast(slug, pk, quarter) for slug, pk in services.items())


ADDED: Final = (
    "A second acquirer for wallets", "Traces of the ticketing service", "A canary for the supplier gateway",
    "Restore test of the ledger", "Alerts on the slowest host", "A pool of connections that cannot leak",
)  # fmt: skip
DROPPED: Final = ("Load test of the partner portal", "Search index in two zones", "A runbook for loyalty points")
"""What changed places on the roadmap of a quarter."""


def _entry(kpi: str, period: Period, scope: Scope, note: str = "", **numbers: float) -> Entry:
    return Entry(kpi=kpi, first=period.first, last=period.last, scope=scope, numbers=numbers, note=note)


def _chance(*key: object) -> float:
    """0 to 1, the same for the same key in every demo."""
    return float(noise.pick(noise.seed(*(str(each) for each in key)), 0))


def _toil(slug: str, pk: int, week: Period) -> Entry:
    answered = PEOPLE - int(_chance(slug, week.first, "answered") * 3)
    work = answered * 38.0
    share = TOIL.get(slug, 0.24) * (0.85 + 0.3 * _chance(slug, week.first, "toil"))
    return _entry(
        "toil",
        week,
        Scope(ScopeKind.TEAM, pk),
        toil_h=round(work * share, 1),
        work_h=work,
        answered=answered,
        asked=PEOPLE,
    )


def _pages(slug: str, pk: int, month: Period) -> Entry:
    shifts = 2 * month.days
    pages = int(PAGES.get(slug, 0.6) * shifts * (0.7 + 0.6 * _chance(slug, month.first, "pages")) / 2)
    quiet = max(0, month.days - int(pages * 0.6))
    return _entry(
        "page_load", month, Scope(ScopeKind.TEAM, pk),
        pages=pages, shifts=month.days, nights=month.days, quiet_nights=min(month.days, quiet),
        p90_person=round(pages / month.days * 1.8, 1), missed=int(pages * 0.03),
    )  # fmt: skip


def _cost(number: int, month: Period) -> Entry:
    """Requests grow by 2 % a month, costs by 1 %, but for the two months of two regions at once."""
    requests = 9.1e8 * 1.02**number
    cost = 186_000 * 1.01**number * (1.18 if number in (9, 10) else 1.0)
    note = "Both regions ran side by side during the move." if number in (9, 10) else "From the bill."
    return _entry(
        "cost_efficiency",
        month,
        COMPANY,
        note,
        cost=round(cost),
        requests=round(requests),
        observability_cost=round(cost * 0.11),
    )


def _asked(number: int, quarter: Period) -> Iterator[Entry]:
    asked, answered = 64, 41 + number
    yield _entry(
        "stakeholders", quarter, COMPANY, top_2=round(answered * SURVEYS[number]), answered=answered, asked=asked
    )
    on_call = 38
    yield _entry(
        "oncall_satisfaction", quarter, COMPANY, top_2=round(on_call * ON_CALL[number]), answered=on_call, asked=49,
        left=number % 3, regretted=1 if number == 4 else 0, pool=49,
    )  # fmt: skip
    committed = 9 + number % 3
    promised = _entry(
        "roadmap_delivery", quarter, COMPANY, met=committed - 2 - (number % 2), committed=committed, added=1,
        dropped=number % 2,
    )  # fmt: skip
    swapped = {"added": [ADDED[number % len(ADDED)]], "dropped": [DROPPED[number % len(DROPPED)]] if number % 2 else []}
    yield replace(promised, named=swapped)


def _forecast(slug: str, pk: int, quarter: Period) -> Entry:
    actual = 1000 + 400 * _chance(slug, quarter.first, "use")
    error = 0.3 * (_chance(slug, quarter.first, "error") - 0.4)
    return _entry(
        "forecast_accuracy", quarter, Scope(ScopeKind.SERVICE, pk), "Cores at the peak.", forecast=round(actual * (1 + error)),
        actual=round(actual), tier_1=1,
    )  # fmt: skip
