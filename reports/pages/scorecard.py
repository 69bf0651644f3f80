"""Page 2: all KPIs, the worst first in each group, grey ones among them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reports.domain.payload import Cell, Page, Table
from reports.domain.values import Lacking, Rag
from reports.pages._base import (
    TONES,
    ReportPage,
    basis_text,
    cell,
    fact_of,
    kpi_path,
    kpi_text,
    period_words,
    table,
    target_text,
    top_claims,
)
from reports.queries.claim_words import change_words
from reports.queries.facts import Facts
from reports.queries.kpi_words import HEADINGS, RAGS
from reports.queries.scorecard import Group, Line

NAMED: Final = 4


class ScorecardPage(ReportPage):
    key = "scorecard"
    number = 2
    topic = gettext_lazy("Scorecard")
    about = gettext_lazy("All KPIs by four headings, the worst first; what nobody can judge stands there as well.")
    leading = True
    needed = True

    def build(self, facts: Facts) -> Page:
        return self.page(
            _title(facts),
            so_what=_so_what(facts),
            claims=top_claims(facts, 3),
            tables=[_table(facts, group) for group in facts.card.groups],
            notes=[
                _("There is no grade of all KPIs together: a mean of unlike figures hides the one that matters."),
                _("Of KPIs that are not closed yet, the figure of now is shown.") if facts.asked.goes_on else "",
            ],
        )


def _title(facts: Facts) -> str:
    counts = Counter(line.rag for line in facts.card.lines)
    judged = len(facts.card.lines) - counts[Rag.GREY]
    if not judged:
        return _("%(period)s: none of %(n)d KPIs can be judged") % {
            "period": period_words(facts), "n": len(facts.card.lines),
        }  # fmt: skip
    words = ngettext(
        "%(missed)d of %(n)d KPIs judged is missed, %(short)d short of target, %(grey)d nobody can judge",
        "%(missed)d of %(n)d KPIs judged are missed, %(short)d short of target, %(grey)d nobody can judge",
        counts[Rag.RED],
    )
    return words % {"missed": counts[Rag.RED], "n": judged, "short": counts[Rag.AMBER], "grey": counts[Rag.GREY]}


def _so_what(facts: Facts) -> str:
    blind = _titles(line for line in facts.card.lines if line.rag is Rag.GREY and not _had_too_little(line))
    missed = _titles(line for line in facts.card.lines if line.rag is Rag.RED)
    if blind:
        return _("Connect what is missing before the next report: %(kpis)s.") % {"kpis": blind}
    if missed:
        return _("Decide by the ones that are missed: %(kpis)s.") % {"kpis": missed}
    return _("Nothing is missed, and nothing is to be connected.")


def _had_too_little(line: Line) -> bool:
    """There was nothing to count, or not enough: no tool and no form would have changed that."""
    return line.value is not None and line.value.lacking in (Lacking.NOTHING, Lacking.FEW)


def _titles(lines: Iterable[Line]) -> str:
    return ", ".join([str(line.kpi.title) for line in lines][:NAMED])


def _table(facts: Facts, group: Group) -> Table:
    return table(
        group.heading.value,
        str(HEADINGS[group.heading]),
        [
            (_("KPI"), False),
            (_("State"), False),
            (_("Value"), True),
            (_("Target"), True),
            (_("Against the period before"), False),
            (_("n, range, coverage"), False),
        ],
        [_row(facts, line) for line in group.lines],
        empty=_("No KPI stands under this heading."),
        keys=[line.kpi.key for line in group.lines],
    )


def _row(facts: Facts, line: Line) -> tuple[Cell, ...]:
    return (
        cell(str(line.kpi.title), kpi_path(facts, line.kpi.key)),
        cell(str(RAGS[line.rag]), tone=TONES[line.rag]),
        cell(kpi_text(line), value=line.value.value if line.value is not None else None),
        cell(target_text(line) or "–", value=line.value.green if line.value is not None else None),
        cell(change_words(fact_of(facts, line), line.kpi.unit) or "–"),
        cell(basis_text(line) or "–"),
    )


PLUGIN = ScorecardPage()
