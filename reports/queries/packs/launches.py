"""Launches of the next weeks and how ready they are, and what was decided since."""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reports.domain.reviews import Block, Fact, at_most
from reports.models import ReadinessReview, ReadinessVerdict
from reports.queries.packs._base import SHOWN, Item, Look
from reports.queries.readiness.words import VERDICT_BANDS

AHEAD: Final = dt.timedelta(days=30)


class Launches(Item):
    key = "launches"
    title = gettext_lazy("Launches")
    about = gettext_lazy(
        "What is launched within 30 days and is not ready, waits for a decision, or was decided since."
    )

    def build(self, look: Look) -> Block:
        rows = ReadinessReview.objects.filter(opened_at__lt=look.at).select_related("service").defer("results")
        if look.team is not None:
            rows = rows.filter(service__team=look.team)
        coming = list(rows.waiting().filter(planned_on__lte=look.today + AHEAD).order_by("planned_on", "pk"))
        out = list(rows.filter(against=True, launched_at__gte=look.since, launched_at__lt=look.at))
        decided = rows.filter(decided_at__gte=look.since, decided_at__lt=look.at).order_by("decided_at")
        blocked = [one for one in coming if one.shown_at(look.at) == ReadinessVerdict.NOT_READY]
        facts = [
            *(_fact(one, "breached", _("launched all the same")) for one in out),
            *(_coming(one, look) for one in coming),
            *(_coming(one, look) for one in decided if one not in coming and one not in out),
        ]
        shown, more = at_most(facts, SHOWN)
        words = ngettext(
            "%(k)d of %(n)d launch of the next 30 days is not ready",
            "%(k)d of %(n)d launches of the next 30 days are not ready",
            len(coming),
        )
        counted = words % {"k": len(blocked), "n": len(coming)}
        claim = counted if coming else _("Nothing is launched in the next 30 days")
        bad = "breached" if out else "at_risk" if blocked else "healthy"
        return Block(claim=claim, facts=shown, more=more, url=reverse("reports:readiness-list"), band=bad)


def _coming(one: ReadinessReview, look: Look) -> Fact:
    verdict = one.shown_at(look.at)
    word = _("%(verdict)s so far") % {"verdict": verdict.label} if one.is_open else str(verdict.label)
    return _fact(one, VERDICT_BANDS[verdict], word)


def _fact(one: ReadinessReview, band: str, word: str) -> Fact:
    says = _("%(service)s, planned on %(day)s") % {
        "service": one.service.name, "day": date_format(one.planned_on, "j M"),
    }  # fmt: skip
    return Fact(label=str(one), says=says, url=one.get_absolute_url(), band=band, word=word)


PLUGIN = Launches()
