"""What people said of the past incidents that were proposed to them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from incidents.models.incident import Incident


class SimilarRating(models.Model):
    """Whether `other` helped somebody in `incident`."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="similar_ratings")
    other = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    useful = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["incident", "other", "by"], name="similar_rating_once"),
            models.CheckConstraint(condition=~Q(incident=F("other")), name="similar_rating_of_another"),
        )

    def __str__(self) -> str:
        return f"{self.incident.short_id}: {self.other.short_id}"
