"""Incidents of the time, and which earlier ones failed in the same way."""

from __future__ import annotations

from collections import defaultdict

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from incidents.domain.repeats import YEAR
from incidents.models import Incident
from reports.domain.reviews import Block, Fact, at_most
from reports.queries.packs._base import SHOWN, Item, Look


class Similar(Item):
    key = "similar"
    title = gettext_lazy("Similar incidents")
    about = gettext_lazy("Incidents since the last review, with those of the year before that failed in the same way.")

    def build(self, look: Look) -> Block:
        rows = look.incidents().filter(declared_at__gte=look.since - YEAR).prefetch_related("failure_modes")
        by_mode: defaultdict[int, list[Incident]] = defaultdict(list)
        found = []
        for one in rows.order_by("declared_at"):
            modes = list(one.failure_modes.all())
            if one.declared_at >= look.since:
                before = {each.pk: each for mode in modes for each in by_mode[mode.pk]}
                found.append((one, [mode.name for mode in modes], list(before.values())[-3:]))
            for mode in modes:
                by_mode[mode.pk].append(one)
        repeats = [each for each in found if each[2]]
        shown, more = at_most([_fact(*each) for each in found], SHOWN)
        url = f"{reverse('incidents:analytics')}"
        if not repeats:
            return Block(claim=_("None failed in a way that had failed before"), facts=shown, more=more, url=url)
        words = ngettext("%(k)d of %(n)d incident repeats", "%(k)d of %(n)d incidents repeat", len(found))
        claim = words % {"k": len(repeats), "n": len(found)}
        return Block(claim=claim, facts=shown, more=more, url=url, band="at_risk")


def _fact(one: Incident, modes: list[str], before: list[Incident]) -> Fact:
    said = ", ".join(modes) or _("no failure mode yet")
    if before:
        said += ": " + _("as %(ids)s") % {"ids": ", ".join(each.short_id for each in before)}
    word = _("repeats") if before else ""
    url = reverse("incidents:similar", args=[one.pk])
    return Fact(label=str(one), says=said, url=url, band="at_risk" if before else "", word=word)


PLUGIN = Similar()
