"""The rules that fired most often."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reports.domain.reviews import Block, at_most
from reports.queries.packs._base import Item, Look
from reports.queries.packs._rules import rules

MOST = 10


class NoisyAlerts(Item):
    key = "noisy_alerts"
    title = gettext_lazy("Noisy alerts")
    about = gettext_lazy("The ten rules that fired most often since the last review, and as what they were judged.")

    def build(self, look: Look) -> Block:
        found = rules(look.alerts())
        fired, unjudged = sum(one.fired for one in found), sum(one.unjudged for one in found)
        shown, more = at_most([one.fact() for one in found if one.fired > 1], MOST)
        if not found:
            return Block(claim=_("No alert has fired"), url=reverse("incidents:alert-list"), band="healthy")
        noise = sum(one.noise for one in found)
        of = ngettext("%(n)d rule fired", "%(n)d rules fired", len(found)) % {"n": len(found)}
        claim = _("%(rules)s %(n)d times: %(noise)d judged noise, %(unjudged)d unjudged") % {
            "n": fired, "rules": of, "noise": noise, "unjudged": unjudged,
        }  # fmt: skip
        url = reverse("incidents:alert-list")
        return Block(claim=claim, facts=shown, more=more, url=url, band="at_risk" if noise * 2 > fired else "")


PLUGIN = NoisyAlerts()
