from __future__ import annotations

import datetime as dt
from typing import Final, Self

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from relportal.core.models.accounts import Team, User
from relportal.core.models.history import tracked


class Tier(models.IntegerChoices):
    ONE = 1, _("Tier 1")
    TWO = 2, _("Tier 2")
    THREE = 3, _("Tier 3")
    FOUR = 4, _("Tier 4")


class Lifecycle(models.TextChoices):
    EXPERIMENTAL = "experimental", _("Experimental")
    PRODUCTION = "production", _("Production")
    DEPRECATED = "deprecated", _("Deprecated")
    RETIRED = "retired", _("Retired")


class ServiceQuerySet(models.QuerySet["Service"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The whole catalog for anyone with a role in the company, nothing for everyone else."""
        return self if isinstance(user, User) and user.roles else self.none()

    def active(self) -> Self:
        return self.exclude(lifecycle=Lifecycle.RETIRED)


@tracked()
class Service(models.Model):
    slug = models.SlugField(_("short name"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=120, unique=True)
    tier = models.PositiveSmallIntegerField(_("tier"), choices=Tier, default=Tier.THREE)
    team = models.ForeignKey(
        Team,
        on_delete=models.PROTECT,
        related_name="services",
        verbose_name=_("owner team"),
        null=True,
        blank=True,
    )
    lifecycle = models.CharField(_("lifecycle"), max_length=14, choices=Lifecycle, default=Lifecycle.PRODUCTION)
    description = models.TextField(_("description"), blank=True)
    aliases = ArrayField(
        models.CharField(max_length=120),
        default=list,
        blank=True,
        verbose_name=_("aliases"),
        help_text=_("Other names of this service in labels, commas between them."),
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ServiceQuerySet.as_manager()

    class Meta:
        ordering = ("tier", "name")
        constraints = (models.CheckConstraint(condition=Q(tier__gte=1, tier__lte=4), name="service_tier_range"),)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("slo:service-detail", args=[self.slug])


class LinkKind(models.TextChoices):
    RUNBOOK = "runbook", _("Runbook")
    REPO = "repo", _("Repository")
    DASHBOARD = "dashboard", _("Dashboard")
    LOGS = "logs", _("Logs")
    TRACES = "traces", _("Traces")
    DOCS = "docs", _("Documentation")
    OTHER = "other", _("Other")


CONFIRMED_FOR: Final = dt.timedelta(days=180)
"""How long a link is believed to work after somebody has seen that it does."""


@tracked()
class ServiceLink(models.Model):
    """`verified_at` is when somebody entered its address, or last confirmed that it works; None: it was entered before this was
    kept, and nobody has confirmed it since. `verified_by` is who confirmed it; None: it was only entered."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="links")
    kind = models.CharField(_("kind"), max_length=10, choices=LinkKind)
    url = models.URLField(_("address"), max_length=500)
    label = models.CharField(_("label"), max_length=120, blank=True)
    verified_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    verified_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, related_name="+", verbose_name=_("confirmed by"), null=True, blank=True
    )

    class Meta:
        ordering = ("kind", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["service", "kind", "url"],
                name="service_link_once",
                violation_error_message=_("This link is listed already."),
            ),
        )

    def __str__(self) -> str:
        return self.label or self.get_kind_display()

    def is_confirmed(self, at: dt.datetime) -> bool:
        """Whether it was seen to work lately enough."""
        return self.verified_at is not None and at - self.verified_at <= CONFIRMED_FOR


@tracked()
class Dependency(models.Model):
    """`service` calls `depends_on`; `hard` when it cannot answer its users without it."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="dependencies")
    depends_on = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="dependents")
    hard = models.BooleanField(_("hard"), default=True)

    class Meta:
        ordering = ("service", "depends_on")
        verbose_name_plural = _("dependencies")
        constraints = (
            models.UniqueConstraint(
                fields=["service", "depends_on"],
                name="dependency_once",
                violation_error_message=_("This dependency is listed already."),
            ),
            models.CheckConstraint(
                condition=~Q(service=F("depends_on")),
                name="dependency_on_another",
                violation_error_message=_("A service cannot depend on itself."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.service} → {self.depends_on}"


@tracked()
class Journey(models.Model):
    """What a customer does, as a named, ordered set of services."""

    slug = models.SlugField(_("short name"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=120, unique=True)
    description = models.TextField(_("description"), blank=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="journeys", null=True, blank=True)
    services = models.ManyToManyField(Service, through="JourneyService", related_name="journeys")
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("slo:journey-detail", args=[self.slug])


@tracked()
class JourneyService(models.Model):
    journey = models.ForeignKey(Journey, on_delete=models.CASCADE, related_name="steps")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("journey", "position")
        constraints = (models.UniqueConstraint(fields=["journey", "service"], name="journey_service_once"),)

    def __str__(self) -> str:
        return f"{self.journey}: {self.service}"
