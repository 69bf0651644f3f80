"""SLO health, and what changed since the last review."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relportal.core import units
from reports.domain.reviews import Block, Fact, at_most
from reports.queries.packs._base import SHOWN, Item, Look
from reports.queries.packs._standing import Stood
from slo.domain.bands import Band
from slo.models import Band as Words


class SloHealth(Item):
    key = "slo_health"
    title = gettext_lazy("SLO health")
    about = gettext_lazy(
        "How many objectives are breached or at risk, and which of them changed since the last review."
    )

    def build(self, look: Look) -> Block:
        before, now = look.standings
        counts = {each: sum(one.band is each for one in now.values()) for each in Band}
        changed = [
            (before[pk], one)
            for pk, one in now.items()
            if pk in before and before[pk].band is not one.band and Band.NO_DATA not in (before[pk].band, one.band)
        ]
        changed.sort(key=lambda pair: (pair[1].band.rank, pair[1].remaining or 0))
        facts, more = at_most([_fact(was, one) for was, one in changed], SHOWN)
        words = _("%(breached)d of %(n)d objectives breached, %(risk)d at risk; %(changed)d changed") % {
            "breached": counts[Band.BREACHED], "risk": counts[Band.AT_RISK], "n": len(now), "changed": len(changed),
        }  # fmt: skip
        bad = Band.BREACHED if counts[Band.BREACHED] else Band.AT_RISK if counts[Band.AT_RISK] else Band.HEALTHY
        if not now or counts[Band.NO_DATA] == len(now):
            words, bad = _("No objective has data"), Band.NO_DATA
        return Block(claim=words, facts=facts, more=more, url=f"{reverse('slo:objective-list')}", band=bad.value)


def _fact(was: Stood, now: Stood) -> Fact:
    says = _("%(before)s before, %(now)s of the budget left now") % {
        "before": units.percent(was.remaining, 0), "now": units.percent(now.remaining, 0),
    }  # fmt: skip
    url = now.objective.get_absolute_url()
    return Fact(
        label=str(now.objective), says=says, url=url, band=now.band.value, word=str(Words(now.band.value).label)
    )


PLUGIN = SloHealth()
