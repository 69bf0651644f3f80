"""Incidents since the last review."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from incidents.models import Incident
from reports.domain.reviews import Block, Fact, at_most
from reports.queries.packs._base import SHOWN, Item, Look


class Incidents(Item):
    key = "incidents"
    title = gettext_lazy("Incidents")
    about = gettext_lazy("What was declared since the last review, the worst first.")

    def build(self, look: Look) -> Block:
        rows = look.incidents().filter(declared_at__gte=look.since).select_related("severity", "team")
        ordered = sorted(rows, key=lambda one: (one.severity_id if one.severity_id is not None else 9, one.declared_at))
        worst = sum(one.severity_id in (0, 1) for one in ordered)
        facts, more = at_most([_fact(one) for one in ordered], SHOWN)
        if not ordered:
            return Block(claim=_("No incident since the last review"), url=reverse("incidents:list"), band="healthy")
        claim = ngettext(
            "%(n)d incident, %(worst)d of SEV-0 or SEV-1", "%(n)d incidents, %(worst)d of SEV-0 or SEV-1", len(ordered)
        )
        return Block(
            claim=claim % {"n": len(ordered), "worst": worst},
            facts=facts,
            more=more,
            url=reverse("incidents:list"),
            band="breached" if worst else "at_risk",
        )


def _fact(one: Incident) -> Fact:
    severity = f"SEV-{one.severity_id}" if one.severity_id is not None else _("no severity")
    parts = [severity, one.team.name if one.team else ""]
    return Fact(
        label=str(one),
        says=", ".join(part for part in parts if part),
        url=one.get_absolute_url(),
        band="breached" if one.severity_id in (0, 1) else "at_risk" if one.severity_id == 2 else "no_data",
        word=severity,
    )


PLUGIN = Incidents()
