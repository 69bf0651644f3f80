"""Other incidents that are like one, as far as the viewer sees them: what is private shapes neither the list nor its order."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _

from incidents.domain.correlation import neighbours
from incidents.domain.similarity import Part, Portrait, Ratings, Reason, ranked
from incidents.models import (
    Alert,
    Entry,
    ImpactSegment,
    Incident,
    IncidentObjective,
    IncidentService,
    Kind,
    Postmortem,
    PostmortemState,
    SimilarRating,
    State,
    TimeMark,
)
from incidents.queries.times import times_from
from relportal.core.models import Dependency, Service, User
from slo.models import BurnAlert, Objective

SHOWN: Final = 5
MOST: Final = 1000
"""The newest incidents that are compared."""
LEAST: Final = 0.12
"""What is less alike says nothing."""
LEAD: Final = dt.timedelta(minutes=30)
"""An objective may have burned so long before anybody knew that an incident had begun."""


@dataclass(frozen=True, slots=True)
class SimilarRow:
    """`score` 0 to 1, with the ratings; `alike` without. `mine` None: the viewer has not rated it here. `lesson` is the published
    postmortem."""

    incident: Incident
    score: float
    alike: float
    reasons: tuple[Reason, ...]
    because: tuple[str, ...]
    ratings: Ratings
    mine: bool | None
    lesson: Postmortem | None


def similar(user: User, incident: Incident, *, at: dt.datetime, shown: int = SHOWN) -> tuple[SimilarRow, ...]:
    """Of an incident that `user` sees: the most alike first, from before or after it. Tests are left out, and what was merged or
    cancelled."""
    seen = Incident.objects.visible_to(user).filter(declared_at__lte=at).exclude(pk=incident.pk)
    seen = seen.exclude(state__in=(State.MERGED, State.CANCELLED)).exclude(kind=Kind.TEST)
    others = {one.pk: one for one in seen.select_related("severity").order_by("-declared_at", "-pk")[:MOST]}
    ratings, mine = _ratings(user, incident, others)
    one, *rest = _portraits([incident, *others.values()], at=at)
    found = ranked(one, rest, ratings=ratings, least=LEAST)[:shown]
    words = _Words.of(each.reasons for each in found)
    published = Postmortem.objects.filter(incident__in=[each.key for each in found], state=PostmortemState.PUBLISHED)
    lessons = {each.incident_id: each for each in published}
    return tuple(
        SimilarRow(
            incident=others[each.key],
            score=each.score,
            alike=each.alike,
            reasons=each.reasons,
            because=tuple(words.sentence(reason) for reason in each.reasons),
            ratings=ratings.get(each.key, Ratings()),
            mine=mine.get(each.key),
            lesson=lessons.get(each.key),
        )
        for each in found
    )


def _ratings(
    user: User, incident: Incident, others: Mapping[int, Incident]
) -> tuple[dict[int, Ratings], dict[int, bool]]:
    """Of each other incident, and the viewer's own in this one. Two incidents are alike whichever of them is open."""
    known = [incident.pk, *others]
    rows = SimilarRating.objects.filter(incident__in=known, other__in=known)
    counts: defaultdict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    mine = {}
    for here, there, by, useful in rows.values_list("incident", "other", "by", "useful"):
        word = "useful" if useful else "useless"
        if incident.pk in (here, there):
            counts[there if here == incident.pk else here][word] += 1
        else:
            counts[there][f"{word}_elsewhere"] += 1
        if here == incident.pk and by == user.pk:
            mine[there] = useful
    return {pk: Ratings(**given) for pk, given in counts.items()}, mine


def _portraits(incidents: Sequence[Incident], *, at: dt.datetime) -> list[Portrait]:
    """Of each, in their order, the first compared with the rest; a statement for each kind of row, however many incidents."""
    ids = [one.pk for one in incidents]
    services = _many(IncidentService.objects.filter(incident__in=ids).values_list("incident", "service__slug"))
    hit = ImpactSegment.objects.filter(incident__in=ids, service__isnull=False).values_list("incident", "service__slug")
    for pk, slugs in _many(hit).items():
        services[pk] |= slugs
    near = neighbours(Dependency.objects.values_list("service__slug", "depends_on__slug"))
    alerts = Alert.objects.filter(incident__in=ids).order_by()
    names = _many(alerts.values_list("incident", "name").distinct())
    prints = _many(alerts.values_list("incident", "fingerprint").distinct())
    modes = Incident.failure_modes.through._default_manager.filter(incident__in=ids)
    ways = _many(modes.values_list("incident_id", "failuremode__name"))
    peaks, texts = _peaks(incidents, at=at), _texts(incidents)
    return [
        Portrait(
            key=pk,
            text=texts[pk],
            services=frozenset(services.get(pk, ())),
            near=frozenset(other for slug in services.get(pk, ()) for other in near.get(slug, ())),
            names=frozenset(names.get(pk, ())),
            prints=frozenset(prints.get(pk, ())),
            peaks=peaks.get(pk, {}),
            modes=frozenset(ways.get(pk, ())),
        )
        for pk in ids
    ]


def _many(pairs: Iterable[tuple[int | None, str | None]]) -> defaultdict[int, set[str]]:
    found: defaultdict[int, set[str]] = defaultdict(set)
    for pk, word in pairs:
        if pk is not None and word is not None:
            found[pk].add(word)
    return found


def _texts(incidents: Sequence[Incident]) -> dict[int, str]:
    """Title, summary, and what was pinned."""
    texts = {one.pk: [one.title, one.summary] for one in incidents}
    pinned = Entry.objects.filter(incident__in=list(texts), pinned=True, struck=False).order_by("at", "pk")
    for pk, text in pinned.values_list("incident", "text"):
        texts[pk].append(text)
    return {pk: "\n".join(parts) for pk, parts in texts.items()}


def _peaks(incidents: Sequence[Incident], *, at: dt.datetime) -> dict[int, dict[int, float | None]]:
    """Incident -> linked objective -> the highest burn of an alert of it while the incident went on.

    Of the objectives of the first incident alone: how high others burned makes nothing alike.
    """
    linked: defaultdict[int, dict[int, float | None]] = defaultdict(dict)
    for pk, objective in IncidentObjective.objects.filter(incident__in=[one.pk for one in incidents]).values_list(
        "incident", "objective"
    ):
        linked[pk][objective] = None
    wanted = set(linked.get(incidents[0].pk, ()))
    if not wanted:
        return linked
    spans = _spans([one for one in incidents if wanted & linked[one.pk].keys()], at=at)
    first = min(start for start, _end in spans.values())
    fired = BurnAlert.objects.filter(Q(resolved_at=None) | Q(resolved_at__gte=first), objective__in=wanted)
    for objective, since, until, peak in fired.values_list("objective", "fired_at", "resolved_at", "peak_burn"):
        for pk, (start, end) in spans.items():
            if objective in linked[pk] and since <= end and (until is None or until >= start):
                linked[pk][objective] = max(peak, linked[pk][objective] or 0.0)
    return linked


def _spans(incidents: Sequence[Incident], *, at: dt.datetime) -> dict[int, tuple[dt.datetime, dt.datetime]]:
    marks: defaultdict[int, list[TimeMark]] = defaultdict(list)
    for mark in TimeMark.objects.filter(incident__in=[one.pk for one in incidents]):
        marks[mark.incident_id].append(mark)
    spans = {}
    for one in incidents:
        times = times_from(one, marks[one.pk])
        began = times.impact_started or times.detected or times.declared
        spans[one.pk] = (began - LEAD, max(began, times.resolved or times.mitigated or at))
    return spans


@dataclass(frozen=True, slots=True)
class _Words:
    """Reasons as sentences; `names` of services by their short names, of objectives by their ids, of failure modes."""

    services: dict[str, str]
    objectives: dict[str, str]

    @classmethod
    def of(cls, reasons: Iterable[Sequence[Reason]]) -> _Words:
        given = [each for some in reasons for each in some]
        slugs = {slug for each in given if each.part is Part.SERVICES for slug in (*each.shared, *each.near)}
        ids = {int(text) for each in given if each.part is Part.OBJECTIVES for text in each.shared}
        objectives = Objective.objects.filter(pk__in=ids).select_related("service")
        return cls(
            dict(Service.objects.filter(slug__in=slugs).values_list("slug", "name")),
            {str(each.pk): str(each) for each in objectives},
        )

    def sentence(self, reason: Reason) -> str:
        if reason.part is Part.SERVICES:
            same, near = (self._names(slugs) for slugs in (reason.shared, reason.near))
            words = _("one hop from %(services)s") if not same else _("the same service: %(services)s")
            return words % {"services": same or near}
        words, shared = {
            Part.TEXT: (_("the words %(shared)s"), reason.shared),
            Part.ALERTS: (_("the same alerts: %(shared)s"), reason.shared or (_("by their fingerprints"),)),
            Part.OBJECTIVES: (_("burned, too: %(shared)s"), [self.objectives.get(key, key) for key in reason.shared]),
            Part.MODES: (_("failed in the same way: %(shared)s"), reason.shared),
        }[reason.part]
        return words % {"shared": _some(shared)}

    def _names(self, slugs: Sequence[str]) -> str:
        return _some([self.services.get(slug, slug) for slug in slugs])


def _some(words: Sequence[str], most: int = 4) -> str:
    return ", ".join([*words[:most], "…"] if len(words) > most else words)
