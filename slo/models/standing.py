"""Where an objective stands: its display-ready status, its burn rules and the alerts that they fired."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from slo.models.indicators import Via
from slo.models.objectives import Objective


class AlertSeverity(models.TextChoices):
    PAGE = "page", _("Page")
    TICKET = "ticket", _("Ticket")


class BurnRule(models.Model):
    """Fires when the burn rate over both windows is above `factor`; `min_failures` guards low traffic."""

    objective = models.ForeignKey(Objective, on_delete=models.CASCADE, related_name="burn_rules")
    long_s = models.PositiveIntegerField()
    short_s = models.PositiveIntegerField()
    factor = models.FloatField()
    severity = models.CharField(max_length=6, choices=AlertSeverity)
    min_failures = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("objective", "long_s")
        constraints = (
            models.UniqueConstraint(fields=["objective", "long_s", "short_s"], name="burn_rule_once"),
            models.CheckConstraint(condition=Q(factor__gt=0, short_s__gt=0), name="burn_rule_positive"),
            models.CheckConstraint(condition=Q(long_s__gt=models.F("short_s")), name="burn_rule_windows"),
        )

    def __str__(self) -> str:
        return f"{self.factor:g}x {self.long_s // 60} min"


class BurnAlert(models.Model):
    """History of one rule: from `fired_at` until `resolved_at` (None while it fires)."""

    objective = models.ForeignKey(Objective, on_delete=models.CASCADE, related_name="burn_alerts")
    long_s = models.PositiveIntegerField()
    short_s = models.PositiveIntegerField()
    factor = models.FloatField()
    severity = models.CharField(max_length=6, choices=AlertSeverity)
    fired_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    burn_long = models.FloatField()
    burn_short = models.FloatField()
    peak_burn = models.FloatField()
    remaining_at_fire = models.FloatField(null=True)

    class Meta:
        ordering = ("-fired_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=["objective", "long_s", "short_s"],
                condition=Q(resolved_at__isnull=True),
                name="burn_alert_open_once",
            ),
            models.UniqueConstraint(
                fields=["objective", "long_s", "short_s", "fired_at"],
                name="burn_alert_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.objective}: {self.factor:g}x"


class Band(models.TextChoices):
    BREACHED = "breached", _("Breached")
    AT_RISK = "at_risk", _("At risk")
    HEALTHY = "healthy", _("Healthy")
    NO_DATA = "no_data", _("No data")


class Status(models.Model):
    """What is known of an objective at `at` (its watermark), ready for display; written with the measurements.

    Ratios are 0..1, `remaining` is signed and never clamped, burns are multiples of the sustainable rate; None = no data,
    with `reason` saying why (a key of slo.domain NoDataReason). Numbers together with the reason `source_unavailable` are
    those of `at`, from before the source went away. `outlook` is a key of slo.domain Outlook.
    """

    objective = models.OneToOneField(Objective, on_delete=models.CASCADE, primary_key=True, related_name="status")
    at = models.DateTimeField(null=True)
    window_start = models.DateTimeField(null=True)
    computed_at = models.DateTimeField()
    band = models.CharField(max_length=8, choices=Band, default=Band.NO_DATA)
    reason = models.CharField(max_length=24, blank=True)
    bad = models.FloatField(null=True)
    total = models.FloatField(null=True)
    coverage = models.FloatField(null=True)
    sli = models.FloatField(null=True)
    consumed = models.FloatField(null=True)
    remaining = models.FloatField(null=True)
    burn_5m = models.FloatField(null=True)
    burn_30m = models.FloatField(null=True)
    burn_1h = models.FloatField(null=True)
    burn_2h = models.FloatField(null=True)
    burn_6h = models.FloatField(null=True)
    burn_1d = models.FloatField(null=True)
    burn_3d = models.FloatField(null=True)
    outlook = models.CharField(max_length=20, blank=True)
    exhausted_at = models.DateTimeField(null=True)
    recovers_at = models.DateTimeField(null=True)
    firing = models.CharField(max_length=6, choices=AlertSeverity, blank=True)
    alerts_frozen = models.BooleanField(default=False)
    via = models.PositiveSmallIntegerField(choices=Via, null=True)
    spark = ArrayField(models.FloatField(null=True), default=list)

    class Meta:
        # No index on what changes with each tick: it would turn every heap-only update into several index writes.
        verbose_name_plural = _("statuses")

    def __str__(self) -> str:
        return f"{self.objective_id}: {self.band}"
