"""The scale of risks: likelihoods, impacts and what level each pair of them has. A version in force is never edited."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from relportal.core.models.history import tracked


class MatrixState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    CURRENT = "current", _("In force")
    PAST = "past", _("Replaced")


class MatrixQuerySet(models.QuerySet["Matrix"]):
    def current(self) -> Self:
        return self.filter(state=MatrixState.CURRENT)


@tracked()
class Matrix(models.Model):
    """A version of the scale. Ratings keep the version that they were made with."""

    number = models.PositiveIntegerField(_("version"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    note = models.TextField(_("what changed"), max_length=2000, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=MatrixState, default=MatrixState.DRAFT)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    in_force_from = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = MatrixQuerySet.as_manager()

    class Meta:
        ordering = ("-number",)
        verbose_name_plural = _("matrices")
        constraints = (
            models.UniqueConstraint(
                fields=["state"],
                condition=Q(state="current"),
                name="matrix_current_once",
                violation_error_message=_("One matrix is in force at a time."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} v{self.number}"


class Step(models.Model):
    """What likelihoods, impacts and levels share: a name in a matrix, and its place from the least (1) up."""

    key = models.SlugField(_("short name"), max_length=40)
    name = models.CharField(_("name"), max_length=60)
    position = models.PositiveSmallIntegerField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class LikelihoodStep(Step):
    """Events a year in [low, high); None: without that end."""

    matrix = models.ForeignKey(Matrix, on_delete=models.CASCADE, related_name="likelihoods")
    low = models.FloatField(_("from (events a year)"), null=True, blank=True)
    high = models.FloatField(_("below (events a year)"), null=True, blank=True)

    class Meta:
        ordering = ("matrix", "position")
        constraints = (
            models.UniqueConstraint(fields=["matrix", "key"], name="likelihood_key_once"),
            models.UniqueConstraint(fields=["matrix", "position"], name="likelihood_position_once"),
            models.CheckConstraint(
                condition=Q(low__isnull=True) | Q(high__isnull=True) | Q(low__lt=F("high")), name="likelihood_range"
            ),
        )


class ImpactStep(Step):
    matrix = models.ForeignKey(Matrix, on_delete=models.CASCADE, related_name="impacts")

    class Meta:
        ordering = ("matrix", "position")
        constraints = (
            models.UniqueConstraint(fields=["matrix", "key"], name="impact_key_once"),
            models.UniqueConstraint(fields=["matrix", "position"], name="impact_position_once"),
        )


class ImpactColumn(Step):
    """A way to see an impact: customer minutes, money, data, budget. The worst of those that apply decides."""

    matrix = models.ForeignKey(Matrix, on_delete=models.CASCADE, related_name="columns")

    class Meta:
        ordering = ("matrix", "position")
        constraints = (models.UniqueConstraint(fields=["matrix", "key"], name="impact_column_key_once"),)


class ImpactCriterion(models.Model):
    """What a step of a column means, in words; `low` and `high` in the column's unit where it has one."""

    column = models.ForeignKey(ImpactColumn, on_delete=models.CASCADE, related_name="criteria")
    impact = models.ForeignKey(ImpactStep, on_delete=models.CASCADE, related_name="criteria")
    words = models.CharField(_("words"), max_length=120)
    low = models.FloatField(null=True, blank=True)
    high = models.FloatField(null=True, blank=True)

    class Meta:
        ordering = ("column", "impact")
        verbose_name_plural = _("impact criteria")
        constraints = (models.UniqueConstraint(fields=["column", "impact"], name="impact_criterion_once"),)

    def __str__(self) -> str:
        return self.words


class Symbol(models.TextChoices):
    """How a level is drawn: its shape and colour, beside its word."""

    HEALTHY = "healthy", _("Calm")
    AT_RISK = "at_risk", _("Warning")
    BREACHED = "breached", _("Alarm")


class RiskLevel(Step):
    """What a cell says: low to critical. `review_days` is how often such a risk is looked at again.

    `needs_plan`: above appetite without a treatment; `needs_ask`: and without a decision asked of an executive.
    """

    matrix = models.ForeignKey(Matrix, on_delete=models.CASCADE, related_name="levels")
    symbol = models.CharField(max_length=8, choices=Symbol)
    review_days = models.PositiveSmallIntegerField(_("review every (days)"))
    needs_plan = models.BooleanField(_("needs a plan"), default=False)
    needs_ask = models.BooleanField(_("needs an executive's decision"), default=False)

    class Meta:
        ordering = ("matrix", "position")
        constraints = (
            models.UniqueConstraint(fields=["matrix", "key"], name="risk_level_key_once"),
            models.UniqueConstraint(fields=["matrix", "position"], name="risk_level_position_once"),
        )


class MatrixCell(models.Model):
    matrix = models.ForeignKey(Matrix, on_delete=models.CASCADE, related_name="cells")
    likelihood = models.ForeignKey(LikelihoodStep, on_delete=models.CASCADE, related_name="cells")
    impact = models.ForeignKey(ImpactStep, on_delete=models.CASCADE, related_name="cells")
    level = models.ForeignKey(RiskLevel, on_delete=models.PROTECT, related_name="cells")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["likelihood", "impact"], name="matrix_cell_once"),)

    def __str__(self) -> str:
        return f"{self.likelihood} × {self.impact}: {self.level}"


class ToleranceCurve(models.Model):
    """How likely a year may cost more than a loss, as the organisation tolerates it; the newest of a unit is in force.

    `losses` and `chances` are of equal length, losses rise, chances (0..1) do not.
    """

    unit = models.CharField(max_length=8, choices=(("money", _("Money")), ("minutes", _("Customer minutes"))))
    losses = ArrayField(models.FloatField())
    chances = ArrayField(models.FloatField())
    reason = models.TextField(_("reason"), max_length=2000, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.get_unit_display()} {self.at:%Y-%m-%d}"


@tracked()
class MoneySettings(models.Model):
    """One row: the currency, and what a customer minute is worth, which ships empty: only the company can know it."""

    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    minute_low = models.FloatField(_("a customer minute, at least"), null=True, blank=True)
    minute_high = models.FloatField(_("a customer minute, at most"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name_plural = _("money settings")
        constraints = (
            models.CheckConstraint(condition=Q(pk=1), name="money_settings_one"),
            models.CheckConstraint(
                condition=Q(minute_low__isnull=True, minute_high__isnull=True)
                | Q(minute_low__gt=0, minute_high__gte=F("minute_low")),
                name="money_settings_minute",
                violation_error_message=_(
                    "Give both ends of what a minute is worth, the lower one first and above zero."
                ),
            ),
        )

    def __str__(self) -> str:
        return self.currency
