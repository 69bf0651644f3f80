"""The incidents written by hand: they shape the budgets that a visitor sees. Told in docs/demo.md."""

from __future__ import annotations

import datetime as dt
from typing import Final
from zoneinfo import ZoneInfo

from relportal.demo.catalog import SERVICES
from relportal.demo.events import Cause, Detection, Effect, Incident, Timeline, on_grid
from relportal.demo.history import drawn
from relportal.demo.people import COMPANY_ZONE
from relportal.demo.profiles import Family
from relportal.demo.works import works

POOL: Final = "acquirer-pool"
HOLDS: Final = "seat-holds"
POOL_EVERY: Final = dt.timedelta(hours=3)
# The burst during which a visitor of the first minutes arrives.
POOL_BEFORE: Final = dt.timedelta(minutes=22)
OFFICE_HOURS: Final = range(9, 18)


def timeline(anchor: dt.datetime) -> Timeline:
    """Everything that happens at the company; two calls with one anchor give equal timelines.

    Raises: ValueError when the anchor is off the 5-minute grid or naive.
    """
    if anchor.tzinfo is None or anchor != on_grid(anchor):
        raise ValueError("the anchor must be an aware instant on the 5-minute grid")
    incidents = sorted((*_written(anchor), *drawn(anchor)), key=lambda each: each.start)
    return Timeline(anchor, tuple(incidents), works(anchor))


def local(anchor: dt.datetime, *, days: int, at: str) -> dt.datetime:
    """`at` (HH:MM) on the company's clock, `days` after the anchor's day there."""
    day = anchor.astimezone(ZoneInfo(COMPANY_ZONE)).date() + dt.timedelta(days=days)
    when = dt.datetime.combine(day, dt.time.fromisoformat(at), tzinfo=ZoneInfo(COMPANY_ZONE))
    return when.astimezone(dt.UTC)


def _written(anchor: dt.datetime) -> tuple[Incident, ...]:
    return (*_open(anchor), *_breaches(anchor), *_risks(anchor), *_small(anchor), *_old(anchor))


def _open(anchor: dt.datetime) -> tuple[Incident, ...]:
    """What is still going on at the anchor."""
    return (
        Incident(
            POOL, "Acquirer connection pool exhausts every three hours", 2, Cause.DEPLOY, "payments-api",
            _release(anchor), None,
            (
                Effect("payments-api", bad=0.046, slow=2.0),
                Effect("acquirer-gateway", bad=0.01),
                Effect("booking-api", bad=0.006, slow=1.2),
            ),
            "Since the release of six days ago the pool of connections to the acquirer leaks. Every three hours it is "
            "empty for half an hour, until the watchdog restarts the pods. A rollback is blocked by a schema change.",
            every=POOL_EVERY, burst=dt.timedelta(minutes=30), detected_after=dt.timedelta(minutes=6),
        ),
        Incident(
            HOLDS, "Seat holds fail for trains with reserved bicycles", 2, Cause.DEPLOY, "booking-api",
            anchor - dt.timedelta(minutes=53), anchor + dt.timedelta(minutes=12),
            (Effect("booking-api", bad=0.026, slow=1.3), Effect("basket", bad=0.0004)),
            "A new field of the carrier is not accepted by the hold; the fix is being rolled out.",
            detected_after=dt.timedelta(minutes=5),
        ),
        Incident(
            "partner-batch", "Nightly partner batch saturates the gateway", 3, Cause.CAPACITY, "supplier-gateway",
            local(anchor, days=-26, at="02:15"), None,
            (Effect("supplier-gateway", bad=0.50, slow=2.6),),
            "A carrier moved its nightly export; for forty minutes it takes most of the gateway's workers.",
            every=dt.timedelta(days=1), burst=dt.timedelta(minutes=40), detection=Detection.STAFF,
            detected_after=dt.timedelta(days=2),
        ),
    )  # fmt: skip


def _release(anchor: dt.datetime) -> dt.datetime:
    """When the leaking pool was released: six days before the anchor in office hours, whole bursts before the one now."""
    first = round(dt.timedelta(days=6) / POOL_EVERY)
    candidates = (anchor - POOL_BEFORE - number * POOL_EVERY for number in range(first - 4, first + 5))
    zone = ZoneInfo(COMPANY_ZONE)
    return next(begin for begin in candidates if begin.astimezone(zone).hour in OFFICE_HOURS)


def _breaches(anchor: dt.datetime) -> tuple[Incident, ...]:
    return (
        Incident(
            "refund-certificate", "Refund files refused after a certificate expired", 2, Cause.CERTIFICATE, "refunds",
            local(anchor, days=-11, at="08:55"), local(anchor, days=-11, at="17:10"),
            (Effect("refunds", bad=0.86, families=(Family.JOB,)),),
            "The bank's certificate chain changed; two of three upload hosts still trusted the old one.",
            detection=Detection.THIRD_PARTY, detected_after=dt.timedelta(minutes=95),
        ),
        Incident(
            "fares-stalled", "Fares of all carriers stand still overnight", 2, Cause.DATA, "fares-feed",
            local(anchor, days=-8, at="21:50"), local(anchor, days=-7, at="06:20"),
            (Effect("fares-feed", bad=0.04, stalled=True),),
            "One unreadable archive blocked the queue of imports; nobody is paged for this service at night.",
            detection=Detection.STAFF, detected_after=dt.timedelta(hours=8),
        ),
    )  # fmt: skip


def _risks(anchor: dt.datetime) -> tuple[Incident, ...]:
    return (
        Incident(
            "app-token", "Apps signed out by a token of the wrong audience", 1, Cause.DEPLOY, "mobile-api",
            local(anchor, days=-16, at="18:02"), local(anchor, days=-16, at="18:44"),
            (Effect("mobile-api", bad=0.30),),
            "Tokens issued during the deploy carried the audience of the test environment.",
            detection=Detection.CUSTOMER, detected_after=dt.timedelta(minutes=9),
        ),
        Incident(
            "push-provider", "Push provider rejects messages", 2, Cause.DEPENDENCY, "notifications",
            local(anchor, days=-5, at="06:40"), local(anchor, days=-5, at="11:55"),
            (Effect("notifications", bad=0.93, stalled=True, families=(Family.JOB,)),),
            "The provider revoked a key that was still in use; delay messages did not arrive in the morning peak.",
            detection=Detection.CUSTOMER, detected_after=dt.timedelta(minutes=38),
        ),
        Incident(
            "seat-locks", "Locks on popular trains time out", 2, Cause.CAPACITY, "seat-inventory",
            local(anchor, days=-9, at="10:02"), local(anchor, days=-9, at="10:46"),
            (Effect("seat-inventory", bad=0.07, slow=2.1), Effect("booking-api", bad=0.006)),
            "A sale opened for ten trains at once; holds queued behind each other.",
            detected_after=dt.timedelta(minutes=3),
        ),
    )  # fmt: skip


def _small(anchor: dt.datetime) -> tuple[Incident, ...]:
    return (
        Incident(
            "sign-in-latency", "Sign-in slow after a cache was emptied", 3, Cause.OPERATION, "identity",
            local(anchor, days=-24, at="11:10"), local(anchor, days=-24, at="11:31"),
            (Effect("identity", bad=0.012, slow=3.5),),
            "A cache was emptied to fix one account; every session was read from the database.",
            detected_after=dt.timedelta(minutes=2),
        ),
        Incident(
            "recommend-model", "Recommendations recommend nothing", 4, Cause.DEPLOY, "recommendations",
            local(anchor, days=-20, at="15:07"), local(anchor, days=-20, at="15:49"),
            (Effect("recommendations", bad=0.35),),
            "The new model was larger than the memory of its pods.", detected_after=dt.timedelta(minutes=7),
        ),
        Incident(
            "storefront-fonts", "Storefront pages time out on one node", 4, Cause.HARDWARE, "web-bff",
            local(anchor, days=-13, at="20:25"), local(anchor, days=-13, at="20:39"),
            (Effect("web-bff", bad=0.018, slow=1.4),),
            "One node lost its disk and kept its place in the load balancer.", detected_after=dt.timedelta(minutes=4),
        ),
        Incident(
            "bus-rebalance", "Consumers of the event bus rebalance in a loop", 3, Cause.CONFIGURATION, "event-bus",
            local(anchor, days=-2, at="13:15"), local(anchor, days=-2, at="13:52"),
            (Effect("event-bus", bad=0.0006, stalled=True), Effect("notifications", bad=0.004)),
            "A session time-out shorter than the longest batch.", detected_after=dt.timedelta(minutes=5),
        ),
        Incident(
            "edge-reload", "Edge reload drops open connections", 4, Cause.CONFIGURATION, "edge-gateway",
            local(anchor, days=-3, at="09:32"), local(anchor, days=-3, at="09:41"),
            (Effect("edge-gateway", bad=0.006), Effect("web-bff", bad=0.003), Effect("mobile-api", bad=0.003)),
            "A reload without draining.", detected_after=dt.timedelta(minutes=2),
        ),
    )  # fmt: skip


def _old(anchor: dt.datetime) -> tuple[Incident, ...]:
    return (
        Incident(
            "both-uplinks", "Both uplinks of the Berlin site lost", 0, Cause.NETWORK, "edge-gateway",
            local(anchor, days=-418, at="14:20"), local(anchor, days=-418, at="15:07"),
            tuple(Effect(each.slug, bad=0.55, slow=2.5, traffic=0.6) for each in SERVICES),
            "Roadworks cut one fibre; the second had been patched through the same duct.",
            detection=Detection.OTHER_ALERT, detected_after=dt.timedelta(minutes=1),
        ),
    )  # fmt: skip
