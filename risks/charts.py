"""The charts of risks: how likely a year costs more than so much."""

from __future__ import annotations

import numpy as np
from django.utils.translation import gettext as _

from relportal.core import units
from relportal.core.charts import Axes, Chart, Role
from relportal.core.curves import Curve, curves
from risks.models import Unit
from risks.queries.detail_money import Sized
from risks.queries.loss_words import about, one_year_in

ROWS_EVERY = 8
"""Of the points of a curve that stand in its table."""


def risk_exceedance(sized: Sized) -> Chart | None:
    """The chance that a year of one risk costs more; None where no simulated year has an event."""
    if not sized.curve:
        return None
    row = sized.row
    losses, chances = zip(*sized.curve, strict=True)
    unit = row.currency if row.unit == Unit.MONEY else _("customer minutes")
    figure = curves(
        [Curve(name=_("Chance"), x=np.array(losses), y=np.array(chances) * 100, fill=True)],
        axes=Axes(y_title=_("Chance a year"), y_suffix=" %", y_range=(0, max(chances) * 105)),
        x_title=_("A year costs more than (%(unit)s, logarithmic)") % {"unit": unit},
        x_log=True,
        at=[(row.p95, _("one year in 20"), Role.MUTED)] if row.p95 else (),
    )
    words = _(
        "In %(quiet)s of years nothing happens; %(often)s costs more than %(p95)s, and one in 100 more than %(p99)s."
    )
    return Chart(
        title=_("How likely a year costs more"),
        summary=words
        % {
            "quiet": units.percent(row.zero_year),
            "often": one_year_in(0.05),
            "p95": about(row.p95, row.unit, row.currency),
            "p99": about(row.p99, row.unit, row.currency),
        },
        figure=figure,
        columns=(_("A year costs more than"), _("Chance"), _("That is")),
        rows=tuple(
            (about(loss, row.unit, row.currency), units.percent(chance), one_year_in(chance))
            for loss, chance in (*sized.curve[::ROWS_EVERY], sized.curve[-1])
        ),
    )
