"""Whether the last review of a launch of a service found no blocker open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from reports.facts._base import Fact, Readings, World, listed
from reports.models import ReadinessReview, ReadinessVerdict

WORTH_DAYS: Final = 365


class Readiness:
    """A verdict with conditions is none: what is exempt counts as no pass. One of the last year counts; where there is none,
    an attestation of a review that was held elsewhere fills in."""

    key = "readiness"
    facts = (
        Fact(
            key="readiness",
            title=_("No blocking readiness item is open"),
            connect=_("Open a readiness review, or attest the verdict of one that was held elsewhere."),
            where=listed("reports:readiness-list"),
            by_hand=WORTH_DAYS,
        ),
    )

    def read(self, world: World) -> Mapping[str, Readings]:
        found: dict[int, float] = {}
        since = world.at - dt.timedelta(days=WORTH_DAYS)
        rows = ReadinessReview.objects.decided_by_then(world.at).filter(decided_at__gt=since)
        for service, verdict in rows.values_list("service_id", "verdict"):
            if service in world.services:
                found.setdefault(service, float(verdict == ReadinessVerdict.READY))
        return {"readiness": found}


PLUGIN = Readiness()
