"""Initiatives: what is to be reached by a day, from where it began, and for which services."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from relportal.core.models import Service, Team
from relportal.core.models.history import tracked
from reports.domain.initiatives import Course
from reports.domain.scopes import ScopeKind
from reports.models.figures import SCOPES


class Goal(models.TextChoices):
    LEVEL = "level", _("Every service holds a level")
    RULE = "rule", _("Every service passes a rule")
    KPI = "kpi", _("A KPI reaches a target")


class InitiativeQuerySet(models.QuerySet["Initiative"]):
    def going_on(self) -> Self:
        """Those that nobody has ended."""
        return self.filter(ended_at=None)


@tracked()
class Initiative(models.Model):
    """INI-<id>. Its scope is the company, a tier or a team, or (kind "service") the services that were chosen.

    `key` names the level, the rule or the KPI; `target` is that of a KPI. `baseline` is written once, when it starts, and stays:
    {"done", "scope"} or {"value", "period"}. `first_due_on` is what was promised first.
    """

    name = models.CharField(_("name"), max_length=120, unique=True)
    why = models.TextField(_("why"), max_length=4000, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="initiatives", null=True, blank=True)
    scope = models.CharField(max_length=8, choices=SCOPES, default=ScopeKind.COMPANY)
    number = models.PositiveBigIntegerField(default=0)
    goal = models.CharField(_("goal"), max_length=5, choices=Goal)
    key = models.CharField(max_length=40)
    target = models.FloatField(_("target"), null=True, blank=True)
    starts_on = models.DateField(_("starts on"))
    due_on = models.DateField(_("due"))
    first_due_on = models.DateField(editable=False)
    baseline = models.JSONField(null=True, editable=False)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_because = models.CharField(_("ended because"), max_length=1000, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = InitiativeQuerySet.as_manager()

    class Meta:
        ordering = ("due_on", "name")
        constraints = (
            models.CheckConstraint(
                condition=Q(due_on__gt=F("starts_on")),
                name="initiative_due_after_start",
                violation_error_message=_("It is due before it starts. Check both days."),
            ),
            models.CheckConstraint(
                condition=Q(goal="kpi", target__isnull=False) | (~Q(goal="kpi") & Q(target__isnull=True)),
                name="initiative_target_of_kpi",
                violation_error_message=_("A KPI needs a target, and nothing else has one."),
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_because="")
                | (Q(ended_at__isnull=False) & ~Q(ended_because="")),
                name="initiative_ended_because",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("reports:initiative", args=[self.pk])

    @property
    def short_id(self) -> str:
        return f"INI-{self.pk}"

    @property
    def course(self) -> Course:
        return Course(self.starts_on, self.due_on)

    def begun(self, today: dt.date) -> bool:
        return self.starts_on <= today


class InitiativeService(models.Model):
    """A chosen service, over [since, until): what comes or goes later stays readable."""

    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="members")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        ordering = ("initiative", "since", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["initiative", "service"], condition=Q(until__isnull=True), name="initiative_service_once"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="initiative_service_ordered"
            ),
        )

    def __str__(self) -> str:
        return f"{self.initiative}: {self.service}"
