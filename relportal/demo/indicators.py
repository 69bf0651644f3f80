"""The indicators of Perronova, each written once for many services, in the words of the SLO app's choices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from relportal.demo.profiles import PROFILES, Family

PORTAL: Final = "relportal"


@dataclass(frozen=True, slots=True)
class DemoIndicator:
    """`services` are slugs, and the values of the label `service` as well.

    `family` says which counters the truth adds up; None where the generator is not the origin (the portal itself).
    """

    slug: str
    name: str
    kind: str
    team: str
    description: str
    services: tuple[str, ...]
    family: Family | None
    good: str = ""
    bad: str = ""
    total: str = ""
    histogram: str = ""
    latency_s: float | None = None
    value: str = ""
    operator: str = ""
    limit: float | None = None

    @property
    def counts_events(self) -> bool:
        """Whether the generator knows its good and total events; not those of a gauge, nor the portal's own."""
        return self.family is not None and self.kind != "threshold"


def _having(family: Family, *, without: tuple[str, ...] = ()) -> tuple[str, ...]:
    return tuple(
        slug
        for slug, profile in PROFILES.items()
        if slug not in without and any(stream.family is family for stream in profile.streams)
    )


_FAST: Final = (
    "edge-gateway", "identity", "web-bff", "mobile-api", "seat-inventory", "timetable", "basket", "profile",
)  # fmt: skip
_SECOND: Final = ("search-api", "booking-api", "payments-api", "ticketing", "supplier-gateway", "partner-portal")

INDICATORS: Final = (
    DemoIndicator(
        "http-availability", "HTTP availability", "ratio_bad", "platform",
        "Requests not answered with a server error. Errors of the caller (4xx) are not failures of the service.",
        _having(Family.HTTP, without=("recommendations", "fraud-screen")), Family.HTTP,
        bad='http_requests_total{code="5xx"}', total="http_requests_total",
    ),
    DemoIndicator(
        "http-served", "Requests served", "ratio_good", "platform",
        "The same promise in free PromQL, for services whose metrics need an expression.",
        ("recommendations", "fraud-screen"), Family.HTTP,
        good='sum by (service) (increase(http_requests_total{code=~"2xx|4xx"}[{{.window}}]))',
        total="sum by (service) (increase(http_requests_total[{{.window}}]))",
    ),
    DemoIndicator(
        "http-fast", "Answered within 300 ms", "latency_classic", "platform",
        "Requests that took at most 300 ms, measured at the service.",
        _FAST, Family.LATENCY, histogram="http_request_duration_seconds", latency_s=0.3,
    ),
    DemoIndicator(
        "http-within-second", "Answered within a second", "latency_classic", "platform",
        "Requests that took at most one second, for services that wait for somebody else.",
        _SECOND, Family.LATENCY, histogram="http_request_duration_seconds", latency_s=1.0,
    ),
    DemoIndicator(
        "payment-authorisations", "Payments decided", "ratio_bad", "payments",
        "Authorisations that ended with a decision of the bank. A declined card is a decision; an error is not.",
        _having(Family.PAYMENT), Family.PAYMENT,
        bad='payment_authorisations_total{result="error"}', total="payment_authorisations_total",
    ),
    DemoIndicator(
        "jobs-succeeded", "Jobs that succeed", "ratio_good", "platform",
        "Messages, imports, payouts and other background jobs that end well, after their retries.",
        _having(Family.JOB), Family.JOB,
        good='jobs_processed_total{result="ok"}', total="jobs_processed_total",
    ),
    DemoIndicator(
        "data-fresh", "Data younger than 15 minutes", "threshold", "supply",
        "How old the newest record is. Stale fares and times sell seats that do not exist.",
        ("fares-feed", "timetable", "seat-inventory"), Family.AGE,
        value="data_age_seconds", operator="<=", limit=900,
    ),
    DemoIndicator(
        "reports-fresh", "Reports younger than 90 minutes", "threshold", "platform",
        "How old the newest hourly extract is.",
        ("reporting",), Family.AGE, value="data_age_seconds", operator="<=", limit=5400,
    ),
    DemoIndicator(
        "consumer-lag", "Queues short enough", "threshold", "platform",
        "Messages that wait for their consumer: at most 25,000.",
        ("event-bus", "notifications"), Family.LAG, value="consumer_lag_messages", operator="<=", limit=25_000,
    ),
    DemoIndicator(
        "portal-availability", "Portal answers", "ratio_bad", "platform",
        "This portal's own requests that were not answered with a server error.",
        (PORTAL,), None,
        bad='relportal_http_requests_total{job="relportal",status=~"5.."}',
        total='relportal_http_requests_total{job="relportal"}',
    ),
    DemoIndicator(
        "portal-fast", "Portal answers within 250 ms", "latency_classic", "platform",
        "This portal's own pages and API calls that took at most 250 ms.",
        (PORTAL,), None,
        histogram='relportal_http_request_duration_seconds{job="relportal"}', latency_s=0.25,
    ),
)  # fmt: skip

_BY_SLUG: Final = {each.slug: each for each in INDICATORS}


def indicator(slug: str) -> DemoIndicator:
    """Raises: KeyError for a slug that no indicator has."""
    return _BY_SLUG[slug]
