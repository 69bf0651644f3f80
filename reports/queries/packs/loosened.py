"""Objectives whose target was changed since the last council."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relportal.core import units
from relportal.core.queries.row_history import rows_at
from reports.domain.reviews import Block, Fact, at_most
from reports.queries.packs._base import SHOWN, Item, Look
from slo.models import Objective


class Loosened(Item):
    key = "loosened"
    title = gettext_lazy("Loosened objectives")
    about = gettext_lazy("Objectives whose target was lowered since the last review, and those that were tightened.")

    def build(self, look: Look) -> Block:
        told = rows_at(Objective, ("target", "service_id"), (look.since, look.at))
        moved = {
            pk: (told[look.since][pk][0], row[0])
            for pk, row in told[look.at].items()
            if pk in told[look.since] and told[look.since][pk][0] != row[0] and row[1] in look.services
        }
        found = Objective.objects.select_related("service").in_bulk(list(moved))
        loosened = [one for one in found.values() if moved[one.pk][1] < moved[one.pk][0]]
        facts = []
        for one in sorted(found.values(), key=lambda each: (each not in loosened, each.pk)):
            was, now = moved[one.pk]
            says = _("%(was)s to %(now)s") % {"was": units.target(was), "now": units.target(now)}
            word = _("loosened") if one in loosened else _("tightened")
            band = "at_risk" if one in loosened else "healthy"
            facts.append(Fact(label=str(one), says=says, url=one.get_absolute_url(), band=band, word=word))
        shown, more = at_most(facts, SHOWN)
        claim = _("%(loosened)d objectives loosened, %(tightened)d tightened") % {
            "loosened": len(loosened), "tightened": len(found) - len(loosened),
        }  # fmt: skip
        url = f"{reverse('slo:objective-list')}"
        return Block(claim=claim, facts=shown, more=more, url=url, band="at_risk" if loosened else "healthy")


PLUGIN = Loosened()
