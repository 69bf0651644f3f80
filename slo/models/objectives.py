"""What is promised: a target for the counts of one service over a window."""

from __future__ import annotations

from decimal import Decimal
from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from relportal.core.models import Service, User
from relportal.core.models.history import tracked
from slo.domain.windows import Calendar, CalendarUnit, Rolling, Window
from slo.models.indicators import Indicator
from slo.models.measurements import Counting, Series


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
