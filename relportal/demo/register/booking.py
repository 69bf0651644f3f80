"""Risks of Booking: baskets, seats, bookings, tickets."""

from __future__ import annotations

from typing import Final

from relportal.demo.register.parts import Benefit, DemoRisk, Link, Size, Step, Treatment, after, rated, wanted

RISKS: Final = (
    DemoRisk(
        key="seat-locks",
        title="A sale of few trains makes all seat holds wait",
        cause="Holds of one train lock its whole row of seats, and the pool of connections is shared by all trains.",
        event="A sale opens for some popular trains, and their holds queue up until no connection is left.",
        consequence="Seats of every train cannot be held for half an hour or more, in the best hour of the day.",
        category="capacity", owner="Pavel Horak", team="booking",
        services=("seat-inventory", "booking-api"), journeys=("buy-a-ticket",),
        ratings=(
            rated(
                -8, "likely", "Marketing plans a sale every quarter; the last one took 44 minutes.", minutes="serious",
                budget="major",
            ),
            after(-8, "possible", "Locks of single seats, and a pool for each carrier.", minutes="moderate", budget="serious"),
        ),
        treatments=(
            Treatment(
                title="Lock single seats instead of trains", day=-8, due=45, begun=-6, effort=35,
                steps=(Step("Load test that shows the queue", 4), Step("Live for ferries", 20), Step("Live for all", 44)),
                benefit=Benefit(rate=(0.2, 0.5), loss=(0.4, 0.8), one_off=(28e3, 50e3)),
            ),
            Treatment(title="Marketing tells of sales a week before", day=-7, due=-2, begun=-6, done=-4, effort=1),
        ),
        links=(
            Link(day=-8, incident="seat-locks", note="What taught us to write this down"),
            Link(day=-8, objective=("seat-inventory", "http-availability")),
            Link(day=-7, relation="treats", action="seat-locks"),
        ),
        sizes=(
            Size(
                day=-7, history=True, rate=(1.0, 4.0), euros=(15e3, 140e3), minutes=(12e3, 120e3),
                reason="Four sales a year; the loss is the margin of half an hour of a sale.",
            ),
        ),
    ),
    DemoRisk(
        key="december-change",
        title="The timetable change in December doubles the writes",
        cause="Carriers publish the whole new year at once, travellers buy on the first day, and holds are written twice.",
        event="The first Sunday brings twice the peak that the databases of booking and seats were ever tested for.",
        consequence="Bookings fail for hours on the best day of the year; what is lost is bought from others.",
        category="capacity", owner="Pavel Horak", team="booking",
        services=("booking-api", "seat-inventory", "basket"), journeys=("buy-a-ticket",),
        ratings=(
            rated(
                -124, "possible", "Last year the peak was 1.4 of a normal one, and 88 % of the capacity.", minutes="major",
                money="major",
            ),
            after(-118, "unlikely", "Tested with twice the peak, and a queue before the shop.", minutes="major", money="serious"),
            rated(
                -24, "likely", "The load test stopped at 1.5 of the peak. Two carriers more than last year publish that day.",
                minutes="severe", money="severe", budget="major",
            ),
        ),
        reviews=((-66, "The load test is late: its data are not ready."),),
        treatments=(
            Treatment(
                title="Load test with twice the peak, then what it shows", day=-118, due=14, begun=-100, effort=60,
                steps=(
                    Step("Data for the load test", -70, -52),
                    Step("Test with 1.5 of the peak", -40, -26),
                    Step("Test with 2.0 of the peak", -5),
                    Step("Ceilings and pools raised", 10),
                ),
                benefit=Benefit(rate=(0.3, 0.6), loss=(0.4, 0.8), one_off=(50e3, 90e3)),
            ),
            Treatment(
                title="A waiting room before the shop", day=-20, due=12, effort=20,
                effect="Whoever waits keeps their place; those inside can finish.",
                benefit=Benefit(loss=(0.2, 0.5), one_off=(25e3, 45e3), yearly=(6e3, 12e3)),
            ),
        ),
        links=(Link(day=-22, relation="related", objective=("booking-api", "http-availability")),),
        sizes=(
            Size(day=-118, rate=(0.2, 0.7), euros=(150e3, 1.2e6), minutes=(200e3, 2e6), reason="One such day a year."),
            Size(
                day=-23, rate=(0.8, 1.3), euros=(180e3, 1.4e6), minutes=(300e3, 2.5e6),
                reason="The test broke at 1.5 of the peak; one such day a year, and sales in January.",
            ),
        ),
    ),
    DemoRisk(
        key="same-seat",
        title="Two travellers are sold the same seat",
        cause="A hold ends after ten minutes on our clock, and on the carrier's clock when it likes.",
        event="A seat is released and sold again while the first traveller pays.",
        consequence="Two people stand before one seat; the carrier sends us the bill for both.",
        category="data",
        owner="Pavel Horak",
        team="booking",
        services=("seat-inventory", "ticketing"),
        journeys=("buy-a-ticket",),
        ratings=(
            rated(
                -264, "possible", "About thirty seats a month, nearly all on one ferry line.", data="serious",
                money="moderate",
            ),
            wanted(-260, "unlikely", "Fewer than five seats a month.", data="moderate"),
            rated(
                -96, "unlikely", "Three seats a month since the ferry line tells when a hold ends.", data="serious",
                money="moderate",
            ),
        ),
        reviews=((-180, "Eleven seats this month."), (-20, "Three seats a month. Nothing new.")),
        treatments=(
            Treatment(title="Take the end of a hold from the carrier", day=-260, due=-110, begun=-230, done=-101, effort=22),
        ),
        sizes=(Size(day=-96, rate=(0.1, 0.4), euros=(10e3, 60e3), reason="Compensation of a bad weekend, as last Easter."),),
    ),
    DemoRisk(
        key="no-barcode",
        title="A carrier's barcodes are away, and its tickets cannot be issued",
        cause="Tickets are issued by the carrier's own service at the moment of sale.",
        event="That service is away for an hour; the booking is paid and has no ticket.",
        consequence="Travellers who leave within the hour cannot pass the gates, and call.",
        category="third-party", owner="Pavel Horak", team="booking",
        services=("ticketing", "supplier-gateway"), journeys=("buy-a-ticket", "travel-day"),
        ratings=(
            rated(-236, "likely", "Nine outages of seven carriers in a year.", minutes="serious", money="moderate"),
            after(-230, "likely", "Barcodes that we make ourselves for the four largest.", minutes="moderate"),
            rated(
                -69, "likely", "The four largest accept our own barcodes; others are as they were.", minutes="moderate",
                money="minor",
            ),
        ),
        reviews=((-150, "Two carriers accept our barcodes in their test."),),
        treatments=(
            Treatment(
                title="Own barcodes for the four largest carriers", day=-230, due=-80, begun=-210, done=-72, effort=80,
                steps=(Step("Agreed with two carriers", -150, -151), Step("Agreed with four", -100, -84), Step("Live", -80, -72)),
                benefit=Benefit(loss=(0.3, 0.6), one_off=(60e3, 95e3), yearly=(8e3, 15e3)),
            ),
        ),
        sizes=(
            Size(
                day=-68, rate=(1.5, 4.0), euros=(3e3, 25e3), minutes=(5e3, 60e3),
                reason="Calls and goodwill, nine outages counted.",
            ),
        ),
    ),
    DemoRisk(
        key="basket-cache",
        title="All baskets lie in one cache without a replica",
        cause="The cache was meant for a trial in one country.",
        event="Its host is lost.",
        consequence="Every basket is empty; about 4,000 travellers begin again or leave.",
        category="hardware", owner="Pavel Horak", team="booking", services=("basket",), journeys=("buy-a-ticket",),
        ratings=(
            rated(-303, "possible", "One host of this kind was lost in three years.", minutes="serious", money="moderate"),
            after(-300, "unlikely", "A replica in the second zone.", minutes="moderate"),
            rated(
                -92, "unlikely", "Fails over in four seconds, tried in a drill.", minutes="moderate", money="minor",
                sure="high",
            ),
        ),
        treatments=(
            Treatment(title="Replica in the second zone, with fail-over", day=-300, due=-100, begun=-200, done=-97, effort=14),
        ),
        closed=(-30, "The replica took over twice, once unplanned, and nobody noticed. Watched by the objective of the basket."),
    ),
    DemoRisk(
        key="keys-run-out",
        title="The numbers of bookings run out",
        cause="Eleven years of bookings have 32-bit keys; 84 % of them are used, and growth is 9 % a year.",
        event="The last key is used, and no booking can be written.",
        consequence="Nothing is sold until the table is changed, which takes about two days.",
        category="latent-bug", owner="Pavel Horak", team="booking", services=("booking-api",), journeys=("buy-a-ticket",),
        ratings=(
            rated(
                -332, "possible", "At 9 % a year it is two years; a mistake of an import could use them in a night.",
                minutes="severe", money="severe",
            ),
            after(-330, "rare", "64 bits everywhere.", minutes="minor"),
            rated(-141, "unlikely", "The table is changed; two consumers still read 32 bits.", minutes="severe", money="major"),
        ),
        reviews=((-240, "The copy of the table is at 60 %."),),
        treatments=(
            Treatment(
                title="64-bit keys in the table and in all consumers", day=-330, due=-50, begun=-310, done=-48, effort=55,
                steps=(Step("Table", -150, -144), Step("Consumers", -60, -49)),
            ),
        ),
        closed=(-44, "All keys have 64 bits, in the table and in all consumers. It cannot happen any more."),
    ),
)  # fmt: skip
