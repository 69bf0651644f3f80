"""Maintenance that was announced before it began."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from relportal.core.models import Service, User
from relportal.core.models.history import tracked
from slo.domain.maintenance import Phase, phase


class MaintenanceQuerySet(models.QuerySet["MaintenanceWindow"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self if isinstance(user, User) and user.roles else self.none()

    def kept(self) -> Self:
        """Those that took place, take place or will."""
        return self.filter(cancelled_at__isnull=True)

    def during(self, start: dt.datetime, end: dt.datetime) -> Self:
        """Those that lie at least in part in [start, end)."""
        return self.filter(start__lt=end, end__gt=start)


@tracked()
class MaintenanceWindow(models.Model):
    """Work on a service in [`start`, `end`) of which customers were told before. It takes nothing off a budget: it tells which
    part of what failed was planned."""

    title = models.CharField(_("what is done"), max_length=200)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="maintenance")
    start = models.DateTimeField(_("from"))
    end = models.DateTimeField(_("until"))
    declared_at = models.DateTimeField(editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True, editable=False
    )
    cancelled_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = MaintenanceQuerySet.as_manager()

    class Meta:
        ordering = ("-start", "-pk")
        indexes = (models.Index(fields=["service", "end"], name="maintenance_service_end"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(end__gt=F("start")),
                name="maintenance_ordered",
                violation_error_message=_("It ends before it begins. Check both times."),
            ),
            models.CheckConstraint(
                condition=Q(declared_at__lte=F("start")),
                name="maintenance_announced",
                violation_error_message=_(
                    "Maintenance is announced before it begins. What has begun already is an incident: declare that."
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.service}: {self.title}"

    def get_absolute_url(self) -> str:
        return f"{reverse('slo:maintenance-list')}?service={self.service.slug}"

    def phase(self, at: dt.datetime) -> Phase:
        return phase(self.start, self.end, cancelled=self.cancelled_at is not None, at=at)
