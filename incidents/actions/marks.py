"""Writing the times of an incident: recorded once, overridden beside, never in the future or in an impossible order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from incidents.domain.times import Flaw, flaws
from incidents.models import Detection, Incident, IncidentDetection, Moment, Precision, TimeMark, TimeSource
from incidents.queries.times import FIELD_OF, times_of
from relportal.core import audit
from relportal.core.exceptions import Invalid
from relportal.core.models import User
from relportal.core.permissions import Actor, require
from relportal.core.versions import locked


def marked(
    incident: Incident,
    moment: Moment,
    value: dt.datetime,
    *,
    source: TimeSource,
    actor: Actor,
    at: dt.datetime,
    precision: Precision = Precision.MINUTE,
) -> None:
    """Records a time that follows from something else. Belongs into its transaction; the first value stays."""
    TimeMark.objects.get_or_create(
        incident=incident,
        moment=moment,
        is_override=False,
        defaults={
            "at": min(value, at),
            "source": source,
            "precision": precision,
            "author": actor if isinstance(actor, User) else None,
            "recorded_at": at,
        },
    )


def set_times(
    actor: Actor,
    incident: Incident,
    given: Mapping[Moment, tuple[dt.datetime | None, Precision]],
    *,
    at: dt.datetime,
    version: int | None = None,
    detected_by: str | None = None,
    reason: str = "",
) -> Incident:
    """What a person says of the times. The value that was recorded first stays beside it; None takes an own value back.

    Raises: NotAllowed, Stale; Invalid with a sentence at each time that cannot be.
    """
    require(actor, "incident.run")
    with transaction.atomic():
        row = locked(Incident, incident.pk, version=version)
        before = times_of(row)
        said: dict[str, Any] = {FIELD_OF[moment]: value for moment, (value, _how) in given.items()}
        wanted = replace(before, **said)
        if wrong := flaws(wanted, at=at):
            raise Invalid({field: sentence(flaw) for field, flaw in wrong.items()})
        for moment, (value, precision) in given.items():
            _write(row, moment, value, precision=precision, actor=actor, at=at)
        if detected_by is not None:
            _detected(row, detected_by)
        after = times_of(row)
        changes: dict[str, audit.Change] = {
            name: (getattr(before, name), getattr(after, name))
            for name in FIELD_OF.values()
            if getattr(before, name) != getattr(after, name)
        }
        if changes or detected_by is not None:
            row.version += 1
            row.save(update_fields=["version"])
            audit.record(actor, "incident.times", row, at=at, reason=reason, changes=changes)
    return row


def _write(
    row: Incident, moment: Moment, value: dt.datetime | None, *, precision: Precision, actor: Actor, at: dt.datetime
) -> None:
    recorded = row.times.filter(moment=moment, is_override=False).first()
    own = row.times.filter(moment=moment, is_override=True)
    if value is None or (recorded is not None and recorded.at == value):
        own.delete()
        if value is None and recorded is not None and recorded.source == TimeSource.PERSON:
            recorded.delete()
        return
    author = actor if isinstance(actor, User) else None
    fields = {
        "at": value,
        "source": TimeSource.PERSON,
        "precision": precision,
        "author": author,
        "recorded_at": at,
    }
    TimeMark.objects.update_or_create(incident=row, moment=moment, is_override=recorded is not None, defaults=fields)


def _detected(row: Incident, by: str) -> None:
    if not by:
        IncidentDetection.objects.filter(incident=row).delete()
        return
    if by not in Detection.values:
        raise Invalid({"detected_by": _("Choose one of the list.")})
    IncidentDetection.objects.update_or_create(incident=row, defaults={"by": by})


def sentence(flaw: Flaw) -> str:
    return {
        Flaw.FUTURE: _("This lies in the future. Check the day and the zone."),
        Flaw.ANCIENT: _("This lies before 1970. Check the date."),
        Flaw.RESOLVED_BEFORE_IMPACT: _("Resolved before the impact started. One of the two is wrong."),
        Flaw.MITIGATED_BEFORE_IMPACT: _("Mitigated before the impact started. One of the two is wrong."),
        Flaw.CLOSED_BEFORE_RESOLVED: _("Closed before it was resolved. One of the two is wrong."),
    }[flaw]
