"""What is sent to whom and when, and what became of each e-mail."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from relportal.core.models import Role, Team, Tier
from relportal.core.models.history import tracked
from reports.domain.schedules import Cadence, Rhythm
from reports.models.report import Report

CADENCES = [
    (Cadence.WEEKLY.value, _("Digest, each week")),
    (Cadence.MONTHLY.value, _("Digest, each month")),
    (Cadence.QUARTERLY.value, _("Report, when it is published")),
]


class ScheduleQuerySet(models.QuerySet["Schedule"]):
    def active(self) -> ScheduleQuerySet:
        return self.filter(is_active=True)


@tracked()
class Schedule(models.Model):
    """A digest or a report of a team, of a tier, or (neither) of the company, to these people, to whoever has a role in these
    teams, and to whoever holds one of these `roles` anywhere.

    `hour`, `weekday` (0 is Monday) and `day` are those of `zone`; which of them counts is the cadence's.
    """

    name = models.CharField(_("name"), max_length=120)
    cadence = models.CharField(_("what and when"), max_length=9, choices=CADENCES, default=Cadence.WEEKLY)
    team = models.ForeignKey(
        Team, verbose_name=_("about"), on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    tier = models.PositiveSmallIntegerField(_("tier"), choices=Tier, null=True, blank=True)
    weekday = models.PositiveSmallIntegerField(_("weekday"), default=0)
    day = models.PositiveSmallIntegerField(_("day of the month"), default=1)
    hour = models.PositiveSmallIntegerField(_("hour"), default=8)
    zone = models.CharField(_("time zone"), max_length=64)
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, verbose_name=_("people"), blank=True, related_name="+")
    teams = models.ManyToManyField(Team, verbose_name=_("members of teams"), blank=True, related_name="+")
    roles = ArrayField(
        models.CharField(max_length=20, choices=Role),
        verbose_name=_("everybody with a role"),
        default=list,
        db_default=[],
        blank=True,
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, editable=False
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ScheduleQuerySet.as_manager()

    class Meta:
        ordering = ("name", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["name"],
                name="schedule_named_once",
                violation_error_message=_("There is a schedule of this name already."),
            ),
            models.CheckConstraint(
                condition=Q(hour__lte=23, weekday__lte=6, day__gte=1, day__lte=28),
                name="schedule_rhythm",
                violation_error_message=_("An hour is 0 to 23, a day of the month 1 to 28."),
            ),
            models.CheckConstraint(
                condition=Q(team__isnull=True) | Q(tier__isnull=True),
                name="schedule_of_one",
                violation_error_message=_("It is about a team or about a tier, not both."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("reports:schedule", args=[self.pk])

    @property
    def rhythm(self) -> Rhythm:
        return Rhythm(
            cadence=Cadence(self.cadence),
            zone=ZoneInfo(self.zone),
            hour=self.hour,
            weekday=self.weekday,
            day=self.day,
        )


class Unsubscription(models.Model):
    """Somebody wants no more of a schedule that they would be sent."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="unsubscriptions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["schedule", "user"], name="unsubscription_once"),)

    def __str__(self) -> str:
        return f"{self.user}: {self.schedule}"


class MailingState(models.TextChoices):
    WAITING = "waiting", _("Waits")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    SKIPPED = "skipped", _("Not sent")


class Mailing(models.Model):
    """One e-mail to one person. `occasion` is what makes it come once ("2026-W45", "2026-11", "REP-7").

    `content` are the canonical bytes of the digest as it was made for this person, who may see less than others; of a report it
    is None. `first_due_at` is when it should have gone out, `due_at` when it is tried next. `opened_at`: its recipient followed
    the link in it, signed in.
    """

    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, related_name="mailings")
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="mailings", null=True)
    occasion = models.CharField(max_length=24)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    address = models.EmailField()
    subject = models.CharField(max_length=300)
    content = models.BinaryField(null=True, editable=False)
    state = models.CharField(max_length=7, choices=MailingState, default=MailingState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    first_due_at = models.DateTimeField()
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-first_due_at", "-pk")
        verbose_name_plural = _("e-mails")
        constraints = (
            models.UniqueConstraint(fields=["schedule", "occasion", "user"], name="mailing_once"),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at__isnull=True)),
                name="mailing_sent_when",
            ),
            models.CheckConstraint(
                condition=Q(report__isnull=True, content__isnull=False) | Q(report__isnull=False, content__isnull=True),
                name="mailing_of_one",
            ),
        )
        indexes = (
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="mailing_waiting"),
            models.Index(fields=["schedule", "-first_due_at"], name="mailing_newest"),
        )

    def __str__(self) -> str:
        return f"{self.schedule} {self.occasion}: {self.address}"
