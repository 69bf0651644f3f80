"""Page 1: are customers better or worse off, what did it cost, what is asked."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relportal.core import units
from reports.domain.payload import Claim, Figure, Page, Source, Tone
from reports.domain.scopes import ScopeKind
from reports.domain.values import Rag, Unit
from reports.pages._base import (
    ReportPage,
    fact_of,
    kpi_claim,
    kpi_figure,
    kpi_path,
    kpi_text,
    line_of,
    list_path,
    period_words,
    top_claims,
)
from reports.pages.incidents import count_fact
from reports.queries.claim_words import change_words
from reports.queries.facts import Facts
from reports.queries.kpi_words import told
from risks.queries.loss_words import about, one_year_in

TEN_YEARS = 0.1


class Headline(ReportPage):
    key = "headline"
    number = 1
    topic = gettext_lazy("Headline")
    about = gettext_lazy("Are customers better or worse off, what did it cost, and what is asked of you; five figures.")
    leading = True
    needed = True

    def build(self, facts: Facts) -> Page:
        claims = [kpi_claim(facts, "slo_attainment"), kpi_claim(facts, "customer_minutes")]
        said = {each.text for each in claims}
        claims += [each for each in top_claims(facts, 4) if each.text not in said]
        exposed = exposure_claim(facts)
        return self.page(
            _title(facts),
            so_what=_so_what(facts),
            claims=[*claims, *([exposed] if exposed is not None else [])],
            figures=[
                kpi_figure(facts, "slo_attainment"),
                kpi_figure(facts, "customer_minutes"),
                _grave(facts),
                _expected(facts),
                _overdue(facts),
            ],
            notes=[_("The period goes on: these figures still move.") if facts.asked.goes_on else ""],
        )


def _title(facts: Facts) -> str:
    slo, minutes = line_of(facts, "slo_attainment"), line_of(facts, "customer_minutes")
    said = []
    if slo.value is not None and slo.value.value is not None:
        said.append(_("%(counts)s tier-1 SLOs met") % {"counts": kpi_text(slo)})
    if minutes.value is not None and minutes.value.value is not None:
        lost = told(minutes.value.value, Unit.MINUTES)
        change = change_words(fact_of(facts, minutes), Unit.MINUTES)
        words = _("customers lost %(lost)s (%(change)s)") if change else _("customers lost %(lost)s")
        said.append(words % {"lost": lost, "change": change})
    if not said:
        return _("%(period)s: nothing was measured yet") % {"period": period_words(facts)}
    return f"{period_words(facts)}: {', '.join(said)}"


def _so_what(facts: Facts) -> str:
    red = [line for line in facts.card.lines if line.rag is Rag.RED]
    if all(line.rag is Rag.GREY for line in facts.card.lines):
        return _("No KPI can be judged yet: connect what the scorecard asks for.")
    if not red:
        return _("No KPI is missed; what falls short has its owner and its action on the scorecard.")
    names = ", ".join(str(line.kpi.title) for line in red[:3])
    return _("Act on what is missed: %(names)s.") % {"names": names}


def _grave(facts: Facts) -> Figure:
    fact = count_fact(facts, lambda one: one.grave)
    return Figure(
        key="grave",
        label=_("SEV-0 and SEV-1 incidents"),
        text=units.count(fact.now),
        value=fact.now,
        unit=Unit.COUNT.value,
        change=change_words(fact, Unit.COUNT),
        basis=_("of %(n)s incidents") % {"n": units.count(len(facts.incidents.of(facts.asked.period)))},
        path=kpi_path(facts, "incidents"),
    )


def _expected(facts: Facts) -> Figure:
    found = facts.exposure.now
    if found is None or found.totals is None:
        alone = facts.asked.scope.kind is not ScopeKind.COMPANY
        text = _("N/A: told of the company as a whole") if alone else _("N/A: no risk is estimated in money")
        return Figure(key="expected", label=_("Expected loss a year"), text=text, tone=Tone.GREY)
    totals, before = found.totals, facts.exposure.before
    was = before.totals.expected if before is not None and before.totals is not None else None
    return Figure(
        key="expected",
        label=_("Expected loss a year"),
        text=about(totals.expected, "money", found.currency),
        value=totals.expected,
        unit=found.currency,
        change=_("%(loss)s before") % {"loss": about(was, "money", found.currency)} if was is not None else "",
        basis=_("half of the years below %(p50)s, one in twenty above %(p95)s")
        % {"p50": units.three_digits(totals.p50), "p95": units.three_digits(totals.p95)},
        path="/risks/portfolio/",
    )


def _overdue(facts: Facts) -> Figure:
    late = [one for one in facts.learning.overdue if one.severity in (0, 1)]
    return Figure(
        key="overdue",
        label=_("Overdue actions of SEV-0 and SEV-1"),
        text=units.count(len(late)),
        value=float(len(late)),
        unit=Unit.COUNT.value,
        target="≤ 0",
        tone=Tone.RED if late else Tone.GREEN,
        word=_("Missed") if late else _("On target"),
        basis=_("%(n)s overdue of all severities") % {"n": units.count(len(facts.learning.overdue))},
        path=list_path(facts, "incidents:action-list", state="overdue"),
    )


def exposure_claim(facts: Facts) -> Claim | None:
    """What one year in ten costs, where it was simulated."""
    found = facts.exposure.now
    if found is None or found.totals is None or not found.curve:
        return None
    worse = [loss for loss, chance in found.curve if chance >= TEN_YEARS]
    if not worse:
        return None
    words = {"years": one_year_in(TEN_YEARS), "loss": about(max(worse), "money", found.currency)}
    return Claim(
        text=_("By the risks that are estimated, %(years)s costs more than %(loss)s.") % words,
        sources=(Source(label=_("All risks together"), path="/risks/portfolio/"),),
    )


PLUGIN = Headline()
