"""What the services of Perronova promise after a disaster, and the tests of two years: one breached, one stale, one tabletop, and
one service that was never tested. Days are counted from the anchor, alike with the drills in the log of incidents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MINUTE: Final = 60
HOUR: Final = 3600


@dataclass(frozen=True, slots=True)
class DemoPromise:
    """Seconds. `day` is when it was set, and from when it holds."""

    service: str
    rto: int
    rpo: int | None
    plan: str
    day: int = -715
    reason: str = "Agreed with product in the review of critical services."


@dataclass(frozen=True, slots=True)
class Came:
    """Seconds after the declaration until the service was usable; `lost` before the failure. `checked` minutes later the data was
    compared; None: nobody did."""

    service: str
    rto: int | None = None
    lost: int | None = None
    checked: int | None = 20
    records: int | None = None


@dataclass(frozen=True, slots=True)
class DemoDrill:
    """`approved`: days after the test; None: nobody has yet. `follow_up`: an action that was promised for the first service."""

    day: int
    kind: str
    environment: str
    scenario: str
    came: tuple[Came, ...]
    plan: str
    people: str = "Marek Dvorak, and two of the team"
    deviations: str = ""
    recorder: str = "Ines Halvorsen"
    approver: str = "Henrik Solberg"
    approved: int | None = 4
    proof: str = ""
    follow_up: str = ""


PROMISES: Final = (
    DemoPromise("edge-gateway", 15 * MINUTE, None, "v3"),
    DemoPromise("identity", 30 * MINUTE, MINUTE, "v1"),
    DemoPromise(
        "identity",
        5 * MINUTE,
        MINUTE,
        "v2",
        day=-112,
        reason="It fails over by itself now: half an hour asked for nothing.",
    ),
    DemoPromise("search-api", HOUR, None, "v1"),
    DemoPromise("booking-api", HOUR, 5 * MINUTE, "v4"),
    DemoPromise("payments-api", 30 * MINUTE, MINUTE, "v4"),
    DemoPromise("ticketing", 4 * HOUR, 15 * MINUTE, "v1", day=-500),
    DemoPromise("seat-inventory", 2 * HOUR, 5 * MINUTE, "v2"),
    DemoPromise("acquirer-gateway", 30 * MINUTE, None, "v1", day=-400),
    DemoPromise("timetable", 4 * HOUR, HOUR, "v1", day=-300),
    DemoPromise(
        "loyalty", 4 * HOUR, 24 * HOUR, "v1", day=-71, reason="Asked for when the exception for points was signed."
    ),
)
DRILLS: Final = (
    DemoDrill(
        -640,
        "restore",
        "isolated",
        "The booking database is restored from last night's backup",
        (Came("booking-api", 71 * MINUTE, 4 * MINUTE),),
        plan="v4",
        recorder="Pavel Horak",
        approver="Ines Halvorsen",
        deviations="The backup had to be fetched from the other site: 25 minutes.",
    ),
    DemoDrill(
        -430,
        "zone",
        "production",
        "Zone B is taken out of the load balancers",
        (Came("search-api", 41 * MINUTE, checked=None),),
        plan="v1",
        recorder="Lena Vogt",
        approver="Ines Halvorsen",
    ),
    DemoDrill(
        -400,
        "restore",
        "isolated",
        "The booking database is restored from last night's backup",
        (Came("booking-api", 48 * MINUTE, 4 * MINUTE),),
        plan="v4",
        recorder="Pavel Horak",
        approver="Ines Halvorsen",
    ),
    DemoDrill(
        -330,
        "zone",
        "production",
        "Zone A is taken out of the load balancers",
        (Came("edge-gateway", 9 * MINUTE, checked=None), Came("payments-api", 24 * MINUTE, 20)),
        plan="",
        proof="Timeline of the drill",
    ),
    DemoDrill(
        -262,
        "failover",
        "production",
        "The host of the session database is switched off",
        (Came("identity", 70 * MINUTE, 45, records=2100),),
        plan="v1",
        recorder="Sofia Almeida",
        approver="Ines Halvorsen",
        deviations="The replica was made the first by hand; the one who knew how was on a train.",
    ),
    DemoDrill(
        -213,
        "restore",
        "isolated",
        "Seat inventory is restored and compared",
        (Came("seat-inventory", 112 * MINUTE, 3 * MINUTE, records=0),),
        plan="v2",
        recorder="Pavel Horak",
        approver="Ines Halvorsen",
        proof="Log of the comparison",
    ),
    DemoDrill(
        -150,
        "tabletop",
        "isolated",
        "The carriers' network is away for a day",
        (Came("ticketing", checked=None),),
        plan="v1",
        recorder="Pavel Horak",
        approver="Ines Halvorsen",
        people="Eleven, among them two of partner supply",
    ),
    DemoDrill(
        -122,
        "failover",
        "production",
        "The first acquirer fails",
        (Came("acquirer-gateway", 6 * MINUTE, checked=None),),
        plan="v1",
        recorder="Amara Okafor",
        approver="Ines Halvorsen",
    ),
    DemoDrill(
        -111,
        "failover",
        "production",
        "The host of the session database is switched off",
        (Came("identity", 52, 25, records=1300),),
        plan="v2",
        recorder="Sofia Almeida",
        approver="Ines Halvorsen",
    ),
    DemoDrill(
        -75,
        "zone",
        "production",
        "Zone A is taken out of the load balancers",
        (Came("edge-gateway", 6 * MINUTE, checked=None),),
        plan="v3",
        recorder="Erik Nyberg",
        approver="Ines Halvorsen",
    ),
    DemoDrill(
        -58,
        "zone",
        "production",
        "Zone A is away while cards are charged",
        (Came("payments-api", 47 * MINUTE, 40, records=12),),
        plan="v4",
        recorder="Amara Okafor",
        approver="Ines Halvorsen",
        deviations="The new zone had no route to one acquirer; the network team opened it after 31 minutes.",
        proof="Timeline of the drill",
        follow_up="Routes to all acquirers stand in every zone before one is needed",
    ),
    DemoDrill(
        -31,
        "failover",
        "production",
        "The primary of the booking database is lost",
        (Came("booking-api", 48, 2, records=0),),
        plan="v4",
        recorder="Pavel Horak",
        approver="Ines Halvorsen",
        deviations="Step 4 of the runbook names the old host.",
        proof="Timeline of the drill",
    ),
    DemoDrill(
        -31,
        "restore",
        "isolated",
        "Points are restored on the hired machine",
        (Came("loyalty", 190 * MINUTE, 9 * HOUR),),
        plan="v1",
        recorder="Sofia Almeida",
        approver="Ines Halvorsen",
    ),
    DemoDrill(
        -27,
        "failover",
        "production",
        "The host of the session database is switched off",
        (Came("identity", 38, 20, records=900),),
        plan="v2",
        recorder="Sofia Almeida",
        approved=None,
    ),
)
