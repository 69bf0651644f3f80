"""Page 13: what changes broke, how well capacity was foreseen, and what it costs beside what it gives."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.domain.claims import Fact, Form, form
from reports.domain.payload import Page, Table
from reports.domain.values import Rag
from reports.pages._base import ReportPage, fact_of, kpi_claim, kpi_figure, kpi_history, kpi_text, line_of
from reports.pages._drivers import share_claims, share_table
from reports.queries.claim_words import counts
from reports.queries.facts import Facts

SHOWN: Final = ("change_failure", "rollback", "forecast_accuracy", "cost_efficiency")


class Change(ReportPage):
    key = "change"
    number = 13
    topic = gettext_lazy("Change, capacity, cost")
    about = gettext_lazy("Changes that failed, rollbacks, forecasts, and cost beside attainment, never without it.")

    def build(self, facts: Facts) -> Page:
        fact = fact_of(facts, line_of(facts, "change_failure"))
        return self.page(
            _title(facts),
            so_what=_so_what(facts),
            claims=[
                kpi_claim(facts, SHOWN[0]),
                *share_claims(fact, facts.parts.changes, _("services that are gone")),
                # The tiles say of the others what they were before.
                *(kpi_claim(facts, key) for key in SHOWN[1:] if _is_clear(fact_of(facts, line_of(facts, key)))),
            ],
            figures=[*(kpi_figure(facts, key) for key in SHOWN), kpi_figure(facts, "slo_attainment")],
            charts=[
                kpi_history(facts, "change_failure", title=_("Changes that failed, by quarter")),
                kpi_history(facts, "cost_efficiency", title=_("Cost of a request, the first quarter known is 100")),
            ],
            # Without a clear change nothing drove one, and the page is full.
            tables=[_services(facts, fact)] if _is_clear(fact) else [],
            notes=[_("Cost stands beside attainment: cheaper and worse is no success.")],
        )


def _is_clear(fact: Fact) -> bool:
    return form(fact) in (Form.ROSE, Form.FELL)


def _services(facts: Facts, fact: Fact) -> Table:
    return share_table(
        "by-service", _("Changes that failed, by service"), fact, facts.parts.changes, head=_("Service"),
        nobody=_("services that are gone"), empty=_("One of the quarters has no change to compare with."),
    )  # fmt: skip


def _title(facts: Facts) -> str:
    failed, cost = line_of(facts, "change_failure"), line_of(facts, "cost_efficiency")
    said = []
    if failed.value is not None and failed.value.value is not None:
        of = counts(failed.value.numerator or 0, failed.value.denominator or 0)
        said.append(_("%(counts)s changes failed") % {"counts": of})
    if cost.value is not None and cost.value.value is not None:
        said.append(_("a request costs %(index)s where the first quarter known is 100") % {"index": kpi_text(cost)})
    return "; ".join(said) if said else _("Neither changes nor costs are known")


def _so_what(facts: Facts) -> str:
    off = [str(line_of(facts, key).kpi.title) for key in SHOWN if line_of(facts, key).rag in (Rag.RED, Rag.AMBER)]
    if off:
        return _("Off target: %(kpis)s.") % {"kpis": ", ".join(off)}
    if all(line_of(facts, key).rag is Rag.GREY for key in SHOWN):
        return _("None of it can be judged: connect the tool that deploys, and enter forecasts and costs.")
    return _("Ship as you do.")


PLUGIN = Change()
