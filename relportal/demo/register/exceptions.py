"""The exceptions of the demo: who asked for what, who signed, and how it ended. Days count from the anchor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Signed:
    """`by` empty: who holds the role; `behalf`: for whom, where somebody signs for another."""

    day: int
    comment: str = ""
    by: str = ""
    behalf: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoException:
    """About a risk (by its key), an objective, a service, maybe one `item` of its readiness, or what is `late`: the first
    unfinished action of the story.

    It lasts through the day `until`. `refused` and `ended` come after what is signed; the rest of the path waits.
    """

    key: str
    kind: str
    asked: int
    until: int
    requester: str
    reason: str
    title: str = ""
    scope: str = ""
    controls: str = ""
    risk: str = ""
    objective: tuple[str, str] | None = None
    service: str = ""
    item: str = ""
    late: bool = False
    renews: str = ""
    signed: tuple[Signed, ...] = ()
    refused: tuple[Signed, ...] = ()
    ended: tuple[int, str, str] | None = None
    withdrawn: tuple[int, str] | None = None
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoDelegation:
    person: str
    delegate: str
    day: int
    starts: int
    ends: int
    reason: str


DELEGATIONS: Final = (
    DemoDelegation(
        person="Henrik Solberg", delegate="Erik Nyberg", day=-63, starts=-60, ends=-46, reason="Two weeks of holiday",
    ),
    DemoDelegation(
        person="Charlotte Brandt", delegate="Henrik Solberg", day=-3, starts=-3, ends=10,
        reason="Meetings of the board and with the carriers",
    ),
)  # fmt: skip

SOON: Final = "accept-one-acquirer"
EXPIRED: Final = "accept-bus-in-a-zone"
WAITS_FOR_EXECUTIVE: Final = "accept-no-way-back"
RENEWED_TWICE: Final = "accept-last-machines-3"

EXCEPTIONS: Final = (
    DemoException(
        key=SOON, kind="risk", risk="one-acquirer", asked=-84, until=5, requester="Priya Raman",
        reason="The second acquirer takes traffic from next month on. Until then an outage of the first stops most of the sales.",
        scope="Card payments of web and apps. Wallets go to another acquirer.",
        controls="Routing is turned by hand within ten minutes; the runbook was tried in the drill. Support has a text ready.",
        signed=(
            Signed(-84, "The runbook works."), Signed(-83), Signed(-82, "I want the share of the acquirer every month."),
            Signed(-80, "Until the end of the quarter, and not once more."),
        ),
        files={"turning-the-routing.txt": "1. Tell the commander.\n2. Set routing.share to 0.2.\n3. Watch declines.\n"},
    ),
    DemoException(
        key=EXPIRED, kind="risk", risk="bus-in-a-zone", asked=-97, until=-9, requester="Erik Nyberg",
        reason="Disks for the brokers of the other zones come in three months; to hire them would cost 31,000.",
        controls="Producers keep what they could not send for six hours.",
        signed=(Signed(-96), Signed(-95), Signed(-94, "Agreed until the disks are here.", by="Daniel Ortiz")),
    ),
    DemoException(
        key="accept-last-machines-1", kind="risk", risk="last-machines", asked=-330, until=-160, requester="Sofia Almeida",
        reason="The move to the new platform is planned for the summer.",
        controls="A backup every night, restored once a quarter.",
        signed=(Signed(-329), Signed(-327)),
    ),
    DemoException(
        key="accept-last-machines-2", kind="risk", risk="last-machines", asked=-168, until=-15, requester="Sofia Almeida",
        renews="accept-last-machines-1", reason="The team was needed for the sign-in; the move is planned for the autumn.",
        controls="A backup every night, restored once a quarter.",
        signed=(Signed(-167), Signed(-165, "Second time. Bring a date next time.")),
    ),
    DemoException(
        key=RENEWED_TWICE, kind="risk", risk="last-machines", asked=-21, until=60, requester="Sofia Almeida",
        renews="accept-last-machines-2", reason="The move is planned for the spring; two people are free for it from January.",
        controls="A backup every night, restored once a quarter. Points can be booked by hand for three days.",
        signed=(
            Signed(-19),
            Signed(-17, "Third time: half as long as asked before, and it is on the list of the weekly review."),
        ),
    ),
    DemoException(
        key=WAITS_FOR_EXECUTIVE, kind="risk", risk="no-way-back", asked=-3, until=24, requester="Priya Raman",
        reason="Until the leaking pool is mended and expand and contract is the rule, each release can be one that stays.",
        scope="Releases of Payments API. Every other service has a way back.",
        controls="Releases in the morning only, with two people; the watchdog restarts the pods when the pool is empty.",
        signed=(
            Signed(-3), Signed(-2, "Two people and mornings only, I have checked."),
            Signed(-1, "The plan is good. Four weeks."),
        ),
        files={"releases-with-schema.csv": "release,schema,taken back\n4.41,no,yes\n4.42,yes,no\n4.43,no,no\n4.44,yes,no\n"},
    ),
    DemoException(
        key="accept-one-gateway", kind="risk", risk="one-gateway", asked=-3, until=60, requester="Marek Dvorak",
        reason="Own workers for all groups of carriers come in two months; the largest group has them.",
        controls="The gateway's alert pages at 70 % of the workers, and the slowest carrier can be switched off.",
        signed=(Signed(-2, "We switch a carrier off when its queue is longer than a minute."),),
    ),
    DemoException(
        key="accept-push-key", kind="risk", risk="one-push-key", asked=-41, until=40, requester="Claire Dumont",
        reason="The change of the key waits for the new app, which comes in January.",
        controls="Support can send text messages by hand.",
        signed=(Signed(-40),),
        refused=(
            Signed(
                -39,
                "To change this key is two days of work, and to lose it is a morning without messages. Do it before the app.",
            ),
        ),
    ),
    DemoException(
        key="accept-recommendations", kind="risk", risk="recommendations-alone", asked=-130, until=200, requester="Marek Dvorak",
        reason="An experiment; nobody misses it at night.", controls="The page leaves the part out when it does not answer.",
        signed=(Signed(-129, "Until it is decided whether it stays."),),
    ),
    DemoException(
        key="slo-gateway", kind="slo", objective=("supplier-gateway", "http-availability"), asked=-18, until=20,
        requester="Marek Dvorak", reason="The nightly export costs a fifth of the budget every week until it has its own pool.",
        controls="Nobody is woken for it; by day the alert stays as it is.",
        signed=(Signed(-17, "Until the export has moved."),),
    ),
    DemoException(
        key="slo-search", kind="slo", objective=("search-api", "http-within-second"), asked=-2, until=75,
        requester="Lena Vogt",
        reason="The index outgrows its memory; until all shards are live, a second will not be kept in peaks.",
        controls="Two shards carry a tenth of the traffic; the newsletter is sent in four parts.",
    ),
    DemoException(
        key="late-action", kind="action", late=True, asked=-4, until=25, requester="Marek Dvorak",
        reason="Whoever does it is needed for the leaking pool this week and next.",
        controls="The commander looks at it in every weekly review.",
        signed=(Signed(-3), Signed(-2)),
    ),
    DemoException(
        key="policy-pool", kind="policy", service="payments-api", asked=-2, until=8, requester="Amara Okafor",
        title="Releases of Payments API although its budget is spent",
        reason="The leaking pool can be mended by a release only, and the budget policy blocks releases since it is spent.",
        scope="Releases that mend the pool. No features.",
        controls="Canary with 1 % for an hour; the commander is told before each.",
        signed=(Signed(-2, "Only what mends the pool."), Signed(-1, by="Henrik Solberg", behalf="Charlotte Brandt")),
    ),
    DemoException(
        key="policy-app", kind="policy", service="notifications", asked=-57, until=-48, requester="Claire Dumont",
        title="Release of two keys for push messages although the budget is spent",
        reason="Two keys at a time make the next outage less likely, and the budget does not come back before the month is over.",
        signed=(Signed(-56, by="Erik Nyberg", behalf="Henrik Solberg"), Signed(-55)),
    ),
    DemoException(
        key="standard-ledger", kind="standard", service="ledger", asked=-6, until=90, requester="Priya Raman",
        title="Ledger without a runbook and a dashboard",
        reason="Standard 4 asks for both in every service; the runbook is half written and has to be tried.",
        controls="One of the two who know it is always reachable.",
    ),
    DemoException(
        key="standard-search-traces", kind="standard", service="search-api", asked=-708, until=-531, requester="Lena Vogt",
        title="Search API without traces", reason="Its framework needs a newer version before it can send any.",
        controls="Slow answers are logged with all carriers that were asked.", signed=(Signed(-707), Signed(-705)),
        ended=(-540, "Lena Vogt", "Traces of every search are there."),
    ),
    DemoException(
        key="standard-ticketing-traces-1", kind="standard", service="ticketing", asked=-712, until=-534, requester="Pavel Horak",
        title="Ticketing without traces", reason="The carriers' library breaks the context of a request.",
        controls="Every call to a carrier is logged with its booking.", signed=(Signed(-711), Signed(-708)),
    ),
    DemoException(
        key="standard-ticketing-traces-2", kind="standard", service="ticketing", asked=-540, until=-362, requester="Pavel Horak",
        renews="standard-ticketing-traces-1", title="Ticketing without traces",
        reason="Eleven of twelve carriers are moved to the new library.",
        controls="Every call to a carrier is logged with its booking.",
        signed=(Signed(-539), Signed(-537, "With the last carrier it ends.")),
        ended=(-372, "Pavel Horak", "The last carrier is moved."),
    ),
    DemoException(
        key="standard-traces", kind="standard", service="edge-gateway", asked=-52, until=30, requester="Erik Nyberg",
        title="Traces of a tenth of the requests only", reason="All of them would cost 60,000 a year.",
        withdrawn=(-48, "The standard asks for a tenth since its last version."),
    ),
    DemoException(
        key="readiness-recommendations", kind="readiness", service="recommendations", asked=-62, until=35,
        requester="Marek Dvorak", title="Recommendations without a runbook",
        reason="An experiment of two people who answer by day.", signed=(Signed(-60),),
    ),
    DemoException(
        key="readiness-edge", kind="readiness", service="edge-gateway", item="recovery", asked=-637, until=-560,
        requester="Erik Nyberg", title="The second edge before its failover is drilled",
        reason="A drill needs both edges to carry traffic, which they do only after the launch.",
        controls="The old edge stays warm, and names point back to it within five minutes.",
        signed=(Signed(-635, "Drill it within six weeks."), Signed(-633)),
        ended=(-571, "Erik Nyberg", "Both edges carry traffic, and every deploy takes one of them out."),
    ),
    DemoException(
        key="readiness-fares", kind="readiness", service="fares-feed", item="data", asked=-446, until=-352,
        requester="Marek Dvorak", title="New carriers before the restore of the fares is tried",
        reason="The machine for the restore comes in June; the carriers' season begins in May.",
        controls="Fares can be read anew from every carrier within a day.",
        signed=(Signed(-444), Signed(-443, "Until the machine is there, and not a day longer.")),
        ended=(-361, "Jonas Becker", "Restored on the hired machine within five hours."),
    ),
    DemoException(
        key="dr-loyalty", kind="dr", service="loyalty", asked=-72, until=20, requester="Marek Dvorak",
        title="No restore of points tried within twelve months",
        reason="The old machines have no room for a second copy; one is hired in October.",
        signed=(Signed(-71),), ended=(-30, "Sofia Almeida", "Restored on the hired machine in three hours and ten minutes."),
    ),
)  # fmt: skip
