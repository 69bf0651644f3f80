"""The ways in which Perronova breaks: templates from which two years of incidents are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from relportal.demo.events import Cause, Detection


@dataclass(frozen=True, slots=True)
class Failure:
    """`severities` are drawn evenly; `slow` multiplies latency, `stalled` stops the data, `jobs_only` spares requests."""

    title: str
    cause: Cause
    services: tuple[str, ...]
    severities: tuple[int, ...]
    summary: str
    slow: float = 1.0
    stalled: bool = False
    jobs_only: bool = False
    detection: Detection = Detection.SLO_ALERT


FAILURES: Final = (
    Failure(
        "Null price crashes the fare breakdown", Cause.DEPLOY, ("basket", "booking-api", "web-bff"), (2, 3, 3),
        "A release assumed that every leg has a price of its own. Through tickets have one price. Rolled back.",
    ),
    Failure(
        "Query without its index after a migration", Cause.DEPLOY, ("booking-api", "profile", "identity"), (2, 3),
        "The migration dropped an index that a rarely used filter needed; connections piled up behind it.", slow=3.2,
    ),
    Failure(
        "Session cookies rejected by old app versions", Cause.DEPLOY, ("identity", "mobile-api"), (1, 2, 3),
        "The new cookie attributes are not understood by apps older than a year. Signed-in travellers were sent away.",
        detection=Detection.CUSTOMER,
    ),
    Failure(
        "Memory leak in the template cache", Cause.DEPLOY, ("web-bff", "search-api"), (3, 3, 4),
        "Pods were killed one after the other until the release was rolled back.", slow=1.6,
    ),
    Failure(
        "Feature flag turned on for everyone", Cause.CONFIGURATION, ("search-api", "web-bff", "payments-api"), (2, 3),
        "A flag meant for five per cent of travellers was saved without its segment.",
    ),
    Failure(
        "Rate limit of a partner set to zero", Cause.CONFIGURATION, ("supplier-gateway", "edge-gateway"), (2, 3, 3),
        "A blank field in the gateway's limits was read as zero requests per second.",
    ),
    Failure(
        "Holiday sale overruns the search cluster", Cause.CAPACITY, ("search-api",), (1, 2),
        "Twice the usual searches in ten minutes after the newsletter; the autoscaler stopped at its ceiling.",
        slow=2.8,
    ),
    Failure(
        "Connection pool of the seat database exhausted", Cause.CAPACITY, ("seat-inventory",), (2, 3, 3),
        "Long transactions from the overnight import were still open when the morning began.", slow=2.4,
    ),
    Failure(
        "Queue grows faster than its consumers", Cause.CAPACITY, ("notifications", "event-bus"), (3, 3, 4),
        "Delay messages of a storm day arrived late; two more consumers cleared the queue.", stalled=True,
    ),
    Failure(
        "Carrier API answers with HTML", Cause.DEPENDENCY, ("supplier-gateway",), (3, 3, 4),
        "A carrier's maintenance page was served with status 200 and parsed as an empty offer.",
        detection=Detection.CUSTOMER,
    ),
    Failure(
        "Acquirer declines every 3-D Secure challenge", Cause.DEPENDENCY, ("acquirer-gateway",), (2, 3),
        "One of three acquirers failed challenges for its own reasons; traffic was moved to the other two.",
        detection=Detection.THIRD_PARTY,
    ),
    Failure(
        "Map provider times out", Cause.DEPENDENCY, ("recommendations", "web-bff"), (4, 4, 3),
        "Calls to the map provider had no deadline of their own and held the page open.", slow=2.0,
    ),
    Failure(
        "Carrier file with a swapped column", Cause.DATA, ("fares-feed",), (3, 4),
        "Adult and child fares changed places in one carrier's file; the plausibility check stopped the import.",
        stalled=True, detection=Detection.STAFF,
    ),
    Failure(
        "Live times stop after midnight", Cause.DATA, ("timetable",), (2, 3),
        "Trips that run past midnight were filed under the wrong day and live times froze.", stalled=True,
    ),
    Failure(
        "Duplicate events after a partition moved", Cause.DATA, ("ledger", "event-bus"), (3, 3),
        "A rebalance replayed an hour of events; the ledger refused them, loudly and correctly.",
        detection=Detection.OTHER_ALERT,
    ),
    Failure(
        "Certificate of an internal name expired", Cause.CERTIFICATE, ("identity", "ticketing", "refunds"), (1, 2),
        "The name was missing from the list that renewals are made from.",
    ),
    Failure(
        "Packet loss between two zones", Cause.NETWORK, ("edge-gateway", "basket", "seat-inventory"), (2, 3, 3),
        "A faulty link dropped three per cent of packets; retries made it look slow before it looked broken.", slow=1.9,
    ),
    Failure(
        "DNS answers served from a stale cache", Cause.NETWORK, ("payments-api", "ticketing", "mobile-api"), (2, 3),
        "After a failover one resolver kept the old address for its full time to live.",
    ),
    Failure(
        "Disk of a broker fills up", Cause.HARDWARE, ("event-bus",), (2, 3),
        "Retention had been raised for a replay and never lowered.", stalled=True, detection=Detection.OTHER_ALERT,
    ),
    Failure(
        "Virtual machine host lost", Cause.HARDWARE, ("loyalty", "partner-portal"), (3, 4),
        "The provider lost a host; both replicas had been placed on it.", detection=Detection.OTHER_ALERT,
    ),
    Failure(
        "Wrong table truncated during a clean-up", Cause.OPERATION, ("profile", "recommendations"), (2, 3),
        "The clean-up ran against the primary. Restored from a snapshot of the same morning.",
        detection=Detection.STAFF,
    ),
    Failure(
        "Refund file rejected by the bank", Cause.DATA, ("refunds",), (3, 3, 2),
        "One payee name contained a character that the bank's format does not know.", jobs_only=True,
        detection=Detection.THIRD_PARTY,
    ),
    Failure(
        "Fraud model scores everything as risky", Cause.DATA, ("fraud-screen",), (2, 3),
        "A feature arrived in euros instead of cents after an upstream change.",
    ),
    Failure(
        "Barcode service refuses new carriers", Cause.CONFIGURATION, ("ticketing",), (2, 3),
        "The list of carriers is read at start-up only; pods that had not restarted did not know the new one.",
        jobs_only=True,
    ),
    Failure(
        "Morning report runs into its own lock", Cause.OPERATION, ("reporting",), (4, 4, 3),
        "A manual run held the lock when the scheduled one began.", stalled=True, detection=Detection.STAFF,
    ),
    Failure(
        "Agencies cannot sign in after the holiday", Cause.CERTIFICATE, ("partner-portal",), (3, 3),
        "The signing key of the agencies' identity provider had been rotated over the holiday.",
        detection=Detection.CUSTOMER,
    ),
)  # fmt: skip
