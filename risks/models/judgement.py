"""What people thought of risks: dated ratings by the scale then in force, estimates in money and minutes, and all together."""

from __future__ import annotations

from typing import Final

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from risks.models.matrix import ImpactStep, LikelihoodStep, Matrix, RiskLevel

_RANK: Final = """
    SELECT level.position * 100 + likelihood.position + impact.position INTO NEW.rank
    FROM risks_risklevel level, risks_likelihoodstep likelihood, risks_impactstep impact
    WHERE level.id = NEW.level_id AND likelihood.id = NEW.likelihood_id AND impact.id = NEW.impact_id;
    RETURN NEW;
"""


class RatingKind(models.TextChoices):
    CURRENT = "current", _("Current")
    TARGET = "target", _("Target")
    AFTER_PLAN = "after_plan", _("After the plan")
    INHERENT = "inherent", _("Inherent")


class Confidence(models.TextChoices):
    LOW = "low", _("Low")
    MEDIUM = "medium", _("Medium")
    HIGH = "high", _("High")


class RiskRating(models.Model):
    """What someone thought of a risk at an instant, by the matrix then in force. Never edited: a trigger refuses it.

    `columns` maps the key of an impact column to the key of the step that was chosen in it; `decided_by` is the column that
    decided (empty where the impact was given as a whole). `suggested` is the likelihood that the linked incidents spoke for
    then, and `despite` why another one was chosen that lies far from it. `rank` orders by level, then by the sum of the steps;
    a trigger keeps it, and ratings of one matrix can be compared by it.
    """

    risk = models.ForeignKey("Risk", on_delete=models.PROTECT, related_name="ratings")
    kind = models.CharField(_("rating"), max_length=10, choices=RatingKind, default=RatingKind.CURRENT)
    matrix = models.ForeignKey(Matrix, on_delete=models.PROTECT, related_name="ratings")
    likelihood = models.ForeignKey(LikelihoodStep, on_delete=models.PROTECT, related_name="+")
    impact = models.ForeignKey(ImpactStep, on_delete=models.PROTECT, related_name="+")
    level = models.ForeignKey(RiskLevel, on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField(default=None, editable=False)
    columns = models.JSONField(default=dict, blank=True)
    decided_by = models.CharField(max_length=40, blank=True)
    confidence = models.CharField(_("confidence"), max_length=6, choices=Confidence, default=Confidence.MEDIUM)
    reason = models.TextField(_("reason"), max_length=2000)
    suggested = models.ForeignKey(LikelihoodStep, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    despite = models.TextField(_("why not as its incidents suggest"), max_length=2000, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        ordering = ("-at", "-pk")
        # Where each of a thousand risks stood on a day is read from the index alone.
        indexes = (
            models.Index(
                fields=["risk", "kind", "-at", "-id"],
                include=["matrix", "rank", "level", "likelihood", "impact"],
                name="risk_rating_newest",
            ),
        )
        triggers = (
            pgtrigger.Protect(name="rating_stays", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(name="rating_ranks", when=pgtrigger.Before, operation=pgtrigger.Insert, func=_RANK),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.level}"


class Unit(models.TextChoices):
    MONEY = "money", _("Money")
    MINUTES = "minutes", _("Customer minutes")


class EstimateSource(models.TextChoices):
    JUDGEMENT = "judgement", _("Judgement")
    HISTORY = "history", _("Suggested by the portal's history")
    MIXED = "mixed", _("History, changed by judgement")


class RiskEstimate(models.Model):
    """Calibrated 90 % ranges of a risk and what follows from them in a year. Never edited: a trigger refuses it.

    Rates in events a year, losses per event in the unit; `currency` as it was then, empty for minutes. The figures are those
    of `trials` simulated years drawn from `seed`.
    """

    risk = models.ForeignKey("Risk", on_delete=models.PROTECT, related_name="estimates")
    unit = models.CharField(_("unit"), max_length=8, choices=Unit, default=Unit.MONEY)
    currency = models.CharField(max_length=3, blank=True)
    rate_low = models.FloatField(_("events a year, at least"))
    rate_high = models.FloatField(_("events a year, at most"))
    loss_low = models.FloatField(_("loss per event, at least"))
    loss_high = models.FloatField(_("loss per event, at most"))
    source = models.CharField(_("where from"), max_length=10, choices=EstimateSource, default=EstimateSource.JUDGEMENT)
    reason = models.TextField(_("reason"), max_length=2000)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    seed = models.BigIntegerField()
    trials = models.PositiveIntegerField()
    expected = models.FloatField()
    zero_year = models.FloatField()
    p50 = models.FloatField()
    p80 = models.FloatField()
    p95 = models.FloatField()
    p99 = models.FloatField()
    standard_error = models.FloatField()

    class Meta:
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=["risk", "unit", "-at"], name="risk_estimate_newest"),)
        triggers = (pgtrigger.Protect(name="estimate_stays", operation=pgtrigger.Update | pgtrigger.Delete),)
        constraints = (
            models.CheckConstraint(
                condition=Q(rate_low__gt=0, rate_high__gte=F("rate_low"), loss_low__gt=0, loss_high__gt=F("loss_low")),
                name="risk_estimate_ranges",
            ),
        )

    def __str__(self) -> str:
        return f"{self.risk.short_id} {self.get_unit_display()}"


class PortfolioRun(models.Model):
    """All risks together, simulated by a worker; `result` is what the page draws, as the query that made it describes."""

    unit = models.CharField(max_length=8, choices=Unit)
    at = models.DateTimeField()
    seed = models.BigIntegerField()
    trials = models.PositiveIntegerField()
    risks = models.PositiveIntegerField()
    result = models.JSONField()

    class Meta:
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=["unit", "-at"], name="portfolio_run_newest"),)

    def __str__(self) -> str:
        return f"{self.get_unit_display()} {self.at:%Y-%m-%d %H:%M}"
