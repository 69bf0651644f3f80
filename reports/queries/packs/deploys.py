"""Deploys that failed or were rolled back."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.models import Deploy, DeployState, Suspect, SuspectVerdict
from reports.domain.reviews import Block, Fact, at_most
from reports.queries.packs._base import SHOWN, Item, Look


class Deploys(Item):
    key = "deploys"
    title = gettext_lazy("Deploy failures")
    about = gettext_lazy(
        "Deploys to production since the last review that failed, were rolled back or caused an incident."
    )

    def build(self, look: Look) -> Block:
        rows = Deploy.objects.filter(environment="production", started_at__gte=look.since, started_at__lt=look.at)
        if look.team is not None:
            rows = rows.filter(service__in=list(look.services))
        causes = Suspect.objects.filter(verdict=SuspectVerdict.CAUSE, incident__is_private=False).values("deploy")
        bad = rows.filter(Q(state=DeployState.FAILED) | Q(is_rollback=True) | Q(pk__in=causes))
        caused = set(bad.filter(pk__in=causes).values_list("pk", flat=True))
        listed = list(bad.select_related("service").order_by("-started_at"))
        shown, more = at_most([_fact(one, caused) for one in listed], SHOWN)
        url = f"{reverse('incidents:deploy-list')}"
        claim = _("%(bad)d of %(n)d deploys failed, were rolled back or caused an incident") % {
            "bad": len(listed), "n": rows.count(),
        }  # fmt: skip
        return Block(claim=claim, facts=shown, more=more, url=url, band="at_risk" if listed else "healthy")


def _fact(one: Deploy, caused: set[int]) -> Fact:
    word = _("caused an incident") if one.pk in caused else _("rolled back") if one.is_rollback else _("failed")
    return Fact(
        label=str(one),
        says=one.description,
        url=reverse("incidents:deploy-detail", args=[one.pk]),
        band="breached" if one.pk in caused else "at_risk",
        word=word,
    )


PLUGIN = Deploys()
