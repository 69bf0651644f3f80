"""Whom it hit, how much and for how long."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from incidents.models.incident import Incident
from relportal.core.models import Journey, Service
from relportal.core.models.history import tracked


class Level(models.TextChoices):
    DEGRADED = "degraded", _("Degraded")
    PARTIAL = "partial", _("Partial outage")
    FULL = "full", _("Full outage")


@tracked()
class ImpactSegment(models.Model):
    """A service or a journey was affected from `start` to `end` (None: still) for a share of its users (None: unknown).

    `customers` is the best number of them, between `customers_low` and `customers_high` where somebody said how sure it is;
    `customers_measured`: it was counted, in logs or traces, and not guessed.
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="segments")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    level = models.CharField(_("level"), max_length=8, choices=Level, default=Level.DEGRADED)
    user_share = models.FloatField(_("share of users"), null=True, blank=True)
    customers = models.PositiveIntegerField(_("customers"), null=True, blank=True)
    customers_low = models.PositiveIntegerField(_("at least"), null=True, blank=True)
    customers_high = models.PositiveIntegerField(_("at most"), null=True, blank=True)
    customers_measured = models.BooleanField(_("counted, not guessed"), default=False, db_default=False)
    start = models.DateTimeField(_("from"))
    end = models.DateTimeField(_("until"), null=True, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ("start", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(service__isnull=False, journey__isnull=True)
                | Q(service__isnull=True, journey__isnull=False),
                name="segment_service_or_journey",
                violation_error_message=_("Choose a service or a journey."),
            ),
            models.CheckConstraint(
                condition=Q(end__isnull=True) | Q(end__gt=F("start")),
                name="segment_end_after_start",
                violation_error_message=_("The end lies before the start. Check both times."),
            ),
            models.CheckConstraint(
                condition=Q(user_share__isnull=True) | Q(user_share__gte=0, user_share__lte=1),
                name="segment_user_share",
                violation_error_message=_("A share of users is 0 to 100 %."),
            ),
            models.CheckConstraint(
                condition=(
                    (Q(customers_low__isnull=True) | Q(customers__isnull=False, customers_low__lte=F("customers")))
                    & (Q(customers_high__isnull=True) | Q(customers__isnull=False, customers_high__gte=F("customers")))
                ),
                name="segment_customers_between",
                violation_error_message=_("The customers lie between at least and at most. Check the three numbers."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.service or self.journey}: {self.get_level_display()}"


class ImpactFigures(models.Model):
    """What the incident cost, as last computed; None with the reason in `explained` where it cannot be known.

    Minutes are the union of the segments. Customer minutes lie between low and high, which are the same where nobody gave a
    range; `reach_measured`: every number of customers in it was counted. Failed requests and budget come from the stored counts
    inside of them.
    """

    incident = models.OneToOneField(Incident, on_delete=models.CASCADE, primary_key=True, related_name="figures")
    computed_at = models.DateTimeField()
    impact_minutes = models.FloatField(null=True, blank=True)
    customer_minutes = models.FloatField(null=True, blank=True)
    customer_minutes_low = models.FloatField(null=True, blank=True)
    customer_minutes_high = models.FloatField(null=True, blank=True)
    reach_measured = models.BooleanField(null=True, blank=True)
    failed_requests = models.FloatField(null=True, blank=True)
    budget_spent = models.FloatField(null=True, blank=True)
    cost = models.FloatField(null=True, blank=True)
    explained = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.incident.short_id}: {self.impact_minutes} min"
