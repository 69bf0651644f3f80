"""Objectives that nobody has looked at for a quarter."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Max
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from relportal.core.queries.history import tracked_models
from reports.domain.reviews import Block, Fact, at_most
from reports.queries.packs._base import Item, Look
from slo.models import Objective

QUARTER = dt.timedelta(days=90)
MOST = 12


class ObjectivesDue(Item):
    key = "objectives_due"
    title = gettext_lazy("Objectives due for review")
    about = gettext_lazy("Objectives that were not changed for 90 days: is the promise still the right one?")

    def build(self, look: Look) -> Block:
        rows = Objective.objects.active().filter(service__in=list(look.services), created_at__lt=look.at - QUARTER)
        event: Any = tracked_models()["objective"]
        told = event._default_manager.filter(pgh_created_at__lte=look.at).order_by().values("pgh_obj_id")
        touched = dict(told.annotate(at=Max("pgh_created_at")).values_list("pgh_obj_id", "at"))
        due = [
            (max(one.created_at, touched.get(one.pk, one.created_at)), one) for one in rows.select_related("service")
        ]
        due = sorted(
            ((at, one) for at, one in due if at < look.at - QUARTER), key=lambda pair: (pair[1].service.tier, pair[0])
        )
        facts = [
            Fact(
                label=str(one),
                says=_("tier %(tier)d, unchanged since %(day)s") % {"tier": one.service.tier, "day": date_format(at)},
                url=one.get_absolute_url(),
            )
            for at, one in due
        ]
        shown, more = at_most(facts, MOST)
        words = ngettext("%(n)d objective is due for review", "%(n)d objectives are due for review", len(facts))
        claim = words % {"n": len(facts)} if facts else _("No objective is due for review")
        return Block(claim=claim, facts=shown, more=more, url=reverse("slo:objective-list"))


PLUGIN = ObjectivesDue()
