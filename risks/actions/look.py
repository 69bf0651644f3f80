"""The portal looks for risks that nobody has written down: every rule once a day, and when a steward asks for it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.models import FailureMode
from relportal.core import audit, work
from relportal.core.actions.notifications import notify
from relportal.core.models import Membership, Role, Service, Team, User, WorkItem
from relportal.core.permissions import SYSTEM, Actor, require
from risks.models import Proposal, ProposalState
from risks.queries.proposals import LOOK
from risks.rules import RULES
from risks.rules._base import Found, Rule

logger = structlog.get_logger(__name__)

EVERY_DAY: Final = dt.timedelta(days=1)
FIRST: Final = dt.timedelta(minutes=10)
LOCK: Final = 740_502
"""Held by a look, so that two at once do not propose the same; no other code uses this number."""
# What a look renews while nobody has decided: names and numbers move.
_SAID: Final = ("title", "cause", "event", "consequence", "category_id", "team_id", "evidence", "facts")


@dataclass(slots=True)
class Looked:
    """How many proposals are new, true again after they were gone, and gone; `failed`: rule -> what went wrong."""

    new: int = 0
    again: int = 0
    gone: int = 0
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def problem(self) -> str:
        """One line a rule that failed; empty: all of them have looked."""
        return "\n".join(f"{rule}: {error}" for rule, error in self.failed.items())

    @property
    def result(self) -> dict[str, Any]:
        """As it is kept with the piece of work."""
        return {"new": self.new, "again": self.again, "gone": self.gone, "failed": self.failed}


def schedule_looks(*, at: dt.datetime) -> None:
    with transaction.atomic():
        work.enqueue(LOOK, "all", at=at + FIRST, every=EVERY_DAY)


def look(*, at: dt.datetime) -> Looked:
    """Runs every rule, each in a transaction of its own: one that fails takes back nothing of the others.

    What a failed rule proposed before stays as it is: nobody has looked whether it is still true.
    """
    done = Looked()
    for key, rule in RULES.items():
        try:
            with transaction.atomic():
                _look_with(rule, done, at=at)
        except Exception as error:
            # The boundary of plug-ins: whatever one raises must not keep the others from looking.
            logger.exception("rule failed", rule=key)
            done.failed[key] = f"{type(error).__name__}: {error}"[:500]
    return done


def look_now(actor: Actor, *, at: dt.datetime) -> Looked:
    """As the work of each day, which then comes a day after this. Raises: NotAllowed."""
    require(actor, "risk.settings")
    done = look(at=at)
    with transaction.atomic():
        schedule_looks(at=at)
        kept = WorkItem.objects.filter(kind=LOOK, key="all")
        kept.update(due_at=at + EVERY_DAY, last_run_at=at, result=done.result, last_error=done.problem)
    return done


def _look_with(rule: Rule, done: Looked, *, at: dt.datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    found = {one.evidence_key: one for one in rule.found(at)}
    held = {row.evidence_key: row for row in Proposal.objects.select_for_update(of=("self",)).filter(rule=rule.key)}
    decided: dict[str, list[Proposal]] = defaultdict(list)
    for row in held.values():
        if row.state != ProposalState.GONE:
            decided[row.subject].append(row)
    seen, new, again = set(), [], 0
    for key, one in found.items():
        known = held.get(key) or _covered(one, decided[one.subject])
        if known is None:
            new.append(_propose(rule, one, at=at))
            continue
        seen.add(known.pk)
        again += _see(known, one if known.evidence_key == key else None, at=at)
    Proposal.objects.filter(pk__in=seen).update(seen_at=at)
    gone = _let_go([row for row in held.values() if row.is_waiting and row.pk not in seen], at=at)
    _tell(new, at=at)
    done.new, done.again, done.gone = done.new + len(new), done.again + again, done.gone + gone


def _covered(one: Found, rows: Iterable[Proposal]) -> Proposal | None:
    """A proposal of the same evidence and more: an incident that became too old makes no new evidence of the rest."""
    return next((row for row in rows if one.members and one.members <= row.members), None)


def _propose(rule: Rule, one: Found, *, at: dt.datetime) -> Proposal:
    row = Proposal(rule=rule.key, evidence_key=one.evidence_key, found_at=at, seen_at=at)
    _say(row, one)
    row.save()
    row.services.set(Service.objects.filter(pk__in=one.services))
    audit.record(SYSTEM, "proposal.find", row, at=at, changes={"rule": (None, rule.key)})
    return row


def _see(row: Proposal, one: Found | None, *, at: dt.datetime) -> bool:
    """Whether it was gone and is true again. Nothing that was decided is changed; `one` None: it was found in part."""
    if row.state not in (ProposalState.OPEN, ProposalState.GONE) or one is None:
        return False
    again = row.state == ProposalState.GONE
    before = {name: getattr(row, name) for name in _SAID}
    _say(row, one)
    if again:
        row.state, row.decided_at = ProposalState.OPEN, None
        row.version += 1
        audit.record(SYSTEM, "proposal.find", row, at=at, reason=_("It is true again"))
    if again or before != {name: getattr(row, name) for name in _SAID}:
        row.save()
        row.services.set(Service.objects.filter(pk__in=one.services))
    return again


def _say(row: Proposal, one: Found) -> None:
    mode = FailureMode.objects.filter(slug=one.category).first() if one.category else None
    row.title, row.cause, row.event, row.consequence = one.title[:200], one.cause, one.event, one.consequence
    row.category_id, row.team_id = mode.pk if mode else None, one.team
    row.evidence = [proof.stored() for proof in one.proofs]
    # The risk that it plainly belongs to is a number like the others, and no part of what is read.
    row.facts = dict(one.facts) | ({"risk": one.risk} if one.risk is not None else {})


def _let_go(rows: list[Proposal], *, at: dt.datetime) -> int:
    """What is no longer found waits for nobody."""
    for row in rows:
        row.state, row.decided_at = ProposalState.GONE, at
        row.version += 1
        row.save(update_fields=["state", "decided_at", "version"])
    entries = [audit.Entry(row, {"state": (ProposalState.OPEN.label, ProposalState.GONE.label)}) for row in rows]
    audit.record_all(SYSTEM, "proposal.gone", entries, at=at)
    return len(rows)


def _tell(rows: list[Proposal], *, at: dt.datetime) -> None:
    """The owners of a team hear of what one rule found for it, in one sentence."""
    by_team: dict[int | None, list[Proposal]] = defaultdict(list)
    for row in rows:
        by_team[row.team_id].append(row)
    teams = Team.objects.in_bulk([pk for pk in by_team if pk is not None])
    for pk, mine in by_team.items():
        notify(_owners(pk), _words(mine, teams), key=f"proposal:{min(row.pk for row in mine)}", url=_url(mine), at=at)


def _words(rows: list[Proposal], teams: Mapping[int, Team]) -> str:
    team = teams.get(rows[0].team_id or 0)
    if len(rows) == 1:
        return _("A risk is proposed: %(title)s") % {"title": rows[0].title}
    words = ngettext("%(n)d risk is proposed for %(team)s", "%(n)d risks are proposed for %(team)s", len(rows))
    return words % {"n": len(rows), "team": team or _("services without a team")}


def _url(rows: list[Proposal]) -> str:
    return rows[0].get_absolute_url() if len(rows) == 1 else f"{reverse('risks:proposals')}?rule={rows[0].rule}"


def _owners(team: int | None) -> list[User]:
    """Service owners of the team; where it has none, those who lead reliability."""
    held = Membership.objects.filter(user__is_active=True)
    owners = held.filter(role=Role.SERVICE_OWNER, team=team) if team is not None else held.none()
    if not owners.exists():
        owners = held.filter(role=Role.RELIABILITY_LEAD)
    return list(User.objects.filter(pk__in=owners.values("user")))
