"""Alerts that nobody has judged."""

from __future__ import annotations

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from incidents.models import Alert
from relportal.core import company
from reports.domain.reviews import Block, Fact, at_most
from reports.queries.packs._base import Item, Look

MOST = 15


class Unjudged(Item):
    key = "unjudged"
    title = gettext_lazy("Unjudged alerts")
    about = gettext_lazy(
        "Alerts since the last review that nobody has judged: one click each says actionable or noise."
    )

    def build(self, look: Look) -> Block:
        rows = list(look.alerts().unjudged().select_related("service").order_by("-started_at", "-pk"))  # type: ignore[attr-defined]
        shown, more = at_most([_fact(one) for one in rows], MOST)
        url = f"{reverse('incidents:alert-list')}?state=unjudged"
        if not rows:
            return Block(claim=_("Every alert is judged"), url=url, band="healthy")
        claim = ngettext("%(n)d alert is not judged", "%(n)d alerts are not judged", len(rows)) % {"n": len(rows)}
        return Block(claim=claim, facts=shown, more=more, url=url, band="at_risk")


def _fact(one: Alert) -> Fact:
    when = date_format(localtime(one.started_at, company.zone()), "j M H:i")
    says = ", ".join(word for word in (one.service.name if one.service else "", when) if word)
    return Fact(label=one.name, says=says, url=f"{reverse('incidents:alert-list')}?state=unjudged", alert=one.pk)


PLUGIN = Unjudged()
