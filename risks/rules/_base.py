"""What a rule is: it looks at what the portal knows at an instant and says which risks it would write down, with evidence.

Everybody who may read the register reads proposals. A rule therefore looks at public incidents only, and no text that it writes
holds the title of an incident or of an action: these stand in the proofs, which are shown to those who may see them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from incidents.models import ActionItem, Incident
from incidents.models.incident import IncidentQuerySet
from relportal.core.models import Service
from risks.models import GovernanceException
from slo.models import Objective

Fact = str | int | float | None
"""What a sentence says: a number or a word, kept with the proposal as JSON; None: not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A thing of the portal that shows it. `key` names its part of the evidence: without one it only explains.

    `incident` is the incident whose privacy decides who reads this. `relation` is what a risk is linked to it as.
    """

    kind: str
    pk: int
    label: str
    url: str
    key: str = ""
    incident: int | None = None
    relation: str = ""

    def stored(self) -> dict[str, Fact]:
        kept: dict[str, Fact] = {"kind": self.kind, "id": self.pk, "label": self.label, "url": self.url}
        if self.key:
            kept["key"] = self.key
        if self.incident is not None:
            kept["incident"] = self.incident
        if self.relation:
            kept["relation"] = self.relation
        return kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`subject` is what it is about, by keys that never change; the same subject with more proofs is new evidence, with fewer it
    is not. `category` is the short name of a failure mode, `team` and `services` are ids.

    `facts` are what the rule's sentence says; `per_year`, if among them, is how often it happens. `risk`: the one that it plainly
    belongs to.
    """

    subject: str
    title: str
    cause: str
    event: str
    consequence: str
    proofs: tuple[Proof, ...]
    category: str = ""
    team: int | None = None
    services: tuple[int, ...] = ()
    risk: int | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)

    @property
    def members(self) -> frozenset[str]:
        return frozenset(proof.key for proof in self.proofs if proof.key)

    @property
    def evidence_key(self) -> str:
        """Of the subject and the whole set of its proofs."""
        if not self.members:
            return self.subject
        digest = hashlib.sha256("\n".join(sorted(self.members)).encode()).hexdigest()
        return f"{self.subject}:{digest[:16]}"


class Rule(Protocol):
    """`about` says what it looks for, for people who decide on what it found."""

    key: str
    title: str | Promise
    about: str | Promise

    def found(self, at: dt.datetime) -> Iterable[Found]: ...

    def sentence(self, facts: Mapping[str, Any]) -> str:
        """What was found, with its numbers, in the language of the reader. Raises: KeyError for facts of another release."""
        ...


def public() -> IncidentQuerySet:
    """The incidents that rules may look at: those that count in figures, and that everybody may see."""
    return Incident.objects.counted().filter(is_private=False)


def crucial() -> QuerySet[Service]:
    """Services of tier 1 that are not retired."""
    return Service.objects.active().filter(tier=1).select_related("team").order_by("name")


def of_incident(row: Incident, *, relation: str = "") -> Proof:
    return Proof(
        kind="incident",
        pk=row.pk,
        label=str(row),
        url=row.get_absolute_url(),
        key=f"incident-{row.pk}",
        incident=row.pk,
        relation=relation,
    )


def of_action(row: ActionItem) -> Proof:
    """A date that moves, and is missed again, is new evidence."""
    return Proof(
        kind="action",
        pk=row.pk,
        label=str(row),
        url=row.get_absolute_url(),
        key=f"action-{row.pk}-{row.due_on}",
        incident=row.incident_id,
    )


def of_service(row: Service, *, key: str = "") -> Proof:
    return Proof(kind="service", pk=row.pk, label=row.name, url=row.get_absolute_url(), key=key)


def of_objective(row: Objective, *, label: str = "", key: str = "") -> Proof:
    name = _("%(id)s %(name)s") % {"id": row.short_id, "name": row}
    return Proof(kind="objective", pk=row.pk, label=label or name, url=row.get_absolute_url(), key=key)


def of_exception(row: GovernanceException) -> Proof:
    return Proof(kind="exception", pk=row.pk, label=str(row), url=row.get_absolute_url())


def listed(names: Iterable[str], most: int = 4) -> str:
    """Such as: Search, Basket and Ticketing; or: Search, Basket, Ticketing, Payments and 3 more."""
    every = list(names)
    if len(every) > most:
        return _("%(names)s and %(n)d more") % {"names": ", ".join(every[:most]), "n": len(every) - most}
    if len(every) < 2:
        return "".join(every)
    return _("%(names)s and %(last)s") % {"names": ", ".join(every[:-1]), "last": every[-1]}
