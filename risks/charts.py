"""The charts of risks: how likely a year costs more than so much."""

from __future__ import annotations

import numpy as np
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from relportal.core import company, units
from relportal.core.charts import Axes, Chart, Role
from relportal.core.curves import Curve, curves
from risks.models import Unit
from risks.queries.detail_money import Sized
from risks.queries.loss_words import about, one_year_in
from risks.queries.portfolio import Shown, Standing
from risks.queries.portfolio_result import Points, Result

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


def portfolio_exceedance(shown: Shown) -> Chart | None:
    """The chance that a year costs more, against what is tolerated; None where nothing is estimated."""
    found = shown.result
    if found is None or found.totals is None or not found.curve:
        return None
    change = shown.change
    # Without a move the two lie on each other.
    before = change.curve if change is not None and change.moves else ()
    series = [_line(_("All risks together"), found.curve, Role.MAIN, fill=True)]
    if change is not None and before:
        series.append(_line(date_format(company.day(change.since.at)), before, Role.THIRD))
    plan = found.after_plan.curve if found.after_plan is not None else ()
    if plan:
        series.append(_line(_("After the plan"), plan, Role.SECOND))
    if found.tolerance:
        series.append(_line(_("Tolerated"), _held_on(found), Role.TARGET))
    unit = found.currency if shown.unit == Unit.MONEY else _("customer minutes")
    figure = curves(
        series,
        axes=Axes(y_title=_("Chance a year"), y_suffix=" %", y_range=(0, _top(found.curve, found.tolerance, before))),
        x_title=_("A year costs more than (%(unit)s, logarithmic)") % {"unit": unit},
        x_log=True,
        at=[(found.totals.p95, _("one year in 20"), Role.MUTED)] if found.totals.p95 else (),
    )
    return Chart(
        title=_("How likely a year costs more"),
        summary=_summary(shown, found),
        figure=figure,
        columns=(_("A year costs more than"), _("Chance"), _("That is"), _("Tolerated")),
        rows=_rows(shown, found),
        size="lg",
    )


def _top(*lines: Points) -> float:
    """Rare risks fill the drawing, too; in percent."""
    return min(100.0, max(chance for line in lines for _loss, chance in line) * 105)


def _line(name: str, points: Points, role: Role, *, fill: bool = False) -> Curve:
    losses, chances = zip(*points, strict=True)
    return Curve(name=name, x=np.array(losses), y=np.array(chances) * 100, role=role, fill=fill)


def _held_on(found: Result) -> Points:
    """Beyond its last point the tolerance holds on, to the end of the curve."""
    end = found.curve[-1][0]
    last_loss, last_chance = found.tolerance[-1]
    return (*found.tolerance, (end, last_chance)) if end > last_loss else found.tolerance


def _summary(shown: Shown, found: Result) -> str:
    if not found.tolerance:
        return _("Nobody has said what is tolerated.")
    if not found.beyond:
        if shown.standing is Standing.WITHIN:
            return _("Losses are nowhere likelier than tolerated.")
        return _("What is estimated is nowhere likelier than tolerated; what is not estimated is missing.")
    worst = max(found.beyond, key=lambda each: each.chance - each.tolerated)
    return _("Likelier than tolerated from %(low)s to %(high)s; most at %(worst)s: %(chance)s instead of %(most)s.") % {
        "low": about(found.beyond[0].low, shown.unit, found.currency),
        "high": about(found.beyond[-1].high, shown.unit, found.currency),
        "worst": about(worst.worst, shown.unit, found.currency),
        "chance": units.percent(worst.chance),
        "most": units.percent(worst.tolerated),
    }


def _rows(shown: Shown, found: Result) -> tuple[tuple[str, ...], ...]:
    """The points of the tolerance, and some of the curve between them."""
    marks: dict[float, tuple[float, float | None]] = {
        loss: (_at(found.curve, loss), tolerated) for loss, tolerated in found.tolerance
    }
    marks |= {loss: (chance, _tolerated(found.tolerance, loss)) for loss, chance in found.curve[::ROWS_EVERY]}
    return tuple(
        (
            about(loss, shown.unit, found.currency),
            units.percent(chance),
            one_year_in(chance),
            units.percent(tolerated) if tolerated is not None else "–",
        )
        for loss, (chance, tolerated) in sorted(marks.items())
    )


def _at(curve: Points, loss: float) -> float:
    losses, chances = zip(*curve, strict=True)
    return float(np.interp(np.log(loss), np.log(losses), chances))


def _tolerated(points: Points, loss: float) -> float | None:
    return _at(points, loss) if points and loss >= points[0][0] else None
