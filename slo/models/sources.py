"""Where counts come from: sources, how they do, and what each collection cost."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from relportal.core.models.history import tracked


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
