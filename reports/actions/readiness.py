"""Reviews of launches: opened, answered, decided by somebody else, launched or withdrawn."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from relportal.core import audit
from relportal.core.actions.notifications import notify
from relportal.core.exceptions import Conflict, Invalid, NotAllowed
from relportal.core.models import Lifecycle, Service, User
from relportal.core.permissions import Actor, require
from relportal.core.rows import clean, save
from relportal.core.versions import locked
from reports.actions.outdated import outdate_levels
from reports.actions.readiness_judging import JUDGED, judge, take
from reports.models import ReadinessAnswer, ReadinessReview, ReadinessState, ReadinessVerdict, ReviewKind
from reports.queries.readiness.judging import judgements
from reports.queries.readiness.template import current

FIELDS = ("title", "kind", "planned_on")
EDIT, DECIDE = "readiness.edit", "readiness.decide"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewGiven:
    service: Service
    title: str
    planned_on: dt.date
    kind: str = ReviewKind.LAUNCH


def begin(actor: User, given: ReviewGiven, *, at: dt.datetime) -> ReadinessReview:
    """Raises: NotAllowed; Invalid, by field."""
    require(actor, EDIT, given.service)
    if given.service.lifecycle == Lifecycle.RETIRED:
        raise Invalid({"service": _("The service is retired.")})
    with transaction.atomic():
        row = _new(actor, given, at=at)
        changes: dict[str, audit.Change] = {"planned_on": (None, row.planned_on)}
        audit.record(actor, "readiness.open", row, at=at, changes=changes)
    return row


def again(actor: User, one: ReadinessReview, *, planned_on: dt.date, at: dt.datetime) -> ReadinessReview:
    """A new review of the same launch in the place of a decided or launched one, with its answers.

    Raises: NotAllowed; Conflict where it is open or withdrawn, or is followed already.
    """
    with transaction.atomic():
        old = locked(ReadinessReview, one.pk)
        require(actor, EDIT, old)
        if old.state not in (ReadinessState.DECIDED, ReadinessState.LAUNCHED):
            raise Conflict(_("Only what is decided or launched is reviewed again."))
        newer = ReadinessReview.objects.filter(follows=old).first()
        if newer is not None:
            words = _("%(old)s is reviewed again in %(new)s already.")
            raise Conflict(words % {"old": old.short_id, "new": newer.short_id})
        given = ReviewGiven(service=old.service, title=old.title, planned_on=planned_on, kind=old.kind)
        row = _new(actor, given, follows=old, at=at)
        copied = [
            ReadinessAnswer(
                review=row, item=each.item, result=each.result, reason=each.reason, link=each.link,
                seen_on=each.seen_on, by=each.by, at=each.at,
            )
            for each in old.answers.all()
        ]  # fmt: skip
        ReadinessAnswer.objects.bulk_create(copied)
        judge(row, at=at)
        save(row)
        audit.record(actor, "readiness.again", row, at=at, changes={"follows": (None, old.short_id)})
    return row


def _new(
    actor: User, given: ReviewGiven, *, at: dt.datetime, follows: ReadinessReview | None = None
) -> ReadinessReview:
    version = current()
    row = ReadinessReview(
        service=given.service,
        title=given.title.strip(),
        kind=given.kind,
        planned_on=given.planned_on,
        author=actor,
        opened_at=at,
        template=version.row,
        tier=given.service.tier,
        verdict=ReadinessVerdict.NOT_READY,
        judged_at=at,
        follows=follows,
    )
    clean(row)
    save(row)
    take(row, judgements([row], version.template, at=at)[row.pk], version, at=at)
    save(row)
    return row


def edit(
    actor: Actor,
    one: ReadinessReview,
    *,
    title: str,
    kind: str,
    planned_on: dt.date,
    version: int | None,
    at: dt.datetime,
) -> ReadinessReview:
    """A launch that is decided may still be moved to another day; its title and kind stay.

    Raises: NotAllowed; Stale; Conflict where it is launched or withdrawn; Invalid, by field.
    """
    with transaction.atomic():
        row = locked(ReadinessReview, one.pk, version=version)
        require(actor, EDIT, row)
        _to_come(row)
        before = ReadinessReview.objects.get(pk=row.pk)
        if row.is_open:
            row.title, row.kind = title.strip(), kind
        row.planned_on = planned_on
        row.version += 1
        clean(row)
        save(row)
        audit.record(actor, "readiness.edit", row, at=at, changes=audit.differences(before, row, FIELDS))
    return row


def decide(
    actor: User, one: ReadinessReview, *, verdict: str, because: str, version: int | None, at: dt.datetime
) -> ReadinessReview:
    """Freezes the verdict, which the template makes and nobody chooses: `verdict` is the one that the reviewer saw.

    Raises: NotAllowed; Stale; Conflict where it is not open, or stands otherwise by now; Invalid without a reason for all but
    a plain Ready.
    """
    _look(one, at=at)
    with transaction.atomic():
        row = locked(ReadinessReview, one.pk, version=version)
        require(actor, DECIDE, row)
        if actor.pk == row.author_id:
            raise NotAllowed(_("Whoever wrote the review does not decide on it. Ask somebody else."), ability=DECIDE)
        _open(row)
        if verdict != row.verdict:
            words = _("It stands otherwise by now: %(verdict)s. Look again, then decide.")
            raise Conflict(words % {"verdict": row.get_verdict_display()})
        if row.verdict != ReadinessVerdict.READY and not because.strip():
            raise Invalid({"because": _("Say what the team has to do, or why the conditions suffice.")})
        row.state, row.decided_at, row.decided_by = ReadinessState.DECIDED, at, actor
        row.decided_because = because.strip()
        row.version += 1
        clean(row)
        save(row)
        changes: dict[str, audit.Change] = {"verdict": (None, row.get_verdict_display())}
        audit.record(actor, "readiness.decide", row, at=at, reason=row.decided_because[:500], changes=changes)
        words = _("%(review)s: %(verdict)s") % {"review": row, "verdict": row.get_verdict_display()}
        notify([row.author], words, key=f"readiness:{row.pk}:decided", url=row.get_absolute_url(), at=at)
        outdate_levels(ReadinessReview, at=at)
    return row


def _look(one: ReadinessReview, *, at: dt.datetime) -> None:
    """Apart from the decision, so that who is refused sees how it stands."""
    with transaction.atomic():
        row = locked(ReadinessReview, one.pk)
        if row.is_open:
            judge(row, at=at)
            row.save(update_fields=JUDGED)


def launch(
    actor: Actor,
    one: ReadinessReview,
    *,
    because: str = "",
    launched_at: dt.datetime | None = None,
    version: int | None,
    at: dt.datetime,
) -> ReadinessReview:
    """Records what happened, also without a decision or against it; `launched_at` None: now.

    Raises: NotAllowed; Stale; Conflict where it is launched or withdrawn; Invalid for the future, for a time before the
    decision, and without a reason for what is against it.
    """
    then = launched_at or at
    with transaction.atomic():
        row = locked(ReadinessReview, one.pk, version=version)
        require(actor, EDIT, row)
        _to_come(row)
        if then > at:
            raise Invalid({"launched_at": _("A launch is recorded once it has happened.")})
        if row.decided_at is not None and then < row.decided_at:
            raise Invalid({"launched_at": _("It was decided later. Give a time after the decision.")})
        row.against = row.is_open or row.verdict_at(then) == ReadinessVerdict.NOT_READY
        if row.against and not because.strip():
            raise Invalid({"because": _("Nobody has found it ready. Say who let it go, and why: the report names it.")})
        row.state, row.launched_at, row.launched_because = ReadinessState.LAUNCHED, then, because.strip()
        row.version += 1
        clean(row)
        save(row)
        changes: dict[str, audit.Change] = {"launched_at": (None, then), "against": (None, row.against)}
        audit.record(actor, "readiness.launch", row, at=at, reason=row.launched_because, changes=changes)
    return row


def withdraw(
    actor: Actor, one: ReadinessReview, *, because: str, version: int | None, at: dt.datetime
) -> ReadinessReview:
    """Raises: NotAllowed; Stale; Conflict where it is launched or withdrawn; Invalid without a reason."""
    if not because.strip():
        raise Invalid({"because": _("Say why nothing is launched.")})
    with transaction.atomic():
        row = locked(ReadinessReview, one.pk, version=version)
        require(actor, EDIT, row)
        _to_come(row)
        before = row.get_state_display()
        row.state, row.withdrawn_at, row.withdrawn_because = ReadinessState.WITHDRAWN, at, because.strip()
        row.version += 1
        clean(row)
        save(row)
        changes: dict[str, audit.Change] = {"state": (before, row.get_state_display())}
        audit.record(actor, "readiness.withdraw", row, at=at, reason=row.withdrawn_because, changes=changes)
    return row


def _open(row: ReadinessReview) -> None:
    if not row.is_open:
        words = _("%(review)s is %(state)s. Reload the page.")
        raise Conflict(words % {"review": row.short_id, "state": row.get_state_display().lower()})


def _to_come(row: ReadinessReview) -> None:
    if row.state not in (ReadinessState.OPEN, ReadinessState.DECIDED):
        words = _("%(review)s is %(state)s already. Reload the page.")
        raise Conflict(words % {"review": row.short_id, "state": row.get_state_display().lower()})
