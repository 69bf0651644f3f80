"""What Perronova launched in two years, how ready it was, and who said so. Days count from the anchor's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoReview:
    """`answered` on the day before the decision, or on the last day that is told: every item that somebody answers passes, but
    for `failed` and for those that do not apply (`apart`), each with its words; `unanswered` are left open. Facts in `seen` are
    attested then. `decided`: day, verdict, words; None: nobody has. `launched`: day, and why it went out all the same."""

    opened: int
    planned: int
    answered: int
    failed: Mapping[str, str] = field(default_factory=dict)
    apart: Mapping[str, str] = field(default_factory=dict)
    unanswered: tuple[str, ...] = ()
    seen: Mapping[str, str] = field(default_factory=dict)
    decided: tuple[int, str, str] | None = None
    launched: tuple[int, str] | None = None
    withdrawn: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoLaunch:
    """`reviews`: the later ones review the same launch again."""

    title: str
    service: str
    author: str
    reviews: tuple[DemoReview, ...]
    kind: str = "launch"


BACKUP: Final = {
    "backup_job": "Green for two weeks; its alert was tried.",
    "restore_test": "Restored into a scratch cluster, the counts agree.",
}
AGREED: Final = {"objective_agreed": "Signed by product and by the owner in the minutes of the SLO council."}

LAUNCHES: Final = (
    DemoLaunch(
        title="New storefront behind the edge network", service="web-bff", author="Claire Dumont",
        reviews=(
            DemoReview(
                opened=-694, planned=-672, answered=-681, seen=BACKUP, decided=(-680, "ready", ""), launched=(-672, ""),
            ),
        ),
    ),
    DemoLaunch(
        title="A second edge in Warsaw", service="edge-gateway", author="Erik Nyberg", kind="change",
        reviews=(
            DemoReview(
                opened=-640, planned=-622, answered=-631, seen=BACKUP | AGREED,
                apart={"alerts": "Its alerts are new with it: none has rung that could be judged."},
                decided=(-629, "conditions", "By the end of the exception either edge can be taken out by day."),
                launched=(-622, ""),
            ),
        ),
    ),
    DemoLaunch(
        title="Points for business travellers", service="loyalty", author="Sofia Almeida",
        reviews=(
            DemoReview(
                opened=-612, planned=-598, answered=-604, failed={"capacity": "The test stopped at 1.3 times the load."},
                decided=(-602, "not_ready", "Nobody has restored the points since they moved. Restore them, then come back."),
            ),
            DemoReview(
                opened=-580, planned=-552, answered=-560, seen=BACKUP, decided=(-558, "ready", ""), launched=(-551, ""),
            ),
        ),
    ),
    DemoLaunch(
        title="Messages about delays on the phone", service="notifications", author="Claire Dumont",
        reviews=(
            DemoReview(
                opened=-522, planned=-505, answered=-511, seen=BACKUP, decided=(-510, "ready", ""), launched=(-505, ""),
            ),
        ),
    ),
    DemoLaunch(
        title="Fares of four more carriers", service="fares-feed", author="Jonas Becker",
        reviews=(
            DemoReview(
                opened=-452, planned=-430, answered=-440,
                decided=(-438, "conditions", "The restore is tried by the end of the exception, on the hired machine."),
                launched=(-430, ""),
            ),
        ),
    ),
    DemoLaunch(
        title="Refunds within minutes", service="refunds", author="Amara Okafor",
        reviews=(
            DemoReview(
                opened=-385, planned=-368, answered=-373, seen=BACKUP, decided=(-372, "ready", ""), launched=(-368, ""),
            ),
        ),
    ),
    DemoLaunch(
        title="Tickets in the wallet of the phone", service="mobile-api", author="Claire Dumont",
        reviews=(
            DemoReview(
                opened=-338, planned=-318, answered=-326, seen=BACKUP, decided=(-325, "ready", ""), launched=(-318, ""),
            ),
        ),
    ),
    DemoLaunch(
        title="The portal for the agency that was bought", service="partner-portal", author="Jonas Becker",
        reviews=(
            DemoReview(
                opened=-284, planned=-262, answered=-270,
                launched=(-269, "The agency had told its customers the day; nobody was asked to decide."),
            ),
        ),
    ),
    DemoLaunch(
        title="A second acquirer", service="acquirer-gateway", author="Amara Okafor", kind="change",
        reviews=(
            DemoReview(
                opened=-236, planned=-215, answered=-224,
                failed={"capacity": "With twice the load the pool of connections ran dry.", "rollout": "It goes in one step."},
                decided=(-222, "not_ready", "A path of money breaks at twice the load, and nobody watches its backup."),
                withdrawn=(-150, "It is cut in two: cards of the second acquirer go through the gateway first."),
            ),
        ),
    ),
    DemoLaunch(
        title="Cards of the second acquirer", service="acquirer-gateway", author="Amara Okafor", kind="change",
        reviews=(
            DemoReview(
                opened=-149, planned=-125, answered=-133, seen=BACKUP, decided=(-132, "ready", ""), launched=(-125, ""),
            ),
        ),
    ),
    DemoLaunch(
        title="Seat maps of night trains", service="seat-inventory", author="Pavel Horak",
        reviews=(
            DemoReview(
                opened=-118, planned=-102, answered=-108,
                decided=(-107, "not_ready", "Nobody watches the backup of the seats."),
            ),
            DemoReview(opened=-100, planned=-78, answered=-86, seen=BACKUP, decided=(-85, "ready", ""), launched=(-78, "")),
        ),
    ),
    DemoLaunch(
        title="Baskets that follow to another device", service="basket", author="Pavel Horak",
        reviews=(
            DemoReview(
                opened=-97, planned=-60, answered=-90, unanswered=("capacity", "rollout"),
                withdrawn=(-80, "Two in a hundred asked for it; the seat maps come first."),
            ),
        ),
    ),
    DemoLaunch(
        title="Recommendations on the start page", service="recommendations", author="Lena Vogt",
        reviews=(
            DemoReview(
                opened=-63, planned=-54, answered=-59, apart={"budget_policy": "An experiment has no budget."},
                decided=(-58, "conditions", "An experiment of two people, for as long as the exception lasts."),
                launched=(-54, ""),
            ),
        ),
    ),
    DemoLaunch(
        title="Changes of platforms, as they happen", service="timetable", author="Lena Vogt",
        reviews=(
            DemoReview(opened=-33, planned=6, answered=-20, seen=BACKUP, decided=(-19, "ready", "")),
        ),
    ),
    DemoLaunch(
        title="Tickets of the second Swiss carrier", service="ticketing", author="Pavel Horak",
        reviews=(
            DemoReview(
                opened=-13, planned=10, answered=-5, failed={"rollout": "A rollback has not been tried since March."},
                unanswered=("support", "capacity"),
            ),
        ),
    ),
    DemoLaunch(
        title="Prices of a whole month at a glance", service="search-api", author="Lena Vogt",
        reviews=(
            DemoReview(
                opened=-4, planned=25, answered=-2, unanswered=("capacity", "on_call", "rollout", "support", "limits"),
            ),
        ),
    ),
)  # fmt: skip
