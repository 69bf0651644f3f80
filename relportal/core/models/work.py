from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class WorkState(models.TextChoices):
    PENDING = "pending", _("Pending")
    DONE = "done", _("Done")
    QUARANTINED = "quarantined", _("Quarantined")


class WorkItem(models.Model):
    """A piece of work that is due: the outbox, the schedule, the lease and the result in one row.

    Its natural key is (kind, key), so that writing it twice is writing it once. `lease_token` is a fencing token: a worker
    that lost its lease cannot report a result. A recurring item goes back to pending with a new `due_at` after each run.
    """

    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    queue = models.CharField(max_length=16, default="tick")
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=12, choices=WorkState, default=WorkState.PENDING)
    due_at = models.DateTimeField()
    every_s = models.PositiveIntegerField(null=True)
    lease_until = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)
    last_run_at = models.DateTimeField(null=True)
    last_run_ms = models.PositiveIntegerField(null=True)
    result = models.JSONField(null=True)

    class Meta:
        ordering = ("due_at",)
        constraints = (models.UniqueConstraint(fields=["kind", "key"], name="work_item_once"),)
        indexes = (models.Index(fields=["due_at"], condition=Q(state="pending"), name="work_item_due"),)

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"


class Heartbeat(models.Model):
    """When a part of the portal was last alive; `/readyz` and the stale bar read it."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
