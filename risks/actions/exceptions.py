"""Asking for an exception: what it is about, until when, and the path of those who sign, frozen with the request."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from relportal.core import audit, company
from relportal.core.exceptions import Conflict, Invalid, Missing
from relportal.core.models import User
from relportal.core.permissions import require
from relportal.core.rows import clean, save
from relportal.core.versions import locked
from risks.actions.exception_notices import ask_next
from risks.actions.expiry import due_at_end
from risks.models import (
    ExceptionKind,
    ExceptionState,
    GovernanceException,
    PolicyRow,
    Risk,
    Signature,
    TreatmentState,
)
from risks.queries.exceptions.path import end_of_day, longest_end, path_rule
from risks.queries.exceptions.subject import Bearing, Subject, bearing, subject_of

OF_A_SERVICE = (ExceptionKind.READINESS, ExceptionKind.DR)
"""Kinds whose tier decides the path, and that name a service because nothing else in them does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`title` empty: as the subject is called. `expires_at` is an instant; a day is meant to its end (see `end_of_day`)."""

    kind: str
    reason: str
    expires_at: dt.datetime
    title: str = ""
    scope: str = ""
    controls: str = ""
    subject: Subject = field(default_factory=Subject)


def request(actor: User, asked: Asked, *, at: dt.datetime) -> GovernanceException:
    """Waits for its first signature; its approvers are told.

    Raises: NotAllowed; Invalid, by field; Conflict while another one for the same subject waits or is in force.
    """
    require(actor, "exception.request")
    with transaction.atomic():
        return _request(actor, asked, renews=None, at=at)


def renew(actor: User, old: GovernanceException, asked: Asked, *, at: dt.datetime) -> GovernanceException:
    """A new request about the same, before the old one ends or after; `kind` and `subject` are the old one's.

    Raises: NotAllowed; Invalid, by field; Conflict where it never was in force, was ended early, or is renewed already.
    """
    require(actor, "exception.request")
    with transaction.atomic():
        row = locked(GovernanceException, old.pk)
        if not GovernanceException.objects.visible_to(actor).filter(pk=row.pk).exists():
            raise Missing(_("There is no such exception."))
        if row.in_force_at is None or row.state == ExceptionState.ENDED:
            raise Conflict(_("Only what is in force, or was until it expired, is renewed. Ask for a new one."))
        again = Asked(
            kind=row.kind,
            title=asked.title or row.title,
            reason=asked.reason,
            scope=asked.scope,
            controls=asked.controls,
            expires_at=asked.expires_at,
            subject=subject_of(row),
        )
        return _request(actor, again, renews=row, at=at)


def _check_renewed_once(row: GovernanceException) -> None:
    """As the constraint has it: what was refused or withdrawn may be asked for again."""
    asked = GovernanceException.objects.filter(renews=row)
    other = asked.filter(Q(state=ExceptionState.REQUESTED) | Q(in_force_at__isnull=False)).first()
    if other is not None:
        raise Conflict(_("%(other)s renews it already.") % {"other": other.short_id})


def _request(actor: User, asked: Asked, *, renews: GovernanceException | None, at: dt.datetime) -> GovernanceException:
    _hold(asked.subject)
    about = bearing(asked.subject)
    row = _row(actor, asked, about, renews=renews, at=at)
    _check_subject(asked, about)
    rule = path_rule(asked.kind, about)
    _check_end(asked.expires_at, rule, at=at)
    _check_alone(row, renews=renews, at=at)
    if renews is not None:
        _check_renewed_once(renews)
    clean(row)
    save(row)
    steps = [Signature(exception=row, position=n, approver=each) for n, each in enumerate(rule.approvers, 1)]
    Signature.objects.bulk_create(steps)
    changes: dict[str, audit.Change] = {
        "kind": (None, row.get_kind_display()),
        "expires_at": (None, row.expires_at),
        "path": (None, [str(step.get_approver_display()) for step in steps]),
    }
    audit.record(actor, "exception.request", row, at=at, reason=row.reason, changes=changes)
    ask_next(row, steps, at=at)
    due_at_end(row)
    return row


def _hold(subject: Subject) -> None:
    """Locks what it is about, so that two who ask for the same at once meet each other's request."""
    for one in (subject.risk, subject.objective, subject.action):
        if one is not None:
            type(one)._default_manager.select_for_update(of=("self",)).filter(pk=one.pk).first()


def _row(
    actor: User, asked: Asked, about: Bearing, *, renews: GovernanceException | None, at: dt.datetime
) -> GovernanceException:
    subject = asked.subject
    return GovernanceException(
        kind=asked.kind,
        title=(asked.title.strip() or subject.words)[:200],
        scope=asked.scope.strip(),
        reason=asked.reason.strip(),
        controls=asked.controls.strip(),
        risk=subject.risk,
        objective=subject.objective,
        action=subject.action,
        service=about.service,
        team=about.team,
        subject_key=subject.key,
        subject_url=subject.url,
        tier=about.tier,
        level=about.level,
        requester=actor,
        requested_at=at,
        expires_at=asked.expires_at,
        renews=renews,
        renewal=renews.renewal + 1 if renews is not None else 0,
    )


def _check_end(expires_at: dt.datetime, rule: PolicyRow, *, at: dt.datetime) -> None:
    if expires_at <= at:
        raise Invalid({"expires_at": _("An exception ends in the future. Choose today or a later day.")})
    last = longest_end(rule, at=at)
    if expires_at > end_of_day(last):
        words = ngettext(
            "At most %(n)d day: choose %(day)s or an earlier one. Whoever needs longer asks again before it ends.",
            "At most %(n)d days: choose %(day)s or an earlier one. Whoever needs longer asks again before it ends.",
            rule.max_days,
        )
        raise Invalid({"expires_at": words % {"n": rule.max_days, "day": date_format(last)}})


def _check_subject(asked: Asked, about: Bearing) -> None:
    """What the kind asks for, and whether there is anything left to be excepted."""
    subject = asked.subject
    errors: dict[str, str] = {}
    if asked.kind == ExceptionKind.RISK:
        errors |= _risk_errors(subject.risk)
    if asked.kind == ExceptionKind.SLO and subject.objective is None:
        errors["objective"] = _("Say which objective is not kept.")
    if asked.kind == ExceptionKind.ACTION and subject.action is None:
        errors["action"] = _("Say which action is late.")
    if asked.kind in OF_A_SERVICE and about.service is None and about.tier is None:
        errors["service"] = _("Say which service it is about: its tier decides who signs.")
    if subject.objective is not None and subject.objective.retired_at is not None:
        errors["objective"] = _("This objective is retired: there is nothing to deviate from.")
    if subject.action is not None and not subject.action.is_unfinished:
        errors["action"] = _("This action is finished.")
    if not (asked.title.strip() or subject.words):
        errors["title"] = _("Say what is excepted.")
    if not asked.reason.strip():
        errors["reason"] = _("Say why: whoever signs reads this.")
    if errors:
        raise Invalid(errors)


def _risk_errors(risk: Risk | None) -> dict[str, str]:
    if risk is None:
        return {"risk": _("Say which risk is accepted.")}
    if risk.is_closed:
        return {"risk": _("%(risk)s is closed: there is nothing to accept.") % {"risk": risk.short_id}}
    rating = risk.current
    if rating is None:
        return {"risk": _("%(risk)s is not rated yet: its level decides who signs.") % {"risk": risk.short_id}}
    planned = risk.treatments.exclude(state=TreatmentState.DROPPED)
    if rating.level.needs_plan and not planned.exists():
        words = _("%(risk)s is rated %(level)s, which is above appetite: write down a treatment of it first.")
        return {"risk": words % {"risk": risk.short_id, "level": rating.level.name}}
    return {}


def _check_alone(row: GovernanceException, *, renews: GovernanceException | None, at: dt.datetime) -> None:
    """One request at a time for one risk, objective or action; what is in force is renewed and not asked for beside it."""
    subject = next(((name, pk) for name, pk in _subjects(row).items() if pk is not None), None)
    if subject is None:
        return
    same = GovernanceException.objects.filter(kind=row.kind, **dict([subject]))
    waiting = same.waiting(at).first()
    if waiting is not None:
        raise Conflict(_("%(other)s for the same waits for signatures already.") % {"other": waiting.short_id})
    if renews is not None or row.kind == ExceptionKind.SLO:
        return
    holding = same.in_force(at).first()
    if holding is not None:
        words = _("%(other)s is in force until %(day)s: renew it instead.")
        day = date_format(company.day(holding.last_moment))
        raise Conflict(words % {"other": holding.short_id, "day": day})


def _subjects(row: GovernanceException) -> dict[str, int | None]:
    return {"risk": row.risk_id, "objective": row.objective_id, "action": row.action_id}
