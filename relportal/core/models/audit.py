from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models


class AuditEvent(models.Model):
    """Who did what to which object, and why. Append-only: a trigger refuses UPDATE and DELETE.

    `changes` maps a field to its [before, after]. `object_key` is the public id (a slug, `SLO-12`). `team` and `service`
    are kept as plain slugs so that the row outlives what it speaks of.
    """

    at = models.DateTimeField(db_index=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    actor_label = models.CharField(max_length=200)
    action = models.CharField(max_length=60, db_index=True)
    object_type = models.CharField(max_length=40)
    object_key = models.CharField(max_length=200)
    object_label = models.CharField(max_length=300)
    team = models.CharField(max_length=60, blank=True)
    reason = models.TextField(blank=True)
    changes = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, blank=True)
    token = models.CharField(max_length=16, blank=True)

    class Meta:
        ordering = ("-at", "-pk")
        indexes = (
            models.Index(fields=["object_type", "object_key", "-at"], name="audit_object"),
            models.Index(fields=["actor", "-at"], name="audit_actor"),
        )
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"{self.actor_label} {self.action} {self.object_label}"


class AuditDay(models.Model):
    """The hash chain: one row a closed UTC day, SHA-256 over the day before's hash and the day's rows."""

    day = models.DateField(primary_key=True)
    rows = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ("day",)

    def __str__(self) -> str:
        return f"{self.day}"
