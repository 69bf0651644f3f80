"""Risks of Platform, and those of the whole company: sites, network, event bus, watching, people."""

from __future__ import annotations

from typing import Final

from relportal.demo.register.parts import (
    Benefit,
    DemoRisk,
    Link,
    Size,
    Step,
    Treatment,
    after,
    before_all,
    rated,
    wanted,
)

RISKS: Final = (
    DemoRisk(
        key="one-duct",
        title="Both uplinks of the Berlin site lie in one duct",
        cause="The second fibre was patched through the duct of the first, as was found when roadworks cut both.",
        event="The duct is damaged again.",
        consequence="Everything is away for all customers, until one fibre is mended or the traffic is moved by hand.",
        category="network", owner="Erik Nyberg", team="platform",
        services=("edge-gateway", "identity", "search-api", "booking-api", "payments-api", "ticketing"),
        journeys=("find-a-connection", "buy-a-ticket", "change-or-refund", "travel-day"),
        ratings=(
            before_all(-340, "possible", "Roadworks cut a fibre of the city every year.", minutes="severe"),
            rated(
                -340, "possible", "It happened once, 78 days ago, for 47 minutes.", minutes="severe", money="severe",
                sure="high",
            ),
            wanted(-338, "rare", "Two ways into the building.", minutes="major"),
            rated(-169, "unlikely", "A radio link carries a fifth of the traffic since June.", minutes="severe", money="major"),
            after(-168, "rare", "A second fibre from the north.", minutes="major", money="serious"),
        ),
        reviews=((-255, "Offers of three companies."), (-80, "The trench from the north is dug as far as the canal.")),
        treatments=(
            Treatment(
                title="A second fibre from the north", day=-336, due=85, begun=-290, effort=30,
                steps=(
                    Step("Contract", -240, -236), Step("Trench to the canal", -70, -66), Step("Under the canal", 9),
                    Step("Live", 80),
                ),
                benefit=Benefit(rate=(0.05, 0.2), one_off=(120e3, 190e3), yearly=(24e3, 32e3)),
            ),
            Treatment(
                title="Radio link to the exchange", day=-330, due=-160, begun=-310, done=-172, effort=12,
                benefit=Benefit(loss=(0.6, 0.85), one_off=(22e3, 30e3), yearly=(7e3, 9e3)),
            ),
            Treatment(
                title="Insurance against loss of sales by network", day=-300, due=-200, dropped=-230, strategy="transfer",
                because="It pays from the fourth hour on; no outage of ours lasted that long.",
            ),
        ),
        links=(Link(day=-340, incident="both-uplinks", note="What taught us to write this down"),),
        sizes=(
            Size(
                day=-335, rate=(0.3, 1.0), euros=(400e3, 2.5e6), minutes=(600e3, 4e6),
                reason="Once in the two years that we know; 47 minutes by day.",
            ),
            Size(
                day=-167, rate=(0.07, 0.3), euros=(300e3, 2e6), minutes=(500e3, 3e6),
                reason="Both ways have to fail, and a fifth goes on.",
            ),
        ),
        files={"routes-of-the-fibres.csv": "link,route,duct\nA,Oranienstrasse,D-114\nB,Oranienstrasse,D-114\nradio,roof,none\n"},
    ),
    DemoRisk(
        key="one-region",
        title="All data of bookings and payments stand in one region",
        cause="Databases have a replica in a second zone, and backups elsewhere, but no second region.",
        event="The region is away for a day or more.",
        consequence="Nothing is sold; restoring from backups takes about thirty hours and loses fifteen minutes of bookings.",
        category="hardware", owner="Henrik Solberg", team="platform",
        services=("booking-api", "payments-api", "identity", "ledger"), journeys=("buy-a-ticket", "change-or-refund"),
        ratings=(
            rated(
                -222, "unlikely", "Two such days of large providers in ten years.", minutes="severe", money="severe",
                data="major", sure="low",
            ),
            wanted(-200, "rare", "Four hours at most.", minutes="major"),
            after(-80, "rare", "A second region that takes over within an hour.", minutes="major", money="major"),
        ),
        reviews=((-140, "Three variants are priced."), (-48, "The ask goes to the executives with the budget of next year.")),
        treatments=(
            Treatment(
                title="A second region for bookings and payments", day=-200, due=260, strategy="avoid", effort=420,
                steps=(Step("Three variants with prices", -150, -146), Step("Decision", 12), Step("Copy of the data", 120)),
                benefit=Benefit(rate=(0.2, 0.5), loss=(0.03, 0.15), one_off=(300e3, 460e3), yearly=(90e3, 140e3)),
            ),
            Treatment(
                title="Restore from backups within twelve hours", day=-78, due=55, begun=-60, effort=35,
                benefit=Benefit(loss=(0.35, 0.6), one_off=(25e3, 45e3), yearly=(4e3, 9e3)),
            ),
        ),
        sizes=(
            Size(
                day=-198, rate=(0.06, 0.25), euros=(800e3, 5e6), minutes=(1e6, 8e6),
                reason="A day of sales, and what is refunded after it.",
            ),
        ),
    ),
    DemoRisk(
        key="bus-in-a-zone",
        title="The event bus stands in one zone",
        cause="Its three brokers were put into one zone to save the traffic between zones.",
        event="The zone is away.",
        consequence="Messages, points and books stand still; what was sent in the last minutes has to be sent again.",
        category="hardware",
        owner="Erik Nyberg",
        team="platform",
        services=("event-bus", "notifications"),
        journeys=("travel-day",),
        ratings=(
            rated(
                -192, "possible", "One zone of this provider was away for two hours last year.", minutes="major",
                data="serious",
            ),
            after(-105, "unlikely", "One broker in each of three zones.", minutes="moderate", data="moderate"),
            rated(-103, "possible", "Unchanged. Two brokers wait for their disks.", minutes="major", data="serious"),
        ),
        treatments=(
            Treatment(
                title="One broker in each of three zones", day=-105, due=-20, begun=-95, effort=18,
                steps=(Step("Second zone", -55, -49), Step("Third zone", -20)),
                benefit=Benefit(rate=(0.05, 0.2), one_off=(12e3, 22e3), yearly=(18e3, 26e3)),
            ),
        ),
        links=(Link(day=-102, relation="related", objective=("event-bus", "consumer-lag")),),
        sizes=(
            Size(
                history=True, day=-100, rate=(0.25, 0.9), euros=(20e3, 160e3), minutes=(50e3, 400e3),
                reason="Two hours without messages.",
            ),
        ),
    ),
    DemoRisk(
        key="edge-reload",
        title="A reload of the edge drops open connections",
        cause="Reloads do not wait for open requests.",
        event="A reload in the day, as for every new route.",
        consequence="Some thousand requests fail, mostly unseen since clients try again.",
        category="bad-config", owner="Erik Nyberg", team="platform", services=("edge-gateway",),
        ratings=(
            rated(-205, "frequent", "Twice a week.", minutes="moderate", budget="moderate"),
            after(-200, "likely", "Reloads drain for thirty seconds.", minutes="minor"),
            rated(
                -64, "likely", "Routes are changed without a reload; certificates are not.", minutes="minor",
                budget="moderate",
            ),
        ),
        reviews=((-125, "Routes without reload are in the test system."),),
        treatments=(
            Treatment(title="Change routes without a reload", day=-200, due=-70, begun=-180, done=-67, effort=15),
            Treatment(title="Drain before each reload", day=-62, due=30, begun=-20, effort=6),
        ),
        sizes=(
            Size(
                day=-63, rate=(2.0, 6.0), euros=(300, 2.5e3), minutes=(500, 6e3),
                reason="Counted from the errors of the last reloads.",
            ),
        ),
    ),
    DemoRisk(
        key="old-addresses",
        title="A resolver keeps old addresses after a fail-over",
        cause="Names of payments live for an hour in the caches of one resolver.",
        event="A service fails over, and a third of the callers go on asking the old address.",
        consequence="A fail-over of seconds takes an hour for these callers.",
        category="network", owner="Erik Nyberg", team="platform", services=("payments-api", "ticketing", "mobile-api"),
        ratings=(
            rated(-256, "possible", "Seen in two fail-overs.", minutes="serious", budget="serious"),
            after(-250, "unlikely", "Names live for thirty seconds.", minutes="moderate"),
            rated(
                -133, "unlikely", "Names live for thirty seconds; one library ignores it.", minutes="moderate",
                budget="moderate",
            ),
        ),
        reviews=((-190, "Two of three resolvers are changed."),),
        treatments=(Treatment(title="Names live for thirty seconds", day=-250, due=-140, begun=-235, done=-137, effort=8),),
    ),
    DemoRisk(
        key="blind",
        title="Prometheus is away, and nobody is called",
        cause="What watches everything is watched by itself.",
        event="It runs out of memory in the night.",
        consequence="An outage in these hours is told by customers; objectives have a gap.",
        category="latent-bug", owner="Erik Nyberg", team="platform", services=("reporting", "edge-gateway"),
        ratings=(
            rated(
                -201, "possible", "It was away for 40 minutes two days ago, found by chance.", minutes="moderate",
                budget="moderate", sure="high",
            ),
            after(-199, "unlikely", "A second one, and a dead man's switch.", minutes="minor"),
        ),
        reviews=((-90, "The switch calls; a second Prometheus is ordered."),),
        treatments=(
            Treatment(title="Dead man's switch that calls a person", day=-199, due=-150, begun=-190, done=-155, effort=2),
            Treatment(title="A second Prometheus", day=-199, due=40, begun=-88, effort=12),
        ),
        sizes=(Size(day=-199, rate=(0.4, 1.2), euros=(2e3, 30e3), reason="An hour more of an outage that nobody sees."),),
    ),
    DemoRisk(
        key="small-rotations",
        title="Two of seven teams have fewer than five people on call",
        cause="Two people have left, and their places are not filled.",
        event="One more is ill in a week with a large incident.",
        consequence="Whoever is left works through the night; incidents take longer, and the next one leaves.",
        category="human-process", owner="Ines Halvorsen", team="platform", services=("event-bus", "loyalty", "profile"),
        ratings=(
            rated(-160, "likely", "Five weeks of the last year had fewer than four people.", minutes="serious", sure="low"),
            after(-158, "possible", "Two people more, and a rotation that two teams share.", minutes="moderate"),
            rated(-52, "likely", "One place is filled; the shared rotation runs since October.", minutes="moderate", sure="low"),
        ),
        reviews=((-100, "Two candidates. The shared rotation is agreed."),),
        treatments=(
            Treatment(
                title="Fill two places", day=-158, due=70, begun=-150, owner="Henrik Solberg", effort=20,
                steps=(Step("First place", -60, -55), Step("Second place", 65)),
            ),
            Treatment(title="A rotation that two teams share", day=-158, due=-50, begun=-90, done=-54, effort=6),
        ),
    ),
)  # fmt: skip
