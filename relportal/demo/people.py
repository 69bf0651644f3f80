"""Who works at Perronova, the invented company of the demo: teams, people, and the logins that `make demo` prints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

COMPANY: Final = "Perronova"
COMPANY_ZONE: Final = "Europe/Berlin"
DOMAIN: Final = "perronova.example"
PASSWORD: Final = "night-train-to-vienna"  # noqa: S105


@dataclass(frozen=True, slots=True)
class DemoTeam:
    slug: str
    name: str
    description: str


@dataclass(frozen=True, slots=True)
class DemoRole:
    """`role` is a value of core's Role; `team` only for service_owner, responder and director."""

    role: str
    team: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """`login` names the demo login this person is printed as; everyone has the same password."""

    email: str
    name: str
    roles: tuple[DemoRole, ...]
    time_zone: str = COMPANY_ZONE
    login: str = ""


TEAMS: Final = (
    DemoTeam("discovery", "Discovery", "Search, timetables and places: finding a connection from A to B."),
    DemoTeam("booking", "Booking", "Baskets, seats, bookings and tickets."),
    DemoTeam("payments", "Payments", "Charging, refunds and fraud screening."),
    DemoTeam("accounts", "Accounts", "Sign-in, traveller profiles and loyalty points."),
    DemoTeam("supply", "Partner supply", "Carriers, their fares and the portal for travel agencies."),
    DemoTeam("channels", "Channels", "Web, apps and messages to travellers."),
    DemoTeam("platform", "Platform", "Edge, event bus and reporting."),
)


def _person(name: str, *roles: DemoRole, login: str = "", zone: str = COMPANY_ZONE) -> Person:
    local = login.replace(" ", ".") or name.lower().replace(" ", ".")
    return Person(f"{local}@{DOMAIN}", name, roles, zone, login)


PEOPLE: Final = (
    _person("Ines Halvorsen", DemoRole("reliability_lead"), login="leader"),
    _person(
        "Marek Dvorak",
        *(DemoRole("responder", team.slug) for team in TEAMS),
        login="commander",
    ),
    _person(
        "Amara Okafor",
        DemoRole("service_owner", "payments"),
        DemoRole("responder", "payments"),
        login="service owner",
    ),
    _person(
        "Henrik Solberg",
        *(DemoRole("director", team.slug) for team in TEAMS),
        login="director",
    ),
    _person("Charlotte Brandt", DemoRole("executive"), login="executive"),
    _person("Tom Lindqvist", DemoRole("admin"), login="admin"),
    _person("Giulia Ferrari", DemoRole("auditor"), login="auditor"),
    _person("Noah Whitfield", DemoRole("viewer"), login="viewer", zone="America/New_York"),
    _person("Lena Vogt", DemoRole("service_owner", "discovery"), DemoRole("responder", "discovery")),
    _person("Pavel Horak", DemoRole("service_owner", "booking"), DemoRole("responder", "booking")),
    _person("Sofia Almeida", DemoRole("service_owner", "accounts"), DemoRole("responder", "accounts")),
    _person("Jonas Becker", DemoRole("service_owner", "supply"), DemoRole("responder", "supply")),
    _person("Claire Dumont", DemoRole("service_owner", "channels"), DemoRole("responder", "channels")),
    _person("Erik Nyberg", DemoRole("service_owner", "platform"), DemoRole("responder", "platform")),
    _person("Priya Raman", DemoRole("responder", "payments"), zone="America/New_York"),
    _person("Daniel Ortiz", DemoRole("executive"), zone="America/New_York"),
)


def logins() -> tuple[Person, ...]:
    return tuple(person for person in PEOPLE if person.login)
