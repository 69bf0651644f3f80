"""Risks of Discovery and Partner supply: finding a connection, carriers and their fares."""

from __future__ import annotations

from typing import Final

from relportal.demo.register.parts import Benefit, DemoRisk, Link, Size, Step, Treatment, after, rated, wanted

RISKS: Final = (
    DemoRisk(
        key="index-memory",
        title="The search index outgrows its memory",
        cause="The index grows by 6 % a month, and must fit into the memory of one host as a whole.",
        event="It no longer fits, and searches are read from disk.",
        consequence="Search answers in seconds instead of a third of one; each second loses some 7 % of the buyers.",
        category="capacity", owner="Lena Vogt", team="discovery",
        services=("search-api", "web-bff", "mobile-api"), journeys=("find-a-connection",),
        ratings=(
            rated(-152, "unlikely", "The index uses 61 % of the memory.", minutes="serious", money="serious"),
            after(-75, "unlikely", "Four shards: room for six years.", minutes="moderate"),
            rated(-75, "possible", "74 % of the memory; the slowest answers get slower.", minutes="serious", money="serious"),
            rated(
                -12, "likely", "86 % of the memory; at this pace it is full in eleven weeks.", minutes="serious",
                money="major", sure="high",
            ),
        ),
        reviews=((-110, "68 % of the memory. Shards are designed."),),
        treatments=(
            Treatment(
                title="Split the index into four shards", day=-148, due=50, begun=-120, effort=70,
                effect="Room for six years at the growth of today.",
                steps=(
                    Step("Design", -112, -111),
                    Step("Two shards for a tenth of the traffic", -45, -38),
                    Step("Two shards for all", 6),
                    Step("Four shards for all", 48),
                ),
                benefit=Benefit(rate=(0.1, 0.3), one_off=(55e3, 90e3), yearly=(15e3, 25e3)),
            ),
            Treatment(
                title="Hosts with twice the memory", day=-74, due=-50, dropped=-60, effort=5,
                because="It buys nine months and costs 38,000 a year; the shards come first.",
            ),
        ),
        links=(Link(day=-74, objective=("search-api", "http-within-second"), note="Declines since five months"),),
        sizes=(
            Size(day=-148, rate=(0.1, 0.4), euros=(30e3, 250e3), minutes=(50e3, 500e3), reason="A week of slow answers."),
            Size(
                day=-11, rate=(1.0, 3.5), euros=(60e3, 400e3), minutes=(100e3, 900e3),
                reason="At 86 % it comes this winter, in more than one peak.",
            ),
        ),
    ),
    DemoRisk(
        key="one-aggregator",
        title="Live times come from one aggregator",
        cause="Planned and live times of 41,000 stops are bought from one company, over one connection.",
        event="The aggregator is away, or its times stand still, on a day with many delays.",
        consequence="Platform changes are not told; travellers miss their trains and trust the app less.",
        category="third-party", owner="Lena Vogt", team="discovery",
        services=("timetable",), journeys=("find-a-connection", "travel-day"),
        ratings=(
            rated(-271, "likely", "Four times in a year, up to two hours.", minutes="moderate", data="moderate"),
            after(-260, "possible", "Two countries come from the railways themselves.", minutes="moderate"),
            rated(
                -117, "possible", "Two of nine countries come from the railways themselves.", minutes="moderate",
                data="moderate",
            ),
        ),
        reviews=((-190, "One country is connected."), (-50, "No outage since spring.")),
        treatments=(
            Treatment(
                title="Take live times of two countries from their railways",
                day=-262,
                due=-120,
                begun=-240,
                done=-121,
                effort=45,
            ),
        ),
        links=(Link(day=-117, relation="related", objective=("timetable", "data-fresh")),),
        sizes=(
            Size(
                day=-117, rate=(0.3, 1.0), euros=(4e3, 35e3), minutes=(20e3, 200e3),
                reason="Goodwill and calls of two such days.",
            ),
        ),
    ),
    DemoRisk(
        key="stale-prices",
        title="Prices are sold after they have changed",
        cause="Fares are cached for up to thirty minutes, and four carriers change them by demand.",
        event="A fare rises while the old one is in baskets.",
        consequence="We pay the difference, or the traveller sees another price at the end and leaves.",
        category="data", owner="Lena Vogt", team="discovery", services=("search-api", "basket"),
        journeys=("find-a-connection", "buy-a-ticket"),
        ratings=(
            rated(-208, "possible", "Two carriers change by demand; differences are small.", money="moderate"),
            rated(-46, "likely", "Four carriers now, and the differences add up to 2,000 a week.", money="moderate"),
        ),
        reviews=((-130, "A third carrier begins in the autumn."),),
        treatments=(
            Treatment(title="Ask for the fare again when the basket is opened", day=-44, due=35, begun=-30, effort=18),
        ),
        sizes=(Size(day=-45, rate=(1.0, 3.0), euros=(8e3, 40e3), reason="Differences that were paid in the last quarter."),),
    ),
    DemoRisk(
        key="recommendations-alone",
        title="Recommendations have no owner at night",
        cause="An experiment of two people, without a runbook.",
        event="It answers nothing or slowly.",
        consequence="A part of a page is empty; nobody has ever called about it.",
        category="human-process", owner="Lena Vogt", team="discovery", services=("recommendations",),
        ratings=(
            rated(-132, "possible", "Twice in a year, unnoticed by travellers.", minutes="minor", money="minor", sure="high"),
        ),
        reviews=((-40, "Still an experiment. To be decided in spring."),),
    ),
    DemoRisk(
        key="one-gateway",
        title="62 carriers stand behind one gateway",
        cause="All calls to carriers share the workers of the supplier gateway, without limits for each of them.",
        event="One slow carrier takes all workers.",
        consequence="Seats, tickets and prices of every carrier fail together.",
        category="dependency-down", owner="Jonas Becker", team="supply",
        services=("supplier-gateway", "seat-inventory", "ticketing"), journeys=("buy-a-ticket",),
        ratings=(
            rated(-325, "likely", "Five times in a year, three of them by the same carrier.", minutes="major", money="serious"),
            wanted(-320, "likely", "One carrier may fail by itself, never all of them.", minutes="moderate"),
            after(-200, "likely", "Workers for each group of carriers.", minutes="moderate", money="moderate"),
            rated(-158, "likely", "Deadlines hold; workers are still shared.", minutes="serious", money="serious"),
        ),
        reviews=(
            (-240, "Deadlines are live for 30 carriers."),
            (-78, "Deadlines for all. Own workers only for the largest group."),
        ),
        treatments=(
            Treatment(
                title="Deadlines for every carrier", day=-320, due=-170, begun=-300, done=-164, effort=30,
                steps=(Step("30 carriers", -240, -243), Step("All 62", -170, -164)),
            ),
            Treatment(
                title="Own workers for each group of carriers", day=-200, due=60, begun=-150, effort=65,
                steps=(Step("Largest group", -85, -80), Step("Four more groups", -18, -16), Step("All groups", 58)),
                benefit=Benefit(rate=(0.3, 0.7), loss=(0.2, 0.5), one_off=(50e3, 85e3), yearly=(9e3, 18e3)),
            ),
        ),
        links=(Link(day=-320, relation="related", objective=("supplier-gateway", "http-availability")),),
        sizes=(
            Size(
                history=True, day=-156, rate=(1.5, 4.0), euros=(25e3, 200e3), minutes=(40e3, 350e3),
                reason="Five cases in the year before the deadlines, three since.",
            ),
        ),
    ),
    DemoRisk(
        key="night-batch",
        title="A carrier's nightly export takes the gateway's workers",
        cause="The carrier has moved its export into our window, and asks for 200 answers at once.",
        event="Every night from a quarter past two, half of the gateway's requests fail for forty minutes.",
        consequence="Night trains cannot be changed, and the budget of the gateway melts a little every night.",
        category="capacity", owner="Jonas Becker", team="supply", services=("supplier-gateway",), journeys=("change-or-refund",),
        ratings=(
            rated(
                -22, "frequent", "Every night since four nights; few travellers are awake.", minutes="moderate",
                budget="serious", sure="high",
            ),
            after(-20, "unlikely", "The export has workers of its own.", minutes="minor"),
        ),
        treatments=(
            Treatment(
                title="Give the export a pool of its own", day=-21, due=-3, begun=-15, effort=6,
                steps=(Step("Agreed with the carrier", -14, -13), Step("Live", -3)),
                benefit=Benefit(rate=(0.02, 0.1), one_off=(4e3, 9e3)),
            ),
        ),
        links=(
            Link(day=-22, incident="partner-batch", note="Goes on every night"),
            Link(day=-22, objective=("supplier-gateway", "http-availability")),
        ),
        sizes=(
            Size(
                day=-21, rate=(20.0, 60.0), euros=(200, 1.5e3), minutes=(6e3, 20e3),
                reason="Nights until it is mended: one to two months.",
            ),
        ),
    ),
    DemoRisk(
        key="fares-at-night",
        title="Nobody is called when the fares stand still at night",
        cause="The fares feed is of tier 3, so that its alerts wait for the morning.",
        event="One unreadable archive blocks the queue of imports in the evening.",
        consequence="All carriers are sold with the fares of yesterday until the office opens.",
        category="human-process", owner="Jonas Becker", team="supply", services=("fares-feed",), journeys=("buy-a-ticket",),
        ratings=(
            rated(-6, "likely", "Once last week for eight hours, and once in spring.", data="serious", money="moderate"),
            after(-5, "likely", "A bad archive is set aside, and the others go on.", data="moderate", money="minor"),
        ),
        treatments=(
            Treatment(title="Set unreadable archives aside", day=-5, due=15, begun=-4, effort=5, owner="Marek Dvorak"),
        ),
        links=(
            Link(day=-6, incident="fares-stalled", note="What taught us to write this down"),
            Link(day=-6, objective=("fares-feed", "data-fresh")),
        ),
        sizes=(
            Size(
                day=-5, rate=(1.0, 3.0), euros=(10e3, 70e3),
                reason="Two cases in eight months, and the fares that were too low.",
            ),
        ),
    ),
    DemoRisk(
        key="old-interfaces",
        title="Three carriers switch their old interface off in March",
        cause="Nine per cent of the sales run over interfaces from 2014.",
        event="The new ones are not ready on the day.",
        consequence="Three carriers cannot be sold until they are.",
        category="third-party", owner="Jonas Becker", team="supply", services=("supplier-gateway", "fares-feed"),
        journeys=("buy-a-ticket",),
        ratings=(
            rated(-94, "likely", "Two of three have missed their own dates before.", minutes="moderate", money="moderate"),
            after(-90, "unlikely", "All three moved in January.", minutes="moderate"),
        ),
        treatments=(
            Treatment(
                title="Move the three carriers to their new interfaces", day=-90, due=62, begun=-60, effort=90,
                steps=(Step("First carrier", -20, -16), Step("Second carrier", 25), Step("Third carrier", 60)),
                benefit=Benefit(rate=(0.1, 0.3), one_off=(60e3, 110e3)),
            ),
        ),
        sizes=(Size(day=-90, rate=(0.8, 2.0), euros=(15e3, 80e3), reason="Margin of three carriers in one to two weeks."),),
    ),
    DemoRisk(
        key="leaked-tokens",
        title="Tokens of partners end up in public repositories",
        cause="Agencies get tokens without an end by e-mail, and their developers keep them in code.",
        event="Somebody finds one and books with it.",
        consequence="Bookings that nobody pays, and a report to the supervisor.",
        category="human-process", owner="Jonas Becker", team="supply", services=("partner-portal", "supplier-gateway"),
        ratings=(
            rated(-176, "possible", "One was found by a researcher, unused.", data="serious", money="serious"),
            after(-170, "unlikely", "Tokens end after 90 days.", data="serious", money="moderate"),
        ),
        reviews=((-25, "Half of the agencies have tokens with an end."),),
        treatments=(
            Treatment(
                title="Tokens that end after 90 days", day=-170, due=12, begun=-120, effort=28,
                steps=(Step("New agencies", -100, -98), Step("All agencies", 12)),
            ),
        ),
        sizes=(Size(day=-160, rate=(0.2, 0.8), euros=(20e3, 150e3), reason="Bookings of one night with a stolen token."),),
    ),
)  # fmt: skip
