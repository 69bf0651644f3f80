"""KPIs of the month that moved, where the sample carries the claim."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from incidents.domain.statistics import Change
from reports.domain.periods import Cut
from reports.domain.reviews import Block, Fact
from reports.domain.scopes import COMPANY, Scope, ScopeKind
from reports.domain.values import Rag
from reports.kpis import KPIS
from reports.models import Edition, KpiValue
from reports.queries.calendar import calendar
from reports.queries.kpi_words import CHANGES, period_name, written
from reports.queries.packs._base import Item, Look
from reports.queries.scopes import ScopeNames

BANDS = {Rag.RED: "breached", Rag.AMBER: "at_risk", Rag.GREEN: "healthy"}


class KpiMovers(Item):
    key = "kpi_movers"
    title = gettext_lazy("KPI movers")
    about = gettext_lazy("KPIs of the current month that are clearly up or down against the month before.")

    def build(self, look: Look) -> Block:
        period = calendar().period(Cut.MONTH, look.today)
        scope = Scope(ScopeKind.TEAM, look.team) if look.team is not None else COMPANY
        rows = KpiValue.objects.filter(
            scope=scope.kind, number=scope.number, cut=period.cut, first=period.first, edition=Edition.LIVE,
            change__in=(Change.UP, Change.DOWN), computed_at__lte=look.at,
        )  # fmt: skip
        moved = sorted((row for row in rows if row.kpi in KPIS), key=lambda row: KPIS[row.kpi].number)
        asked = "?" + urlencode({"of": ScopeNames().key(scope.kind, scope.number), "period": period.key})
        url = reverse("reports:scorecard") + asked
        facts = tuple(_fact(row, asked) for row in moved)
        when = period_name(period)
        if not moved:
            return Block(claim=_("%(when)s: no KPI has clearly moved") % {"when": when}, url=url)
        claim = ngettext("%(when)s: %(n)d KPI has clearly moved", "%(when)s: %(n)d KPIs have clearly moved", len(moved))
        return Block(claim=claim % {"when": when, "n": len(moved)}, facts=facts, url=url)


def _fact(row: KpiValue, asked: str) -> Fact:
    kpi = KPIS[row.kpi]
    says = _("%(change)s from %(before)s to %(now)s") % {
        "change": CHANGES[Change(row.change)], "before": written(row.before, kpi.unit), "now": written(row.value, kpi.unit),
    }  # fmt: skip
    band = BANDS.get(Rag(row.rag), "")
    return Fact(label=str(kpi.title), says=says, url=reverse("reports:kpi", args=[kpi.key]) + asked, band=band)


PLUGIN = KpiMovers()
