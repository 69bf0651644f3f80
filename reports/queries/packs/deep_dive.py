"""One service, looked at closely: drawn, so that every team is prepared."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.models import ActionState
from relportal.core import units
from reports.domain.reviews import Block, Fact
from reports.queries.packs._base import Item, Look
from risks.models import Risk
from slo.models import Band


class DeepDive(Item):
    key = "deep_dive"
    title = gettext_lazy("Deep dive")
    about = gettext_lazy(
        "One service, drawn by the week: the longer ago it was drawn, the likelier. Its team shows it."
    )

    def build(self, look: Look) -> Block:
        one = look.drawn
        if one is None:
            return Block(claim=_("No service to draw from"))
        _before, now = look.standings
        facts = [
            Fact(
                label=str(stood.objective),
                says=_("%(left)s of the budget left") % {"left": units.percent(stood.remaining, 0)}
                if stood.remaining is not None
                else "",
                url=stood.objective.get_absolute_url(),
                band=stood.band.value,
                word=str(Band(stood.band.value).label),
            )
            for stood in now.values()
            if stood.objective.service_id == one.pk
        ]
        risks = Risk.objects.filter(services=one, created_at__lt=look.at).exclude(closed_at__lte=look.at)
        facts += [Fact(label=str(risk), says=_("risk"), url=risk.get_absolute_url()) for risk in risks[:5]]
        undone = look.actions().filter(service=one, done_at=None).exclude(state=ActionState.DROPPED)
        facts += [
            Fact(
                label=str(item),
                says=_("action, due %(day)s") % {"day": date_format(item.due_on, "j M")},
                url=item.get_absolute_url(),
            )
            for item in undone.order_by("due_on")[:5]
        ]
        team = one.team.name if one.team else _("nobody")
        claim = _("%(service)s, tier %(tier)d, of %(team)s") % {"service": one.name, "tier": one.tier, "team": team}
        return Block(claim=claim, facts=tuple(facts), url=one.get_absolute_url())


PLUGIN = DeepDive()
