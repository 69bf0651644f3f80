"""How well the register is kept: the share of risks of which nothing is wrong, and everything that is, by check.

The page, the API and the report ask the same question here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from relportal.core.permissions import Actor, System
from risks.domain.hygiene import Finding, Share, share
from risks.models import ExceptionKind, Risk, RiskState
from risks.queries.hygiene_lints import Lint, Looked, lints

_ALONG: Final = (
    "owner", "team", "money", "minutes", "current__likelihood", "current__impact", "current__level",
    "after_plan__likelihood", "after_plan__impact", "after_plan__level",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wrong:
    """One finding. `risk` None: of the register itself. `fix` is the address where that very thing is mended."""

    risk: Risk | None
    words: str
    fix: str


@dataclass(frozen=True, slots=True)
class Group:
    """What a lint found, by the title of the risk."""

    lint: Lint
    rows: tuple[Wrong, ...]


@dataclass(frozen=True, slots=True)
class Hygiene:
    """`share` is of the risks that were looked at: open and accepted ones, and closed ones whose acceptance is over.

    `groups` hold what was found, in the order of the lints; `clean` are the lints that found nothing.
    """

    at: dt.datetime
    share: Share
    groups: tuple[Group, ...]
    clean: tuple[Lint, ...]

    @property
    def findings(self) -> int:
        return sum(len(group.rows) for group in self.groups)


def hygiene(user: Actor, *, at: dt.datetime, team: str = "") -> Hygiene:
    """Of the whole register, or of the risks of one team (short name): then without what is wrong of the register itself."""
    rows = Risk.objects.all() if isinstance(user, System) else Risk.objects.visible_to(user)
    # A closed risk has a say only if somebody signed for it.
    signed = Q(exceptions__kind=ExceptionKind.RISK, exceptions__in_force_at__isnull=False)
    kept = Risk.objects.filter(~Q(state=RiskState.CLOSED) | signed).values("pk")
    rows = rows.filter(pk__in=kept)
    if team:
        rows = rows.filter(team__slug=team)
    looked = Looked(list(rows.select_related(*_ALONG).order_by("pk")), at=at)
    found = {lint.key: [one for one in lint.find(looked) if one.risk is not None or not team] for lint in lints()}
    every = [one for some in found.values() for one in some]
    return Hygiene(
        at=at,
        share=share(looked.register, every),
        groups=tuple(_group(lint, found[lint.key], looked.risks) for lint in lints() if found[lint.key]),
        clean=tuple(lint for lint in lints() if not found[lint.key]),
    )


def _group(lint: Lint, found: list[Finding], risks: Mapping[int, Risk]) -> Group:
    rows = [Wrong(risks.get(one.risk or 0), lint.say(one.facts), lint.fix(one)) for one in found]
    return Group(
        lint, tuple(sorted(rows, key=lambda row: (row.risk.title.casefold(), row.risk.pk) if row.risk else ("", 0)))
    )
