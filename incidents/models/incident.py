"""The incident itself: what it is, where it stands, who holds which role, and when what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from incidents.models.severity import Condition, Impact, Severity
from relportal.core.models import Role, Service, Team, User
from relportal.core.models.history import tracked
from slo.models import Objective

if TYPE_CHECKING:
    from incidents.models.learning import FailureMode


class Kind(models.TextChoices):
    REAL = "real", _("Real")
    DRILL = "drill", _("Drill")
    TEST = "test", _("Test")
    BACKFILLED = "backfilled", _("Entered afterwards")
    NEAR_MISS = "near_miss", _("Near miss")


COUNTED_KINDS = (Kind.REAL, Kind.BACKFILLED)
"""Only these count in figures."""


class State(models.TextChoices):
    TRIAGE = "triage", _("Triage")
    INVESTIGATING = "investigating", _("Investigating")
    IDENTIFIED = "identified", _("Identified")
    MONITORING = "monitoring", _("Monitoring")
    RESOLVED = "resolved", _("Resolved")
    CLOSED = "closed", _("Closed")
    FALSE_ALARM = "false_alarm", _("False alarm")
    MERGED = "merged", _("Merged")
    CANCELLED = "cancelled", _("Cancelled")


ONGOING = (State.TRIAGE, State.INVESTIGATING, State.IDENTIFIED, State.MONITORING)
NOT_COUNTED = (State.FALSE_ALARM, State.MERGED, State.CANCELLED)


class IncidentQuerySet(models.QuerySet["Incident"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """A private incident is there only for those named on it, those with a role in it, and administrators."""
        if not isinstance(user, User) or not user.is_active or not user.roles:
            return self.none()
        if (Role.ADMIN.value, None) in user.roles:
            return self
        named = IncidentAccess.objects.filter(user=user).values("incident")
        held = RoleHolder.objects.filter(user=user).values("incident")
        return self.filter(Q(is_private=False) | Q(pk__in=named) | Q(pk__in=held) | Q(declared_by=user))

    def ongoing(self) -> Self:
        return self.filter(state__in=ONGOING)

    def counted(self) -> Self:
        return self.filter(kind__in=COUNTED_KINDS).exclude(state__in=NOT_COUNTED)


@tracked()
class Incident(models.Model):
    """Something that went wrong, from its declaration to its closing; INC-<id>.

    `suggested` is what the matrix or the burning SLO said, `severity` what was chosen. `merged_into` is where it went on.
    """

    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("summary"), max_length=10_000, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.REAL)
    state = models.CharField(_("state"), max_length=14, choices=State, default=State.TRIAGE)
    severity = models.ForeignKey(Severity, on_delete=models.PROTECT, related_name="incidents", null=True, blank=True)
    suggested = models.ForeignKey(Severity, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    suggested_because = models.CharField(max_length=300, blank=True)
    impact = models.CharField(_("impact"), max_length=8, choices=Impact, blank=True)
    condition = models.CharField(_("condition"), max_length=10, choices=Condition, blank=True)
    is_private = models.BooleanField(_("private"), default=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="incidents", null=True, blank=True)
    services = models.ManyToManyField(Service, related_name="incidents", blank=True, through="IncidentService")
    objectives = models.ManyToManyField(Objective, related_name="incidents", blank=True, through="IncidentObjective")
    declared_at = models.DateTimeField(_("declared"))
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    declared_from = models.CharField(max_length=40, blank=True)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, related_name="merged", null=True, blank=True)
    split_from = models.ForeignKey("self", on_delete=models.PROTECT, related_name="parts", null=True, blank=True)
    next_update_at = models.DateTimeField(null=True, blank=True)
    failure_modes: models.ManyToManyField[FailureMode, models.Model] = models.ManyToManyField(
        "FailureMode", related_name="incidents", blank=True
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        ordering = ("-declared_at", "-pk")
        indexes = (
            models.Index(fields=["-declared_at", "-id"], name="incident_newest"),
            models.Index(fields=["state"], name="incident_state"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(state=State.MERGED, merged_into__isnull=False)
                | (~Q(state=State.MERGED) & Q(merged_into__isnull=True)),
                name="incident_merged_into",
                violation_error_message=_("A merged incident names the one that it was merged into."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.short_id} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("incidents:detail", args=[self.pk])

    @property
    def short_id(self) -> str:
        return f"INC-{self.pk}"

    @property
    def is_ongoing(self) -> bool:
        return self.state in ONGOING


class IncidentService(models.Model):
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE)
    service = models.ForeignKey(Service, on_delete=models.CASCADE)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["incident", "service"], name="incident_service_once"),)

    def __str__(self) -> str:
        return f"{self.incident.short_id}: {self.service}"


class IncidentObjective(models.Model):
    """An objective that the incident burns, linked when it was declared, or by hand."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE)
    objective = models.ForeignKey(Objective, on_delete=models.CASCADE)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["incident", "objective"], name="incident_objective_once"),)

    def __str__(self) -> str:
        return f"{self.incident.short_id}: {self.objective}"


class IncidentAccess(models.Model):
    """A person who may see a private incident."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="access")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["incident", "user"], name="incident_access_once"),)

    def __str__(self) -> str:
        return f"{self.incident.short_id}: {self.user}"


class StateChange(models.Model):
    """When the incident went into a state; a reopened one has a second ongoing stretch."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="state_changes")
    state = models.CharField(max_length=14, choices=State)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.incident.short_id}: {self.state} {self.at:%Y-%m-%d %H:%M}"


class Moment(models.TextChoices):
    """What happened at a time of an incident."""

    IMPACT_STARTED = "impact_started", _("Impact started")
    DETECTED = "detected", _("Detected")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    MITIGATED = "mitigated", _("Mitigated")
    RESOLVED = "resolved", _("Resolved")
    CLOSED = "closed", _("Closed")


class TimeSource(models.TextChoices):
    PERSON = "person", _("Entered")
    STATE = "state", _("From the state")
    ALERT = "alert", _("From an alert")
    BURN = "burn", _("From the SLO")
    DEPLOY = "deploy", _("From a deploy")
    IMPORT = "import", _("Imported")


class Precision(models.TextChoices):
    EXACT = "exact", _("to the second")
    MINUTE = "minute", _("to the minute")
    QUARTER = "quarter", _("about a quarter of an hour")
    HOUR = "hour", _("about an hour")
    DAY = "day", _("only the day")


class TimeMark(models.Model):
    """A time of an incident. The recorded value stays; an override beside it wins in figures."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="times")
    moment = models.CharField(max_length=16, choices=Moment)
    at = models.DateTimeField()
    source = models.CharField(max_length=8, choices=TimeSource)
    precision = models.CharField(max_length=8, choices=Precision, default=Precision.MINUTE)
    is_override = models.BooleanField(default=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["incident", "moment", "is_override"], name="incident_time_once"),
            models.CheckConstraint(
                condition=Q(at__lte=F("recorded_at")),
                name="incident_time_past",
                violation_error_message=_("A time lies in the future. Check the day and the zone."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.incident.short_id}: {self.moment} {self.at:%Y-%m-%d %H:%M}"


class Detection(models.TextChoices):
    """Who noticed first."""

    SLO_ALERT = "slo_alert", _("SLO alert")
    OTHER_ALERT = "other_alert", _("Other alert")
    CUSTOMER = "customer", _("Customer")
    STAFF = "staff", _("Staff")
    THIRD_PARTY = "third_party", _("Third party")


class IncidentDetection(models.Model):
    """How the incident was noticed; none while nobody has said."""

    incident = models.OneToOneField(Incident, on_delete=models.CASCADE, primary_key=True, related_name="detection")
    by = models.CharField(_("noticed by"), max_length=12, choices=Detection)

    def __str__(self) -> str:
        return f"{self.incident.short_id}: {self.by}"


class IncidentRole(models.TextChoices):
    COMMANDER = "commander", _("Commander")
    OPERATIONS = "operations", _("Operations")
    COMMUNICATIONS = "communications", _("Communications")
    SCRIBE = "scribe", _("Scribe")


class RoleHolder(models.Model):
    """Who holds a role since when. An offer has no `since` yet: the one who holds the role keeps it until it is accepted."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="role_holders")
    role = models.CharField(max_length=14, choices=IncidentRole)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    offered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    offered_at = models.DateTimeField()
    since = models.DateTimeField(null=True, blank=True)
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("offered_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["incident", "role"],
                condition=Q(since__isnull=False, until__isnull=True),
                name="incident_role_held_once",
            ),
            models.UniqueConstraint(
                fields=["incident", "role"],
                condition=Q(since__isnull=True, until__isnull=True),
                name="incident_role_offered_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.incident.short_id}: {self.user}, {self.role}"
