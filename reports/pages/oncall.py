"""Page 12: what on-call asks of people. Teams and never persons are shown, and too few answers are not shown at all."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reports.domain.payload import Cell, Page, Table
from reports.domain.values import Lacking, Rag
from reports.kpis import KPIS
from reports.models import KpiValue
from reports.pages._base import TONES, ReportPage, beside_text, cell, kpi_claim, kpi_figure, kpi_history, line_of, table
from reports.queries.claim_words import told_counted
from reports.queries.facts import Facts
from reports.queries.kpi_words import LACKING, told

KPIS_OF_PEOPLE: Final = ("page_load", "toil", "oncall_satisfaction")


class OnCall(ReportPage):
    key = "oncall"
    number = 12
    topic = gettext_lazy("On-call and toil")
    about = gettext_lazy("Pages, toil and what people on call say, by team and never by person.")

    def build(self, facts: Facts) -> Page:
        return self.page(
            _title(facts),
            so_what=_so_what(facts),
            claims=[kpi_claim(facts, key) for key in KPIS_OF_PEOPLE],
            figures=[kpi_figure(facts, key) for key in KPIS_OF_PEOPLE],
            charts=[
                kpi_history(facts, "page_load", title=_("Pages per shift, by quarter")),
                kpi_history(facts, "toil", title=_("Toil, by quarter")),
            ],
            tables=[_teams(facts)],
            notes=[
                *(beside_text(facts, key) for key in KPIS_OF_PEOPLE),
                _("Answers of fewer than five people are not shown."),
            ],
        )


def _title(facts: Facts) -> str:
    heavy = [line.name for line in facts.teams if _red(line.values.get("toil")) or _red(line.values.get("page_load"))]
    if heavy:
        words = ngettext(
            "%(n)d of %(all)d teams carries too much: %(names)s",
            "%(n)d of %(all)d teams carry too much: %(names)s",
            len(heavy),
        )
        return words % {
            "n": len(heavy), "all": len(facts.teams), "names": ", ".join(heavy[:4]),
        }  # fmt: skip
    load = line_of(facts, "page_load")
    if load.value is None or load.value.value is None:
        return _("Nobody has told yet how often people on call are paged")
    bearable = all(line_of(facts, key).rag is not Rag.RED for key in KPIS_OF_PEOPLE) and load.rag is Rag.GREEN
    words = _("On-call is bearable: %(n)s pages a shift") if bearable else _("People on call get %(n)s pages a shift")
    return words % {"n": told(load.value.value, load.kpi.unit)}


def _red(value: KpiValue | None) -> bool:
    return value is not None and value.rag == Rag.RED


def _so_what(facts: Facts) -> str:
    worst = [line.name for line in facts.teams if _red(line.values.get("toil"))]
    if worst:
        words = ngettext(
            "Give this team time to automate before it gets new work: %(names)s.",
            "Give these teams time to automate before they get new work: %(names)s.",
            len(worst),
        )
        return words % {"names": ", ".join(worst[:3])}
    lines = [line_of(facts, key) for key in KPIS_OF_PEOPLE]
    off = [str(line.kpi.title) for line in lines if line.rag in (Rag.RED, Rag.AMBER)]
    if off:
        return _("Off target: %(kpis)s.") % {"kpis": ", ".join(off)}
    if all(line.rag is Rag.GREY for line in lines):
        return _("Ask the teams for their pages and their toil: until then nobody knows what on-call asks of people.")
    return _("Keep the load where it is, and look at teams whose numbers are missing.")


def _teams(facts: Facts) -> Table:
    return table(
        "teams",
        _("By team"),
        [(_("Team"), False), *((str(KPIS[key].title), True) for key in KPIS_OF_PEOPLE)],
        [(cell(line.name), *(_cell(key, line.values.get(key)) for key in KPIS_OF_PEOPLE)) for line in facts.teams],
        empty=_("No team of this scope has services."),
        note=_("In the order of their names: teams are not ranked."),
    )


def _cell(key: str, value: KpiValue | None) -> Cell:
    if value is None or value.value is None:
        return cell(str(LACKING[Lacking(value.lacking)]) if value is not None and value.lacking else "–")
    said = told_counted(value.value, KPIS[key].unit, numerator=value.numerator, denominator=value.denominator)
    return cell(said, value=value.value, tone=TONES[Rag(value.rag)])


PLUGIN = OnCall()
