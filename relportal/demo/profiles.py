"""How much traffic each service has, how it fails when nothing is wrong, and what it exports to Prometheus."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Family(StrEnum):
    """A metric family; the value is its name in Prometheus, without `_total`."""

    HTTP = "http_requests"
    LATENCY = "http_request_duration_seconds"
    PAYMENT = "payment_authorisations"
    JOB = "jobs_processed"
    AGE = "data_age_seconds"
    LAG = "consumer_lag_messages"


@dataclass(frozen=True, slots=True)
class Outcomes:
    """The values of the label that tells events apart; `side` is neither a failure nor a plain success."""

    label: str
    ok: str
    bad: str
    side: str | None = None


OUTCOMES: Final = {
    Family.HTTP: Outcomes("code", "2xx", "5xx", "4xx"),
    Family.PAYMENT: Outcomes("result", "approved", "error", "declined"),
    Family.JOB: Outcomes("result", "ok", "failed"),
}
BUCKETS_S: Final = (0.1, 0.3, 0.5, 1.0, 2.5)


@dataclass(frozen=True, slots=True)
class Stream:
    """Events of one family: `peak_per_s` at the busiest hour today, `bad` and `side` shares on an ordinary day."""

    family: Family
    peak_per_s: float
    bad: float
    side: float = 0.0


@dataclass(frozen=True, slots=True)
class Latency:
    """A log-logistic distribution: `median_s`, and `shape` (larger means a thinner tail).

    `drift` multiplies the median over the `drift_days` before the anchor, and goes on at the same pace.
    """

    median_s: float
    shape: float = 4.0
    drift: float = 1.0
    drift_days: int = 150


@dataclass(frozen=True, slots=True)
class Gauge:
    """A value that wanders around `usual`; while its service is stalled it grows by `grows_per_s` each second."""

    family: Family
    usual: float
    grows_per_s: float


@dataclass(frozen=True, slots=True)
class Gaps:
    """Samples that never reach Prometheus: every night from `nightly_from` for `nightly_min` minutes (UTC), beginning
    `nightly_days` before the anchor, and short ones in a `short_share` of all six-hour stretches."""

    nightly_from: int = 0
    nightly_min: int = 0
    nightly_days: int = 0
    short_share: float = 0.0


@dataclass(frozen=True, slots=True)
class Profile:
    """`night` is the share of the peak that is left at four in the morning; `office` traffic is thin at weekends;
    `open_hours` are local hours outside of which there is no traffic at all; `growth` is per year."""

    streams: tuple[Stream, ...]
    latency: Latency | None = None
    gauges: tuple[Gauge, ...] = ()
    night: float = 0.12
    office: bool = False
    open_hours: tuple[int, int] | None = None
    growth: float = 0.25
    deploys_per_week: float = 1.0
    gaps: Gaps = Gaps()


def _http(peak_per_s: float, bad: float, side: float = 0.03) -> Stream:
    return Stream(Family.HTTP, peak_per_s, bad, side)


def _jobs(peak_per_s: float, bad: float) -> Stream:
    return Stream(Family.JOB, peak_per_s, bad)


PROFILES: Final[dict[str, Profile]] = {
    "edge-gateway": Profile((_http(240, 0.00008, 0.02),), Latency(0.045), deploys_per_week=1.5),
    "identity": Profile((_http(36, 0.00012, 0.07),), Latency(0.055), deploys_per_week=1.5),
    "search-api": Profile(
        (_http(95, 0.00030, 0.02),), Latency(0.273, shape=3.6, drift=1.46), growth=0.34, deploys_per_week=3
    ),
    "booking-api": Profile((_http(14, 0.00016, 0.04),), Latency(0.21), deploys_per_week=2.5),
    "payments-api": Profile(
        (_http(9, 0.00014, 0.05), Stream(Family.PAYMENT, 3.2, 0.0003, 0.06)), Latency(0.30), deploys_per_week=2
    ),
    "ticketing": Profile((_http(11, 0.00018, 0.02), _jobs(3.0, 0.0004)), Latency(0.18), deploys_per_week=1.5),
    "web-bff": Profile((_http(130, 0.00022, 0.02),), Latency(0.085), deploys_per_week=4),
    "mobile-api": Profile((_http(88, 0.00018, 0.03),), Latency(0.075), growth=0.45, deploys_per_week=2.5),
    "seat-inventory": Profile(
        (_http(42, 0.00020, 0.05),), Latency(0.095), (Gauge(Family.AGE, 45, 1.0),), deploys_per_week=1.5
    ),
    "acquirer-gateway": Profile((Stream(Family.PAYMENT, 4.1, 0.0006, 0.06),), deploys_per_week=0.7),
    "supplier-gateway": Profile((_http(70, 0.00070, 0.03),), Latency(0.34, shape=3.4), deploys_per_week=1.5),
    "timetable": Profile(
        (_http(120, 0.00012, 0.01),), Latency(0.05), (Gauge(Family.AGE, 70, 1.0),), deploys_per_week=1
    ),
    "basket": Profile((_http(26, 0.00018, 0.03),), Latency(0.07), deploys_per_week=1.5),
    "notifications": Profile(
        (_jobs(8.5, 0.0006),), gauges=(Gauge(Family.LAG, 900, 7.0),), night=0.2, deploys_per_week=1
    ),
    "fraud-screen": Profile((_http(3.4, 0.0007, 0.01),), deploys_per_week=0.8),
    "refunds": Profile((_http(1.6, 0.0006, 0.04), _jobs(0.5, 0.0008)), deploys_per_week=0.6),
    "ledger": Profile((_jobs(5.2, 0.00012),), deploys_per_week=0.4),
    "fares-feed": Profile(
        (_jobs(1.2, 0.0016),),
        gauges=(Gauge(Family.AGE, 190, 1.0),),
        night=0.55,
        deploys_per_week=0.6,
        gaps=Gaps(short_share=0.12),
    ),
    "profile": Profile((_http(19, 0.00030, 0.03),), Latency(0.06), deploys_per_week=1),
    "loyalty": Profile(
        (_http(2.8, 0.0011, 0.03),),
        growth=-0.15,
        deploys_per_week=0.25,
        gaps=Gaps(nightly_from=25, nightly_min=265, nightly_days=37),
    ),
    "event-bus": Profile(
        (_jobs(64, 0.00004),), gauges=(Gauge(Family.LAG, 2600, 38.0),), night=0.22, deploys_per_week=0.5
    ),
    "recommendations": Profile((_http(24, 0.0020, 0.01),), growth=0.9, deploys_per_week=2),
    "partner-portal": Profile(
        (_http(4.6, 0.00060, 0.04),), Latency(0.16), office=True, open_hours=(6, 22), growth=0.1, deploys_per_week=0.8
    ),
    "reporting": Profile(
        (_jobs(0.09, 0.0024),), gauges=(Gauge(Family.AGE, 2100, 1.0),), night=0.8, growth=0.1, deploys_per_week=0.5
    ),
}
