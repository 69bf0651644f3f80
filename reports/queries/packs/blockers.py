"""What keeps learning from happening: postmortems and actions without an owner, and promises that were put off."""

from __future__ import annotations

from django.db.models import F, Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from incidents.models import ActionPriority, ActionState, Postmortem
from reports.domain.reviews import Block, Fact, at_most
from reports.queries.packs._base import SHOWN, Item, Look


class Blockers(Item):
    key = "blockers"
    title = gettext_lazy("Blockers")
    about = gettext_lazy("Postmortems and actions without an owner, and urgent actions whose date was put off.")

    def build(self, look: Look) -> Block:
        unpublished = Q(published_at=None) | Q(published_at__gt=look.at)
        orphans = Postmortem.objects.filter(unpublished, incident__in=look.incidents(), owner=None)
        undone = look.actions().filter(Q(done_at=None) | Q(done_at__gt=look.at)).exclude(state=ActionState.DROPPED)
        stuck = undone.filter(Q(owner=None) | Q(priority=ActionPriority.HIGH, due_on__gt=F("first_due_on")))
        facts = [
            Fact(
                label=str(one.incident),
                says=_("postmortem without an owner"),
                url=one.get_absolute_url(),
                band="at_risk",
            )
            for one in orphans.select_related("incident")
        ]
        for item in stuck.select_related("owner").order_by("due_on"):
            says = (
                _("action without an owner")
                if item.owner is None
                else _("put off since %(day)s") % {"day": date_format(item.first_due_on, "j M")}
            )
            facts.append(Fact(label=str(item), says=says, url=item.get_absolute_url(), band="at_risk"))
        shown, more = at_most(facts, SHOWN)
        url = f"{reverse('incidents:action-list')}"
        if not facts:
            return Block(claim=_("Nothing is blocked"), url=url, band="healthy")
        claim = ngettext("%(n)d thing is blocked", "%(n)d things are blocked", len(facts)) % {"n": len(facts)}
        return Block(claim=claim, facts=shown, more=more, url=url, band="at_risk")


PLUGIN = Blockers()
