"""What builds a block of a pack."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Final

from django.db.models import Q, QuerySet
from django.utils.functional import Promise

from incidents.models import ActionItem, Alert, Incident
from relportal.core import company
from relportal.core.models import Service
from reports.domain.reviews import Block
from reports.queries.packs._standing import Stood, standings_at

Words = str | Promise
SHOWN: Final = 8
"""So many facts a block lists; the rest is behind its link."""


@dataclass(frozen=True)
class Look:
    """What a pack looks at: from where the last review ended (`since`) to `at`. `team` None: the company; `review` the id of the
    last one of this ritual, None for the first. `drawn` is the service that is looked at closely."""

    at: dt.datetime
    since: dt.datetime
    team: int | None = None
    review: int | None = None
    ritual: int | None = None
    drawn: Service | None = None

    @property
    def today(self) -> dt.date:
        return company.day(self.at)

    @cached_property
    def services(self) -> dict[int, Service]:
        rows = Service.objects.active().select_related("team")
        return {one.pk: one for one in (rows.filter(team=self.team) if self.team is not None else rows)}

    @cached_property
    def standings(self) -> tuple[dict[int, Stood], dict[int, Stood]]:
        """Of the objectives of these services, by id: at `since` and at `at`."""
        return standings_at(self.services, (self.since, self.at))

    def incidents(self) -> QuerySet[Incident]:
        """Those that count, that are not private, and that were declared by `at`."""
        rows = Incident.objects.counted().filter(is_private=False, declared_at__lt=self.at)
        if self.team is not None:
            rows = rows.filter(Q(team=self.team) | Q(services__in=list(self.services))).distinct()
        return rows

    def actions(self) -> QuerySet[ActionItem]:
        """Promised by `at`; not those of private incidents."""
        rows = ActionItem.objects.filter(Q(incident=None) | Q(incident__is_private=False), created_at__lt=self.at)
        return rows.filter(team=self.team) if self.team is not None else rows

    def alerts(self) -> QuerySet[Alert]:
        rows = Alert.objects.filter(started_at__gte=self.since, started_at__lt=self.at)
        return rows.filter(service__in=list(self.services)) if self.team is not None else rows


class Item(ABC):
    """A kind of item. `about` says what its block tells, for whoever puts an agenda together."""

    key: ClassVar[str]
    title: ClassVar[Words]
    about: ClassVar[Words]

    @abstractmethod
    def build(self, look: Look) -> Block:
        """What of `look` this kind of item tells."""
