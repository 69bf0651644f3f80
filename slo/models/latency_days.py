"""Histograms of whole days, from whose sums the percentiles of any longer time come."""

from __future__ import annotations

from django.db import models

from slo.models.indicators import Indicator


class LatencyDay(models.Model):
    """What the histogram of a latency indicator counted on a day of the company's zone; without services: nothing was there.

    `asked` is the selector and the labels: a day that was kept of another histogram is asked for again. `layouts` are lists of
    finite bounds in seconds; `services` maps a service's id to [place of its layout, cumulative counts, the last of +Inf].
    """

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="latency_days")
    day = models.DateField()
    asked = models.TextField()
    layouts = models.JSONField(default=list)
    services = models.JSONField(default=dict)

    class Meta:
        ordering = ("-day", "indicator")
        constraints = (models.UniqueConstraint(fields=["indicator", "day"], name="latency_day_once"),)
        indexes = (models.Index(fields=["day"], name="latency_day_day"),)

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.day}"
