"""Objectives that were never missed: too loose, or worth telling."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from relportal.core import units
from reports.domain.reviews import Block, Fact, at_most
from reports.queries.packs._base import SHOWN, Item, Look
from reports.queries.packs._months import months
from slo.models import Objective


class NeverMissed(Item):
    key = "never_missed"
    title = gettext_lazy("Never missed")
    about = gettext_lazy(
        "Objectives that were met in every one of the last six months, those with the most to spare first."
    )

    def build(self, look: Look) -> Block:
        kept = {pk: rows for pk, rows in months(look).items() if all(one.met for one in rows)}
        spent = {pk: max(one.consumed or 0.0 for one in rows) for pk, rows in kept.items()}
        found = Objective.objects.in_bulk(list(kept))
        ordered = sorted(found.values(), key=lambda one: (spent[one.pk], one.pk))
        facts = [
            Fact(
                label=f"{one.short_id} {one.name}",
                says=_("at most %(spent)s of the budget in a month") % {"spent": units.percent(spent[one.pk], 0)},
                url=one.get_absolute_url(),
            )
            for one in ordered
        ]
        shown, more = at_most(facts, SHOWN)
        claim = ngettext("%(n)d objective was never missed", "%(n)d objectives were never missed", len(facts))
        return Block(claim=claim % {"n": len(facts)}, facts=shown, more=more, url=reverse("slo:objective-list"))


PLUGIN = NeverMissed()
