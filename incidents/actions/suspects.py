"""Saying what a deploy has to do with an incident."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from incidents.actions.timeline import noted, person
from incidents.domain.suspects import TOLERANCE
from incidents.models import Deploy, EntryKind, Incident, Suspect, SuspectVerdict
from incidents.queries.suspects import anchor_of
from incidents.queries.times import times_of
from relportal.core import audit
from relportal.core.exceptions import Conflict, Invalid
from relportal.core.permissions import Actor, require
from relportal.core.units import duration
from relportal.core.versions import locked

MARKS: Final = (SuspectVerdict.CAUSE, SuspectVerdict.FIX, SuspectVerdict.DISMISSED)


def mark(actor: Actor, incident: Incident, deploy: Deploy, verdict: SuspectVerdict, *, at: dt.datetime) -> Suspect:
    """Several deploys may be the cause of one incident. Marking it the same again changes nothing.

    Raises: NotAllowed; Invalid for what is no mark; Conflict for a cause that began after the impact.
    """
    require(actor, "incident.run")
    if verdict not in MARKS:
        raise Invalid({"verdict": choose()})
    with transaction.atomic():
        row = locked(Incident, incident.pk)
        if verdict == SuspectVerdict.CAUSE:
            _may_be_cause(row, deploy)
        held = Suspect.objects.filter(incident=row, deploy=deploy).first()
        before = held.verdict if held else None
        if held is not None and before == verdict:
            return held
        held = held or Suspect(incident=row, deploy=deploy)
        held.verdict, held.by, held.at = verdict, person(actor), at
        held.save()
        words = {
            SuspectVerdict.CAUSE: _("%(deploy)s marked as cause"),
            SuspectVerdict.FIX: _("%(deploy)s marked as fix"),
            SuspectVerdict.DISMISSED: _("%(deploy)s dismissed: it has nothing to do with this"),
        }[verdict]
        noted(row, EntryKind.DEPLOY, words % {"deploy": named(deploy)}, at=at, actor=actor, url=deploy.url)
        changes: dict[str, audit.Change] = {"deploy": (None, named(deploy)), "verdict": (before, verdict.value)}
        audit.record(actor, "incident.suspect", row, at=at, changes=changes)
    return held


def unmark(actor: Actor, incident: Incident, deploy: Deploy, *, at: dt.datetime) -> None:
    """Takes back what was said; doing it twice changes nothing. Raises: NotAllowed."""
    require(actor, "incident.run")
    with transaction.atomic():
        row = locked(Incident, incident.pk)
        held = Suspect.objects.filter(incident=row, deploy=deploy).first()
        if held is None:
            return
        held.delete()
        words = _("%(deploy)s is no longer marked") % {"deploy": named(deploy)}
        noted(row, EntryKind.DEPLOY, words, at=at, actor=actor, url=deploy.url)
        changes: dict[str, audit.Change] = {"deploy": (named(deploy), None), "verdict": (held.verdict, None)}
        audit.record(actor, "incident.suspect", row, at=at, changes=changes)


def carry(row: Incident, target: Incident) -> None:
    """The marks of an incident that is merged; what was said in the target stays. Belongs into the transaction of the merge."""
    marks = Suspect.objects.filter(incident=row).select_related("deploy", "by")
    Suspect.objects.bulk_create(
        (Suspect(incident=target, deploy=each.deploy, verdict=each.verdict, by=each.by, at=each.at) for each in marks),
        ignore_conflicts=True,
    )


def choose() -> str:
    return _("Choose cause, fix or dismissed.")


def named(deploy: Deploy) -> str:
    """As it stands in the timeline: Deploy 1.4.2 of Checkout."""
    words = _("Rollback %(what)s of %(service)s") if deploy.is_rollback else _("Deploy %(what)s of %(service)s")
    return words % {"what": (deploy.revision or deploy.key)[:12], "service": deploy.service.name}


def _may_be_cause(incident: Incident, deploy: Deploy) -> None:
    anchor, _how = anchor_of(times_of(incident))
    if deploy.started_at <= anchor + TOLERANCE:
        return
    late = duration((deploy.started_at - anchor).total_seconds())
    raise Conflict(
        _("This deploy began %(late)s after the incident did, so it cannot be its cause. Correct the times first.")
        % {"late": late}
    )
