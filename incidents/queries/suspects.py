"""The deploys that may have caused an incident or ended it, ranked with their reasons, and what people said of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Q, QuerySet
from django.http import Http404

from incidents.domain import suspects as domain
from incidents.domain.suspects import Around, Part, Place, Reason
from incidents.domain.times import Times
from incidents.models import Deploy, DeployState, ImpactSegment, Incident, Suspect, SuspectVerdict
from incidents.queries.impact import affected_services
from incidents.queries.times import times_of
from relportal.core.models import Dependency, Service, User

SHOWN: Final = 8
MOST: Final = 500
"""Of the newest deploys in the window are ranked."""
LONGEST: Final = dt.timedelta(hours=6)
"""A deploy that takes longer and ended in the window is not found."""
PRODUCTION: Final = ("production", "prod", "live")


@dataclass(frozen=True, slots=True)
class SuspectRow:
    """`part` None: marked, but by its time neither a cause nor a fix. `mark` None: nobody has said anything yet."""

    deploy: Deploy
    part: Part | None
    score: float
    reasons: tuple[Reason, ...]
    mark: Suspect | None

    @property
    def verdict(self) -> str:
        return self.mark.verdict if self.mark else SuspectVerdict.SUSPECT.value


@dataclass(frozen=True, slots=True)
class Suspects:
    """What was marked first, then by rank; those dismissed last. `more` were left out. `since` and `until` is the time that was
    searched, `anchor` the begin that was taken, `anchored` how it is known: impact_started, detected or declared."""

    rows: tuple[SuspectRow, ...]
    more: int
    anchor: dt.datetime
    anchored: str
    since: dt.datetime
    until: dt.datetime


def deploys_visible_to(user: User) -> QuerySet[Deploy]:
    return Deploy.objects.filter(service__in=Service.objects.visible_to(user))


def production() -> Q:
    """Deploys of production; environments are named as the tools name them."""
    wanted = Q()
    for name in PRODUCTION:
        wanted |= Q(environment__iexact=name)
    return wanted


def visible(user: User, pk: int) -> Deploy:
    """Raises: Http404."""
    found = deploys_visible_to(user).select_related("service__team", "integration").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def anchor_of(times: Times) -> tuple[dt.datetime, str]:
    """The best known begin, and which time it is."""
    if times.impact_started is not None:
        return times.impact_started, "impact_started"
    if times.detected is not None:
        return times.detected, "detected"
    return times.declared, "declared"


def suspects(user: User, incident: Incident, *, at: dt.datetime) -> Suspects:
    """Of an incident that `user` sees. Deploys elsewhere than in production are no suspects."""
    times = times_of(incident)
    anchor, anchored = anchor_of(times)
    ended = times.mitigated or times.resolved
    around = Around(anchor=anchor, ended=ended, places=places(incident))
    since, until = anchor - domain.LOOK_BACK, max(ended or at, anchor + domain.TOLERANCE)
    marks = {each.deploy_id: each for each in Suspect.objects.filter(incident=incident).select_related("by")}
    rows = deploys_visible_to(user).select_related("service")
    near = Q(started_at__range=(since - LONGEST, until)) & production()
    if around.places:
        near &= Q(service__in=list(around.places))
    deploys = {each.pk: each for each in rows.filter(near).order_by("-started_at", "-pk")[:MOST]}
    if missing := marks.keys() - deploys.keys():
        deploys |= {each.pk: each for each in rows.filter(pk__in=missing)}
    ranks = {each.change.key: each for each in domain.ranked(map(change_of, deploys.values()), around)}
    found = [_row(deploys[pk], ranks.get(pk), marks.get(pk)) for pk in (ranks.keys() | marks.keys()) & deploys.keys()]
    found.sort(key=_place_in_list)
    shown = max(SHOWN, sum(each.mark is not None and each.verdict != SuspectVerdict.DISMISSED for each in found))
    return Suspects(tuple(found[:shown]), max(0, len(found) - shown), anchor, anchored, since, until)


def _row(deploy: Deploy, rank: domain.Ranked | None, mark: Suspect | None) -> SuspectRow:
    if rank is None:
        return SuspectRow(deploy, None, 0.0, (), mark)
    return SuspectRow(deploy, rank.part, rank.score, rank.reasons, mark)


def _place_in_list(row: SuspectRow) -> tuple[int, float, float, int]:
    first = {SuspectVerdict.CAUSE: 0, SuspectVerdict.FIX: 1, SuspectVerdict.DISMISSED: 3}
    rank = first.get(SuspectVerdict(row.verdict), 2)
    return rank, -row.score, -row.deploy.started_at.timestamp(), row.deploy.pk


def change_of(deploy: Deploy) -> domain.Change:
    return domain.Change(
        key=deploy.pk,
        service=deploy.service_id,
        started=deploy.started_at,
        finished=deploy.finished_at,
        size=deploy.size,
        is_rollback=deploy.is_rollback,
        failed=deploy.state == DeployState.FAILED,
    )


def places(incident: Incident) -> dict[int, Place]:
    """Every service that may have to do with it: those that it hits, what they call up to two hops away, and who calls them."""
    segments = list(ImpactSegment.objects.filter(incident=incident))
    own = set(incident.services.values_list("pk", flat=True)) | set(affected_services(segments))
    own |= set(incident.objectives.values_list("service_id", flat=True))
    own |= {pk for pk in incident.alerts.values_list("service_id", flat=True) if pk is not None}
    if not own:
        return {}
    called = _called(own) - own
    far = _called(called) - called - own
    calling = set(Dependency.objects.filter(depends_on__in=own).values_list("service_id", flat=True))
    found = dict.fromkeys(calling, Place.CALLER)
    found |= dict.fromkeys(far, Place.FAR) | dict.fromkeys(called, Place.CALLED) | dict.fromkeys(own, Place.SAME)
    return found


def _called(services: Iterable[int]) -> set[int]:
    return set(Dependency.objects.filter(service__in=set(services)).values_list("depends_on_id", flat=True))


@dataclass(frozen=True, slots=True)
class MarkedIn:
    """An incident in which a deploy was marked."""

    incident: Incident
    mark: Suspect


def marked_in(user: User, deploys: Sequence[Deploy]) -> dict[int, tuple[MarkedIn, ...]]:
    """Deploy -> the incidents that `user` sees in which it was marked, the newest first; what was dismissed is not there."""
    marks = (
        Suspect.objects.filter(deploy__in=deploys, incident__in=Incident.objects.visible_to(user))
        .exclude(verdict=SuspectVerdict.DISMISSED)
        .select_related("incident__severity", "by")
        .order_by("-incident__declared_at", "-pk")
    )
    found: dict[int, list[MarkedIn]] = {}
    for each in marks:
        found.setdefault(each.deploy_id, []).append(MarkedIn(each.incident, each))
    return {pk: tuple(rows) for pk, rows in found.items()}
