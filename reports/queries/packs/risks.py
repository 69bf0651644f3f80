"""The worst risks, and which were rated otherwise since the last review."""

from __future__ import annotations

from typing import Any

from django.db.models import F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from reports.domain.reviews import Block, Fact, at_most
from reports.queries.packs._base import SHOWN, Item, Look
from risks.models import RatingKind, Risk, RiskLevel, RiskRating

TOP = 5


class Risks(Item):
    key = "risks"
    title = gettext_lazy("Top risks")
    about = gettext_lazy("The five worst risks, and those whose level moved since the last review, with the reason.")

    def build(self, look: Look) -> Block:
        stood = RiskRating.objects.filter(risk=OuterRef("pk"), kind=RatingKind.CURRENT, at__lt=look.at)
        before = stood.filter(at__lt=look.since).order_by("-at", "-pk")
        stood = stood.order_by("-at", "-pk")
        rows = Risk.objects.filter(created_at__lt=look.at).exclude(closed_at__lte=look.at)
        if look.team is not None:
            rows = rows.filter(Q(team=look.team) | Q(services__in=list(look.services))).distinct()
        found: list[Any] = list(
            rows.annotate(
                now=Subquery(stood.values("level__position")[:1]),
                level_now=Subquery(stood.values("level")[:1]),
                was=Subquery(before.values("level__position")[:1]),
                level_was=Subquery(before.values("level")[:1]),
                why=Subquery(stood.values("reason")[:1]),
            )
            .filter(now__isnull=False)
            .select_related("owner")
            .order_by(F("now").desc(), "pk")
        )
        names = dict(RiskLevel.objects.values_list("pk", "name"))
        moved = [one for one in found if one.was is not None and one.was != one.now]
        top = [one for one in found if one not in moved][:TOP]
        facts, more = at_most([*(_moved(one, names) for one in moved), *(_top(one, names) for one in top)], SHOWN)
        rose = sum(one.now > one.was for one in moved)
        claim = _("No risk has moved") if not moved else ngettext(
            "%(n)d risk has moved, %(rose)d of them up", "%(n)d risks have moved, %(rose)d of them up", len(moved)
        ) % {"n": len(moved), "rose": rose}  # fmt: skip
        url = f"{reverse('risks:list')}?state=alive"
        return Block(claim=claim, facts=facts, more=more, url=url, band="at_risk" if rose else "healthy")


def _moved(one: Any, names: dict[int, str]) -> Fact:
    says = _("%(was)s to %(now)s: %(why)s") % {
        "was": names.get(one.level_was, ""), "now": names.get(one.level_now, ""), "why": one.why or "–",
    }  # fmt: skip
    up = one.now > one.was
    word = _("rose") if up else _("fell")
    return Fact(label=str(one), says=says, url=one.get_absolute_url(), band="at_risk" if up else "healthy", word=word)


def _top(one: Any, names: dict[int, str]) -> Fact:
    owner = str(one.owner) if one.owner else _("nobody owns it")
    return Fact(label=str(one), says=f"{names.get(one.level_now, '')}, {owner}", url=one.get_absolute_url())


PLUGIN = Risks()
