"""The appendix: every SEV-0 and SEV-1, how well the register is kept, and what the words mean."""

from __future__ import annotations

from typing import Final

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relportal.core import units
from reports.domain.payload import Figure, Page, Table
from reports.domain.values import Maturity
from reports.pages._base import ReportPage, cell, kpi_path, line_of, restated_of, table
from reports.pages.customer_minutes import fix_words
from reports.pages.incidents import minutes_cell, severity_name
from reports.queries.claim_words import counts
from reports.queries.facts import Facts
from reports.queries.kpi_words import MATURITIES, period_name
from reports.queries.restated import value_words

MOST: Final = 200
GLOSSARY: Final[tuple[tuple[str | Promise, str | Promise], ...]] = (
    (gettext_lazy("SLI"), gettext_lazy("Good events of all events: what customers got.")),
    (gettext_lazy("SLO"), gettext_lazy("The SLI that was promised, over a window.")),
    (gettext_lazy("Error budget"), gettext_lazy("What may fail without breaking the promise: 100 % less the SLO.")),
    (gettext_lazy("Customer minutes"), gettext_lazy("Length of the impact times customers affected, overlaps merged.")),
    (
        gettext_lazy("No clear change"),
        gettext_lazy("A difference that chance alone gives more often than once in twenty times."),
    ),
    (
        gettext_lazy("95 %: a to b"),
        gettext_lazy("Where the true value lies, by a method that is right 95 times of 100."),
    ),
    (
        gettext_lazy("r"),
        gettext_lazy("Restated: the figure is known otherwise today than when the report was published."),
    ),
    (gettext_lazy("About"), gettext_lazy("Simulated from ranges that people estimated; three digits at most.")),
)


class Appendix(ReportPage):
    key = "appendix"
    number = 17
    topic = gettext_lazy("Appendix")
    about = gettext_lazy(
        "All SEV-0 and SEV-1, where data comes from, how well the risk register is kept, and a glossary."
    )

    def build(self, facts: Facts) -> Page:
        rows = [line for line in facts.card.lines if line.value is not None]
        by_hand = sum(line.value is not None and line.value.maturity == Maturity.MANUAL for line in rows)
        return self.page(
            _("%(n)s KPIs come from tools, the others are entered by hand")
            % {"n": counts(len(rows) - by_hand, len(rows))},
            figures=_tidy(facts),
            tables=[_grave(facts), _restated(facts), _maturity(facts), _glossary()],
        )


def _tidy(facts: Facts) -> list[Figure]:
    if facts.tidy is None:
        return []
    clean, n = facts.tidy
    return [
        Figure(
            key="hygiene",
            label=_("Risks of which nothing is wrong in the register"),
            text=counts(clean, n),
            value=clean / n if n else None,
            unit="share",
            path="/risks/hygiene/",
        )
    ]


def _grave(facts: Facts) -> Table:
    rows = [one for one in facts.incidents.of(facts.asked.period) if one.grave]
    return table(
        "all-grave",
        _("All SEV-0 and SEV-1"),
        [
            (_("Incident"), False),
            (_("Severity"), False),
            (_("Began"), True),
            (_("Impact"), True),
            (_("Customer minutes"), True),
            (_("Budget spent"), True),
            (_("Fix"), False),
        ],
        [
            (
                cell(one.title if one.confidential else f"{one.label} {one.title}", one.path),
                cell(severity_name(one.severity)),
                cell(formats.date_format(one.began, "j M Y")),
                cell(
                    units.duration(one.impact_minutes * 60) if one.impact_minutes is not None else _("not known"),
                    value=one.impact_minutes,
                ),
                minutes_cell(one.customer_minutes),
                cell(
                    units.percent(one.budget_spent, 0) if one.budget_spent is not None else _("not known"),
                    value=one.budget_spent,
                ),
                cell(fix_words(one.fix), one.fix.next_path),
            )
            for one in rows
        ],
        empty=_("There was none."),
        most=MOST,
    )


def _restated(facts: Facts) -> Table:
    """Every figure of the quarters before that is known otherwise now than it was told."""
    rows = [
        (
            cell(str(line.kpi.title), kpi_path(facts, line.kpi.key)),
            cell(period_name(period)),
            cell(value_words(closed, line.kpi.unit), value=closed.value),
            cell(value_words(live, line.kpi.unit), value=live.value),
        )
        for line in sorted(facts.card.lines, key=lambda each: each.kpi.number)
        for period, (closed, live) in restated_of(facts, line.kpi.key).items()
    ]
    return table(
        "restated",
        _("Corrected since it was told"),
        [(_("KPI"), False), (_("Quarter"), False), (_("Told"), True), (_("Known now"), True)],
        rows,
        empty=_("Nothing of the quarters before was corrected."),
        most=MOST,
    )


def _maturity(facts: Facts) -> Table:
    rows = []
    for line in sorted(facts.card.lines, key=lambda each: each.kpi.number):
        value = line_of(facts, line.kpi.key).value
        known = units.percent(value.coverage, 0) if value is not None and value.coverage is not None else "–"
        rows.append((
            cell(f"{line.kpi.number}. {line.kpi.title}"),
            cell(str(MATURITIES[Maturity(value.maturity)]) if value is not None else _("not computed")),
            cell(known, value=value.coverage if value is not None else None),
            cell(units.count(value.n) if value is not None else "–", value=float(value.n) if value is not None else None),
            cell(units.count(value.excluded) if value is not None else "–"),
        ))  # fmt: skip
    return table(
        "maturity",
        _("Where the data comes from"),
        [(_("KPI"), False), (_("Data"), False), (_("Known"), True), (_("n"), True), (_("Left out"), True)],
        rows,
        empty=_("No KPI was computed."),
        most=MOST,
    )


def _glossary() -> Table:
    return table(
        "glossary",
        _("What the words mean"),
        [(_("Word"), False), (_("Meaning"), False)],
        [(cell(str(word)), cell(str(meaning))) for word, meaning in GLOSSARY],
        empty="",
    )


PLUGIN = Appendix()
