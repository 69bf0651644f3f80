"""Counts: series and their cumulative rows, and what fills and checks them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from relportal.core.models import Service
from slo.models.indicators import Indicator, Via


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
