"""What was left over from the last review: items not reached, and actions promised there that are not done."""

from __future__ import annotations

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from incidents.models import ActionState
from reports.domain.reviews import Block, Fact, ItemState
from reports.models import ReviewAction, ReviewItem
from reports.queries.packs._base import Item, Look


class CarryOver(Item):
    key = "carry_over"
    title = gettext_lazy("Carried over")
    about = gettext_lazy("Items that the last review did not reach, and actions of earlier reviews that are not done.")

    def build(self, look: Look) -> Block:
        if look.review is None:
            return Block(claim=_("This is the first review"))
        from reports.queries.packs import ITEMS

        left = ReviewItem.objects.filter(review=look.review, state=ItemState.CARRIED)
        items = [
            Fact(label=one.title or (str(ITEMS[one.key].title) if one.key in ITEMS else one.key), says=_("not reached"))
            for one in left
        ]
        undone = Q(action__done_at=None) | Q(action__done_at__gt=look.at)
        open_ones = ReviewAction.objects.filter(
            undone, item__review__ritual=look.ritual, action__created_at__lt=look.at
        ).exclude(action__state=ActionState.DROPPED)
        actions = [one.action for one in open_ones.select_related("action__owner").order_by("action__due_on")]
        late = [one for one in actions if one.due_on < look.today]
        facts = items + [
            Fact(
                label=str(one),
                says=_("%(who)s, due %(day)s")
                % {"who": one.owner or _("nobody"), "day": date_format(one.due_on, "j M")},
                url=one.get_absolute_url(),
                band="breached" if one in late else "",
                word=_("late") if one in late else "",
            )
            for one in actions
        ]
        claim = _("%(items)s not reached, %(actions)s open, %(late)d of them late") % {
            "items": ngettext("%(n)d item", "%(n)d items", len(items)) % {"n": len(items)},
            "actions": ngettext("%(n)d action", "%(n)d actions", len(actions)) % {"n": len(actions)},
            "late": len(late),
        }
        return Block(claim=claim, facts=tuple(facts), band="at_risk" if late else "")


PLUGIN = CarryOver()
