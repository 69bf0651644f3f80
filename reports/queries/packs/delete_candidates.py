"""Rules that could go: never actionable over a quarter."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reports.domain.reviews import Block, at_most
from reports.queries.packs._base import SHOWN, Item, Look
from reports.queries.packs._rules import rules

QUARTER = dt.timedelta(days=90)
LEAST = 3


class DeleteCandidates(Item):
    key = "delete_candidates"
    title = gettext_lazy("Candidates to delete")
    about = gettext_lazy("Rules that fired at least three times in 90 days and never meant anything to do.")

    def build(self, look: Look) -> Block:
        found = rules(replace(look, since=look.at - QUARTER).alerts())
        useless = [one for one in found if one.fired >= LEAST and not one.actionable]
        useless.sort(key=lambda one: (-one.noise, -one.fired, one.name))
        shown, more = at_most([one.fact() for one in useless], SHOWN)
        url = reverse("incidents:alert-list")
        if not useless:
            return Block(claim=_("Every rule that fires was of use"), url=url, band="healthy")
        claim = ngettext(
            "%(n)d rule was never of use in 90 days", "%(n)d rules were never of use in 90 days", len(useless)
        )
        return Block(claim=claim % {"n": len(useless)}, facts=shown, more=more, url=url, band="at_risk")


PLUGIN = DeleteCandidates()
