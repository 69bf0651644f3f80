"""Judging alerts: whether one meant something to do."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from incidents.actions.timeline import person
from incidents.models import Alert, AlertVerdict
from relportal.core import audit
from relportal.core.exceptions import Invalid
from relportal.core.permissions import Actor, require


def judge(actor: Actor, alert: Alert, verdict: str, *, at: dt.datetime) -> Alert:
    """Empty takes it back; whoever responds for some team judges, as in the review of all. The last one holds.

    Raises: NotAllowed; Invalid.
    """
    require(actor, "incident.run")
    if verdict and verdict not in AlertVerdict.values:
        raise Invalid({"verdict": _("Choose actionable or noise.")})
    with transaction.atomic():
        row = Alert.objects.select_for_update().get(pk=alert.pk)
        before = row.verdict
        if before == verdict:
            return row
        row.verdict, row.judged_by, row.judged_at = verdict, person(actor) if verdict else None, at if verdict else None
        row.save(update_fields=["verdict", "judged_by", "judged_at"])
        audit.record(actor, "alert.judge", row, at=at, changes={"verdict": (before or None, verdict or None)})
    return row
