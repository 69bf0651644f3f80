"""The 24 services of Perronova, what they depend on, their links, and the four customer journeys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

WIKI: Final = "https://wiki.perronova.example/runbooks"
CODE: Final = "https://git.perronova.example"
BOARDS: Final = "https://grafana.perronova.example/d"
LOGS: Final = "https://logs.perronova.example"
TRACES: Final = "https://traces.perronova.example"


@dataclass(frozen=True, slots=True)
class DemoService:
    """`hard` and `soft` are slugs of services that this one calls; `missing` are kinds of links nobody filled in, `stale`
    those that nobody has looked at since spring."""

    slug: str
    name: str
    tier: int
    team: str
    description: str
    hard: tuple[str, ...] = ()
    soft: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    lifecycle: str = "production"
    aliases: tuple[str, ...] = ()

    @property
    def links(self) -> dict[str, str]:
        """Kind of link -> address."""
        every = {
            "runbook": f"{WIKI}/{self.slug}",
            "repo": f"{CODE}/{self.team}/{self.slug}",
            "dashboard": f"{BOARDS}/{self.slug}",
            "logs": f"{LOGS}/{self.slug}",
            "traces": f"{TRACES}/{self.slug}",
        }
        return {kind: url for kind, url in every.items() if kind not in self.missing}


@dataclass(frozen=True, slots=True)
class DemoJourney:
    slug: str
    name: str
    team: str
    description: str
    services: tuple[str, ...]


SERVICES: Final = (
    DemoService(
        "edge-gateway", "Edge gateway", 1, "platform",
        "Terminates TLS and routes every request of web, apps and partners.",
        hard=("identity",),
        aliases=("edge", "ingress"),
    ),
    DemoService(
        "identity", "Identity", 1, "accounts",
        "Sign-in, sessions and tokens for travellers and agencies.",
        soft=("event-bus",),
        missing=("traces",),
    ),
    DemoService(
        "search-api", "Search API", 1, "discovery",
        "Finds connections with live prices; the first call of every journey.",
        hard=("timetable",),
        soft=("supplier-gateway", "recommendations"),
    ),
    DemoService(
        "booking-api", "Booking API", 1, "booking",
        "Turns a basket into a booking: holds seats, charges, asks for the tickets.",
        hard=("seat-inventory", "payments-api", "basket"),
        soft=("event-bus", "loyalty"),
    ),
    DemoService(
        "payments-api", "Payments API", 1, "payments",
        "Authorises and captures card and wallet payments.",
        hard=("acquirer-gateway",),
        soft=("fraud-screen",),
        stale=("traces",),
        aliases=("payments",),
    ),
    DemoService(
        "ticketing", "Ticketing", 1, "booking",
        "Issues tickets with the carriers and delivers barcodes.",
        hard=("supplier-gateway",),
        soft=("notifications",),
    ),
    DemoService(
        "web-bff", "Web storefront", 2, "channels",
        "Pages and the backend for the web shop in eleven languages.",
        hard=("edge-gateway", "search-api"),
        soft=("recommendations", "profile"),
        aliases=("storefront",),
    ),
    DemoService(
        "mobile-api", "Mobile API", 2, "channels",
        "Backend of the iOS and Android apps.",
        hard=("edge-gateway", "search-api"),
        soft=("profile",),
    ),
    DemoService(
        "seat-inventory", "Seat inventory", 2, "booking",
        "Which seats are free on which train, ferry or coach; holds them for ten minutes.",
        hard=("supplier-gateway",),
    ),
    DemoService(
        "acquirer-gateway", "Acquirer gateway", 2, "payments",
        "Speaks to the three card acquirers and keeps the retries honest.",
        missing=("dashboard",),
    ),
    DemoService(
        "supplier-gateway", "Supplier gateway", 2, "supply",
        "One API over 62 carriers with 62 ideas of an API.",
    ),
    DemoService(
        "timetable", "Timetable", 2, "discovery",
        "Planned and live times of 41,000 stops.",
        soft=("supplier-gateway",),
    ),
    DemoService(
        "basket", "Basket", 2, "booking",
        "What a traveller is about to buy, for thirty minutes.",
        soft=("fares-feed",),
    ),
    DemoService(
        "notifications", "Notifications", 2, "channels",
        "E-mail, push and text messages: confirmations, delays, platform changes.",
        hard=("event-bus",),
        missing=("runbook",),
    ),
    DemoService(
        "fraud-screen", "Fraud screening", 3, "payments",
        "Scores each payment; above the limit the issuer is asked for a second factor.",
        soft=("profile",),
    ),
    DemoService(
        "refunds", "Refunds", 3, "payments",
        "Pays back cancelled and delayed trips, in files to the bank.",
        hard=("ledger",),
        soft=("notifications",),
    ),
    DemoService(
        "ledger", "Ledger", 3, "payments",
        "Double-entry books of every charge and refund.",
        soft=("event-bus",),
        missing=("dashboard", "runbook", "traces"),
    ),
    DemoService(
        "fares-feed", "Fares feed", 3, "supply",
        "Imports the fares of all carriers, every few minutes.",
        missing=("dashboard", "traces"),
    ),
    DemoService(
        "profile", "Traveller profile", 3, "accounts",
        "Names, discount cards and preferences.",
        hard=("identity",),
    ),
    DemoService(
        "loyalty", "Loyalty points", 3, "accounts",
        "Points earned and spent. Runs on the last of the old virtual machines.",
        soft=("profile",),
        missing=("runbook", "dashboard", "logs", "traces"),
        lifecycle="deprecated",
    ),
    DemoService(
        "event-bus", "Event bus", 3, "platform",
        "Carries what happened between the services.",
        aliases=("kafka",),
    ),
    DemoService(
        "recommendations", "Recommendations", 4, "discovery",
        "Where to go next weekend.",
        missing=("runbook", "repo", "dashboard", "traces"),
        lifecycle="experimental",
    ),
    DemoService(
        "partner-portal", "Partner portal", 4, "supply",
        "Where travel agencies work; closed at night.",
        hard=("identity",),
        missing=("runbook",),
    ),
    DemoService(
        "reporting", "Reporting", 4, "platform",
        "Hourly extracts and the figures of the morning mail.",
        hard=("event-bus",),
        missing=("dashboard", "traces"),
    ),
)  # fmt: skip

JOURNEYS: Final = (
    DemoJourney(
        "find-a-connection", "Find a connection", "discovery",
        "A traveller searches and sees connections with prices.",
        ("edge-gateway", "web-bff", "search-api", "timetable"),
    ),
    DemoJourney(
        "buy-a-ticket", "Buy a ticket", "booking",
        "From the basket to a ticket on the phone.",
        ("edge-gateway", "basket", "seat-inventory", "booking-api", "payments-api", "acquirer-gateway", "ticketing"),
    ),
    DemoJourney(
        "change-or-refund", "Change or refund a trip", "payments",
        "A trip is cancelled and the money comes back.",
        ("edge-gateway", "booking-api", "refunds", "ledger", "notifications"),
    ),
    DemoJourney(
        "travel-day", "Travel day", "channels",
        "Barcode, live times and platform changes on the way.",
        ("mobile-api", "timetable", "ticketing", "notifications"),
    ),
)  # fmt: skip


def service(slug: str) -> DemoService:
    """Raises: KeyError for a slug that no service has."""
    return _BY_SLUG[slug]


_BY_SLUG: Final = {each.slug: each for each in SERVICES}
