"""What no tool tells the portal: somebody attests it, with a day, and what was seen."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from relportal.core import audit, company
from relportal.core.exceptions import Invalid
from relportal.core.models import Lifecycle, Service, User
from relportal.core.permissions import Actor, require
from relportal.core.rows import clean, save
from reports.actions.outdated import outdate_levels
from reports.facts import FACTS
from reports.models import Attestation


@dataclass(frozen=True, slots=True, kw_only=True)
class Attested:
    """`on`: the day on which it was seen or done. `holds` False: it was seen not to hold."""

    service: Service
    fact: str
    on: dt.date
    note: str
    holds: bool = True
    url: str = ""


def attest(actor: Actor, attested: Attested, *, at: dt.datetime) -> Attestation:
    """Raises: NotAllowed; Invalid, by field."""
    require(actor, "ladder.attest", attested.service)
    _check(attested, today=company.day(at))
    with transaction.atomic():
        row = Attestation(
            service=attested.service,
            fact=attested.fact,
            on=attested.on,
            holds=attested.holds,
            note=attested.note.strip(),
            url=attested.url.strip(),
            at=at,
            by=actor if isinstance(actor, User) else None,
        )
        clean(row)
        save(row)
        changes = {"fact": (None, row.fact), "on": (None, row.on), "holds": (None, row.holds)}
        audit.record(
            actor, "ladder.attest", row, at=at, key=attested.service.slug, reason=row.note[:300], changes=changes
        )
        outdate_levels(Attestation, at=at)
    return row


def _check(attested: Attested, *, today: dt.date) -> None:
    errors: dict[str, list[str]] = {}
    fact = FACTS.get(attested.fact)
    if fact is None or fact.by_hand is None:
        errors["fact"] = [_("This is nothing that can be attested: the portal reads it, or does not know it.")]
    elif (today - attested.on).days > fact.by_hand:
        days = fact.by_hand
        errors["on"] = [_("An attestation of this holds for %(days)d days: this one is over already.") % {"days": days}]
    if attested.on > today:
        errors["on"] = [_("This day is still to come. Attest what you have seen.")]
    if not attested.note.strip():
        errors["note"] = [_("Say what you saw, and where.")]
    if attested.service.lifecycle == Lifecycle.RETIRED:
        errors["service"] = [_("The service is retired.")]
    if errors:
        raise Invalid(errors)
