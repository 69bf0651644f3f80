"""Exceptions that end soon, that were asked for, and that expired."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.domain.reviews import Block, Fact, at_most
from reports.queries.packs._base import SHOWN, Item, Look
from risks.models import ExceptionState, GovernanceException

SOON = dt.timedelta(days=30)


class Exceptions(Item):
    key = "exceptions"
    title = gettext_lazy("Exceptions")
    about = gettext_lazy(
        "What ends within 30 days, what was asked for since the last review, and what has expired since."
    )

    def build(self, look: Look) -> Block:
        public = Q(action=None) | Q(action__incident=None) | Q(action__incident__is_private=False)
        rows = GovernanceException.objects.filter(public, requested_at__lt=look.at).order_by("expires_at")
        if look.team is not None:
            rows = rows.filter(team=look.team)
        ending = list(rows.in_force(look.at).filter(expires_at__lte=look.at + SOON))
        asked = list(rows.filter(requested_at__gte=look.since).exclude(state=ExceptionState.WITHDRAWN))
        expired = list(rows.filter(in_force_at__isnull=False, expires_at__gte=look.since, expires_at__lt=look.at))
        facts = [
            *(_fact(one, "breached", _("expired"), one.expires_at) for one in expired),
            *(_fact(one, "at_risk", _("ends"), one.expires_at) for one in ending),
            *(_fact(one, "no_data", _("asked for"), one.requested_at) for one in asked if one not in ending),
        ]
        shown, more = at_most(facts, SHOWN)
        claim = _("%(ending)d end within 30 days, %(expired)d expired, %(asked)d asked for") % {
            "ending": len(ending), "expired": len(expired), "asked": len(asked),
        }  # fmt: skip
        bad = "breached" if expired else "at_risk" if ending else "healthy"
        return Block(claim=claim, facts=shown, more=more, url=reverse("risks:exception-list"), band=bad)


def _fact(one: GovernanceException, band: str, word: str, when: dt.datetime) -> Fact:
    says = f"{one.get_kind_display()}, {word} {date_format(when, 'j M')}"
    return Fact(label=str(one), says=says, url=one.get_absolute_url(), band=band, word=word)


PLUGIN = Exceptions()
