"""Risks that the portal proposes from what it knows, until a person decides."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from incidents.models import FailureMode
from relportal.core.models import Service, Team
from relportal.core.models.history import tracked
from risks.models.risk import Risk


class ProposalState(models.TextChoices):
    OPEN = "open", _("Waits for a decision")
    ACCEPTED = "accepted", _("Became a risk")
    MERGED = "merged", _("Added to a risk")
    DISMISSED = "dismissed", _("Dismissed")
    GONE = "gone", _("No longer true")


@tracked()
class Proposal(models.Model):
    """What `rule` found. The same `evidence_key` is never proposed twice, whatever was decided.

    `evidence` is a list of {"label", "url"}; `facts` maps a name to a number or word for the sentence on the page.
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
