"""Files that belong to an incident: screenshots, exports, logs. They live in the database, with what they are part of."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from incidents.models.incident import Incident


class Attachment(models.Model):
    """A file as it was sent; `media_type` was told from its content. A removed one can be brought back for a day."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(_("name"), max_length=150)
    media_type = models.CharField(max_length=20)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["incident", "sha256"], condition=Q(removed_at__isnull=True), name="attachment_once"
            ),
        )
        indexes = (
            models.Index(fields=["removed_at"], condition=Q(removed_at__isnull=False), name="attachment_removed"),
        )

    def __str__(self) -> str:
        return f"{self.incident.short_id}: {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("incidents:attachment", args=[self.incident_id, self.pk])

    @property
    def is_picture(self) -> bool:
        return self.media_type.startswith("image/")
