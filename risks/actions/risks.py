"""The life of a risk: written down, changed, looked at again, closed and opened again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from incidents.models import FailureMode
from relportal.core import audit, company
from relportal.core.actions.notifications import notify
from relportal.core.audit import Change
from relportal.core.exceptions import Conflict, Invalid
from relportal.core.models import Journey, Service, Team, User
from relportal.core.permissions import Actor, require
from relportal.core.rows import clean, save
from relportal.core.versions import locked
from risks.actions.outdated import outdate_risk
from risks.actions.ratings import Rated, rate
from risks.actions.standing import check_identified, check_owner, may_change, next_review, open_only, person, scope
from risks.domain import review as reviews
from risks.models import Matrix, RatingTask, Risk, RiskReview, RiskState

FIELDS: Final = ("title", "cause", "event", "consequence", "category", "owner", "team", "identified_on")
SETS: Final = ("services", "journeys")


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """`team` None: that of the first service. `identified_on` None: today. `rated` None: it is rated later."""

    title: str
    cause: str = ""
    event: str = ""
    consequence: str = ""
    category: FailureMode | None = None
    owner: User | None = None
    team: Team | None = None
    services: Sequence[Service] = ()
    journeys: Sequence[Journey] = ()
    identified_on: dt.date | None = None
    rated: Rated | None = None


def create(actor: Actor, given: Given, *, at: dt.datetime) -> Risk:
    """Raises: NotAllowed; Invalid, by field, those of the rating too."""
    today = company.day(at)
    row = Risk(
        title=given.title.strip(),
        cause=given.cause.strip(),
        event=given.event.strip(),
        consequence=given.consequence.strip(),
        category=given.category,
        owner=given.owner,
        team=given.team or next((service.team for service in given.services), None),
        identified_on=given.identified_on or today,
        created_at=at,
        review_due_on=reviews.due(today, None),
    )
    require(actor, "risk.edit", scope(row))
    check_owner(row)
    check_identified(row, at=at)
    with transaction.atomic():
        clean(row)
        save(row)
        changes: dict[str, Change] = {name: (None, getattr(row, name)) for name in FIELDS if getattr(row, name)}
        changes |= _set(row, "services", given.services) | _set(row, "journeys", given.journeys)
        audit.record(actor, "risk.create", row, at=at, changes=changes)
        _tell_owner(actor, row, at=at)
        if given.rated is not None:
            rate(actor, row, given.rated, at=at)
            row.refresh_from_db()
    return row


def edit(actor: Actor, risk: Risk, *, version: int | None, at: dt.datetime, **fields: Any) -> Risk:
    """What is not given stays; `services` and `journeys` are replaced as a whole. Nothing changed writes nothing.

    Raises: NotAllowed, Stale; Invalid, by field.
    """
    if unknown := fields.keys() - {*FIELDS, *SETS}:
        raise TypeError(f"not a field of a risk: {unknown}")
    with transaction.atomic():
        row = locked(Risk, risk.pk, version=version)
        may_change(actor, row)
        before = Risk.objects.select_related("category", "owner", "team").get(pk=row.pk)
        for name in fields.keys() & set(FIELDS):
            setattr(row, name, fields[name].strip() if isinstance(fields[name], str) else fields[name])
        if row.team_id != before.team_id:
            # Whoever hands a risk over must be allowed to keep those of the other team, too.
            require(actor, "risk.edit", scope(row))
        if row.owner_id != before.owner_id:
            check_owner(row)
        check_identified(row, at=at)
        clean(row)
        changes = audit.differences(before, row, FIELDS)
        for name in fields.keys() & set(SETS):
            changes |= _set(row, name, fields[name])
        if changes:
            row.version += 1
            save(row)
            audit.record(actor, "risk.edit", row, at=at, changes=changes)
            if "owner" in changes:
                _tell_owner(actor, row, at=at)
    return row


def review(actor: Actor, risk: Risk, *, note: str, at: dt.datetime, version: int | None = None) -> RiskReview:
    """Says that somebody looked at it and found the rating right, or what else; the next is due by its level.

    Raises: NotAllowed, Stale, Invalid; Conflict for a closed one.
    """
    if not note.strip():
        raise Invalid({"note": _("Say what you looked at and what you found.")})
    with transaction.atomic():
        row = locked(Risk, risk.pk, version=version)
        may_change(actor, row)
        open_only(row)
        made = RiskReview(risk=row, note=note.strip(), at=at, by=person(actor))
        clean(made)
        save(made)
        before = row.review_due_on
        row.reviewed_at, row.review_due_on = at, next_review(row, at=at)
        row.version += 1
        save(row)
        changes = {"review_due_on": (before, row.review_due_on)}
        audit.record(actor, "risk.review", row, at=at, reason=made.note, changes=changes)
    return made


def close(actor: Actor, risk: Risk, *, because: str, at: dt.datetime, version: int | None = None) -> Risk:
    """It can no longer happen, or is watched elsewhere; history, ratings and links stay.

    Raises: NotAllowed, Stale, Invalid; Conflict where it is closed already.
    """
    if not because.strip():
        raise Invalid({"because": _("Say why it can no longer happen, or where it is watched now.")})
    with transaction.atomic():
        row = locked(Risk, risk.pk, version=version)
        require(actor, "risk.close", scope(row))
        open_only(row)
        before = row.get_state_display()
        row.state, row.closed_at, row.closed_because = RiskState.CLOSED, at, because.strip()
        row.review_due_on = None
        row.version += 1
        clean(row)
        save(row)
        row.rating_tasks.filter(done_at=None).delete()
        outdate_risk(row, at=at)
        changes = {"state": (before, row.get_state_display())}
        audit.record(actor, "risk.close", row, at=at, reason=row.closed_because, changes=changes)
    return row


def reopen(actor: Actor, risk: Risk, *, reason: str, at: dt.datetime, version: int | None = None) -> Risk:
    """A closed or accepted one is open again, and somebody looks at it today.

    Raises: NotAllowed, Stale, Invalid; Conflict where it is open.
    """
    if not reason.strip():
        raise Invalid({"reason": _("Say why it is a risk again.")})
    with transaction.atomic():
        row = locked(Risk, risk.pk, version=version)
        require(actor, "risk.close", scope(row))
        if row.state == RiskState.OPEN:
            raise Conflict(_("%(risk)s is open.") % {"risk": row.short_id})
        before = row.get_state_display()
        row.state, row.reopened_at, row.closed_at, row.closed_because = RiskState.OPEN, at, None, ""
        row.review_due_on = company.day(at)
        row.version += 1
        clean(row)
        save(row)
        changes = {"state": (before, row.get_state_display())}
        audit.record(actor, "risk.reopen", row, at=at, reason=reason.strip(), changes=changes)
        _ask_for_rating(row, at=at)
        outdate_risk(row, at=at)
        if row.owner is not None and row.owner != actor:
            words = _("%(risk)s is open again: %(reason)s") % {"risk": row, "reason": reason.strip()}
            key = f"risk:{row.pk}:reopened:{row.version}"
            notify([row.owner], words, key=key, url=row.get_absolute_url(), at=at)
    return row


def _ask_for_rating(row: Risk, *, at: dt.datetime) -> None:
    """While it was closed, nobody asked for a rating by the scale that is in force now."""
    matrix = Matrix.objects.current().first()
    if row.current is not None and matrix is not None and row.current.matrix_id != matrix.pk:
        RatingTask.objects.get_or_create(risk=row, matrix=matrix, defaults={"created_at": at})


def _set(row: Risk, name: str, wanted: Sequence[Service] | Sequence[Journey]) -> dict[str, Change]:
    """Replaces the services or journeys of a risk; what changed, by name."""
    manager: Any = getattr(row, name)
    before = sorted(str(one) for one in manager.all())
    manager.set(wanted)
    after = sorted({str(one) for one in wanted})
    return {name: (before, after)} if before != after else {}


def _tell_owner(actor: Actor, row: Risk, *, at: dt.datetime) -> None:
    if row.owner is not None and row.owner != actor:
        words = _("%(risk)s is yours") % {"risk": row}
        notify([row.owner], words, key=f"risk:{row.pk}:owner:{row.version}", url=row.get_absolute_url(), at=at)
