"""What the demo's people ask, decide and say: six asks, and the twelve weekly reviews of the last quarter. Days count from the
anchor's; the incidents that they speak of are those of the story."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from reports.domain.asks import NOTHING, Option


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAsk:
    """`risk` is the title of what it is linked to; `decided` the day, the key of the option and why; `outcomes` (day, verdict,
    words, look again on)."""

    title: str
    context: str
    options: tuple[Option, ...]
    recommended: str
    owner: str
    decider: str
    asked: int
    wanted: int
    risk: str = ""
    kpis: tuple[str, ...] = ()
    decided: tuple[int, str, str] | None = None
    follow_up: int | None = None
    outcomes: tuple[tuple[int, str, str], ...] = ()
    withdrawn: tuple[int, str] | None = None


def _options(*real: tuple[str, str, str], nothing: str) -> tuple[Option, ...]:
    told = [Option(key=str(n), name=name, cost=cost, effect=effect) for n, (name, cost, effect) in enumerate(real, 1)]
    return (*told, Option(key=NOTHING, name="Do nothing", cost="", effect=nothing))


ASKS: Final = (
    DemoAsk(
        title="A second acquirer for card payments",
        context="Four fifths of the card payments go through **one** acquirer. When its gateway is away, nobody can pay, and "
        "the contract caps the penalty at a day's fees.\n\nRouting by issuer is built; what is missing is the contract.",
        options=_options(
            (
                "Sign with the second acquirer",
                "180 k EUR in year one, then 60 k a year",
                "A failure of one stops a third of the payments instead of four fifths",
            ),
            (
                "Only a fallback for the weekend peaks",
                "70 k EUR a year",
                "Covers Friday evening to Sunday, where half of the loss is",
            ),
            nothing="An hour without the acquirer in a Friday peak costs about 240 k EUR",
        ),
        recommended="1",
        owner="Ines Halvorsen",
        decider="Charlotte Brandt",
        asked=-9,
        wanted=12,
        risk="One acquirer carries four fifths of the card payments",
        kpis=("customer_minutes", "slo_attainment"),
    ),
    DemoAsk(
        title="No schema changes between 15 December and 7 January",
        context="A schema change blocks the rollback of the payments release; the pool has leaked for six days because of it.",
        options=_options(
            (
                "Freeze schema changes for all tier-1 services",
                "Two features move to January",
                "Every release of the Christmas peak can be taken back",
            ),
            ("Freeze them for payments only", "One feature moves", "Covers the service that burns now"),
            nothing="A release in the peak may not be taken back, as now",
        ),
        recommended="1",
        owner="Ines Halvorsen",
        decider="Henrik Solberg",
        asked=-4,
        wanted=5,
        risk="A release that changes the schema cannot be taken back",
        kpis=("change_failure",),
    ),
    DemoAsk(
        title="Page somebody for the fares feed at night",
        context="Nobody is paged for the fares feed between 22:00 and 06:00. Stale fares sell seats below their price.",
        options=_options(
            (
                "Join it to the on-call of Booking",
                "About one page a month more for seven people",
                "Stale fares are noticed within minutes",
            ),
            ("Page the carrier's operations", "12 k EUR a year", "They answer within the hour, in their language"),
            nothing="It is noticed in the morning",
        ),
        recommended="1",
        owner="Jonas Becker",
        decider="Daniel Ortiz",
        asked=-41,
        wanted=-9,
        kpis=("page_load",),
    ),
    DemoAsk(
        title="A second duct for the uplinks of Berlin",
        context="Both uplinks were lost for 47 minutes, because the second fibre had been patched through the duct of the first.",
        options=_options(
            ("Lay a second duct", "95 k EUR once", "One cut cannot take both uplinks"),
            ("Rent a microwave link", "2 k EUR a month", "A tenth of the traffic goes on"),
            nothing="The next roadworks may cut both again",
        ),
        recommended="1",
        owner="Erik Nyberg",
        decider="Charlotte Brandt",
        asked=-405,
        wanted=-380,
        decided=(
            -392,
            "1",
            "47 minutes without any traffic cost more than the duct. The microwave link would not carry a peak.",
        ),
        follow_up=-210,
        outcomes=(
            (
                -212,
                "worked",
                "Fibre 1 was cut again in spring, for five hours: traffic went over the new duct and no budget was touched.",
            ),
        ),
    ),
    DemoAsk(
        title="Twice the workers for the supplier gateway at night",
        context="A carrier's nightly batch takes the workers of the supplier gateway for forty minutes a night.",
        options=_options(
            (
                "Double the workers from 01:00 to 04:00",
                "1.4 k EUR a month",
                "The batch and the travellers have workers of their own",
            ),
            (
                "Give the batch a queue of its own",
                "Three weeks of Partner supply",
                "The batch waits, travellers do not",
            ),
            nothing="The nightly dip stays",
        ),
        recommended="2",
        owner="Jonas Becker",
        decider="Henrik Solberg",
        asked=-168,
        wanted=-150,
        decided=(-155, "1", "Money is cheaper than three weeks of a team of five before the summer."),
        follow_up=-95,
        outcomes=(
            (-94, "too_early", "The batch has grown with the summer timetable; give it another month."),
            (
                -52,
                "did_not",
                "The batch takes whatever workers there are: forty minutes every night. Its own queue is planned now.",
            ),
        ),
    ),
    DemoAsk(
        title="Buy load tests as a service",
        context="Two releases of the year met their first load in production.",
        options=_options(
            ("Buy the service", "40 k EUR a year", "A load test before each release of tier 1"),
            nothing="Load is met in production",
        ),
        recommended="1",
        owner="Pavel Horak",
        decider="Henrik Solberg",
        asked=-120,
        wanted=-90,
        withdrawn=(-101, "The tool that we have does it, with the recorded traffic of last summer."),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """`due` days after the meeting; `done` days after it, None: not yet."""

    item: str
    title: str
    owner: str
    due: int
    done: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """`weeks` before the next one. `notes` and `decisions` (item, what, why, who) by item; `left` were not reached."""

    weeks: int
    notes: dict[str, str] = field(default_factory=dict)
    decisions: tuple[tuple[str, str, str, str], ...] = ()
    promises: tuple[Promise, ...] = ()
    left: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


INES, MAREK, ERIK, JONAS, PAVEL, AMARA = (
    "Ines Halvorsen",
    "Marek Dvorak",
    "Erik Nyberg",
    "Jonas Becker",
    "Pavel Horak",
    "Amara Okafor",
)
PEOPLE: Final = (
    INES,
    MAREK,
    ERIK,
    JONAS,
    PAVEL,
    AMARA,
    "Lena Vogt",
    "Sofia Almeida",
    "Claire Dumont",
    "Henrik Solberg",
)
MEETINGS: Final = (
    Meeting(
        weeks=12,
        notes={"slo_health": "First review in this form. Everybody reads the pack before, nobody reads it out."},
        decisions=(("asks", "The weekly review decides, it does not report", "Status is in the pack", INES),),
        promises=(
            Promise(item="noisy_alerts", title="Give every page alert a runbook link", owner=ERIK, due=28, done=24),
        ),
        left=("kpi_movers",),
        missing=("Sofia Almeida",),
    ),
    Meeting(
        weeks=11,
        notes={"exceptions": "Renewals come too late to be read: two weeks ahead from now on."},
        promises=(Promise(item="exceptions", title="Ask for renewals two weeks ahead", owner=MAREK, due=14, done=9),),
    ),
    Meeting(
        weeks=10,
        notes={"deploys": "Most failures are on Thursdays, with the release train."},
        decisions=(
            (
                "deploys",
                "The release train leaves on Tuesdays",
                "Thursday leaves one working day to mend what it breaks",
                "Henrik Solberg",
            ),
        ),
        left=("deep_dive", "asks"),
    ),
    Meeting(
        weeks=9,
        notes={"deep_dive": "Taken up from last week. Dashboards of the team are good; two alerts have no owner."},
        promises=(
            Promise(item="deep_dive", title="Name owners of the two alerts without one", owner=PAVEL, due=7, done=16),
        ),
        missing=("Lena Vogt", "Claire Dumont"),
    ),
    Meeting(
        weeks=8,
        notes={"risks": "The rating of the search index was argued: the decline is slow, but nobody works on it."},
        promises=(
            Promise(
                item="risks", title="Say what stops the growth of the search index", owner="Lena Vogt", due=21, done=20
            ),
        ),
    ),
    Meeting(
        weeks=7,
        notes={"budget_burn": "Supplier gateway again at night: twice the workers changed nothing."},
        decisions=(
            (
                "budget_burn",
                "The nightly batch of the carriers gets a queue of its own",
                "More workers did not help",
                JONAS,
            ),
        ),
        left=("deploys",),
    ),
    Meeting(weeks=6, notes={"noisy_alerts": "A third fewer alerts than six weeks ago; keep the list."}),
    Meeting(
        weeks=5,
        promises=(
            Promise(
                item="overdue",
                title="Close or re-date the actions that are older than 60 days",
                owner=MAREK,
                due=14,
                done=13,
            ),
        ),
        left=("kpi_movers", "asks"),
        missing=("Henrik Solberg",),
    ),
    Meeting(
        weeks=4,
        notes={"slo_health": "Search API declines week by week; no incident, so nobody is woken by it."},
        promises=(Promise(item="slo_health", title="Split the search index by country", owner="Lena Vogt", due=45),),
    ),
    Meeting(
        weeks=3,
        notes={"kpi_movers": "Page load of Payments is above two a shift for the second month."},
        decisions=(
            (
                "kpi_movers",
                "Payments may turn pages of tier 3 into tickets at night",
                "Two people were woken four times",
                INES,
            ),
        ),
    ),
    Meeting(
        weeks=2,
        notes={
            "incidents": "The token of the wrong audience: configuration of the test environment is in the release."
        },
        promises=(
            Promise(
                item="incidents",
                title="Refuse a release that carries test configuration",
                owner="Claire Dumont",
                due=10,
            ),
        ),
        left=("deep_dive",),
    ),
    Meeting(
        weeks=1,
        notes={
            "incidents": "Refund files: two of three hosts trusted the old chain. Fares stood still a night: nobody is paged.",
            "asks": "Who is paged for the fares feed is overdue with Daniel.",
        },
        decisions=(
            (
                "incidents",
                "Certificates of partners are checked from outside, daily",
                "Two failures of one kind in a year",
                AMARA,
            ),
        ),
        promises=(
            Promise(
                item="incidents", title="Check the certificate chain of every upload host daily", owner=AMARA, due=5
            ),
            Promise(
                item="overdue", title="Publish a postmortem before it is due: remind at half time", owner=MAREK, due=6
            ),
        ),
        left=("kpi_movers",),
    ),
)
