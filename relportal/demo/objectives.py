"""What Perronova promises: objectives with mixed windows, methods and targets."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from relportal.demo.indicators import PORTAL, indicator

BERLIN: Final = "Europe/Berlin"
NEW_YORK: Final = "America/New_York"


@dataclass(frozen=True, slots=True)
class DemoWindow:
    """`days` for a rolling window, `zone` for a calendar one; `kind` is a value of the SLO app's WindowKind."""

    kind: str
    days: int | None = None
    zone: str = ""


R7: Final = DemoWindow("rolling", 7)
R28: Final = DemoWindow("rolling", 28)
R30: Final = DemoWindow("rolling", 30)
MONTH: Final = DemoWindow("month", zone=BERLIN)
MONTH_NY: Final = DemoWindow("month", zone=NEW_YORK)
QUARTER: Final = DemoWindow("quarter", zone=BERLIN)


@dataclass(frozen=True, slots=True)
class DemoObjective:
    """`counting` is a value of the SLO app's Counting; `slice_target` belongs to time slices only."""

    service: str
    indicator: str
    target: Decimal
    window: DemoWindow
    counting: str = "occurrences"
    slice_target: Decimal | None = None

    @property
    def name(self) -> str:
        return indicator(self.indicator).name


def _of(slug: str, *promises: tuple[str, str, DemoWindow]) -> tuple[DemoObjective, ...]:
    """Objectives of one indicator, counted by occurrences."""
    return tuple(DemoObjective(service, slug, Decimal(target), window) for service, target, window in promises)


def _slices(service: str, slug: str, target: str, window: DemoWindow, *, good_from: str) -> DemoObjective:
    return DemoObjective(service, slug, Decimal(target), window, "timeslices", Decimal(good_from))


def _mean(service: str, slug: str, target: str, window: DemoWindow) -> DemoObjective:
    return DemoObjective(service, slug, Decimal(target), window, "ratio_timeslices")


OBJECTIVES: Final = (
    *_of(
        "http-availability",
        ("edge-gateway", "0.9995", R30),
        ("identity", "0.9995", R30),
        ("search-api", "0.999", R28),
        ("booking-api", "0.999", R30),
        ("payments-api", "0.999", R30),
        ("ticketing", "0.999", R30),
        ("web-bff", "0.999", R28),
        ("mobile-api", "0.999", R30),
        ("supplier-gateway", "0.995", R28),
        ("timetable", "0.9995", MONTH),
        ("basket", "0.999", MONTH),
        ("profile", "0.999", QUARTER),
        ("partner-portal", "0.995", MONTH),
        ("loyalty", "0.995", R28),
        ("refunds", "0.995", QUARTER),
    ),
    _slices("seat-inventory", "http-availability", "0.9985", R30, good_from="0.99"),
    *_of("http-served", ("recommendations", "0.99", R28)),
    *_of("http-served", ("fraud-screen", "0.998", MONTH_NY)),
    *_of(
        "http-fast",
        ("edge-gateway", "0.995", R30),
        ("identity", "0.99", R30),
        ("web-bff", "0.98", R28),
        ("mobile-api", "0.99", R28),
        ("seat-inventory", "0.98", R30),
        ("timetable", "0.995", MONTH),
        ("basket", "0.99", R30),
        ("profile", "0.99", MONTH_NY),
    ),
    *_of(
        "http-within-second",
        ("search-api", "0.99", R28),
        ("booking-api", "0.99", R30),
        ("ticketing", "0.99", R28),
        ("supplier-gateway", "0.95", R28),
    ),
    _mean("payments-api", "http-within-second", "0.98", R30),
    _slices("partner-portal", "http-within-second", "0.99", MONTH, good_from="0.98"),
    *_of("payment-authorisations", ("payments-api", "0.998", R30)),
    _mean("acquirer-gateway", "payment-authorisations", "0.995", R30),
    *_of(
        "jobs-succeeded",
        ("ticketing", "0.998", R30),
        ("notifications", "0.99", R28),
        ("refunds", "0.99", R30),
        ("ledger", "0.9995", QUARTER),
        ("event-bus", "0.9999", R30),
        ("reporting", "0.99", MONTH),
        ("fares-feed", "0.99", R28),
    ),
    DemoObjective("fares-feed", "data-fresh", Decimal("0.99"), R28),
    DemoObjective("timetable", "data-fresh", Decimal("0.995"), R30),
    DemoObjective("seat-inventory", "data-fresh", Decimal("0.999"), QUARTER),
    DemoObjective("reporting", "reports-fresh", Decimal("0.98"), QUARTER),
    DemoObjective("event-bus", "consumer-lag", Decimal("0.995"), R30),
    DemoObjective("notifications", "consumer-lag", Decimal("0.99"), R28),
    *_of("portal-availability", (PORTAL, "0.999", R7)),
    *_of("portal-fast", (PORTAL, "0.99", R7)),
)
