"""Windows of maintenance, and what failed within them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.core.paginator import Page, Paginator

from relportal.core.models import Service, User
from slo.domain.maintenance import Phase, Span
from slo.models import MaintenanceQuerySet, MaintenanceWindow, Objective
from slo.queries.cumulative import pairs

PAGE_SIZE: Final = 25
SOON: Final = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Failed:
    """Events of an objective within a window, up to now: `bad` of `total`, which is above 0."""

    objective: Objective
    bad: float
    total: float

    @property
    def share(self) -> float:
        return self.bad / self.total


@dataclass(frozen=True, slots=True)
class Held:
    """`failed` is the objective of which the largest share failed; None: nothing was counted yet, or nothing happened."""

    window: MaintenanceWindow
    phase: Phase
    failed: Failed | None


@dataclass(frozen=True, slots=True)
class MaintenancePage:
    """`now` runs, the first to end first; `ahead` is to come, the next first; `past` is over or cancelled, the newest first, one
    page of `paging`."""

    now: tuple[Held, ...]
    ahead: tuple[Held, ...]
    past: tuple[Held, ...]
    paging: Page[MaintenanceWindow]


def maintenance_page(user: User, *, number: str | None, service: str = "", at: dt.datetime) -> MaintenancePage:
    """Of all services, or of the one with the short name `service`; five statements however many there are."""
    rows = MaintenanceWindow.objects.visible_to(user).select_related("service", "service__team", "by")
    if service:
        rows = rows.filter(service__slug=service)
    to_come = list(rows.kept().filter(end__gt=at).order_by("start", "pk"))
    paging = Paginator(_past(rows, at=at), PAGE_SIZE).get_page(number)
    held = _held([*to_come, *paging], at=at)
    by_phase: defaultdict[Phase, list[Held]] = defaultdict(list)
    for one in held:
        by_phase[one.phase].append(one)
    return MaintenancePage(
        now=tuple(sorted(by_phase[Phase.RUNNING], key=lambda one: one.window.end)),
        ahead=tuple(by_phase[Phase.AHEAD]),
        past=tuple(one for one in held if one.phase in (Phase.OVER, Phase.CANCELLED)),
        paging=paging,
    )


def next_maintenance(service: Service, *, at: dt.datetime) -> MaintenanceWindow | None:
    """The one that runs, or the first of the next seven days."""
    return service.maintenance.kept().filter(end__gt=at, start__lt=at + SOON).order_by("start", "pk").first()


def _past(rows: MaintenanceQuerySet, *, at: dt.datetime) -> MaintenanceQuerySet:
    return (rows.filter(end__lte=at) | rows.filter(cancelled_at__isnull=False)).order_by("-start", "-pk")


def _held(windows: Sequence[MaintenanceWindow], *, at: dt.datetime) -> list[Held]:
    begun = [one for one in windows if one.phase(at) in (Phase.RUNNING, Phase.OVER)]
    promises: defaultdict[int, list[Objective]] = defaultdict(list)
    for each in Objective.objects.active().filter(service__in={one.service_id for one in begun}).order_by("pk"):
        promises[each.service_id].append(each)
    asked = [(one, each) for one in begun for each in promises[one.service_id]]
    spans = [Span.around(one.start, min(one.end, at)) for one, _each in asked]
    series = [each.series_id for _one, each in asked]
    (bad, total, _covered) = pairs(series * 2, [one.end for one in spans] + [one.start for one in spans])
    failed: dict[int, Failed] = {}
    for place, (one, each) in enumerate(asked):
        counted = Failed(each, *(float(of[place] - of[place + len(asked)]) for of in (bad, total)))
        if counted.total > 0 and (one.pk not in failed or counted.share > failed[one.pk].share):
            failed[one.pk] = counted
    return [Held(one, one.phase(at), failed.get(one.pk)) for one in windows]
