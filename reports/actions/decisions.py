"""Decisions: recorded with the numbers they rest on, superseded and never edited, and looked at again on their day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from relportal.core import audit, company
from relportal.core.actions.notifications import notify
from relportal.core.exceptions import Conflict, Invalid
from relportal.core.models import Team, User
from relportal.core.permissions import Actor, allowed, require
from relportal.core.rows import clean, save
from relportal.core.versions import locked
from reports.actions.asks import close, owned_by, refs_flaw
from reports.domain.asks import Option
from reports.models import Ask, AskState, Decision, DecisionOutcome, Verdict
from reports.queries.frozen_figures import figures_of


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionGiven:
    """`decided_by` None: who records it; `decided_at` None: now. `follow_up_on`: when somebody looks at its outcome."""

    title: str
    reason: str
    decided_by: User | None = None
    decided_at: dt.datetime | None = None
    follow_up_on: dt.date | None = None
    team: Team | None = None
    refs: Sequence[str] = ()


def record(actor: Actor, given: DecisionGiven, *, at: dt.datetime, present: Collection[User] = ()) -> Decision:
    """A decision that nobody had asked for in the portal; in the name of another by a steward, or where they are `present`.

    Raises: NotAllowed; Invalid, by field.
    """
    require(actor, "decision.record", owned_by(given.team))
    with transaction.atomic():
        row = _made(actor, given, at=at, present=present)
        _say(actor, "decision.record", row, at=at)
    return row


def decide(
    actor: Actor,
    one: Ask,
    *,
    option: str,
    reason: str,
    at: dt.datetime,
    version: int | None = None,
    follow_up_on: dt.date | None = None,
    decided_at: dt.datetime | None = None,
) -> Decision:
    """By the decider of the ask, or recorded for the decider by a steward.

    Raises: NotAllowed; Stale; Conflict where it is closed; Invalid, by field.
    """
    with transaction.atomic():
        row = locked(Ask, one.pk, version=version)
        may_decide(actor, row)
        if not row.is_open:
            words = _("%(ask)s is %(state)s. Reload the page.")
            raise Conflict(words % {"ask": row.short_id, "state": row.get_state_display().lower()})
        chosen = row.option(option)
        if chosen is None:
            raise Invalid({"option": _("Choose one of the options.")})
        given = DecisionGiven(
            title=f"{row.title}: {chosen.name}"[:300],
            reason=reason,
            decided_by=row.decider,
            decided_at=decided_at,
            follow_up_on=follow_up_on,
            team=row.team,
            refs=row.refs,
        )
        made = _made(actor, given, ask=row, option=chosen, at=at)
        _say(actor, "decision.decide", made, at=at)
        close(actor, row, AskState.DECIDED, at=at)
        words = _("%(who)s has decided on %(ask)s: %(option)s")
        text = words % {"who": row.decider, "ask": row, "option": chosen.name}
        people = [each for each in (row.owner, row.decider) if each != actor]
        notify(people, text, key=f"decision:{made.pk}", url=made.get_absolute_url(), at=at)
    return made


def supersede(actor: Actor, one: Decision, given: DecisionGiven, *, at: dt.datetime) -> Decision:
    """A new decision in the place of an old one, which stays readable.

    Raises: NotAllowed; Conflict where it is superseded already; Invalid, by field.
    """
    may_supersede(actor, one)
    if given.team is not None and given.team.pk != one.team_id:
        require(actor, "decision.record", owned_by(given.team))
    with transaction.atomic():
        old = Decision.objects.select_for_update(of=("self",)).select_related("ask").get(pk=one.pk)
        newer = Decision.objects.filter(supersedes=old).first()
        if newer is not None:
            raise Conflict(
                _("%(old)s is superseded by %(new)s already. Supersede that one.")
                % {"old": old.short_id, "new": newer.short_id}
            )
        row = _made(actor, given, ask=old.ask, supersedes=old, at=at)
        _say(actor, "decision.supersede", row, at=at, of=old)
    return row


def tell_outcome(
    actor: Actor, one: Decision, *, verdict: str, words: str, again_on: dt.date | None = None, at: dt.datetime
) -> DecisionOutcome:
    """What came of it, by whoever decided, asked for or recorded it, or whoever may record decisions of its team.

    Raises: NotAllowed; Invalid, by field.
    """
    may_follow(actor, one)
    if not words.strip():
        raise Invalid({"words": _("Say what came of it, for whoever decides on the like next time.")})
    if verdict == Verdict.TOO_EARLY and (again_on is None or again_on <= company.day(at)):
        raise Invalid({"again_on": _("Too early to say: choose a later day on which to look again.")})
    row = DecisionOutcome(
        decision=one,
        verdict=verdict,
        words=words.strip(),
        again_on=again_on if verdict == Verdict.TOO_EARLY else None,
        at=at,
        by=actor if isinstance(actor, User) else None,
    )
    with transaction.atomic():
        clean(row)
        save(row)
        changes: dict[str, audit.Change] = {"outcome": (None, row.get_verdict_display())}
        audit.record(actor, "decision.outcome", one, at=at, reason=row.words[:500], changes=changes)
    return row


def may_decide(actor: Actor, row: Ask) -> None:
    """Raises: NotAllowed."""
    if isinstance(actor, User) and actor.pk == row.decider_id and allowed(actor, "ask.decide"):
        return
    # Whoever asks does not decide, not even by writing down what somebody else has said.
    require(actor, "decision.for_others")
    if isinstance(actor, User) and actor.pk == row.owner_id:
        raise Invalid({"": _("You ask: somebody else records the decision.")})


def may_supersede(actor: Actor, one: Decision) -> None:
    """What answers an ask is decided again as it was decided. Raises: NotAllowed; Invalid for whoever asked."""
    require(actor, "decision.record", one if one.team_id is not None else None)
    if one.ask is not None:
        may_decide(actor, one.ask)


def may_follow(actor: Actor, one: Decision) -> None:
    """Raises: NotAllowed."""
    people = {one.decided_by_id, one.recorded_by_id, one.ask.owner_id if one.ask is not None else None}
    if isinstance(actor, User) and actor.pk in people and allowed(actor, "ask.decide"):
        return
    require(actor, "decision.record", one if one.team_id is not None else None)


def _made(
    actor: Actor,
    given: DecisionGiven,
    *,
    at: dt.datetime,
    ask: Ask | None = None,
    option: Option | None = None,
    supersedes: Decision | None = None,
    present: Collection[User] = (),
) -> Decision:
    if wrong := _flaws(actor, given, at=at, present=present):
        raise Invalid(wrong)
    person = actor if isinstance(actor, User) else None
    row = Decision(
        title=given.title.strip(),
        reason=given.reason.strip(),
        ask=ask,
        option=asdict(option) if option is not None else {},
        figures=[each.stored() for each in figures_of(given.refs, at=at)],
        refs=list(dict.fromkeys(given.refs)),
        decided_by=given.decided_by or person,
        decided_at=given.decided_at or at,
        recorded_by=person,
        recorded_at=at,
        follow_up_on=given.follow_up_on,
        team=given.team,
        supersedes=supersedes,
    )
    clean(row)
    save(row)
    return row


def _flaws(actor: Actor, given: DecisionGiven, *, at: dt.datetime, present: Collection[User]) -> dict[str, str]:
    errors = {}
    if not given.reason.strip():
        errors["reason"] = _("Say why: the reason is what is asked for a year later.")
    if given.follow_up_on is not None and given.follow_up_on < company.day(given.decided_at or at):
        errors["follow_up_on"] = _("The outcome can only be looked at after the decision. Choose a later day.")
    if given.decided_at is not None and given.decided_at > at:
        errors["decided_at"] = _("A decision lies in the past.")
    if given.decided_by is None and not isinstance(actor, User):
        errors["decided_by"] = _("Say who decided.")
    if given.decided_by not in (None, actor, *present) and not allowed(actor, "decision.for_others"):
        errors["decided_by"] = _(
            "You write down what you have decided yourself. Ask a reliability lead to write down what %(name)s has decided."
        ) % {"name": given.decided_by}
    if wrong := refs_flaw(actor, given.refs):
        errors["refs"] = wrong
    return errors


def _say(actor: Actor, verb: str, row: Decision, *, at: dt.datetime, of: Decision | None = None) -> None:
    changes: dict[str, audit.Change] = {"decided_by": (None, row.decided_by), "follow_up_on": (None, row.follow_up_on)}
    if row.option:
        changes["option"] = (None, row.option["name"])
    if of is not None:
        changes["supersedes"] = (None, of.short_id)
    audit.record(actor, verb, row, at=at, reason=row.reason[:500], changes=changes)
