"""Page 14: what was invested, what it was to bring, and what it brought; those that did not pay are shown too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from relportal.core import units
from reports.domain.payload import Cell, Page, Tone
from reports.kpis import KPIS
from reports.models import Investment
from reports.pages._base import PeoplePage, cell, of_scope, table
from reports.queries.claim_words import counts
from reports.queries.facts.people import PeopleFacts


class Investments(PeoplePage):
    key = "investments"
    number = 14
    topic = gettext_lazy("Investments")
    about = gettext_lazy("Each investment: what was promised, spent and observed, and its net benefit as a range.")

    def of_people(self, told: PeopleFacts) -> Page:
        rows = told.investments
        return self.page(
            _title(rows),
            so_what=_so_what(rows),
            tables=[
                table(
                    "investments",
                    _("What was invested"),
                    [
                        (_("Investment"), False),
                        (_("Promised"), False),
                        (_("State"), False),
                        (_("Spent"), True),
                        (_("Observed"), False),
                        (_("Net benefit a year"), True),
                    ],
                    [_row(one) for one in rows],
                    empty=_("No investment was entered for this quarter."),
                )
            ],
            notes=[
                _("About three of four that pay is healthy: where all do, the goals were easy.") if rows else "",
                of_scope(told),
            ],
        )


def _judged(rows: Sequence[Investment]) -> list[Investment]:
    return [one for one in rows if one.benefit_low is not None]


def _title(rows: Sequence[Investment]) -> str:
    judged = _judged(rows)
    if not rows:
        return _("No investment into reliability was entered")
    given = {"n": len(rows), "spent": _spent(rows)}
    if not judged:
        words = ngettext(
            "%(n)d investment has cost %(spent)s, and nobody knows yet whether it pays",
            "%(n)d investments have cost %(spent)s, and of none it is known yet whether it pays",
            len(rows),
        )
        return words % given
    pays = sum((one.benefit_low or 0) > 0 for one in judged)
    lost = sum((one.benefit_high or 0) < 0 for one in judged)
    given |= {"pays": counts(pays, len(judged)), "lost": lost}
    words = _("%(pays)s investments pay")
    if lost:
        words += ngettext(", and %(lost)d loses money", ", and %(lost)d lose money", lost)
    spent = ngettext("%(n)d has cost %(spent)s", "all %(n)d have cost %(spent)s", len(rows))
    return f"{words}; {spent}" % given


def _spent(rows: Sequence[Investment]) -> str:
    """Of each currency apart: nobody has signed for a rate."""
    sums: defaultdict[str, float] = defaultdict(float)
    for one in rows:
        sums[one.currency] += one.spent
    return ", ".join(f"{units.three_digits(sums[each])}{units.NNBSP}{each}" for each in sorted(sums))


def _so_what(rows: Sequence[Investment]) -> str:
    lost = [one.title for one in _judged(rows) if (one.benefit_high or 0) < 0]
    if lost:
        return _("Stop, or say why not: %(names)s.") % {"names": ", ".join(lost[:2])}
    return _("Judge each by what was observed, not by what was promised.") if rows else _("Enter what was promised.")


def _row(one: Investment) -> tuple[Cell, ...]:
    aim = (
        _("%(effect)s (%(kpi)s)") % {"effect": one.promised, "kpi": KPIS[one.kpi].title}
        if one.kpi in KPIS
        else one.promised
    )
    return (
        cell(one.title),
        cell(aim),
        cell(str(one.get_state_display())),
        cell(f"{units.three_digits(one.spent)}{units.NNBSP}{one.currency}", value=one.spent),
        cell(one.observed or _("nothing yet")),
        _benefit(one),
    )


def _benefit(one: Investment) -> Cell:
    if one.benefit_low is None or one.benefit_high is None:
        return cell(_("not known"))
    text = _("about %(low)s to %(high)s%(gap)s%(currency)s") % {
        "low": units.three_digits(one.benefit_low), "high": units.three_digits(one.benefit_high), "gap": units.NNBSP,
        "currency": one.currency,
    }  # fmt: skip
    tone = Tone.GREEN if one.benefit_low > 0 else Tone.RED if one.benefit_high < 0 else Tone.NONE
    return cell(text, value=(one.benefit_low + one.benefit_high) / 2, tone=tone)


PLUGIN = Investments()
