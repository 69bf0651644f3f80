"""What a release tool is told: may this be launched, and what stands against it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from relportal.core.models import Service
from reports.models import ReadinessReview, ReadinessState, ReadinessVerdict
from reports.queries.readiness.results import ItemLine, kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """`verdict` None: no review says anything. `allow` only what somebody has decided, and as long as it holds."""

    service: Service
    review: ReadinessReview | None
    verdict: ReadinessVerdict | None
    decided: bool
    blocking: tuple[ItemLine, ...]
    conditions: tuple[ItemLine, ...]
    until: dt.datetime | None

    @property
    def allow(self) -> bool:
        return self.decided and self.verdict in (ReadinessVerdict.READY, ReadinessVerdict.CONDITIONS)


def gate_of(one: ReadinessReview, *, at: dt.datetime) -> Gate:
    """Of one that is open, how it stands; nothing is allowed by it before somebody has decided."""
    verdict = one.verdict_at(at)
    lines = kept(one.results)
    lapsed = verdict == ReadinessVerdict.NOT_READY
    return Gate(
        service=one.service,
        review=one,
        verdict=verdict,
        decided=one.is_decided and one.state != ReadinessState.WITHDRAWN,
        blocking=tuple(each for each in lines if each.blocking or (lapsed and each.blocks)),
        conditions=tuple(each for each in lines if each.blocks and not each.blocking and not lapsed),
        until=one.covered_until,
    )


def gate_of_service(service: Service, *, at: dt.datetime) -> Gate:
    """By the newest decision of a launch that was not withdrawn; where there is none, by the newest open review."""
    rows = ReadinessReview.objects.filter(service=service).exclude(state=ReadinessState.WITHDRAWN)
    rows = rows.select_related("service__team")
    one = rows.decided_by_then(at).first() or rows.filter(state=ReadinessState.OPEN).order_by("-opened_at").first()
    if one is not None:
        return gate_of(one, at=at)
    return Gate(
        service=service, review=None, verdict=None, decided=False, blocking=(), conditions=(), until=None
    )  # fmt: skip
