"""Risks that the portal proposes from what it knows, until a person decides."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, ExpressionWrapper, F, Func, OuterRef, Q
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from incidents.models import FailureMode, Incident
from relportal.core.models import Service, Team, User
from relportal.core.models.history import tracked
from risks.models.risk import Risk


class ProposalState(models.TextChoices):
    OPEN = "open", _("Waits for a decision")
    ACCEPTED = "accepted", _("Became a risk")
    MERGED = "merged", _("Added to a risk")
    DISMISSED = "dismissed", _("Dismissed")
    GONE = "gone", _("No longer true")


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """All but those with an incident in their evidence that became private since, and that the person does not see."""
        if not isinstance(user, User) or not user.is_active or not user.roles:
            return self.none()
        # Private ones only: they are few, and most people have none of them to themselves.
        private = Incident.objects.filter(is_private=True).exclude(
            pk__in=Incident.objects.visible_to(user).values("pk")
        )
        proof = Func(JSONObject(incident=F("pk")), function="jsonb_build_array", output_field=models.JSONField())
        held = ExpressionWrapper(OuterRef("evidence"), output_field=models.JSONField())
        shown = private.alias(held=held, proof=proof).filter(held__contains=F("proof"))
        return self.exclude(Exists(shown))

    def waiting(self) -> Self:
        return self.filter(state=ProposalState.OPEN)


# What a look renews each day is no history.
@tracked(exclude=["seen_at", "facts"])
class Proposal(models.Model):
    """What `rule` found. The same `evidence_key` is never proposed twice, whatever was decided.

    `evidence` is a list of what `risks.rules` Proof stores; `facts` maps a name to a number or word for the sentence of the rule.
    `decided_by` None with a decision: the portal itself, for what is no longer true.
    """

    rule = models.CharField(max_length=40)
    evidence_key = models.CharField(max_length=200)
    title = models.CharField(max_length=200)
    cause = models.TextField(max_length=4000, blank=True)
    event = models.TextField(max_length=4000, blank=True)
    consequence = models.TextField(max_length=4000, blank=True)
    category = models.ForeignKey(FailureMode, on_delete=models.SET_NULL, related_name="+", null=True, blank=True)
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, related_name="+", null=True, blank=True)
    services = models.ManyToManyField(Service, related_name="+", blank=True)
    evidence = models.JSONField(default=list)
    facts = models.JSONField(default=dict)
    state = models.CharField(_("state"), max_length=9, choices=ProposalState, default=ProposalState.OPEN)
    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, related_name="proposals", null=True, blank=True)
    found_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    reason = models.TextField(_("reason"), max_length=2000, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ("-found_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=["rule", "evidence_key"], name="proposal_once"),
            models.CheckConstraint(
                condition=Q(state__in=["accepted", "merged"], risk__isnull=False)
                | ~Q(state__in=["accepted", "merged"]),
                name="proposal_has_risk",
            ),
            models.CheckConstraint(
                condition=~Q(state="dismissed") | ~Q(reason=""),
                name="proposal_dismissed_with_reason",
                violation_error_message=_("Say why it is dismissed."),
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("risks:proposal", args=[self.pk])

    @property
    def subject(self) -> str:
        """What it is about, whatever the set of its evidence; see `risks.rules` Found."""
        return self.evidence_key.partition(":")[0]

    @property
    def members(self) -> frozenset[str]:
        return frozenset(str(proof["key"]) for proof in self.evidence if proof.get("key"))

    @property
    def is_waiting(self) -> bool:
        return self.state == ProposalState.OPEN
