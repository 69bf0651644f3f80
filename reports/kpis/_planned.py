"""What failed within announced maintenance."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from reports.domain.periods import Period
from slo.domain.grid import epoch, floor
from slo.domain.maintenance import Span, merged
from slo.models import MaintenanceWindow
from slo.queries.cumulative import pairs

Bounds = Mapping[Period, tuple[dt.datetime, dt.datetime]]


@dataclass(frozen=True, slots=True)
class Planned:
    """Within announced maintenance: events of a series, and how long it took. Where counts are kept by the hour alone, the ends
    of a window are those of hours."""

    bad: float = 0.0
    total: float = 0.0
    minutes: float = 0.0


NOTHING = Planned()


def planned(bounds: Bounds, series: Mapping[Period, Collection[tuple[int, int]]]) -> dict[tuple[Period, int], Planned]:
    """By period and series, of `series` as pairs of service and series in each period; those without maintenance are left out.
    Two statements, however many there are."""
    windows = windows_within(bounds, {service for rows in series.values() for service, _series in rows})
    cells = [
        (period, each, span)
        for period, rows in series.items()
        for service, each in set(rows)
        for span in windows.get((period, service), ())
    ]
    place = [each for _period, each, _span in cells]
    (bad, total, _covered) = pairs(place * 2, [one.end for *_, one in cells] + [one.start for *_, one in cells])
    found: defaultdict[tuple[Period, int], Planned] = defaultdict(Planned)
    for number, (period, each, span) in enumerate(cells):
        so_far, last = found[period, each], number + len(cells)
        found[period, each] = Planned(
            so_far.bad + float(bad[number] - bad[last]),
            so_far.total + float(total[number] - total[last]),
            so_far.minutes + (span.end - span.start) / 60,
        )
    return dict(found)


def windows_within(bounds: Bounds, services: Collection[int]) -> dict[tuple[Period, int], tuple[Span, ...]]:
    """By period and service, on the grid of the counts, each moment once."""
    if not bounds:
        return {}
    start, end = min(low for low, _high in bounds.values()), max(high for _low, high in bounds.values())
    rows = MaintenanceWindow.objects.kept().during(start, end).filter(service__in=services)
    by_service: defaultdict[int, list[Span]] = defaultdict(list)
    for service, low, high in rows.values_list("service_id", "start", "end"):
        by_service[service].append(Span.around(low, high))
    found = {}
    for period, (low, high) in bounds.items():
        whole = Span(epoch(floor(low)), epoch(floor(high)))
        for service, spans in by_service.items():
            found[period, service] = merged(one.within(whole) for one in spans)
    return {key: spans for key, spans in found.items() if spans}
