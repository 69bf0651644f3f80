"""What is counted, by which targets it is judged, and what was said of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from relportal.core.models.history import tracked
from reports.domain.periods import Cut
from reports.domain.scopes import ScopeKind
from reports.domain.values import Lacking, Maturity, Rag

CUTS = [(each.value, each.value) for each in Cut]
SCOPES = [(each.value, each.value) for each in ScopeKind]


@tracked()
class ReportSettings(models.Model):
    """One row: how the company cuts its year, as `reports.domain.periods.Calendar` reads it.

    `customers` and `promise` give what the company allows itself of customer minutes; None: not said.
    `began_on` is the day on which figures were first computed: a period that was final before then was never closed here, and
    what is read of it later restates nothing.
    """

    first_month = models.PositiveSmallIntegerField(_("first month of the fiscal year"), default=1)
    shift = models.PositiveSmallIntegerField(_("quarters shifted by (months)"), default=0)
    customers = models.PositiveBigIntegerField(
        _("customers"), null=True, blank=True, help_text=_("How many use the product in a usual month.")
    )
    promise = models.DecimalField(
        _("availability promised to customers"), max_digits=9, decimal_places=8, null=True, blank=True
    )
    began_on = models.DateField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name_plural = _("report settings")
        constraints = (
            models.CheckConstraint(condition=Q(pk=1), name="report_settings_one"),
            models.CheckConstraint(
                condition=Q(first_month__gte=1, first_month__lte=12, shift__lte=2),
                name="report_settings_calendar",
                violation_error_message=_("A year begins in month 1 to 12, and quarters are shifted by 0 to 2 months."),
            ),
            models.CheckConstraint(
                condition=Q(promise__isnull=True) | Q(promise__gt=0, promise__lt=1),
                name="report_settings_promise",
                violation_error_message=_("A promise lies between 0 and 100 %, both excluded."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.first_month} + {self.shift}"

    @property
    def allowed_minutes(self) -> float | None:
        """Customer minutes that the promise allows in each minute; None where nobody has said what was promised to whom."""
        if self.customers is None or self.promise is None:
            return None
        return float(self.customers * (1 - self.promise))


class KpiTarget(models.Model):
    """The lines of a KPI from a day on, for a tier or (None) for all. Never edited: a new row is a new target.

    `retired`: from that day on the default of the KPI is in force again.
    """

    kpi = models.CharField(_("KPI"), max_length=32)
    tier = models.PositiveSmallIntegerField(_("tier"), null=True, blank=True)
    since = models.DateField(_("in force from"))
    green = models.FloatField(_("green"), null=True, blank=True)
    red = models.FloatField(_("red"), null=True, blank=True)
    retired = models.BooleanField(default=False)
    reason = models.TextField(_("reason"), max_length=2000)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        ordering = ("kpi", "-since", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(retired=True, green__isnull=True, red__isnull=True)
                | Q(retired=False, green__isnull=False, red__isnull=False),
                name="kpi_target_lines",
                violation_error_message=_("Give both lines, or take the target back."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kpi} {self.since}"


class KpiInput(models.Model):
    """Numbers of a KPI that no tool here counts, for days both included: entered, imported or pushed. Never edited: of the
    same days and scope, the newest row holds, and what it replaced stays readable. `named` lists, by the name of a number, what
    it counts."""

    class Source(models.TextChoices):
        FORM = "form", _("Entered")
        CSV = "csv", _("Imported")
        API = "api", _("Pushed")

    kpi = models.CharField(_("KPI"), max_length=32)
    first = models.DateField(_("from"))
    last = models.DateField(_("until"))
    scope = models.CharField(max_length=8, choices=SCOPES, default=ScopeKind.COMPANY)
    number = models.PositiveBigIntegerField(default=0)
    numbers = models.JSONField(default=dict)
    named = models.JSONField(default=dict, db_default={})
    note = models.CharField(_("note"), max_length=500, blank=True)
    source = models.CharField(max_length=4, choices=Source, default=Source.FORM)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        ordering = ("-last", "-pk")
        indexes = (models.Index(fields=["kpi", "first", "last"], name="kpi_input_days"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(last__gte=F("first")),
                name="kpi_input_days_ordered",
                violation_error_message=_("The last day lies before the first. Check both."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kpi} {self.first}–{self.last}"


class Edition(models.TextChoices):
    """A period's values as they are now, and as they stood when it was closed."""

    LIVE = "live", _("As known now")
    CLOSED = "closed", _("As closed")


class KpiValue(models.Model):
    """A value of a scope in a period, as `reports.domain.values.Value` says it; the closed one is written once and stays.

    `green` and `red` are the lines that were in force at the end of the period, None where there were none. `before` is the
    value of the period before, `change` what the sample lets one claim of the difference.
    """

    kpi = models.CharField(max_length=32)
    definition = models.PositiveSmallIntegerField()
    cut = models.CharField(max_length=8, choices=CUTS)
    first = models.DateField()
    last = models.DateField()
    scope = models.CharField(max_length=8, choices=SCOPES)
    number = models.PositiveBigIntegerField(default=0)
    edition = models.CharField(max_length=6, choices=Edition, default=Edition.LIVE)
    value = models.FloatField(null=True)
    numerator = models.FloatField(null=True)
    denominator = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    n = models.PositiveIntegerField(default=0)
    coverage = models.FloatField(null=True)
    excluded = models.PositiveIntegerField(default=0)
    lacking = models.CharField(max_length=16, choices=[(each.value, each.value) for each in Lacking], blank=True)
    rag = models.CharField(max_length=5, choices=[(each.value, each.value) for each in Rag])
    green = models.FloatField(null=True)
    red = models.FloatField(null=True)
    before = models.FloatField(null=True)
    change = models.CharField(max_length=8, blank=True)
    maturity = models.CharField(max_length=1, choices=[(each.value, each.value) for each in Maturity])
    parts = models.JSONField(default=dict)
    computed_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["scope", "number", "cut", "first", "kpi", "edition"], name="kpi_value_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kpi} {self.scope} {self.number} {self.cut}:{self.first}"


class KpiRun(models.Model):
    """When a KPI was computed last. Its values are as of then, though a row that stayed the same keeps the day on which it was
    written. `problem`: why it could not be computed at `failed_at`, empty once it could."""

    kpi = models.CharField(max_length=32, primary_key=True)
    at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return self.kpi


@tracked()
class KpiComment(models.Model):
    """Why a value is as it is and what comes next, as its owner says it; an `action` mends it, or an `ask` wants what would."""

    kpi = models.CharField(max_length=32)
    cut = models.CharField(max_length=8, choices=CUTS)
    first = models.DateField()
    scope = models.CharField(max_length=8, choices=SCOPES)
    number = models.PositiveBigIntegerField(default=0)
    text = models.TextField(_("comment"), max_length=4000)
    action = models.ForeignKey(
        "incidents.ActionItem", on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )
    ask = models.ForeignKey("reports.Ask", on_delete=models.SET_NULL, related_name="+", null=True, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["kpi", "cut", "first", "scope", "number"], name="kpi_comment_once"),
        )

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def is_mended(self) -> bool:
        """Somebody has promised an action, or asks for what it takes."""
        return self.action_id is not None or self.ask_id is not None
