"""What people of the demo write in quarterly reports: why figures are off, what shaped a quarter, what was funded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

WHY: Final[dict[str, str]] = {
    "slo_attainment": "Payments and seat inventory missed what they promise. Both leak connections under load; the pool is "
        "being replaced, and the objective stays as it is.",
    "budget_burn": "One service burns above 1 since its nightly batch grew. The batch moves to the morning, when nobody "
        "buys.",
    "journey_availability": "The purchase journey is as good as its weakest step, and that is the payment provider. A second "
        "provider is being tried with one country.",
    "latency": "Searches over many carriers wait for the slowest of them. Answers are cut off at two seconds from "
        "the next release on.",
    "incidents": "More was declared since anybody may declare; the severe ones did not rise.",
    "customer_minutes": "Few incidents make most of it. Their fixes are on the action board, with owners and days.",
    "ttd": "Customers told us first where no objective watches. The missing ones are listed on the page of their team.",
    "ttr": "Restoring took long where the runbook was old. Both runbooks were rewritten after the review.",
    "change_failure": "Two services without a canary make nearly all of it. They get one before their next release.",
    "rollback": "More rollbacks is what we asked for: rolling back early is cheaper than mending in public.",
    "alert_quality": "The disk alerts of the event bus ring for nothing. They are replaced by a burn alert of its objective.",
    "page_load": "Payments carries the nights. It gets a second rotation with Booking until the pool is replaced.",
    "toil": "Mending by hand after each nightly batch is a third of it. The batch is being made repeatable.",
    "postmortem_done": "One review came late, while its author was on leave. Every review has a deputy now.",
    "action_closure": "What was promised was too much for one quarter. The board now shows how many actions each owner "
        "holds.",
    "repeats": "The same pool broke twice. It is the one investment of this quarter that must not slip.",
    "observability": "Traces are what lacks: they came to the last services one by one. A link that nobody has confirmed for "
        "half a year counts as gone.",
    "forecast_accuracy": "The summer was larger than the forecast for seats. The next one uses bookings and not searches.",
    "cost_efficiency": "Both regions ran side by side during the move. The old one is switched off.",
    "roadmap_delivery": "Two commitments gave way to the pool. They are the first of the next quarter.",
    "stakeholders": "Product asks for dates that hold. Commitments now carry an acceptance test.",
    "oncall_satisfaction": "People on call in Payments say that nights are too loud; see pages per shift.",
}  # fmt: skip
INSTEAD: Final = (
    "It is off its target. Its owner looks for the cause with the team, and reports at the next weekly review."
)

HEADLINE: Final = (
    "This is the first report of its kind. Much of it is grey: what nobody measures yet is shown as that, and not as green.",
    "Objectives now cover all tier-1 services. The two that were missed were known to be weak; now everybody sees how weak.",
    "The quarter was shaped by **one incident of the payment path**. Its fix took until after the holidays, and has held since.",
    "We declared more and restored faster. Half of the actions of last year were done by their first date, which is too few.",
    "The move to two regions went through **without an outage that customers saw**. It cost more than planned while both ran.",
    "Carrier feeds broke twice in the same way. The second time was avoidable: the action was there, and had been moved.",
    "Payments is where customers lose. The connection pool is named in three reviews; it is funded now, see *Investments*.",
    "The pool is half replaced. Where it is, nothing has leaked since; where it is not, nights are still loud.",
)
"""The oldest first: one for each quarter that was published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invested:
    """Days are counted back from today; money in EUR."""

    title: str
    team: str
    kpi: str
    promised: str
    observed: str
    state: str
    began: int
    ended: int | None = None
    spent: float = 0
    benefit: tuple[float, float] | None = field(default=None)


INVESTMENTS: Final = (
    Invested(
        title="Second region for booking and seats", team="platform", kpi="journey_availability",
        promised="A failed region costs minutes, not a day",
        observed="All traffic moved in 4 min in the drill; none needed since",
        state="done", began=330, ended=120, spent=372_000, benefit=(60_000, 900_000),
    ),
    Invested(
        title="New connection pool for payments", team="payments", kpi="repeats",
        promised="No incident by a leaking pool",
        observed="None on the half that is replaced (0 in 14 weeks; before: about 1 in 5)",
        state="running", began=150, spent=48_000, benefit=(20_000, 210_000),
    ),
    Invested(
        title="Canary for search and fares", team="discovery", kpi="change_failure",
        promised="Half of the failed changes", observed="No clear change: 9 of 96 before, 7 of 103 since",
        state="done", began=420, ended=250, spent=31_000, benefit=(-12_000, 40_000),
    ),
    Invested(
        title="Log archive with full-text search", team="platform", kpi="ttr",
        promised="Restored 10 minutes earlier", observed="Used in 3 of 41 incidents; no clear change of the time to restore",
        state="stopped", began=390, ended=200, spent=54_000, benefit=(-58_000, -31_000),
    ),
    Invested(
        title="Repeatable nightly batches", team="supply", kpi="toil",
        promised="A third less toil in Partner supply", observed="", state="running", began=60, spent=9_000,
    ),
)  # fmt: skip
