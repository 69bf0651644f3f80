"""Deploys and marks for tests, and a private incident that tells nobody of them."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from incidents.actions.incidents import Declaration, declare
from incidents.models import Deploy, Incident, Moment, Suspect, SuspectVerdict, TimeMark, TimeSource
from relportal.core.models import Service, User

AT = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)
_numbers = itertools.count(1)


def minutes(count: float) -> dt.timedelta:
    return dt.timedelta(minutes=count)


def deploy(service: Service, started: dt.datetime, *, took: float | None = 4, **fields: Any) -> Deploy:
    """Into production, gone through after `took` minutes; None: nobody said that it ended."""
    finished = None if took is None else started + minutes(took)
    defaults: dict[str, Any] = {"key": f"run-{next(_numbers)}", "revision": "1.4.2", "finished_at": finished}
    return Deploy.objects.create(service=service, started_at=started, **defaults | fields)


def incident(user: User, *services: Service, began: dt.datetime = AT, private: bool = False) -> Incident:
    """Declared five minutes after its impact began."""
    declared = began + minutes(5)
    row = declare(user, Declaration(title="Checkout fails", services=services, is_private=private), at=declared)
    TimeMark.objects.filter(incident=row, moment=Moment.IMPACT_STARTED).delete()
    TimeMark.objects.create(
        incident=row, moment=Moment.IMPACT_STARTED, at=began, source=TimeSource.PERSON, recorded_at=declared
    )
    return row


def caused(row: Incident, one: Deploy, verdict: SuspectVerdict = SuspectVerdict.CAUSE) -> Suspect:
    return Suspect.objects.create(incident=row, deploy=one, verdict=verdict, at=AT)
