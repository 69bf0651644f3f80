"""Decisions that are wanted."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reports.domain.asks import Urgency, urgency
from reports.domain.reviews import Block, Fact, at_most
from reports.models import Ask
from reports.queries.packs._base import SHOWN, Item, Look


class Asks(Item):
    key = "asks"
    title = gettext_lazy("Decisions wanted")
    about = gettext_lazy("Asks that wait for their decision, the soonest first.")

    def build(self, look: Look) -> Block:
        rows = Ask.objects.filter(Q(closed_at=None) | Q(closed_at__gt=look.at), asked_at__lt=look.at)
        rows = rows.filter(team=look.team) if look.team is not None else rows
        listed = list(rows.select_related("decider").order_by("wanted_by", "pk"))
        late = [one for one in listed if urgency(one.wanted_by, today=look.today) is Urgency.OVERDUE]
        shown, more = at_most([_fact(one, one in late) for one in listed], SHOWN)
        url = f"{reverse('reports:ask-list')}?state=open"
        if not listed:
            return Block(claim=_("No decision is wanted"), url=url, band="healthy")
        words = ngettext(
            "%(n)d decision is wanted, %(late)d overdue", "%(n)d decisions are wanted, %(late)d overdue", len(listed)
        )
        claim = words % {"n": len(listed), "late": len(late)}
        return Block(claim=claim, facts=shown, more=more, url=url, band="at_risk" if late else "")


def _fact(one: Ask, late: bool) -> Fact:  # noqa: FBT001
    says = _("%(who)s decides, wanted by %(day)s") % {"who": one.decider, "day": date_format(one.wanted_by, "j M")}
    word = _("overdue") if late else ""
    return Fact(label=str(one), says=says, url=one.get_absolute_url(), band="breached" if late else "", word=word)


PLUGIN = Asks()
