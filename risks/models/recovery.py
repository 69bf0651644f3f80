"""Recovery: what each service promises after a disaster, and the tests that showed what it does."""

from __future__ import annotations

import datetime as dt
from typing import Final, Self

import pgtrigger
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from incidents.models import ActionItem
from relportal.core.models import Service, User
from relportal.core.models.history import tracked
from risks.domain.recovery import Kind, Marks, Verdict
from risks.domain.recovery import Objective as Promise

LONGEST_S: Final = 31 * 86_400
"""Beyond a month nothing of a service is recovered: it is built anew."""
EVERY_DAYS: Final = 365


class RecoveryKind(models.TextChoices):
    TABLETOP = Kind.TABLETOP.value, _("Tabletop")
    RESTORE = Kind.RESTORE.value, _("Restore")
    FAILOVER = Kind.FAILOVER.value, _("Component failover")
    ZONE = Kind.ZONE.value, _("Loss of a zone")
    REGION = Kind.REGION.value, _("Loss of a region")


class RecoveryVerdict(models.TextChoices):
    MET = Verdict.MET.value, _("Met")
    BREACHED = Verdict.BREACHED.value, _("Breached")
    PARTLY = Verdict.PARTLY.value, _("Partly met")
    NOT_MEASURED = Verdict.NOT_MEASURED.value, _("Not measured")


class Environment(models.TextChoices):
    PRODUCTION = "production", _("Production")
    STAGING = "staging", _("Staging")
    ISOLATED = "isolated", _("Isolated")


class RecoveryObjectiveQuerySet(models.QuerySet["RecoveryObjective"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self if isinstance(user, User) and user.is_active and user.roles else self.none()

    def known(self, at: dt.datetime) -> Self:
        """Those that had been set by then."""
        return self.filter(set_at__lte=at)

    def in_force(self, day: dt.date) -> Self:
        """One a service: the newest that holds on that day; of one day, the last that was set."""
        begun = self.filter(effective_from__lte=day)
        return begun.order_by("service_id", "-effective_from", "-pk").distinct("service_id")


@tracked()
class RecoveryObjective(models.Model):
    """A row a change, and none is ever changed: what holds on a day is the newest that begins until then.

    `rpo_s` None: the service keeps no data. `plan_version` names the recovery plan that is in force with it, empty: not told.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="recovery_objectives")
    rto_s = models.PositiveIntegerField(_("recovery time objective"))
    rpo_s = models.PositiveIntegerField(_("recovery point objective"), null=True, blank=True)
    every_days = models.PositiveSmallIntegerField(
        _("tested every (days)"),
        default=EVERY_DAYS,
        validators=[MinValueValidator(1), MaxValueValidator(3 * EVERY_DAYS)],
    )
    plan_version = models.CharField(_("version of the plan"), max_length=60, blank=True)
    effective_from = models.DateField(_("from"))
    reason = models.CharField(_("reason"), max_length=500)
    set_at = models.DateTimeField(editable=False)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True, editable=False
    )

    objects = RecoveryObjectiveQuerySet.as_manager()

    class Meta:
        ordering = ("service", "-effective_from", "-pk")
        indexes = (models.Index(fields=["service", "-effective_from", "-id"], name="recovery_objective_newest"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(rto_s__gte=1, rto_s__lte=LONGEST_S),
                name="recovery_rto_range",
                violation_error_message=_("From a second to 31 days."),
            ),
            models.CheckConstraint(
                condition=Q(rpo_s__isnull=True) | Q(rpo_s__lte=LONGEST_S),
                name="recovery_rpo_range",
                violation_error_message=_("At most 31 days."),
            ),
        )
        triggers = (pgtrigger.Protect(name="recovery_objective_stays", operation=pgtrigger.Update),)

    def __str__(self) -> str:
        return str(self.service)

    @property
    def promise(self) -> Promise:
        return Promise(self.rto_s, self.rpo_s)


class RecoveryTestQuerySet(models.QuerySet["RecoveryTest"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self if isinstance(user, User) and user.is_active and user.roles else self.none()

    def known(self, at: dt.datetime) -> Self:
        """Those that had been recorded by then, and not voided."""
        return self.filter(recorded_at__lte=at).filter(Q(voided_at__isnull=True) | Q(voided_at__gt=at))


@tracked()
class RecoveryTest(models.Model):
    """DR-<id>. What was tried, with the marks that all services share; those of each stand in its result.

    `verdict` is that of all results together, kept by the actions. It can be changed until somebody else approves it; then it
    can only be voided, with a reason.
    """

    kind = models.CharField(_("kind"), max_length=8, choices=RecoveryKind)
    environment = models.CharField(_("environment"), max_length=10, choices=Environment)
    scenario = models.CharField(_("scenario"), max_length=300)
    plan_version = models.CharField(_("version of the plan"), max_length=60, blank=True)
    held_at = models.DateTimeField(_("held"))
    failed_at = models.DateTimeField(_("failure point"), null=True, blank=True)
    declared_at = models.DateTimeField(_("declared"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    people = models.CharField(_("people present"), max_length=500, blank=True)
    deviations = models.TextField(_("deviations"), max_length=4000, blank=True)
    actions = models.ManyToManyField(ActionItem, related_name="recovery_tests", blank=True)
    verdict = models.CharField(max_length=12, choices=RecoveryVerdict, editable=False)
    recorded_at = models.DateTimeField(editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True, editable=False
    )
    approved_at = models.DateTimeField(null=True, blank=True, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True, editable=False
    )
    voided_at = models.DateTimeField(null=True, blank=True, editable=False)
    voided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True, editable=False
    )
    void_reason = models.CharField(max_length=500, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = RecoveryTestQuerySet.as_manager()

    class Meta:
        ordering = ("-held_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(held_at__lte=F("recorded_at")),
                name="recovery_test_was_held",
                violation_error_message=_("This is still to come. Record a test when it is over."),
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("recorded_by")),
                name="recovery_test_two_people",
                violation_error_message=_("Whoever recorded a test does not approve it."),
            ),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True, void_reason="") | (Q(voided_at__isnull=False) & ~Q(void_reason="")),
                name="recovery_test_void_reason",
            ),
        )
        triggers = (pgtrigger.Protect(name="recovery_test_stays", operation=pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"{self.short_id} {self.scenario}"

    def get_absolute_url(self) -> str:
        return reverse("risks:recovery-test", args=[self.pk])

    @property
    def short_id(self) -> str:
        return f"DR-{self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether it can still be changed."""
        return self.approved_at is None and self.voided_at is None


@tracked()
class RecoveryResult(models.Model):
    """One service in a test: its own marks, and the objective and the tier that it had on that day.

    `rto_s` and `rpo_s` are what was measured, kept by the actions, in seconds; `objective` None: it had none that day.
    `records_lost` counts those that were lost or entered again; None: nobody counted.
    """

    test = models.ForeignKey(RecoveryTest, on_delete=models.CASCADE, related_name="results")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="recovery_results")
    objective = models.ForeignKey(
        RecoveryObjective, on_delete=models.PROTECT, related_name="+", null=True, blank=True, editable=False
    )
    tier = models.PositiveSmallIntegerField(editable=False)
    restored_at = models.DateTimeField(_("first restore"), null=True, blank=True)
    usable_at = models.DateTimeField(_("service usable"), null=True, blank=True)
    verified_at = models.DateTimeField(_("data verified"), null=True, blank=True)
    last_good_at = models.DateTimeField(_("last good data"), null=True, blank=True)
    broken_off = models.BooleanField(_("did not recover"), default=False)
    records_lost = models.PositiveIntegerField(_("records lost or re-entered"), null=True, blank=True)
    rto_s = models.PositiveIntegerField(null=True, blank=True, editable=False)
    rto_impact_s = models.PositiveIntegerField(null=True, blank=True, editable=False)
    rpo_s = models.PositiveIntegerField(null=True, blank=True, editable=False)
    rto_verdict = models.CharField(max_length=12, choices=RecoveryVerdict, editable=False)
    rpo_verdict = models.CharField(max_length=12, choices=RecoveryVerdict, editable=False)
    verdict = models.CharField(max_length=12, choices=RecoveryVerdict, editable=False)

    class Meta:
        ordering = ("test", "service__name")
        constraints = (
            models.UniqueConstraint(
                fields=["test", "service"],
                name="recovery_result_once",
                violation_error_message=_("This service is in the test already."),
            ),
        )

    def __str__(self) -> str:
        return str(self.service)

    def marks(self, test: RecoveryTest) -> Marks:
        return Marks(
            failed=test.failed_at, declared=test.declared_at, decided=test.decided_at, restored=self.restored_at,
            usable=self.usable_at, verified=self.verified_at, last_good=self.last_good_at, broken_off=self.broken_off,
        )  # fmt: skip


@tracked()
class RecoveryEvidence(models.Model):
    """Where the proof lies. `sha256` is that of the file there, as whoever recorded it computed it; empty: not told."""

    test = models.ForeignKey(RecoveryTest, on_delete=models.CASCADE, related_name="evidence")
    title = models.CharField(_("what it shows"), max_length=200)
    url = models.URLField(_("address"), max_length=500)
    sha256 = models.CharField(
        _("SHA-256"),
        max_length=64,
        blank=True,
        validators=[RegexValidator(r"^[0-9a-f]{64}\Z", _("A SHA-256 has 64 digits from 0 to 9 and a to f."))],
    )

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.title
