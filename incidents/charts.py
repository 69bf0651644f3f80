"""The charts of an incident: how fast its objectives burnt, with what happened; and those of many: times and months."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from math import log10
from typing import Final

import numpy as np
from django.utils.translation import gettext as _

from incidents.domain.times import Times
from incidents.models import Deploy
from incidents.queries.analytics import Analytics, Spread
from incidents.queries.behind import durations
from relportal.core import company, units
from relportal.core.charts import Axes, Chart, Dots, Marker, Part, Role, Series, dots, instants, stacks, time_series
from slo.models import Objective
from slo.queries.budget_history import budget_history

TABLE_ROWS: Final = 60
FLOOR_MIN: Final = 1.0
"""Of the axis: what took less is drawn there."""
_TICKS_MIN: Final = (1, 5, 15, 60, 4 * 60, 24 * 60, 7 * 24 * 60, 30 * 24 * 60)
_ROLES: Final = (Role.BAD, Role.RISK, Role.MAIN, Role.SECOND, Role.MUTED)


def burn_around(
    objective: Objective, times: Times, *, start: dt.datetime, end: dt.datetime, deploys: Sequence[Deploy] = ()
) -> Chart | None:
    """Burn rate in pieces of 5 minutes (hours where the incident took days); None where nothing was measured."""
    history = budget_history(objective, start=start, end=end)
    if history is None:
        return None
    burnt = (1 - history.sli) / float(1 - objective.target)
    if np.isnan(burnt).all():
        return None
    figure = time_series(
        [Series(name=_("Burn rate"), x=history.instants.astype("datetime64[s]"), y=burnt, fill=True, role=Role.BAD)],
        axes=Axes(y_suffix="×", zero_line=True, lines=((1.0, "1×", Role.TARGET),)),
        markers=[
            *_moments(times, end=end),
            *(Marker(at=each.started_at, label="") for each in deploys if start <= each.started_at <= end),
        ],
    )
    peak = float(np.nanmax(burnt))
    return Chart(
        title=str(objective),
        summary=_("At its worst it burnt %(burn)s.") % {"burn": units.burn(peak)},
        figure=figure,
        columns=(_("Until"), _("Burn rate"), _("Bad"), _("All")),
        rows=tuple(
            (
                f"{dt.datetime.fromtimestamp(int(at), tz=dt.UTC):%Y-%m-%d %H:%M} UTC",
                "–" if np.isnan(rate) else units.burn(float(rate)),
                units.exact_count(float(bad)),
                units.exact_count(float(total)),
            )
            for at, rate, bad, total in zip(history.instants, burnt, history.bad, history.total, strict=True)
        )[:60],
    )


def _moments(times: Times, *, end: dt.datetime) -> list[Marker]:
    """The impact as a band; words for more than that would lie upon each other within minutes."""
    found = []
    if times.impact_started is not None:
        until = times.mitigated or times.resolved or end
        found.append(
            Marker(at=times.impact_started, end=max(until, times.impact_started), label=_("Impact"), role=Role.BAD)
        )
    if times.detected is not None:
        found.append(Marker(at=times.detected, label="", role=Role.RISK))
    return found


def strip(found: Analytics, spread: Spread, *, title: str) -> Chart | None:
    """Every incident a dot, with median and p90; None where no incident has the duration."""
    pairs = zip(found.rows, durations(found.rows, spread.duration), strict=True)
    known = [(row, seconds) for row, seconds in pairs if seconds is not None]
    now = spread.now
    if now.median is None or now.p90 is None:
        return None
    points = Dots(
        name=title,
        x=instants([row.began for row, _seconds in known]),
        y=np.array([_drawn(seconds) for _row, seconds in known]),
        labels=[f"{row.short_id}, {units.duration(seconds)}" for row, seconds in known],
    )
    lines = (
        (_drawn(now.median), _("median %(time)s") % {"time": units.duration(now.median)}, Role.TARGET),
        (_drawn(now.p90), _("p90 %(time)s") % {"time": units.duration(now.p90)}, Role.MUTED),
    )
    top = max(60.0, float(points.y.max())) * 1.6
    figure = dots(
        [points],
        axes=Axes(log=True, lines=lines, y_range=(log10(FLOOR_MIN * 0.7), log10(top))),
        span=found.days.bounds(company.zone()),
        ticks=[(each, units.duration(each * 60)) for each in _TICKS_MIN if each <= top],
    )
    return Chart(
        title=title,
        summary=spread_words(spread),
        figure=figure,
        columns=(_("Incident"), _("Title"), _("Began"), _("Severity"), title),
        rows=tuple(
            (row.short_id, row.title, _day(row.began), level_words(row.severity), units.duration(seconds))
            for row, seconds in sorted(known, key=lambda each: -each[1])[:TABLE_ROWS]
        ),
    )


def spread_words(spread: Spread) -> str:
    now = spread.now
    if now.median is None or now.p90 is None:
        return _("Known of none of these incidents.")
    text = _("Median %(median)s, p90 %(p90)s, known of %(n)s of %(all)s.") % {
        "median": units.duration(now.median),
        "p90": units.duration(now.p90),
        "n": now.n,
        "all": now.n + now.missing,
    }
    if now.interval is None:
        return text + " " + _("Too few for an interval.")
    return (
        text
        + " "
        + _("The median lies between %(low)s and %(high)s (95 %%).")
        % {
            "low": units.duration(now.interval.low),
            "high": units.duration(now.interval.high),
        }
    )


def by_month(found: Analytics) -> Chart:
    """Incidents of each month, stacked by severity; months without one stay."""
    used = [at for at in range(len(found.severities)) if any(month.counts[at] for month in found.months)]
    labels = [f"{month.first:%Y-%m}" for month in found.months]
    parts = [
        Part(
            name=level_words(found.severities[at]),
            values=np.array([month.counts[at] for month in found.months], np.float64),
            role=_role(found.severities[at]),
            hatched=found.severities[at] is None,
        )
        for at in used
    ]
    totals = [sum(month.counts) for month in found.months]
    most = max(totals)
    return Chart(
        title=_("Incidents by month"),
        summary=_("At most %(n)s, in %(month)s. The first and the last month can be incomplete.")
        % {"n": most, "month": labels[totals.index(most)]},
        figure=stacks(labels, parts, axes=Axes(whole=True)),
        columns=(_("Month"), *(part.name for part in parts), _("All")),
        rows=tuple(
            (label, *(str(month.counts[at]) for at in used), str(total))
            for label, month, total in zip(labels, found.months, totals, strict=True)
        ),
    )


def _role(level: int | None) -> Role:
    return Role.MUTED if level is None else _ROLES[min(level, len(_ROLES) - 1)]


def level_words(level: int | None) -> str:
    return _("No severity") if level is None else f"SEV-{level}"


def _drawn(seconds: float) -> float:
    """Minutes on an axis that has no zero."""
    return max(FLOOR_MIN, seconds / 60)


def _day(at: dt.datetime) -> str:
    return f"{at.astimezone(company.zone()):%Y-%m-%d}"
