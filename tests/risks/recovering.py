"""Objectives and recovery tests, as rows that the actions write."""

from __future__ import annotations

import datetime as dt
from typing import Any

from relportal.core.models import Service, User
from risks.actions.recovery import Held, Promised, Recovered, promise, record
from risks.models import RecoveryObjective, RecoveryTest

MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)


def promised(
    actor: User, service: Service, *, at: dt.datetime, rto: int = 60, rpo: int | None = 10, **fields: Any
) -> RecoveryObjective:
    """Minutes; from the day of `at` on."""
    given: dict[str, Any] = {"effective_from": at.date(), "reason": "Asked for by the business"} | fields
    rpo_s = None if rpo is None else rpo * 60
    return promise(actor, service, Promised(rto_s=rto * 60, rpo_s=rpo_s, **given), at=at)


def recovered(service: Service, start: dt.datetime, *, rto: int | None = 30, rpo: int | None = 5) -> Recovered:
    """Minutes after the declaration at `start`, and before the failure five minutes earlier; None: nobody wrote it down."""
    usable = None if rto is None else start + rto * MINUTE
    last = None if rpo is None else start - (5 + rpo) * MINUTE
    verified = None if usable is None else usable + 10 * MINUTE
    return Recovered(service=service, usable_at=usable, last_good_at=last, verified_at=verified)


def drilled(
    actor: User, *services: Service, start: dt.datetime, at: dt.datetime | None = None, **fields: Any
) -> RecoveryTest:
    """Thirty minutes to recover and five lost, unless `results` say otherwise; recorded a day later."""
    given: dict[str, Any] = {
        "kind": "zone", "environment": "production", "scenario": "One zone without power", "held_at": start,
        "failed_at": start - 5 * MINUTE, "declared_at": start, "results": [recovered(one, start) for one in services],
    }  # fmt: skip
    return record(actor, Held(**given | fields), at=at or start + DAY)
