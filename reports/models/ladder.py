"""The versions of the ladder, what people attested by hand, and where each service stood."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from relportal.core.models import Service, Team
from relportal.core.models.history import tracked
from reports.domain.ladder import Verdict


class LadderState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    CURRENT = "current", _("In force")
    PAST = "past", _("Replaced")


class LadderQuerySet(models.QuerySet["LadderVersion"]):
    def published(self) -> Self:
        """Those that are or were in force."""
        return self.exclude(state=LadderState.DRAFT)


@tracked()
class LadderVersion(models.Model):
    """`content` is a ladder as `reports.domain.ladder_text` writes it: a version is drafted, published and read as a whole."""

    number = models.PositiveIntegerField(_("version"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    note = models.TextField(_("what changed"), max_length=2000, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=LadderState, default=LadderState.DRAFT)
    content = models.JSONField()
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    in_force_from = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = LadderQuerySet.as_manager()

    class Meta:
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(
                fields=["state"],
                condition=Q(state__in=["current", "draft"]),
                name="ladder_current_and_draft_once",
                violation_error_message=_("One ladder is in force at a time, and one is drafted."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} v{self.number}"


class Attestation(models.Model):
    """What someone has seen on a day and no tool tells the portal: a fact of a service holds, or does not.

    Nothing is edited: the newest of a fact counts, for as long as the fact says.
    """

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="attestations")
    fact = models.CharField(_("fact"), max_length=32)
    on = models.DateField(_("on"))
    holds = models.BooleanField(_("holds"), default=True)
    note = models.CharField(_("what was seen"), max_length=500)
    url = models.URLField(_("evidence"), max_length=500, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        ordering = ("-on", "-pk")
        indexes = (models.Index(fields=["service", "fact"], name="attestation_of"),)

    def __str__(self) -> str:
        return f"{self.service}: {self.fact} {self.on}"


class Lasting(models.Model):
    """A state of a service over [since, until); `until` None: it lasts."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class ServiceLevel(Lasting):
    """Where a service stood. A new row begins when its level, the ladder, its tier or its team changes; the counts of verdicts
    are those of the last look.

    `rank` is 1 for the lowest level, 0 for none; `excused` the one that exemptions would give; `minimum` the rank that its tier
    asked for.
    """

    ladder = models.ForeignKey(LadderVersion, on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField()
    excused = models.PositiveSmallIntegerField()
    minimum = models.PositiveSmallIntegerField()
    tier = models.PositiveSmallIntegerField()
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", null=True)
    passed = models.PositiveSmallIntegerField(default=0)
    failed = models.PositiveSmallIntegerField(default=0)
    unknown = models.PositiveSmallIntegerField(default=0)
    exempt = models.PositiveSmallIntegerField(default=0)
    evaluated_at = models.DateTimeField()

    class Meta:
        ordering = ("service", "since")
        constraints = (
            models.UniqueConstraint(
                fields=["service"], condition=Q(until__isnull=True), name="service_level_lasts_once"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="service_level_ordered"
            ),
            models.CheckConstraint(condition=Q(excused__gte=F("rank")), name="service_level_excused_not_below"),
        )

    def __str__(self) -> str:
        return f"{self.service}: {self.rank}"

    @property
    def meets(self) -> bool:
        return self.rank >= self.minimum

    @property
    def rules(self) -> int:
        return self.passed + self.failed + self.unknown + self.exempt


class RuleResult(Lasting):
    """What a rule said of a service. `reading` is that of the last look, None: unknown; `exception` what exempts it."""

    rule = models.CharField(max_length=40)
    verdict = models.CharField(max_length=8, choices=[(each.value, each.value) for each in Verdict])
    reading = models.FloatField(null=True)
    exception = models.ForeignKey("risks.GovernanceException", on_delete=models.SET_NULL, related_name="+", null=True)

    class Meta:
        ordering = ("service", "rule", "since")
        constraints = (
            models.UniqueConstraint(
                fields=["service", "rule"], condition=Q(until__isnull=True), name="rule_result_lasts_once"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="rule_result_ordered"
            ),
        )

    def __str__(self) -> str:
        return f"{self.rule}: {self.verdict}"
