"""Who spends the error budget fastest."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from relportal.core import units
from reports.domain.reviews import Block, Fact, at_most
from reports.queries.packs._base import Item, Look
from slo.models import Band

LEADERS = 5


class BudgetBurn(Item):
    key = "budget_burn"
    title = gettext_lazy("Budget burn")
    about = gettext_lazy("The objectives that burnt fastest over the last three days.")

    def build(self, look: Look) -> Block:
        _before, now = look.standings
        leaders = sorted(
            (one for one in now.values() if one.burn is not None and one.burn > 1), key=lambda one: -(one.burn or 0)
        )
        facts = [
            Fact(
                label=str(one.objective),
                says=_("%(burn)s over 3 days, %(left)s of the budget left")
                % {"burn": units.burn(one.burn), "left": units.percent(one.remaining, 0)},
                url=one.objective.get_absolute_url(),
                band=one.band.value,
                word=str(Band(one.band.value).label),
            )
            for one in leaders
        ]
        shown, more = at_most(facts, LEADERS)
        claim = ngettext(
            "%(n)d objective burns faster than it may", "%(n)d objectives burn faster than they may", len(leaders)
        ) % {"n": len(leaders)}
        if not leaders:
            claim = _("No objective burns faster than it may")
        if all(one.burn is None for one in now.values()):
            return Block(claim=_("No objective has data"), url=reverse("slo:objective-list"), band="no_data")
        url = f"{reverse('slo:objective-list')}?sort=-burn"
        return Block(claim=claim, facts=shown, more=more, url=url, band="at_risk" if leaders else "healthy")


PLUGIN = BudgetBurn()
