"""Objectives that were missed month after month: too tight, or not worked on."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reports.domain.reviews import Block, Fact, at_most
from reports.queries.packs._base import SHOWN, Item, Look
from reports.queries.packs._months import LEAST, months
from slo.models import Objective


class AlwaysMissed(Item):
    key = "always_missed"
    title = gettext_lazy("Always missed")
    about = gettext_lazy("Objectives that were missed in each of the last three months.")

    def build(self, look: Look) -> Block:
        kept = {pk: rows for pk, rows in months(look).items() if not any(one.met for one in rows[-LEAST:])}
        found = Objective.objects.select_related("service").in_bulk(list(kept))
        facts = [
            Fact(
                label=str(one),
                says=_("missed in %(k)d of %(n)d months")
                % {"k": sum(not each.met for each in kept[pk]), "n": len(kept[pk])},
                url=one.get_absolute_url(),
                band="breached",
                word=_("missed"),
            )
            for pk, one in sorted(found.items())
        ]
        shown, more = at_most(facts, SHOWN)
        words = ngettext(
            "%(n)d objective is missed month after month", "%(n)d objectives are missed month after month", len(facts)
        )
        claim = words % {"n": len(facts)} if facts else _("No objective is missed month after month")
        url = f"{reverse('slo:objective-list')}"
        return Block(claim=claim, facts=shown, more=more, url=url, band="breached" if facts else "healthy")


PLUGIN = AlwaysMissed()
