"""Postmortems that are not published, by the day on which they are due."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from incidents.models import Postmortem
from reports.domain.reviews import Block, Fact, at_most
from reports.queries.packs._base import Item, Look

MOST = 12


class PostmortemQueue(Item):
    key = "postmortem_queue"
    title = gettext_lazy("Postmortem queue")
    about = gettext_lazy("Postmortems that are not published yet, by the day on which they are due.")

    def build(self, look: Look) -> Block:
        unpublished = Q(published_at=None) | Q(published_at__gt=look.at)
        rows = Postmortem.objects.filter(unpublished, incident__in=look.incidents(), created_at__lt=look.at)
        listed = list(rows.select_related("incident", "owner").order_by("due_at", "pk"))
        late = sum(one.due_at is not None and one.due_at < look.at for one in listed)
        shown, more = at_most([_fact(one, look) for one in listed], MOST)
        waiting = ngettext("%(n)d postmortem waits", "%(n)d postmortems wait", len(listed)) % {"n": len(listed)}
        claim = _("%(waiting)s, %(late)d of them late") % {"waiting": waiting, "late": late}
        url = reverse("incidents:postmortem-list")
        bad = "breached" if late else "at_risk" if listed else "healthy"
        return Block(claim=claim, facts=shown, more=more, url=url, band=bad)


def _fact(one: Postmortem, look: Look) -> Fact:
    late = one.due_at is not None and one.due_at < look.at
    due = date_format(one.due_at, "j M") if one.due_at is not None else _("no day")
    says = _("%(state)s, %(who)s, due %(day)s") % {
        "state": one.get_state_display(), "who": one.owner or _("nobody"), "day": due,
    }  # fmt: skip
    word = _("late") if late else ""
    return Fact(
        label=str(one.incident), says=says, url=one.get_absolute_url(), band="breached" if late else "", word=word
    )


PLUGIN = PostmortemQueue()
