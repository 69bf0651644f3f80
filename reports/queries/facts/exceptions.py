"""What was excepted from a rule at the end of the period, told by instants and by no state that a job keeps."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from incidents.models import Incident
from relportal.core import company
from reports.queries.facts.frame import Asked
from risks.models import ExceptionKind, GovernanceException, Signature, Verdict

OFTEN: Final = 2
"""Extended so many times is worth a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Excepted:
    """`kind` in words and `code` as it is kept; `approvers` by name, in the order in which they signed."""

    label: str
    path: str
    kind: str
    code: str
    tier: int | None
    ends_on: dt.date
    renewal: int
    approvers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExceptionFacts:
    """`lapsed` ended in the period by their date, and nothing followed them; `ending` end within the next quarter's days."""

    active: tuple[Excepted, ...]
    ending: tuple[Excepted, ...]
    lapsed: tuple[Excepted, ...]
    granted: int
    overrides: tuple[Excepted, ...]

    @property
    def often(self) -> tuple[Excepted, ...]:
        return tuple(one for one in self.active if one.renewal >= OFTEN)


def exception_facts(asked: Asked) -> ExceptionFacts:
    rows = [
        row
        for row in GovernanceException.objects.filter(in_force_at__lt=asked.until)
        .select_related("action", "objective", "risk")
        .prefetch_related("risk__services", "renewals")
        .order_by("expires_at", "pk")
        if asked.mine(asked.period, services=_services(row), team=row.team_id)
    ]
    names = _approvers(rows)
    hidden = set(Incident.objects.filter(is_private=True).values_list("pk", flat=True))
    told = {row.pk: _told(row, names[row.pk], hidden=hidden) for row in rows}
    active = [row for row in rows if _held(row, asked.until)]
    horizon = asked.until + (asked.frame.bounds[asked.period][1] - asked.start)
    lapsed = [row for row in rows if asked.start <= row.expires_at < asked.until and _ran_out(row)]
    new = [row for row in rows if row.in_force_at is not None and row.in_force_at >= asked.start]
    return ExceptionFacts(
        active=tuple(told[row.pk] for row in active),
        ending=tuple(told[row.pk] for row in active if row.expires_at < horizon),
        lapsed=tuple(told[row.pk] for row in lapsed),
        granted=len(new),
        overrides=tuple(told[row.pk] for row in new if row.kind == ExceptionKind.POLICY),
    )


def _held(row: GovernanceException, at: dt.datetime) -> bool:
    return row.expires_at > at and (row.ended_at is None or row.ended_at > at)


def _ran_out(row: GovernanceException) -> bool:
    """To its last day, and no renewal was signed for it."""
    return row.ended_at is None and not any(each.in_force_at is not None for each in row.renewals.all())


def _services(row: GovernanceException) -> tuple[int, ...]:
    if row.service_id is not None:
        return (row.service_id,)
    if row.objective is not None:
        return (row.objective.service_id,)
    return tuple(each.pk for each in row.risk.services.all()) if row.risk is not None else ()


def _approvers(rows: list[GovernanceException]) -> defaultdict[int, tuple[str, ...]]:
    found: defaultdict[int, tuple[str, ...]] = defaultdict(tuple)
    signed = Signature.objects.filter(exception__in=rows, verdict=Verdict.APPROVED).select_related("by")
    for one in signed.order_by("exception_id", "position"):
        found[one.exception_id] += (str(one.by),)
    return found


def _told(row: GovernanceException, approvers: tuple[str, ...], *, hidden: set[int]) -> Excepted:
    confidential = row.action is not None and row.action.incident_id in hidden
    return Excepted(
        label=row.short_id if confidential else str(row),
        path="" if confidential else row.get_absolute_url(),
        kind=str(row.get_kind_display()),
        code=row.kind,
        tier=row.tier,
        ends_on=company.day(row.last_moment),
        renewal=row.renewal,
        approvers=approvers,
    )
