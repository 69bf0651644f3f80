"""What other tools tell: integrations, their raw deliveries, the alerts in them, and deploys."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from incidents.models.incident import Incident
from relportal.core.models import Service
from relportal.core.models.history import tracked


@tracked(exclude=["secret", "old_secret"])
class Integration(models.Model):
    """A tool that sends; `kind` is the key of a plug-in in incidents/webhooks/. Secrets are ciphertext; while it is rotated
    the old one is taken as well, until `old_secret_until`."""

    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=20)
    secret = models.TextField(blank=True)
    old_secret = models.TextField(blank=True)
    old_secret_until = models.DateTimeField(null=True, blank=True)
    service_label = models.CharField(_("label that names the service"), max_length=80, default="service", blank=True)
    mapping = models.JSONField(_("mapping"), default=dict, blank=True)
    default_service = models.ForeignKey(Service, on_delete=models.SET_NULL, related_name="+", null=True, blank=True)
    paused = models.BooleanField(_("paused"), default=False)
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("incidents:integration", args=[self.slug])


class Delivery(models.Model):
    """A body as it came in, and what became of it. `dedup` is the sender's id of it, or a hash of the body.

    The body is empty once it was removed for its age; then it cannot be read again.
    """

    class Result(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        TAKEN = "taken", _("Taken")
        IGNORED = "ignored", _("Ignored")
        FAILED = "failed", _("Failed")

    integration = models.ForeignKey(Integration, on_delete=models.CASCADE, related_name="deliveries")
    received_at = models.DateTimeField()
    dedup = models.CharField(max_length=128)
    event = models.CharField(max_length=80, blank=True)
    body = models.BinaryField()
    headers = models.JSONField(default=dict)
    result = models.CharField(max_length=8, choices=Result, default=Result.WAITING)
    detail = models.CharField(max_length=500, blank=True)
    parsed_at = models.DateTimeField(null=True, blank=True)
    alerts = models.PositiveIntegerField(default=0)
    body_removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-received_at", "-pk")
        indexes = (
            models.Index(fields=["integration", "-received_at"], name="delivery_newest"),
            models.Index(fields=["received_at"], condition=Q(body_removed_at__isnull=True), name="delivery_with_body"),
        )
        constraints = (models.UniqueConstraint(fields=["integration", "dedup"], name="delivery_once"),)

    def __str__(self) -> str:
        return f"{self.integration}: {self.received_at:%Y-%m-%d %H:%M:%S}"

    def get_absolute_url(self) -> str:
        return reverse("incidents:delivery", args=[self.pk])


class AlertVerdict(models.TextChoices):
    ACTIONABLE = "actionable", _("Actionable")
    NOISE = "noise", _("Noise")


class AlertQuerySet(models.QuerySet["Alert"]):
    def unjudged(self) -> Self:
        """Nobody has judged them, and no incident tells."""
        return self.filter(verdict="", incident=None)


class Alert(models.Model):
    """An alert of another tool. Identity is (integration, fingerprint, started): the same rule firing again is another.

    `verdict` is whether it meant something to do, as somebody judged it; empty: nobody has.
    """

    integration = models.ForeignKey(Integration, on_delete=models.CASCADE, related_name="alerts")
    fingerprint = models.CharField(max_length=128)
    name = models.CharField(max_length=200)
    summary = models.CharField(max_length=500, blank=True)
    labels = models.JSONField(default=dict)
    severity = models.CharField(max_length=40, blank=True)
    url = models.CharField(max_length=500, blank=True)
    service = models.ForeignKey(Service, on_delete=models.SET_NULL, related_name="alerts", null=True, blank=True)
    incident = models.ForeignKey(Incident, on_delete=models.SET_NULL, related_name="alerts", null=True, blank=True)
    started_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    first_received_at = models.DateTimeField()
    last_received_at = models.DateTimeField()
    verdict = models.CharField(max_length=10, choices=AlertVerdict, blank=True, default="", db_default="")
    judged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    judged_at = models.DateTimeField(null=True, blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        ordering = ("-started_at", "-pk")
        indexes = (
            models.Index(fields=["-started_at", "-id"], name="alert_newest"),
            models.Index(fields=["service", "-started_at"], name="alert_of_service"),
            models.Index(fields=["started_at"], condition=Q(ended_at__isnull=True), name="alert_firing"),
        )
        constraints = (models.UniqueConstraint(fields=["integration", "fingerprint", "started_at"], name="alert_once"),)

    def __str__(self) -> str:
        return self.name


class DeployState(models.TextChoices):
    STARTED = "started", _("Started")
    SUCCEEDED = "succeeded", _("Succeeded")
    FAILED = "failed", _("Failed")


class Deploy(models.Model):
    """A change that went out. `size` is the number of changed lines, None when it was not said. `rollback_automatic` says
    whether a machine rolled back or a person, None where nobody said, and of what is no rollback. `is_hotfix`: it was made in
    haste to mend what the deploy before it broke."""

    integration = models.ForeignKey(Integration, on_delete=models.SET_NULL, related_name="+", null=True, blank=True)
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="deploys")
    key = models.CharField(max_length=128)
    revision = models.CharField(_("revision"), max_length=80, blank=True)
    description = models.CharField(_("description"), max_length=300, blank=True)
    environment = models.CharField(_("environment"), max_length=60, default="production")
    author = models.CharField(_("author"), max_length=120, blank=True)
    url = models.CharField(max_length=500, blank=True)
    size = models.PositiveIntegerField(_("changed lines"), null=True, blank=True)
    state = models.CharField(max_length=10, choices=DeployState, default=DeployState.SUCCEEDED)
    is_rollback = models.BooleanField(_("rollback"), default=False)
    rollback_automatic = models.BooleanField(_("rolled back by a machine"), null=True, blank=True)
    is_hotfix = models.BooleanField(_("hotfix"), default=False, db_default=False)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-started_at", "-pk")
        indexes = (models.Index(fields=["service", "-started_at"], name="deploy_of_service"),)
        constraints = (models.UniqueConstraint(fields=["service", "environment", "key"], name="deploy_once"),)

    def __str__(self) -> str:
        return f"{self.service} {self.revision or self.key}"[:120]


class SuspectVerdict(models.TextChoices):
    SUSPECT = "suspect", _("Suspect")
    CAUSE = "cause", _("Cause")
    FIX = "fix", _("Fix")
    DISMISSED = "dismissed", _("Dismissed")


class Suspect(models.Model):
    """What somebody said of a deploy in an incident. Until then it is a suspect by its rank only, and has no row."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="suspects")
    deploy = models.ForeignKey(Deploy, on_delete=models.CASCADE, related_name="suspected")
    verdict = models.CharField(max_length=10, choices=SuspectVerdict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["incident", "deploy"], name="suspect_once"),)

    def __str__(self) -> str:
        return f"{self.deploy}: {self.verdict}"
