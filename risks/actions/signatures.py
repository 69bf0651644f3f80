"""Signing and refusing: one step at a time, by whoever may, over exactly what they had before them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from relportal.core import audit
from relportal.core.exceptions import Conflict, Invalid, Missing, NotAllowed
from relportal.core.models import User
from relportal.core.permissions import require
from relportal.core.rows import clean, clean_alone, save
from relportal.core.versions import locked
from risks.actions.acceptance import accept_risk
from risks.actions.exception_notices import ask_next, concerned, tell, until
from risks.domain.exception_states import State, may_go
from risks.models import ExceptionState, GovernanceException, RiskLevel, Signature, Verdict
from risks.queries.exceptions.figures import figures_of
from risks.queries.exceptions.seen import sha256, shown
from risks.queries.exceptions.signers import turn
from risks.signals import exception_in_force

SIGN = "exception.sign"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`step` and `sha256` are of what the person saw, so that nobody signs something else than that.

    `on_behalf_of` None: for themselves, or for the only one for whom they may.
    """

    step: int
    sha256: str
    comment: str = ""
    on_behalf_of: User | None = None


def sign(actor: User, exception: GovernanceException, given: Decision, *, at: dt.datetime) -> GovernanceException:
    """The last signature puts it in force.

    Raises: NotAllowed; Invalid; Missing; Conflict where the step is decided already, what was seen has changed, its end has
    come, or the risk was rated higher than its path was made for.
    """
    return _decide(actor, exception, given, verdict=Verdict.APPROVED, at=at)


def refuse(actor: User, exception: GovernanceException, given: Decision, *, at: dt.datetime) -> GovernanceException:
    """Ends the request, whichever step it is, with a reason.

    Raises: as `sign`, but for a rating, which does not matter here.
    """
    if not given.comment.strip():
        raise Invalid({"comment": _("Say why: the requester reads this, and whoever asks again.")})
    return _decide(actor, exception, given, verdict=Verdict.REFUSED, at=at)


def _decide(
    actor: User, exception: GovernanceException, given: Decision, *, verdict: Verdict, at: dt.datetime
) -> GovernanceException:
    require(actor, SIGN)
    with transaction.atomic():
        row = locked(GovernanceException, exception.pk)
        if not GovernanceException.objects.visible_to(actor).filter(pk=row.pk).exists():
            raise Missing(_("There is no such exception."))
        signatures = list(row.signatures.select_related("by").order_by("position"))
        _check_waits(row, signatures, given, at=at)
        step, principal = _authority(actor, row, signatures, given, at=at)
        before_them = shown(row)
        if sha256(before_them) != given.sha256:
            raise Conflict(_("What you had before you has changed in the meantime. Read it again, then decide."))
        if verdict == Verdict.APPROVED:
            _check_level(row)
        step.verdict, step.by, step.on_behalf_of, step.at = verdict, actor, principal, at
        step.comment, step.seen, step.sha256 = given.comment.strip(), before_them, given.sha256
        step.figures = [figure.stored() for figure in figures_of(row, at=at)]
        clean_alone(step, exclude=["exception", "by", "on_behalf_of"])
        save(step)
        _follow(actor, row, signatures, step, at=at)
    return row


def _check_waits(
    row: GovernanceException, signatures: Sequence[Signature], given: Decision, *, at: dt.datetime
) -> None:
    """Of two who decide at once the second one meets what the first has done."""
    asked = next((one for one in signatures if one.position == given.step), None)
    if asked is not None and asked.verdict:
        words = _("%(who)s has decided this step already: %(verdict)s.")
        raise Conflict(words % {"who": asked.by, "verdict": asked.get_verdict_display().lower()})
    if row.state != ExceptionState.REQUESTED:
        words = _("%(exception)s is not to be signed any more: %(state)s.")
        raise Conflict(words % {"exception": row.short_id, "state": row.get_state_display().lower()})
    if row.expires_at <= at:
        words = _("%(exception)s has come to its end unsigned: somebody has to ask anew.")
        raise Conflict(words % {"exception": row.short_id})
    if asked is None:
        raise Invalid({"step": _("There is no such step.")})
    first = next(one for one in signatures if not one.verdict)
    if first.position != asked.position:
        raise Conflict(
            _("Steps are signed in their order: %(role)s comes first.") % {"role": first.get_approver_display()}
        )


def _authority(
    actor: User, row: GovernanceException, signatures: Sequence[Signature], given: Decision, *, at: dt.datetime
) -> tuple[Signature, User | None]:
    """The step, and for whom it is signed. Raises: NotAllowed; Invalid where that has to be chosen."""
    found = turn(actor, row, signatures, at=at)
    if found.step is None or not found.may:
        raise NotAllowed(found.why_not, ability=SIGN)
    wanted = given.on_behalf_of
    if wanted is not None and wanted != actor:
        if wanted not in found.for_others:
            words = _("You cannot sign this for %(name)s: no delegation of theirs to you holds today.")
            raise NotAllowed(words % {"name": wanted}, ability=SIGN)
        return found.step, wanted
    if found.own:
        return found.step, None
    if wanted is not None or len(found.for_others) > 1:
        raise Invalid({"on_behalf_of": _("Choose for whom you sign.")})
    return found.step, found.for_others[0]


def _check_level(row: GovernanceException) -> None:
    """A path that was made for a low level does not accept a high one."""
    rating = row.risk.current if row.risk is not None else None
    if rating is None or rating.level.key == row.level:
        return
    asked = RiskLevel.objects.filter(matrix=rating.matrix_id, key=row.level).first()
    if asked is None or rating.level.position > asked.position:
        words = _(
            "%(risk)s is rated %(level)s now, for which this path was not made. Refuse it, or let it be withdrawn and asked anew."
        )
        raise Conflict(words % {"risk": row.risk.short_id if row.risk else "", "level": rating.level.name})


def _follow(
    actor: User, row: GovernanceException, signatures: Sequence[Signature], step: Signature, *, at: dt.datetime
) -> None:
    """The state that follows, the audit, and who hears of it."""
    before = row.get_state_display()
    refused = step.verdict == Verdict.REFUSED
    last = not refused and all(one.verdict for one in signatures)
    if refused:
        _to(row, State.REFUSED)
        row.ended_at, row.ended_because = at, step.comment[:500]
    elif last:
        _to(row, State.IN_FORCE)
        row.in_force_at = at
    row.version += 1
    clean(row)
    save(row)
    signed_for = {"on behalf of": (None, step.on_behalf_of)} if step.on_behalf_of is not None else {}
    changes: dict[str, audit.Change] = {
        str(step.get_approver_display()): (None, step.get_verdict_display()),
        "sha256": (None, step.sha256),
        **signed_for,
    }
    if row.get_state_display() != before:
        changes["state"] = (before, row.get_state_display())
    verb = "exception.refuse" if refused else SIGN
    audit.record(actor, verb, row, at=at, reason=step.comment, changes=changes)
    if last:
        accept_risk(actor, row, at=at)
        transaction.on_commit(partial(_announce, row, at), robust=True)
    _tell(actor, row, signatures, step, at=at)


def _to(row: GovernanceException, state: State) -> None:
    if not may_go(State(row.state), state):
        raise RuntimeError(f"no way from {row.state} to {state}")
    row.state = state.value


def _tell(
    actor: User, row: GovernanceException, signatures: Sequence[Signature], step: Signature, *, at: dt.datetime
) -> None:
    others = [each for each in concerned(row) if each != actor]
    if row.state == ExceptionState.REFUSED:
        words = _("%(who)s has refused %(exception)s: %(reason)s")
        tell(others, words % {"who": actor, "exception": row, "reason": step.comment}, row, key="refused", at=at)
    elif row.state == ExceptionState.IN_FORCE:
        words = _("%(exception)s is in force until %(day)s") % {"exception": row, "day": until(row)}
        tell(others, words, row, key="in_force", at=at)
    else:
        ask_next(row, signatures, at=at)
    if step.on_behalf_of is not None:
        words = _("%(who)s has decided %(exception)s for you: %(verdict)s")
        said = words % {"who": actor, "exception": row, "verdict": step.get_verdict_display().lower()}
        tell([step.on_behalf_of], said, row, key=f"for_you{step.position}", at=at)


def _announce(row: GovernanceException, at: dt.datetime) -> None:
    exception_in_force.send(GovernanceException, exception=row, at=at)
