"""Risks of Payments: charging, refunds, fraud screening."""

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
        key="one-acquirer",
        title="One acquirer carries four fifths of the card payments",
        cause="Of three acquirers one takes 78 % of the volume, because its fees are the lowest and the routing knows fees only.",
        event="The acquirer is away, or refuses our traffic, for an hour or more in the evening.",
        consequence="Four of five card payments fail; travellers lose their seats after ten minutes and buy elsewhere.",
        category="third-party", owner="Amara Okafor", team="payments",
        services=("payments-api", "acquirer-gateway"), journeys=("buy-a-ticket",),
        ratings=(
            before_all(-318, "likely", "Without a second contract, an outage of the acquirer stops all sales.", minutes="severe"),
            rated(
                -318, "likely", "Two outages of the acquirer in the year before, 50 and 85 minutes.", minutes="major",
                money="major",
            ),
            wanted(-300, "unlikely", "One acquirer must never carry more than half of an hour's payments.", minutes="serious"),
            after(
                -190, "unlikely", "With routing by issuer, the others take over within a minute.", minutes="serious",
                money="serious",
            ),
            rated(
                -176, "possible", "No outage in nine months; the acquirer has a second site now.", minutes="major",
                money="major", sure="high",
            ),
        ),
        reviews=(
            (-240, "Share of the acquirer is 81 %. The contract with the second one is with the lawyers."),
            (-88, "Share is down to 78 %. The certification of the second acquirer took nineteen days more than planned."),
        ),
        treatments=(
            Treatment(
                title="Route payments by issuer over two acquirers", day=-298, due=40, begun=-280, effort=120,
                effect="Half of the volume stays up when one of them is away.",
                steps=(
                    Step("Contract with the second acquirer", -160, -158),
                    Step("Certification of the second acquirer", -60, -41),
                    Step("A fifth of the traffic for a week", -12),
                    Step("Half of the traffic", 38),
                ),
                benefit=Benefit(rate=(0.8, 1.0), loss=(0.25, 0.5), one_off=(90e3, 150e3), yearly=(20e3, 45e3)),
            ),
            Treatment(
                title="Penalty for outages in the acquirer's contract", day=-250, due=-180, begun=-240, done=-186,
                strategy="transfer", effort=8, effect="A tenth of the lost margin is paid back.",
                benefit=Benefit(loss=(0.88, 0.95), one_off=(4e3, 9e3), yearly=(500, 2e3)),
            ),
        ),
        links=(Link(day=-300, relation="related", objective=("payments-api", "payment-authorisations"), note="Fails with it"),),
        sizes=(
            Size(
                day=-170, rate=(0.25, 1.0), euros=(150e3, 900e3), minutes=(300e3, 1.8e6),
                reason="Margin of an evening hour, two outages of the acquirer in its own records of five years.",
            ),
        ),
        files={
            "acquirer-share-by-month.csv": "month,share\nJan,0.83\nApr,0.81\nJul,0.80\nOct,0.78\n",
        },
    ),
    DemoRisk(
        key="no-way-back",
        title="A release that changes the schema cannot be taken back",
        cause="Payments API changes its schema in the same release as its code, and the old code does not run on the new schema.",
        event="A faulty release has to stay until it is mended, as with the leaking pool since six days ago.",
        consequence="Payments fail for hours instead of minutes; the availability budget of a month is spent by one release.",
        category="bad-deploy", owner="Amara Okafor", team="payments",
        services=("payments-api",), journeys=("buy-a-ticket",),
        ratings=(
            rated(
                -4, "frequent", "Nine of the last forty releases changed the schema; one of them is burning now.",
                minutes="major", money="major", budget="severe", sure="high",
            ),
            after(
                -3, "possible", "Expand and contract leaves each release with a way back.", minutes="serious",
                budget="serious",
            ),
        ),
        treatments=(
            Treatment(
                title="Expand and contract: no schema change in the release that needs it", day=-3, due=28, begun=-2, effort=45,
                effect="Every release can be taken back within five minutes.",
                steps=(
                    Step("Written rule, and a check that refuses both in one release", 6),
                    Step("The leaking pool is rolled forward", 3),
                    Step("A rollback is tried in a drill", 26),
                ),
                benefit=Benefit(rate=(0.15, 0.4), loss=(0.3, 0.7), one_off=(40e3, 80e3), yearly=(10e3, 25e3)),
            ),
        ),
        links=(
            Link(day=-4, incident="acquirer-pool", note="The rollback is blocked by a schema change"),
            Link(day=-4, objective=("payments-api", "http-availability"), note="Its budget is spent"),
        ),
        sizes=(
            Size(
                day=-3, rate=(3.0, 8.0), euros=(40e3, 350e3), minutes=(60e3, 600e3),
                reason="Nine such releases in forty; the range of loss is that of the last three faulty ones.",
            ),
        ),
    ),
    DemoRisk(
        key="captured-twice",
        title="A retry captures a payment twice",
        cause="Captures are tried again after a time-out, and one of three acquirers ignores our idempotency key.",
        event="A slow evening at that acquirer turns time-outs into second captures.",
        consequence="Travellers are charged twice; each case is a call and a refund, and many are a report to the supervisor.",
        category="latent-bug", owner="Priya Raman", team="payments",
        services=("acquirer-gateway", "payments-api", "ledger"), journeys=("buy-a-ticket", "change-or-refund"),
        ratings=(
            rated(
                -290, "possible", "Found by the ledger's daily comparison: eleven cases in one night.", data="severe",
                money="serious",
            ),
            rated(-150, "unlikely", "The gateway asks for the state before it tries again.", data="severe", money="serious"),
            after(-148, "rare", "The acquirer keeps our key; the ledger refuses a second capture.", data="major"),
            rated(
                -58, "rare", "No case in 90 days, and the ledger refuses what would be one.", data="major", money="moderate",
                sure="high",
            ),
        ),
        reviews=((-215, "Four cases this quarter, all at the same acquirer. Waiting for its release."),),
        treatments=(
            Treatment(
                title="Ask for the state of a capture before it is tried again",
                day=-286,
                due=-160,
                begun=-270,
                done=-155,
                effort=25,
                benefit=Benefit(rate=(0.2, 0.5), one_off=(15e3, 30e3), yearly=(1e3, 3e3)),
            ),
            Treatment(
                title="Let the ledger refuse a second capture", day=-148, due=-70, begun=-120, done=-64, effort=18,
                steps=(Step("In shadow mode", -90, -92), Step("Refuses", -70, -64)),
            ),
        ),
        sizes=(
            Size(day=-286, rate=(0.3, 1.2), euros=(60e3, 700e3), reason="Refunds, calls and the fine of a comparable case."),
            Size(day=-56, rate=(0.02, 0.08), euros=(40e3, 500e3), reason="No case in 90 days; a fine stays possible."),
        ),
    ),
    DemoRisk(
        key="certificates",
        title="Certificates outside the automatic renewal run out unnoticed",
        cause="Eleven certificates and trust stores are kept by hand; the reminder goes to a mailbox that nobody reads.",
        event="One of them runs out, or the other side changes its chain.",
        consequence="Refund files, partner log-ins or ticket orders stop for most of a day, until somebody finds the reason.",
        category="certificate", owner="Amara Okafor", team="payments",
        services=("refunds", "ticketing", "partner-portal"), journeys=("change-or-refund",),
        ratings=(
            rated(
                -10, "likely", "The refund files of eleven days ago, and three smaller cases in two years.",
                minutes="serious", money="moderate",
            ),
            after(
                -10, "unlikely", "All of them renewed by machine, and an alert 21 days before any of them ends.",
                minutes="moderate",
            ),
        ),
        treatments=(
            Treatment(
                title="Renew the remaining eleven by machine", day=-10, due=20, begun=-8, effort=15,
                steps=(Step("Inventory of all certificates", -4, -5), Step("Five of eleven moved", 4), Step("All moved", 18)),
                benefit=Benefit(rate=(0.1, 0.3), one_off=(9e3, 18e3), yearly=(500, 2e3)),
            ),
            Treatment(title="Alert 21 days before any certificate ends", day=-10, due=-3, begun=-9, done=-6, effort=3),
        ),
        links=(
            Link(day=-10, incident="refund-certificate", note="What taught us to write this down"),
            Link(day=-9, relation="treats", action="refund-certificate"),
            Link(day=-9, objective=("refunds", "jobs-succeeded")),
        ),
        sizes=(
            Size(
                history=True, day=-9, rate=(0.8, 3.0), euros=(8e3, 60e3), minutes=(400e3, 4e6),
                reason="Four cases in two years; late refunds cost interest and calls, not sales.",
            ),
        ),
    ),
    DemoRisk(
        key="ledger-by-two",
        title="Two people know the ledger, and it has no runbook",
        cause="The ledger is eight years old; who wrote it has left, and the catalog links neither runbook nor dashboard.",
        event="It stops at the end of a month while both are away.",
        consequence="Refunds wait, the books of the month are late, and whoever is on call can only wait.",
        category="human-process", owner="Amara Okafor", team="payments",
        services=("ledger",), journeys=("change-or-refund",),
        ratings=(
            rated(
                -301, "possible", "Both were on holiday together for four days last summer.", minutes="serious",
                data="moderate",
            ),
            after(-300, "possible", "With a runbook, others restore it.", minutes="moderate"),
        ),
        reviews=((-192, "No change. The runbook is half written."),),
        treatments=(
            Treatment(
                title="Runbook and dashboard of the ledger", day=-300, due=-90, begun=-220, effort=12, owner="Priya Raman",
                steps=(Step("Draft", -200, -193), Step("Tried by somebody new", -90)),
                benefit=Benefit(loss=(0.3, 0.6), one_off=(6e3, 12e3), yearly=(1e3, 2e3)),
            ),
        ),
        sizes=(Size(day=-290, rate=(0.25, 0.8), euros=(15e3, 120e3), reason="Interest, overtime and the auditors' extra day."),),
    ),
    DemoRisk(
        key="fraud-model",
        title="A new fraud model refuses honest travellers",
        cause="Models go live with the data of the test month; features arrive from four teams without a contract.",
        event="A feature changes its unit or meaning, and every score rises.",
        consequence="Up to a fifth of the payments asks for a second factor; one in three of these travellers gives up.",
        category="data", owner="Priya Raman", team="payments", services=("fraud-screen", "payments-api"),
        journeys=("buy-a-ticket",),
        ratings=(
            rated(-281, "likely", "Twice in a year, each time found by sales before us.", minutes="serious", money="serious"),
            after(-270, "unlikely", "Shadow mode shows a shift before it hurts.", minutes="moderate", money="moderate"),
            rated(
                -122, "likely", "Shadow mode stops the worst; features still change without notice.", minutes="moderate",
                money="moderate",
            ),
            rated(
                -31, "unlikely", "Features have a contract, and a shift of 5 % stops the model.", minutes="moderate",
                money="moderate", sure="high",
            ),
        ),
        reviews=((-200, "One model was stopped in shadow mode."),),
        treatments=(
            Treatment(title="Run each model in shadow mode for a week", day=-276, due=-130, begun=-260, done=-128, effort=20),
            Treatment(
                title="Contracts for features, with a stop at 5 % of shift", day=-120, due=-35, begun=-110, done=-33, effort=30,
                benefit=Benefit(rate=(0.1, 0.3), one_off=(25e3, 40e3), yearly=(3e3, 8e3)),
            ),
        ),
        sizes=(
            Size(day=-276, rate=(1.0, 3.5), euros=(30e3, 180e3), minutes=(20e3, 160e3), reason="Lost sales of the two cases."),
            Size(day=-30, rate=(0.08, 0.25), euros=(12e3, 90e3), minutes=(8e3, 80e3), reason="Caught within the hour now."),
        ),
    ),
    DemoRisk(
        key="vault-keys",
        title="The keys of the card vault are changed by hand once a year",
        cause="The procedure has 41 steps, needs three people, and was last written down by somebody who has left.",
        event="A step is missed, and stored cards cannot be read after the change.",
        consequence="Stored cards of 2.1 million travellers are useless; at worst they are lost and have to be entered again.",
        category="human-process", owner="Priya Raman", team="payments", services=("payments-api",), journeys=("buy-a-ticket",),
        ratings=(
            rated(
                -252, "unlikely", "Fifteen changes without harm, one of them rescued by the backup.", data="severe",
                money="major", sure="low",
            ),
            after(-250, "rare", "By machine, tried on a copy first.", data="major", money="serious"),
        ),
        reviews=(
            (-165, "The next change is in February. Nothing has changed."),
            (-72, "The script runs on the copy; three steps are still done by hand."),
        ),
        treatments=(
            Treatment(
                title="Change the keys by script, on a copy first", day=-250, due=75, begun=-110, effort=40,
                steps=(Step("Script for 38 of 41 steps", -80, -74), Step("The whole procedure on a copy", 30)),
            ),
        ),
        sizes=(
            Size(day=-240, rate=(0.04, 0.2), euros=(200e3, 3e6), reason="Cards entered again by a tenth of their holders."),
        ),
    ),
)  # fmt: skip
