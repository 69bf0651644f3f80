"""Postmortems and actions that are late, by who owes them."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from incidents.models import ActionState, Postmortem
from relportal.core import company
from reports.domain.reviews import Block, Fact, at_most
from reports.queries.packs._base import SHOWN, Item, Look


class Overdue(Item):
    key = "overdue"
    title = gettext_lazy("Overdue postmortems and actions")
    about = gettext_lazy("What is late, by who owes it, the oldest first.")

    def build(self, look: Look) -> Block:
        owed: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
        unpublished = Q(published_at__isnull=True) | Q(published_at__gt=look.at)
        late = Postmortem.objects.filter(unpublished, incident__in=look.incidents(), due_at__lt=look.at)
        postmortems = actions = 0
        for one in late.select_related("owner", "incident"):
            if one.due_at is not None:
                days = (look.today - company.day(one.due_at)).days
                owed[_who(one.owner)].append((days, f"{_('postmortem of')} {one.incident.short_id}"))
                postmortems += 1
        undone = Q(done_at__isnull=True) | Q(done_at__gt=look.at)
        waiting = look.actions().filter(undone, due_on__lt=look.today).exclude(state=ActionState.DROPPED)
        for item in waiting.select_related("owner"):
            owed[_who(item.owner)].append(((look.today - item.due_on).days, item.short_id))
            actions += 1
        ordered = sorted(owed.items(), key=lambda one: (-max(one[1])[0], one[0]))
        facts, more = at_most([_fact(who, rows) for who, rows in ordered], SHOWN)
        url = f"{reverse('incidents:action-list')}?state=overdue"
        if not owed:
            return Block(claim=_("Nothing is late"), url=url, band="healthy")
        claim = _("%(postmortems)s and %(actions)s late") % {
            "postmortems": ngettext("%(n)d postmortem", "%(n)d postmortems", postmortems) % {"n": postmortems},
            "actions": ngettext("%(n)d action", "%(n)d actions", actions) % {"n": actions},
        }
        return Block(claim=claim, facts=facts, more=more, url=url, band="at_risk")


def _who(person: object) -> str:
    return str(person) if person is not None else _("Nobody yet")


def _fact(who: str, rows: list[tuple[int, str]]) -> Fact:
    rows = sorted(rows, reverse=True)
    named = ", ".join(word for _days, word in rows[:5])
    says = _("%(n)d late, the oldest by %(days)d d: %(named)s") % {"n": len(rows), "days": rows[0][0], "named": named}
    return Fact(label=who, says=says)


PLUGIN = Overdue()
