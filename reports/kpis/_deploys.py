"""Production deploys as facts: those of a service, in the period in which they began."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from incidents.domain.changes import MENDED_WITHIN, Back, Failure, failures, mended
from incidents.models import Incident, Suspect, SuspectVerdict
from incidents.queries.changes import ChangeScope, causes_of, shipped
from incidents.queries.deploy_words import FAILURES
from relportal.core.models import Service
from reports.domain.periods import Period
from reports.domain.scopes import Seen
from reports.kpis._base import Frame, Kpi, Row


@dataclass(frozen=True)
class Changes:
    """The deploys of a service in a period, by id, and why those of them failed that did. `minutes` are the customer minutes of
    the incidents that they caused, `back` how those were taken back that were."""

    deploys: tuple[int, ...]
    failed: tuple[tuple[int, tuple[Failure, ...]], ...]
    minutes: float = 0.0
    back: tuple[tuple[int, Back], ...] = ()

    @property
    def n(self) -> int:
        return len(self.deploys)

    @cached_property
    def rolled_back(self) -> int:
        return self.why(Failure.ROLLED_BACK)

    def why(self, failure: Failure) -> int:
        return sum(failure in why for _pk, why in self.failed)


def seen_changes(frame: Frame) -> list[Seen[Period, Changes]]:
    """What mends one that began before the first period is looked for a day back, of the last one a day on."""
    told = shipped(None, ChangeScope(start=frame.start - MENDED_WITHIN, end=frame.end, services=_slugs(frame)))
    told = [one for one in told if one.started < frame.at]
    repaired = mended(told)
    failed = failures(told, mended=repaired, causes=causes_of(None, since=frame.start))
    cost, back = _minutes(frame), repaired.back
    found: defaultdict[Period, defaultdict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for one in told:
        for period in frame.of(one.started):
            found[period][one.service].append(one.key)
    return [
        Seen(
            period=period,
            fact=Changes(
                tuple(keys),
                tuple((key, failed[key]) for key in keys if key in failed),
                sum(cost.get(key, 0.0) for key in keys),
                tuple((key, back[key]) for key in keys if key in back),
            ),
            services=(service,),
        )
        for period, services in found.items()
        for service, keys in services.items()
    ]


def _minutes(frame: Frame) -> dict[int, float]:
    """Deploy -> customer minutes of the incidents of which it is the marked cause; of several causes the first carries all."""
    marks = Suspect.objects.filter(
        verdict=SuspectVerdict.CAUSE, incident__in=Incident.objects.counted(), deploy__started_at__gte=frame.start
    ).order_by("deploy__started_at", "deploy_id")
    first: dict[int, tuple[int, float]] = {}
    for incident, deploy, minutes in marks.values_list(
        "incident_id", "deploy_id", "incident__figures__customer_minutes"
    ):
        first.setdefault(incident, (deploy, minutes or 0.0))
    found: defaultdict[int, float] = defaultdict(float)
    for deploy, minutes in first.values():
        found[deploy] += minutes
    return found


def _slugs(frame: Frame) -> tuple[str, ...]:
    if frame.services is None:
        return ()
    return tuple(Service.objects.filter(pk__in=frame.services).values_list("slug", flat=True)) or ("",)


class ChangeKpi(Kpi[Changes]):
    looks_back = 4
    """As a control chart needs; the failure rate as well, for both see the same deploys, which are read once."""

    def seen(self, frame: Frame) -> Iterator[Seen[Period, Changes]]:
        yield from frame.once(seen_changes, lambda: seen_changes(frame))

    def rows(self, fact: Changes) -> Sequence[Row]:
        failed = dict(fact.failed)
        return [
            Row("deploy", pk, ", ".join(str(FAILURES[why]) for why in failed.get(pk, ())), pk in failed)
            for pk in fact.deploys
        ]


def counted(facts: Sequence[Changes]) -> int:
    """How many deploys there are."""
    return sum(one.n for one in facts)
