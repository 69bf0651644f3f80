"""Risks of Channels and Accounts: web, apps, messages, sign-in, profiles and points."""

from __future__ import annotations

from typing import Final

from relportal.demo.register.parts import Benefit, DemoRisk, Link, Size, Step, Treatment, after, rated, wanted

MATERIALISED: Final = "one-push-key"
"""The risk of the register that came true, in the incident of the push provider's key."""

RISKS: Final = (
    DemoRisk(
        key=MATERIALISED,
        title="Push messages hang on one provider and one key",
        cause="All push messages go through one provider with one key, which nobody has changed since it was made.",
        event="The provider revokes the key, or is away.",
        consequence="Delays and platform changes do not arrive in the morning peak; travellers miss their trains.",
        category="third-party", owner="Claire Dumont", team="channels", services=("notifications",), journeys=("travel-day",),
        ratings=(
            rated(-228, "possible", "The provider has announced that old keys will end, without a date.", minutes="serious"),
            rated(-142, "likely", "The provider revokes keys of other customers now.", minutes="serious", money="moderate"),
            wanted(-140, "unlikely", "A key that ends is changed before.", minutes="moderate"),
            after(-140, "unlikely", "Keys change every month, and e-mail takes over.", minutes="moderate"),
            rated(
                -4, "likely", "It came true five days ago: five hours without push messages, in the morning peak.",
                minutes="major", money="serious", budget="major", sure="high",
            ),
        ),
        reviews=((-60, "The change of the key is put off for the new app. Nothing else is new."),),
        treatments=(
            Treatment(
                title="Change the key every month, with an overlap", day=-138, due=-35, begun=-70, effort=4,
                effect="A revoked key is one that is not used any more.",
                steps=(Step("Two keys at a time", -50, -44), Step("First change", -35)),
                benefit=Benefit(rate=(0.1, 0.4), one_off=(2e3, 5e3), yearly=(500, 1.5e3)),
            ),
            Treatment(
                title="E-mail and text message when push fails", day=-3, due=30, begun=-2, effort=15,
                steps=(Step("For platform changes", 12), Step("For all delays", 28)),
                benefit=Benefit(loss=(0.2, 0.5), one_off=(14e3, 25e3), yearly=(6e3, 15e3)),
            ),
        ),
        links=(
            Link(day=-5, relation="materialised", incident="push-provider", note="The key that was still in use was revoked"),
            Link(day=-4, relation="treats", action="push-provider"),
            Link(day=-4, objective=("notifications", "jobs-succeeded"), note="The incident spent most of its budget"),
        ),
        sizes=(
            Size(
                day=-138, rate=(0.5, 2.0), euros=(5e3, 50e3), minutes=(60e3, 400e3),
                reason="Guessed from the outage of another customer.",
            ),
            Size(
                day=-3, rate=(0.7, 2.5), euros=(20e3, 110e3), minutes=(600e3, 4e6),
                reason="As it was: five hours in a morning peak.",
            ),
        ),
        files={"mail-of-the-provider.txt": "Keys that are older than a year will be revoked without further notice.\n"},
    ),
    DemoRisk(
        key="wrong-tokens",
        title="A deploy can issue tokens of another environment",
        cause="The audience of tokens is read from a file that is copied between environments.",
        event="A deploy carries the file of the test environment.",
        consequence="Every app is signed out; a third of the requests fail until the deploy is taken back.",
        category="bad-config",
        owner="Claire Dumont",
        team="channels",
        services=("mobile-api", "identity"),
        journeys=("travel-day",),
        ratings=(
            rated(-14, "possible", "Once, sixteen days ago, for 42 minutes in the evening.", minutes="major", budget="major"),
            after(-14, "rare", "The audience is a part of the image, and start-up checks it.", minutes="moderate"),
        ),
        treatments=(
            Treatment(title="Check the audience at start-up", day=-14, due=-6, begun=-13, done=-9, effort=2),
            Treatment(
                title="Audience in the image, not in a file", day=-13, due=25, begun=-9, effort=8,
                benefit=Benefit(rate=(0.05, 0.2), one_off=(6e3, 11e3)),
            ),
        ),
        links=(
            Link(day=-14, incident="app-token", note="What taught us to write this down"),
            Link(day=-13, relation="treats", action="app-token"),
        ),
        sizes=(
            Size(
                history=True, day=-13, rate=(0.3, 1.0), euros=(60e3, 320e3), minutes=(200e3, 1.2e6),
                reason="The evening sixteen days ago, and one at noon.",
            ),
        ),
    ),
    DemoRisk(
        key="store-review",
        title="A mended app waits for the stores' review",
        cause="A new version takes one to three days to be let through, and old ones live on for months.",
        event="A version that crashes on start reaches a tenth of the phones.",
        consequence="These travellers have no barcode at the gate for up to three days.",
        category="third-party", owner="Claire Dumont", team="channels", services=("mobile-api",), journeys=("travel-day",),
        ratings=(
            rated(-345, "possible", "One crash in two years; 4 % of the phones had it.", minutes="moderate", money="minor"),
            after(-330, "possible", "What is new can be switched off from here.", minutes="minor"),
        ),
        reviews=((-195, "Switches exist for half of the screens."),),
        treatments=(
            Treatment(
                title="Switch for every new screen", day=-330, due=-150, begun=-300, effort=25,
                steps=(Step("Half of the screens", -200, -197),),
            ),
        ),
    ),
    DemoRisk(
        key="eleven-languages",
        title="A text breaks a page in one of eleven languages",
        cause="Translations are published without being seen on a page.",
        event="A placeholder is lost.",
        consequence="One page fails in one language, mostly for some hours.",
        category="data", owner="Claire Dumont", team="channels", services=("web-bff",),
        ratings=(
            rated(-218, "likely", "Three times in a year.", minutes="minor"),
            rated(-38, "possible", "Placeholders are checked.", minutes="minor"),
        ),
        treatments=(Treatment(title="Check placeholders of translations", day=-216, due=-60, begun=-70, done=-62, effort=2),),
    ),
    DemoRisk(
        key="one-cdn",
        title="All static files come from one delivery network",
        cause="Scripts and pictures of web and apps are served by one company only.",
        event="It is away, or a configuration of ours there is wrong.",
        consequence="Nobody can open the shop; the own origin would carry a third of the traffic.",
        category="third-party", owner="Claire Dumont", team="channels", services=("web-bff", "edge-gateway"),
        journeys=("find-a-connection", "buy-a-ticket"),
        ratings=(
            rated(-245, "possible", "One outage of the company, 50 minutes, in two years.", minutes="major", money="major"),
            after(-240, "unlikely", "The shop falls back to its own origin.", minutes="serious", money="serious"),
            rated(
                -101, "unlikely", "The shop falls back to its own origin, tried with half of the traffic.", minutes="major",
                money="serious",
            ),
        ),
        reviews=((-175, "The origin carries a tenth."), (-33, "Tried again, with two thirds of the traffic.")),
        treatments=(
            Treatment(
                title="Fall back to the own origin", day=-240, due=-110, begun=-220, done=-104, effort=28,
                benefit=Benefit(loss=(0.3, 0.6), one_off=(30e3, 48e3), yearly=(10e3, 18e3)),
            ),
        ),
        sizes=(
            Size(
                day=-100, rate=(0.08, 0.3), euros=(60e3, 380e3), minutes=(100e3, 800e3),
                reason="Two thirds of an hour of sales.",
            ),
        ),
    ),
    DemoRisk(
        key="one-session-store",
        title="All sessions stand in one database",
        cause="Sign-in asks one database, whose replica is only read.",
        event="Its host is lost.",
        consequence="Nobody can sign in, and nobody is signed in, until the replica is made the first.",
        category="hardware", owner="Sofia Almeida", team="accounts",
        services=("identity", "edge-gateway", "profile"), journeys=("find-a-connection", "buy-a-ticket"),
        ratings=(
            rated(-262, "possible", "Fail-over by hand took 70 minutes in the drill.", minutes="major", money="major"),
            after(-255, "unlikely", "Fail-over by itself within a minute.", minutes="moderate"),
            rated(-107, "unlikely", "Fail-over by itself; sessions of a minute are lost.", minutes="major", money="serious"),
        ),
        reviews=((-185, "Fail-over works in the test system."), (-27, "Drill: 38 seconds, 900 sessions lost.")),
        treatments=(
            Treatment(
                title="Fail over by itself", day=-255, due=-120, begun=-235, done=-111, effort=40,
                steps=(Step("Test system", -190, -187), Step("Drill in production", -120, -111)),
                benefit=Benefit(loss=(0.1, 0.4), one_off=(35e3, 60e3), yearly=(5e3, 9e3)),
            ),
        ),
        links=(Link(day=-107, relation="related", objective=("identity", "http-availability")),),
        sizes=(
            Size(
                day=-106, rate=(0.1, 0.4), euros=(50e3, 300e3), minutes=(80e3, 900e3),
                reason="An hour without sign-in, by half of the buyers.",
            ),
        ),
    ),
    DemoRisk(
        key="last-machines",
        title="Loyalty points run on the last of the old virtual machines",
        cause="Points are to be moved to the new platform since two years; the old machines get no repairs any more.",
        event="A host is lost with both replicas on it, or a hole in the system is found.",
        consequence="Points cannot be earned or spent for up to three days.",
        category="hardware", owner="Sofia Almeida", team="accounts", services=("loyalty",),
        ratings=(
            rated(-335, "possible", "Two hosts lost in two years.", minutes="moderate", money="moderate"),
            after(-334, "rare", "Moved to the new platform.", minutes="moderate"),
            rated(-152, "possible", "Nothing has changed but the date of the move.", minutes="moderate", money="moderate"),
        ),
        reviews=((-245, "The move is planned for the summer."), (-18, "The move is planned for the spring.")),
        treatments=(
            Treatment(
                title="Move points to the new platform", day=-334, due=120, effort=110,
                steps=(Step("Design", -260, -251), Step("Copy of the data", -90)),
            ),
        ),
        sizes=(Size(day=-150, rate=(0.3, 1.0), euros=(10e3, 40e3), reason="Goodwill points and calls of three days."),),
    ),
    DemoRisk(
        key="agencies-keys",
        title="The agencies' identity provider changes its keys without notice",
        cause="Keys of the provider are entered by hand.",
        event="It changes them over a holiday.",
        consequence="Agencies cannot sign in until somebody enters the new ones.",
        category="certificate", owner="Sofia Almeida", team="accounts", services=("partner-portal", "identity"),
        ratings=(
            rated(-230, "likely", "Twice in a year, both on a holiday.", minutes="moderate"),
            after(-228, "rare", "Keys are read from the provider.", minutes="minor"),
        ),
        treatments=(Treatment(title="Read the keys from the provider", day=-228, due=-90, begun=-120, done=-84, effort=6),),
        closed=(-60, "Keys are read from the provider every hour; it has changed them twice since, unnoticed."),
    ),
    DemoRisk(
        key="clean-ups",
        title="Clean-ups run against the first database",
        cause="Scripts of support ask for no confirmation, and the prompt of copy and original is the same.",
        event="A clean-up empties a table of the original.",
        consequence="Profiles of a country are lost until they are restored; what was changed since the morning is gone.",
        category="human-process", owner="Sofia Almeida", team="accounts", services=("profile",),
        ratings=(
            rated(-198, "possible", "Once in two years, restored within three hours.", data="major", money="moderate"),
            after(
                -195, "unlikely", "Clean-ups show first what they will do, and run with a role that cannot truncate.",
                data="serious",
            ),
            rated(-85, "unlikely", "The role cannot truncate any more.", data="serious", money="moderate"),
        ),
        reviews=((-140, "The role exists. Scripts are moved one by one."),),
        treatments=(
            Treatment(title="A role that cannot truncate", day=-195, due=-95, begun=-180, done=-88, effort=5),
            Treatment(title="Clean-ups show first what they will do", day=-195, due=20, begun=-60, effort=12),
        ),
        sizes=(
            Size(day=-84, rate=(0.08, 0.3), euros=(15e3, 90e3), reason="Three hours of support, and goodwill in one country."),
        ),
    ),
)  # fmt: skip
