"""Deciding on what the portal proposes: it becomes a risk, belongs to one, or is none. Of two people, the first decides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from incidents.models import ActionItem, Incident
from relportal.core import audit
from relportal.core.exceptions import Conflict, Invalid
from relportal.core.models import Membership, Role, User
from relportal.core.permissions import Actor, System, allowed, require
from relportal.core.rows import clean, save
from relportal.core.versions import locked
from risks.actions.links import link, unlink
from risks.actions.risks import Given, create
from risks.actions.standing import may_change, person
from risks.models import Proposal, ProposalState, Relation, Risk, RiskLink
from slo.models import Objective


@dataclass(frozen=True, slots=True)
class Merged:
    """`links`: what the risk is linked to since, and was not before."""

    proposal: Proposal
    links: tuple[RiskLink, ...]


def given_of(actor: Actor, proposal: Proposal) -> Given:
    """The risk as it is proposed. Its owner is who accepts, if it is their team's, else the only service owner that there is."""
    return Given(
        title=proposal.title,
        cause=proposal.cause,
        event=proposal.event,
        consequence=proposal.consequence,
        category=proposal.category,
        owner=_owner(actor, proposal),
        team=proposal.team,
        services=tuple(proposal.services.order_by("tier", "name")),
    )


def accept(actor: Actor, proposal: Proposal, *, given: Given | None = None, at: dt.datetime) -> Risk:
    """Writes the risk down, as `given` or as it is proposed, and links its evidence.

    Raises: NotAllowed; Conflict where it is decided; Invalid, by field of the risk.
    """
    with transaction.atomic():
        row = _waiting(actor, proposal)
        risk = create(actor, given or given_of(actor, row), at=at)
        _link(actor, row, risk, at=at)
        _decide(actor, row, ProposalState.ACCEPTED, risk=risk, at=at)
        risk.refresh_from_db()
    return risk


def merge(actor: Actor, proposal: Proposal, risk: Risk, *, at: dt.datetime) -> Merged:
    """Its evidence is linked to a risk that is written down already, which the actor sees.

    Raises: NotAllowed, also where the actor may not change the risk; Conflict where it is decided, or the risk is closed.
    """
    with transaction.atomic():
        row = _waiting(actor, proposal)
        target = locked(Risk, risk.pk)
        may_change(actor, target)
        if target.is_closed:
            raise Conflict(
                _("%(risk)s is closed. Open it again, or accept the proposal as a new risk.")
                % {"risk": target.short_id}
            )
        links = _link(actor, row, target, at=at)
        _decide(actor, row, ProposalState.MERGED, risk=target, at=at)
    return Merged(row, links)


def dismiss(actor: Actor, proposals: Sequence[Proposal], *, reason: str, at: dt.datetime) -> tuple[Proposal, ...]:
    """All of them or none; they do not come back for the same evidence.

    Raises: NotAllowed; Invalid without a reason; Conflict where one is decided.
    """
    if not reason.strip():
        raise Invalid({"reason": _("Say why it is no risk, for whoever finds the same again.")})
    with transaction.atomic():
        rows = tuple(_waiting(actor, each) for each in sorted(proposals, key=lambda one: one.pk))
        for row in rows:
            _decide(actor, row, ProposalState.DISMISSED, reason=reason.strip(), at=at)
    return rows


def reconsider(actor: Actor, proposals: Sequence[Proposal], *, at: dt.datetime) -> None:
    """Takes a dismissal back. Raises: NotAllowed; Conflict for what is not dismissed."""
    with transaction.atomic():
        for each in sorted(proposals, key=lambda one: one.pk):
            row = locked(Proposal, each.pk)
            require(actor, "proposal.decide", row)
            if row.state != ProposalState.DISMISSED:
                raise Conflict(_("%(title)s is not dismissed.") % {"title": row.title})
            _open_again(actor, row, at=at)


def separate(actor: Actor, proposal: Proposal, links: Sequence[int], *, at: dt.datetime) -> None:
    """Takes a merge back, with the `links` (ids) that it brought and that are still there.

    Raises: NotAllowed; Conflict for what is not merged.
    """
    with transaction.atomic():
        row = locked(Proposal, proposal.pk)
        require(actor, "proposal.decide", row)
        if row.state != ProposalState.MERGED:
            raise Conflict(_("%(title)s is not merged.") % {"title": row.title})
        for each in RiskLink.objects.filter(pk__in=links, risk=row.risk_id).select_related("risk").order_by("pk"):
            unlink(actor, each, at=at)
        _open_again(actor, row, at=at)


def _waiting(actor: Actor, proposal: Proposal) -> Proposal:
    """The row, locked. Raises: NotAllowed, Conflict."""
    row = locked(Proposal, proposal.pk)
    require(actor, "proposal.decide", row)
    if row.is_waiting:
        return row
    if row.state == ProposalState.GONE:
        raise Conflict(_("“%(title)s” is no longer true: there is nothing to decide.") % {"title": row.title})
    words = _("%(who)s has decided on “%(title)s”: %(state)s. Reload the page.")
    state = row.get_state_display().lower()
    raise Conflict(words % {"who": row.decided_by or _("The portal"), "title": row.title, "state": state})


def _decide(
    actor: Actor, row: Proposal, state: ProposalState, *, at: dt.datetime, risk: Risk | None = None, reason: str = ""
) -> None:
    before = row.get_state_display()
    row.state, row.risk, row.reason = state, risk, reason
    row.decided_at, row.decided_by = at, person(actor)
    row.version += 1
    clean(row)
    save(row)
    changes: dict[str, audit.Change] = {"state": (before, row.get_state_display())}
    if risk is not None:
        changes["risk"] = (None, risk.short_id)
    audit.record(actor, f"proposal.{_VERBS[state]}", row, at=at, reason=reason, changes=changes)


_VERBS = {
    ProposalState.ACCEPTED: "accept",
    ProposalState.MERGED: "merge",
    ProposalState.DISMISSED: "dismiss",
    ProposalState.OPEN: "reconsider",
}


def _open_again(actor: Actor, row: Proposal, *, at: dt.datetime) -> None:
    before = row.get_state_display()
    row.state, row.risk, row.reason, row.decided_at, row.decided_by = ProposalState.OPEN, None, "", None, None
    row.version += 1
    save(row)
    changes: dict[str, audit.Change] = {"state": (before, row.get_state_display())}
    audit.record(actor, f"proposal.{_VERBS[ProposalState.OPEN]}", row, at=at, changes=changes)


def _link(actor: Actor, row: Proposal, risk: Risk, *, at: dt.datetime) -> tuple[RiskLink, ...]:
    """What the actor sees of the evidence, and what is not linked yet."""
    there = set(risk.links.values_list("incident", "objective", "action"))
    made = []
    for target, relation in _targets(actor, row):
        key = (target.get("incident"), target.get("objective"), target.get("action"))
        if tuple(each.pk if each is not None else None for each in key) not in there:
            made.append(link(actor, risk, relation=relation, at=at, **target))
    return tuple(made)


def _targets(actor: Actor, row: Proposal) -> Iterator[tuple[dict[str, Any], str]]:
    """Each once: an objective may be proven by several periods. Incidents of repeats are how the risk came true."""
    seen: Any = actor if isinstance(actor, User) else None
    everything = isinstance(actor, System)
    rows: dict[str, Any] = {
        "incident": Incident.objects.all() if everything else Incident.objects.visible_to(seen),
        "objective": Objective.objects.all() if everything else Objective.objects.visible_to(seen),
        "action": ActionItem.objects.all() if everything else ActionItem.objects.visible_to(seen),
    }
    for kind, queryset in rows.items():
        proofs = {proof["id"]: proof for proof in row.evidence if proof.get("kind") == kind}
        for each in queryset.filter(pk__in=proofs).order_by("pk"):
            relation = proofs[each.pk].get("relation", Relation.EVIDENCE.value)
            yield {kind: each}, relation


def _owner(actor: Actor, proposal: Proposal) -> User | None:
    owners = Membership.objects.filter(role=Role.SERVICE_OWNER, team=proposal.team_id, user__is_active=True)
    people = [each.user for each in owners.select_related("user")] if proposal.team_id is not None else []
    if isinstance(actor, User) and actor in people:
        return actor
    able = [each for each in people if allowed(each, "risk.own")]
    return able[0] if len(able) == 1 else None
