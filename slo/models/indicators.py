"""What is counted: indicators, the services that they are counted for, and how far they were collected."""

from __future__ import annotations

from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from relportal.core.models import Service, Team
from relportal.core.models.history import tracked
from slo.models.sources import Source


class IndicatorKind(models.TextChoices):
    RATIO_GOOD = "ratio_good", _("Good events of all events")
    RATIO_BAD = "ratio_bad", _("Bad events of all events")
    LATENCY_CLASSIC = "latency_classic", _("Latency from a classic histogram")
    LATENCY_NATIVE = "latency_native", _("Latency from a native histogram")
    THRESHOLD = "threshold", _("A value against a limit")
    PUSHED = "pushed", _("Counts pushed by another tool")


HISTOGRAMS: Final = (IndicatorKind.LATENCY_CLASSIC, IndicatorKind.LATENCY_NATIVE)
"""Of what percentiles can be told."""


class Operator(models.TextChoices):
    LE = "<=", "≤"
    LT = "<", "<"
    GE = ">=", "≥"
    GT = ">", ">"


@tracked()
class Indicator(models.Model):
    """One SLI, written once for many services: its queries are grouped by `service_label`.

    Which fields a kind uses: ratio_good `good`+`total`; ratio_bad `bad`+`total`; latency_* `histogram` (the metric's base
    name with matchers) + `latency_s`; threshold `value`+`operator`+`limit` (a slice is good when `value operator limit`);
    pushed none. A query is a counter selector, or free PromQL with `{{.window}}`. A changed query is a new `generation`.
    """

    slug = models.SlugField(_("short name"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=120, unique=True)
    description = models.TextField(_("description"), blank=True)
    team = models.ForeignKey(
        Team,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner team"),
    )
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="indicators")
    kind = models.CharField(_("kind"), max_length=16, choices=IndicatorKind)
    good = models.TextField(_("good events"), blank=True)
    bad = models.TextField(_("bad events"), blank=True)
    total = models.TextField(_("all events"), blank=True)
    histogram = models.TextField(_("histogram"), blank=True)
    latency_s = models.FloatField(_("latency threshold (s)"), null=True, blank=True)
    value = models.TextField(_("value"), blank=True)
    operator = models.CharField(_("operator"), max_length=2, choices=Operator, blank=True)
    limit = models.FloatField(_("limit"), null=True, blank=True)
    service_label = models.CharField(_("service label"), max_length=80, default="service")
    generation = models.PositiveIntegerField(default=1, editable=False)
    paused = models.BooleanField(_("paused"), default=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("slo:indicator-detail", args=[self.slug])


class Via(models.IntegerChoices):
    """How a measured number was obtained; shown with the number."""

    RAW = 1, _("raw counters on the 5-minute grid")
    GROUPED = 2, _("grouped increase")
    FREE = 3, _("free PromQL")
    PUSHED = 4, _("pushed")
    HOURLY = 5, _("hourly backfill")


class IndicatorState(models.Model):
    """Where collection of an indicator stands; written by the collector only.

    `watermark` moves by compare-and-set; `checkpoint` is the last raw value of each series at the next base instant (layout
    in slo.domain.checkpoints). `unmapped` are label values that no service has, the first fifty of `unmapped_count`;
    `problems` what is wrong with the data, as objects with `key` (a slo.queries.problems Problem), `subject` and `count`.
    `days_error` is why days of its histogram are missing that should be kept by now.
    """

    indicator = models.OneToOneField(Indicator, on_delete=models.CASCADE, primary_key=True, related_name="state")
    generation = models.PositiveIntegerField(default=1)
    watermark = models.DateTimeField(null=True)
    checkpoint = models.BinaryField(null=True)
    error = models.TextField(blank=True)
    error_since = models.DateTimeField(null=True)
    raw_series = models.PositiveIntegerField(default=0)
    via = models.PositiveSmallIntegerField(choices=Via, null=True)
    unmapped = ArrayField(models.CharField(max_length=200), default=list)
    unmapped_count = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=list)
    days_error = models.TextField(blank=True, default="", db_default="")

    def __str__(self) -> str:
        return f"{self.indicator}"


class IndicatorService(models.Model):
    """Which service a value of the indicator's label stands for."""

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="mappings")
    label_value = models.CharField(_("label value"), max_length=200)
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")

    class Meta:
        ordering = ("indicator", "label_value")
        constraints = (
            models.UniqueConstraint(fields=["indicator", "label_value"], name="indicator_label_once"),
            models.UniqueConstraint(
                fields=["indicator", "service"],
                name="indicator_service_once",
                violation_error_message=_("Two label values for one service would count its events twice."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.label_value} = {self.service}"
