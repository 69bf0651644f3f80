"""Indicators, objectives and the counts behind them. A number on a page comes from `Status`, which comes from `Measurement`."""

from __future__ import annotations

from decimal import Decimal
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from relportal.core.models import Service, Team, User
from relportal.core.models.history import tracked
from slo.domain.windows import Calendar, CalendarUnit, Rolling, Window


class Auth(models.TextChoices):
    NONE = "none", _("None")
    BASIC = "basic", _("User and password")
    BEARER = "bearer", _("Bearer token")


@tracked(exclude=["secret"])
class Source(models.Model):
    """Where indicators are read from. `kind` is the key of a plug-in in slo/sources/; `secret` is ciphertext."""

    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=20, default="prometheus")
    url = models.CharField(_("address"), max_length=500, blank=True)
    auth = models.CharField(_("sign-in"), max_length=8, choices=Auth, default=Auth.NONE)
    username = models.CharField(_("user"), max_length=200, blank=True)
    secret = models.TextField(blank=True, editable=False)
    tenant_header = models.CharField(_("tenant header"), max_length=60, blank=True)
    tenant = models.CharField(_("tenant"), max_length=200, blank=True)
    scrape_interval_s = models.PositiveIntegerField(_("scrape interval (s)"), default=60)
    timeout_s = models.PositiveIntegerField(_("time-out (s)"), default=20)
    series_limit = models.PositiveIntegerField(_("series per query"), default=50_000)
    max_response_mb = models.PositiveIntegerField(_("largest answer (MB)"), default=64)
    paused = models.BooleanField(_("paused"), default=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("slo:source-detail", args=[self.slug])


class SourceState(models.Model):
    """What the last ticks found; written by the collector only. `watermark` is the newest instant collected."""

    source = models.OneToOneField(Source, on_delete=models.CASCADE, primary_key=True, related_name="state")
    watermark = models.DateTimeField(null=True)
    last_attempt_at = models.DateTimeField(null=True)
    last_success_at = models.DateTimeField(null=True)
    unavailable_since = models.DateTimeField(null=True)
    circuit_open_until = models.DateTimeField(null=True)
    consecutive_failures = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)
    queries = models.PositiveIntegerField(default=0)
    series = models.PositiveIntegerField(default=0)
    samples = models.PositiveIntegerField(default=0)
    bytes_read = models.PositiveBigIntegerField(default=0)
    query_ms = models.PositiveIntegerField(default=0)
    tick_ms = models.PositiveIntegerField(default=0)
    unmapped = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.source}"


class CollectionRun(models.Model):
    """One tick of a source, kept for two weeks: what it cost and what it wrote. `error` is empty when all went well."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="runs")
    at = models.DateTimeField()
    watermark = models.DateTimeField(null=True)
    queries = models.PositiveIntegerField(default=0)
    series = models.PositiveIntegerField(default=0)
    samples = models.PositiveIntegerField(default=0)
    bytes_read = models.PositiveBigIntegerField(default=0)
    rows_written = models.PositiveIntegerField(default=0)
    query_ms = models.PositiveIntegerField(default=0)
    tick_ms = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ("-at",)
        indexes = (models.Index(fields=["source", "-at"], name="collection_run_newest"),)

    def __str__(self) -> str:
        return f"{self.source} {self.at:%Y-%m-%d %H:%M}"


class IndicatorKind(models.TextChoices):
    RATIO_GOOD = "ratio_good", _("Good events of all events")
    RATIO_BAD = "ratio_bad", _("Bad events of all events")
    LATENCY_CLASSIC = "latency_classic", _("Latency from a classic histogram")
    LATENCY_NATIVE = "latency_native", _("Latency from a native histogram")
    THRESHOLD = "threshold", _("A value against a limit")
    PUSHED = "pushed", _("Counts pushed by another tool")


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


class Counting(models.TextChoices):
    OCCURRENCES = "occurrences", _("Occurrences")
    TIMESLICES = "timeslices", _("Time slices")
    RATIO_TIMESLICES = "ratio_timeslices", _("Mean of slice ratios")


class Series(models.Model):
    """The counts of one indicator for one service in one way of counting; objectives that count alike share it."""

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="series")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="series")
    generation = models.PositiveIntegerField(default=1)
    counting = models.CharField(max_length=16, choices=Counting, default=Counting.OCCURRENCES)
    slice_target = models.DecimalField(max_digits=9, decimal_places=8, null=True, blank=True)
    started_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = _("series")
        constraints = (
            models.UniqueConstraint(
                fields=[
                    "indicator",
                    "service",
                    "generation",
                    "counting",
                    "slice_target",
                ],
                nulls_distinct=False,
                name="series_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.indicator} / {self.service}"


class Measurement(models.Model):
    """Cumulative counts since the series began, like a counter that never resets: any window is one subtraction.

    Unit of bad and total: events, or slices where the series counts slices. `covered_s` is the cumulative number of seconds
    that were measured (with or without traffic).
    """

    pk = models.CompositePrimaryKey("series_id", "instant")
    # Only the collector writes here, with series that it has read in the same transaction; a foreign key that is checked for
    # each of the millions of rows of a history costs more than all the rest of writing them.
    series = models.ForeignKey(Series, on_delete=models.CASCADE, db_index=False, db_constraint=False, related_name="+")
    instant = models.DateTimeField()
    bad = models.FloatField()
    total = models.FloatField()
    covered_s = models.FloatField()
    via = models.PositiveSmallIntegerField(choices=Via, default=Via.RAW)

    class Meta:
        # The status of all series is read at a few instants: rows of one instant lie together.
        indexes = (models.Index(fields=["instant", "series"], name="measurement_instant"),)

    def __str__(self) -> str:
        return f"{self.series_id} {self.instant:%Y-%m-%d %H:%M}"


class WindowKind(models.TextChoices):
    ROLLING = "rolling", _("Rolling")
    WEEK = "week", _("Calendar week")
    MONTH = "month", _("Calendar month")
    QUARTER = "quarter", _("Calendar quarter")


def window_from(kind: str, days: int | None, zone: str) -> Window:
    """The domain's window of the three fields that an objective keeps."""
    return Rolling(days=days or 0) if kind == WindowKind.ROLLING else Calendar(unit=CalendarUnit(kind), zone=zone)


class ObjectiveQuerySet(models.QuerySet["Objective"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self if isinstance(user, User) and user.roles else self.none()

    def active(self) -> Self:
        return self.filter(retired_at__isnull=True)


@tracked()
class Objective(models.Model):
    """A promise: `target` of the events (or slices) of a series are good over a window."""

    name = models.CharField(_("name"), max_length=160)
    description = models.TextField(_("description"), blank=True)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="objectives")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="objectives")
    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="objectives", editable=False)
    target = models.DecimalField(_("target"), max_digits=9, decimal_places=8)
    window_kind = models.CharField(_("window"), max_length=8, choices=WindowKind, default=WindowKind.ROLLING)
    window_days = models.PositiveSmallIntegerField(_("days"), null=True, blank=True, default=30)
    window_zone = models.CharField(_("time zone of the calendar"), max_length=64, blank=True)
    counting = models.CharField(_("method"), max_length=16, choices=Counting, default=Counting.OCCURRENCES)
    slice_target = models.DecimalField(_("slice target"), max_digits=9, decimal_places=8, null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ObjectiveQuerySet.as_manager()

    class Meta:
        ordering = ("service__tier", "service__name", "name")
        constraints = (
            models.UniqueConstraint(
                fields=["service", "name"],
                condition=Q(retired_at__isnull=True),
                name="objective_name_once",
                violation_error_message=_("This service has an objective of that name already."),
            ),
            models.CheckConstraint(
                condition=Q(target__gt=Decimal(0), target__lt=Decimal(1)),
                name="objective_target_range",
                violation_error_message=_("A target lies between 0 and 100 %, both excluded."),
            ),
            models.CheckConstraint(
                condition=Q(
                    window_kind="rolling",
                    window_days__gte=1,
                    window_days__lte=366,
                    window_zone="",
                )
                | (~Q(window_kind="rolling") & Q(window_days__isnull=True) & ~Q(window_zone="")),
                name="objective_window",
                violation_error_message=_("A rolling window has 1 to 366 days; a calendar window has a time zone."),
            ),
            models.CheckConstraint(
                condition=Q(counting="timeslices", slice_target__gt=0, slice_target__lte=1)
                | (~Q(counting="timeslices") & Q(slice_target__isnull=True)),
                name="objective_slice_target",
                violation_error_message=_("Time slices need a slice target; the other methods have none."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.service}: {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("slo:objective-detail", args=[self.pk])

    @property
    def short_id(self) -> str:
        return f"SLO-{self.pk}"

    @property
    def window(self) -> Window:
        return window_from(self.window_kind, self.window_days, self.window_zone)


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


class Backfill(models.Model):
    """History being read for an indicator, newest day first; `cursor` is the start of the oldest chunk done."""

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")
        FAILED = "failed", _("Failed")

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="backfills")
    generation = models.PositiveIntegerField(default=1)
    start = models.DateTimeField()
    end = models.DateTimeField()
    cursor = models.DateTimeField()
    chunks_done = models.PositiveIntegerField(default=0)
    chunks_total = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    error = models.TextField(blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-requested_at",)
        constraints = (
            models.UniqueConstraint(
                fields=["indicator"],
                condition=Q(state="running"),
                name="backfill_running_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.indicator} {self.start:%Y-%m-%d}"


class Reconciliation(models.Model):
    """One day's total of a series beside what the source says for the same day; drift = (ours - theirs) / theirs."""

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="reconciliations")
    day = models.DateField()
    ours_total = models.FloatField()
    theirs_total = models.FloatField(null=True)
    ours_bad = models.FloatField()
    theirs_bad = models.FloatField(null=True)
    drift = models.FloatField(null=True)
    agrees = models.BooleanField(null=True)
    checked_at = models.DateTimeField()

    class Meta:
        ordering = ("-day", "series")
        constraints = (models.UniqueConstraint(fields=["series", "day"], name="reconciliation_once"),)

    def __str__(self) -> str:
        return f"{self.series_id} {self.day}"
