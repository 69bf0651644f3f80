"""The charts of an incident: how fast its objectives burnt while it went on, with what happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
from django.utils.translation import gettext as _

from incidents.domain.times import Times
from incidents.models import Deploy
from relportal.core import units
from relportal.core.charts import Axes, Chart, Marker, Role, Series, time_series
from slo.models import Objective
from slo.queries.budget_history import budget_history


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
        axes=Axes(
            y_suffix="×", zero_line=True, lines=((1.0, _("All of the budget by the end of its window"), Role.TARGET),)
        ),
        markers=[*_moments(times), *(_deploy(each) for each in deploys if start <= each.started_at <= end)],
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


def _moments(times: Times) -> list[Marker]:
    named = (
        (times.impact_started, _("Impact"), Role.BAD),
        (times.detected, _("Detected"), Role.RISK),
        (times.mitigated, _("Mitigated"), Role.GOOD),
        (times.resolved, _("Resolved"), Role.MUTED),
    )
    return [Marker(at=at, label=label, role=role) for at, label, role in named if at is not None]


def _deploy(deploy: Deploy) -> Marker:
    return Marker(at=deploy.started_at, label=_("Deploy %(what)s") % {"what": (deploy.revision or deploy.key)[:8]})
