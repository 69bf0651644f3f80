"""What the names in an imported table can mean: people, teams, services, steps of the scale and risks that are there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from django.utils.translation import gettext as _

from incidents.models import FailureMode
from relportal.core.models import Journey, Service, Team, User
from relportal.core.permissions import able
from relportal.core.reading.problems import Refusal, did_you_mean, shortened
from risks.domain.matrix import Step
from risks.models import Risk
from risks.queries.scale import Version, current

SHORT_ID: Final = re.compile(r"(?:RISK-)?([1-9][0-9]{0,8})", re.IGNORECASE)
SEPARATOR: Final = re.compile(r"[|\n]")
LOOSE: Final = re.compile(r"[|\n,;]")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Names(Generic[T]):
    """Objects by each of their names, whatever the case; `shown` are the names that a hint may propose."""

    by_name: Mapping[str, T]
    shown: tuple[str, ...]
    unknown: Callable[[str, str], str]

    def find(self, text: str) -> T:
        """Raises: Refusal."""
        found = self.by_name.get(text.casefold())
        if found is None:
            raise Refusal(self.unknown(shortened(text), did_you_mean(text, self.shown)))
        return found

    def several(self, text: str) -> tuple[T, ...]:
        """Those that a cell names, with | between them; commas and semicolons do as well where no name has any."""
        found: dict[int, T] = {}
        for part in _parts(SEPARATOR, text):
            names = [part] if part.casefold() in self.by_name else _parts(LOOSE, part)
            found |= {id(self.find(name)): self.find(name) for name in names}
        return tuple(found.values())


@dataclass(frozen=True, slots=True)
class Register:
    """One reading of everything that a table may name; `risks` are those whose ids stand in it.

    `able` are the people who can own a risk, `titles` the titles of risks that are not closed -> one that has it.
    """

    version: Version
    risks: Mapping[int, Risk]
    titles: Mapping[str, int]
    able: frozenset[int]
    categories: Names[FailureMode]
    owners: Names[User]
    teams: Names[Team]
    services: Names[Service]
    journeys: Names[Journey]
    likelihoods: Names[Step]
    impacts: Names[Step]


def named_risk(text: str) -> int:
    """The number in RISK-12. Raises: Refusal."""
    match = SHORT_ID.fullmatch(text)
    if match is None:
        words = _("“%(text)s” is not the id of a risk: write RISK-12, or leave it empty for a new one.")
        raise Refusal(words % {"text": shortened(text)})
    return int(match[1])


def register(user: User, ids: Iterable[int]) -> Register:
    version = current()
    return Register(
        version=version,
        risks=_risks(user, ids),
        titles={
            title.casefold(): pk
            for pk, title in Risk.objects.visible_to(user).alive().order_by("-pk").values_list("pk", "title")
        },
        able=frozenset(able("risk.own").values_list("pk", flat=True)),
        categories=_names(FailureMode.objects.all(), _no_category, "name", "slug"),
        owners=_people(),
        teams=_names(Team.objects.all(), _no_team, "name", "slug"),
        services=_names(Service.objects.select_related("team"), _no_service, "name", "slug"),
        journeys=_names(Journey.objects.all(), _no_journey, "name", "slug"),
        likelihoods=_steps(version.scale.likelihoods, _("likelihood")),
        impacts=_steps(version.scale.impacts, _("impact")),
    )


def _risks(user: User, ids: Iterable[int]) -> Mapping[int, Risk]:
    rated = ("current__level", "current__likelihood", "current__impact", "target__likelihood", "target__impact")
    found = Risk.objects.visible_to(user).select_related("category", "owner", "team", "target__level", *rated)
    return found.prefetch_related("services", "journeys").in_bulk(list(ids))


def _names(rows: Iterable[Any], unknown: Callable[[str, str], str], *fields: str) -> Names[Any]:
    by_name: dict[str, Any] = {}
    shown: list[str] = []
    for row in rows:
        names = [getattr(row, field) for field in fields]
        shown += names
        by_name |= {name.casefold(): row for name in names}
    return Names(by_name, tuple(dict.fromkeys(shown)), unknown)


def _people() -> Names[User]:
    """By e-mail, or by a name that only one has."""
    by_name: dict[str, User] = {}
    twice: set[str] = set()
    people = list(User.objects.order_by("pk"))
    for one in people:
        name = one.display_name.casefold()
        twice |= {name} & by_name.keys()
        by_name[name] = one
    known = {name: one for name, one in by_name.items() if name and name not in twice}
    known |= {one.email.casefold(): one for one in people}
    return Names(known, tuple(one.email for one in people if one.is_active), _nobody)


def _steps(steps: Iterable[Step], axis: str) -> Names[Step]:
    rows = tuple(steps)
    accepted = ", ".join(one.name for one in rows)

    def unknown(text: str, hint: str) -> str:
        words = _("The scale has no %(axis)s “%(text)s”%(hint)s. Use one of: %(accepted)s.")
        return words % {"axis": axis, "text": text, "hint": hint, "accepted": accepted}

    return _names(rows, unknown, "name", "key")


def _parts(separator: re.Pattern[str], text: str) -> list[str]:
    return [part.strip() for part in separator.split(text) if part.strip()]


def _no_category(text: str, hint: str) -> str:
    words = _("There is no category “%(text)s”%(hint)s. Add it to the failure modes first, or choose one of them.")
    return words % {"text": text, "hint": hint}


def _nobody(text: str, hint: str) -> str:
    return _("Nobody here has the e-mail address “%(text)s”%(hint)s.") % {"text": text, "hint": hint}


def _no_team(text: str, hint: str) -> str:
    return _("There is no team “%(text)s”%(hint)s.") % {"text": text, "hint": hint}


def _no_service(text: str, hint: str) -> str:
    return _("There is no service “%(text)s”%(hint)s.") % {"text": text, "hint": hint}


def _no_journey(text: str, hint: str) -> str:
    return _("There is no journey “%(text)s”%(hint)s.") % {"text": text, "hint": hint}
