"""Firing alerts that no incident has yet, as candidate incidents, with why, and with the open incidents that they may belong to.

An alert of a private incident is a free one for those outside: were it missing here, it would tell of that incident.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.domain.correlation import Firing, Group, Link, correlated, neighbours
from incidents.models import ONGOING, Alert, ImpactSegment, Incident, IncidentService, Kind, State
from incidents.queries.alerts import alerts_visible_to
from relportal.core.models import Dependency, Service, User
from relportal.core.units import duration

MOST: Final = 2000
"""Firing alerts beyond this many, the oldest, are not grouped."""
RECENT: Final = dt.timedelta(hours=2)
"""An incident that is over may still be what an alert belongs to, if it was declared so shortly before."""
SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class Fit:
    """An open incident that the alerts may belong to."""

    incident: Incident
    because: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """Alerts that may be one incident, in the order of their start."""

    group: Group
    alerts: tuple[Alert, ...]
    services: tuple[Service, ...]
    because: str
    fits: tuple[Fit, ...]

    @property
    def key(self) -> int:
        """Its first alert, by which it is asked for again."""
        return self.alerts[0].pk

    @property
    def ids(self) -> str:
        """As the forms take them."""
        return ",".join(str(one.pk) for one in self.alerts)

    @property
    def title(self) -> str:
        """The commonest name, and where."""
        name = commonest(self.alerts)
        return (
            _("%(alert)s on %(services)s") % {"alert": name, "services": _listed(self.services)}
            if self.services
            else name
        )


@dataclass(frozen=True, slots=True)
class Candidates:
    """`left_out` firing alerts are too old to be grouped with the others, or stand in candidates beyond what is shown."""

    rows: tuple[Candidate, ...]
    total: int
    left_out: int


def free(user: User) -> QuerySet[Alert]:
    """Alerts in no incident that `user` sees."""
    seen = Incident.objects.visible_to(user)
    return alerts_visible_to(user).exclude(incident__in=seen.filter(alerts__isnull=False).values("pk"))


def candidates(user: User, *, at: dt.datetime, shown: int | None = SHOWN) -> Candidates:
    """The one that began last first; `shown` None: all of them."""
    firing = free(user).filter(ended_at=None)
    rows = list(firing.select_related("service", "integration").order_by("-started_at", "-pk")[: MOST + 1])
    too_many = firing.count() - MOST if len(rows) > MOST else 0
    by_key = {one.pk: one for one in rows[:MOST]}
    groups = correlated(map(_firing, by_key.values()), _edges())
    chosen = groups[:shown]
    found: tuple[Candidate, ...] = ()
    if chosen:
        open_now = _open(user, at=at)
        found = tuple(_candidate(group, by_key, open_now) for group in chosen)
    return Candidates(found, len(groups), too_many + sum(len(group.keys) for group in groups[len(chosen) :]))


def candidate_of(user: User, alert: int, *, at: dt.datetime) -> Candidate | None:
    """The candidate that holds a firing alert; None when it ended, or when somebody has taken it meanwhile."""
    found = candidates(user, at=at, shown=None).rows
    return next((each for each in found if alert in each.group.keys), None)


def _candidate(group: Group, by_key: dict[int, Alert], open_now: _Open) -> Candidate:
    alerts = tuple(by_key[key] for key in group.keys)
    services = {one.service.pk: one.service for one in alerts if one.service is not None}
    ordered = tuple(sorted(services.values(), key=lambda one: one.name))
    return Candidate(group, alerts, ordered, explained(group, ordered), open_now.fits(set(services)))


def explained(group: Group, services: Sequence[Service]) -> str:
    """Such as: 3 alerts of Checkout and Payments, one hop apart, within 4 min."""
    n = len(group.firings)
    counted = ngettext("%(n)d alert", "%(n)d alerts", n) % {"n": n}
    where = (
        _("%(alerts)s of %(services)s") % {"alerts": counted, "services": _listed(services)} if services else counted
    )
    if n == 1:
        return where
    words = {
        Link.NEIGHBOUR: _("one hop apart"),
        Link.NAME: _("of the same name"),
        Link.FINGERPRINT: _("the same alert in several tools"),
    }
    # A fingerprint shared within one name says nothing more.
    links = group.links - {Link.FINGERPRINT} if Link.NAME in group.links else group.links
    parts = [where, *(text for link, text in words.items() if link in links)]
    seconds = group.within.total_seconds()
    parts.append(_("within %(time)s") % {"time": duration(seconds)} if seconds >= 1 else _("at the same time"))
    return ", ".join(parts)


def _listed(services: Sequence[Service], most: int = 3) -> str:
    names = [one.name for one in services]
    if len(names) > most:
        more = len(names) - most
        return ngettext("%(names)s and %(n)d other", "%(names)s and %(n)d others", more) % {
            "names": ", ".join(names[:most]),
            "n": more,
        }
    return _("%(names)s and %(last)s") % {"names": ", ".join(names[:-1]), "last": names[-1]} if names[1:] else names[0]


def commonest(alerts: Iterable[Alert]) -> str:
    """Of several that are as common, the first."""
    return Counter(one.name for one in alerts).most_common(1)[0][0]


def _firing(one: Alert) -> Firing:
    place = one.service.slug if one.service else None
    return Firing(key=one.pk, name=one.name, fingerprint=one.fingerprint, service=place, started=one.started_at)


def _edges() -> list[tuple[str, str]]:
    return list(Dependency.objects.values_list("service__slug", "depends_on__slug"))


@dataclass(frozen=True, slots=True)
class _Open:
    """The open incidents with their services, who is one hop from whom, and the names of all of them."""

    incidents: tuple[tuple[Incident, frozenset[int]], ...]
    near: dict[int, frozenset[int]]
    names: dict[int, str]

    def fits(self, services: set[int]) -> tuple[Fit, ...]:
        """Those of one of the services come first, then those of a neighbour; of each the newest first."""
        own, beside = [], []
        around = {pk for each in services for pk in self.near.get(each, ())}
        for incident, held in self.incidents:
            if shared := self._first(held & services):
                own.append(Fit(incident, _("it is of %(service)s, too") % {"service": shared}))
            elif near := self._first(held & around):
                beside.append(Fit(incident, _("it is of %(service)s, one hop away") % {"service": near}))
        return (*own, *beside)

    def _first(self, services: frozenset[int]) -> str:
        return min((self.names[pk] for pk in services), default="")


def _open(user: User, *, at: dt.datetime) -> _Open:
    rows = open_incidents(user, at=at).select_related("severity").order_by("-declared_at", "-pk")
    incidents = list(rows)
    held = _services_of(incidents)
    names = dict(Service.objects.filter(pk__in={pk for mine in held.values() for pk in mine}).values_list("pk", "name"))
    near = neighbours(Dependency.objects.values_list("service", "depends_on")) if held else {}
    return _Open(tuple((one, held.get(one.pk, frozenset())) for one in incidents), near, names)


def open_incidents(user: User, *, at: dt.datetime) -> QuerySet[Incident]:
    """That an alert of now may belong to: what goes on, and what was resolved but declared in the last two hours."""
    lately = Q(state=State.RESOLVED, declared_at__gte=at - RECENT)
    rows = Incident.objects.visible_to(user).exclude(kind=Kind.BACKFILLED)
    return rows.filter(Q(state__in=ONGOING) | lately)


def _services_of(incidents: Sequence[Incident]) -> dict[int, frozenset[int]]:
    """Those that are named, and those that were hit."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    ids = [one.pk for one in incidents]
    for pairs in (
        IncidentService.objects.filter(incident__in=ids).values_list("incident", "service"),
        ImpactSegment.objects.filter(incident__in=ids, service__isnull=False).values_list("incident", "service"),
    ):
        for incident, service in pairs:
            if service is not None:
                found[incident].add(service)
    return {pk: frozenset(held) for pk, held in found.items()}


@dataclass(frozen=True, slots=True)
class Attached:
    """The alerts of an incident, the newest first, and the candidates that may belong to it, too."""

    alerts: tuple[Alert, ...]
    more: int
    fitting: tuple[Candidate, ...]


def attached(user: User, incident: Incident, *, at: dt.datetime) -> Attached:
    """Of an incident that `user` sees."""
    rows = Alert.objects.filter(incident=incident).select_related("service", "integration")
    chosen = tuple(rows.order_by("-started_at", "-pk")[:SHOWN])
    open_now = open_incidents(user, at=at).filter(pk=incident.pk).exists()
    found = candidates(user, at=at).rows if open_now else ()
    fitting = tuple(one for one in found if any(fit.incident.pk == incident.pk for fit in one.fits))
    return Attached(chosen, rows.count() - len(chosen), fitting)
