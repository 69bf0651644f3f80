"""Rituals, and the reviews that they become: pack, agenda, notes, decisions, actions, minutes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from incidents.models import ActionItem
from relportal.core.models import Service, Team
from relportal.core.models.history import tracked
from reports.domain import reviews as rules
from reports.models.decisions import Decision


class RitualKind(models.TextChoices):
    """Values are keys of `reports.domain.reviews.TEMPLATES`."""

    RELIABILITY = "reliability", _("Weekly reliability review")
    INCIDENTS = "incidents", _("Incident review")
    ALERTS = "alerts", _("Alert-quality review")
    COUNCIL = "council", _("SLO council")


class Cadence(models.TextChoices):
    WEEKLY = "weekly", _("Every week")
    FORTNIGHTLY = "fortnightly", _("Every other week")
    MONTHLY = "monthly", _("Every month")


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


@tracked()
class Ritual(models.Model):
    """A meeting that comes again: when, who, and its agenda (`items`, as `reports.domain.reviews.Agenda`).

    `team` None: of the company. `week` is which of a month's weekdays, 5 the last. A retired one meets no more.
    """

    kind = models.CharField(_("template"), max_length=12, choices=RitualKind)
    name = models.CharField(_("name"), max_length=120)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="rituals", null=True, blank=True)
    cadence = models.CharField(_("how often"), max_length=12, choices=Cadence, default=Cadence.WEEKLY)
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday, default=Weekday.TUESDAY)
    week = models.PositiveSmallIntegerField(_("which of the month"), default=1)
    starts = models.TimeField(_("time"), default=dt.time(10, 0))
    zone = models.CharField(_("time zone"), max_length=64)
    items = models.JSONField(default=list)
    participants = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="rituals", blank=True)
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ("name", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(week__gte=1, week__lte=5, weekday__lte=6),
                name="ritual_day",
                violation_error_message=_("A month has the first to the fourth of a weekday, and a last one (5)."),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("reports:ritual", args=[self.pk])

    @property
    def schedule(self) -> rules.Schedule:
        return rules.Schedule(
            cadence=rules.Cadence(self.cadence),
            weekday=self.weekday,
            week=self.week,
            starts=self.starts,
            zone=self.zone,
        )

    @property
    def agenda(self) -> tuple[rules.Agenda, ...]:
        return tuple(rules.Agenda(**each) for each in self.items)

    @property
    def minutes(self) -> int:
        return sum(each.minutes for each in self.agenda)


class ReviewState(models.TextChoices):
    PLANNED = "planned", _("Planned")
    RUNNING = "running", _("Going on")
    DONE = "done", _("Done")
    SKIPPED = "skipped", _("Did not take place")


class Review(models.Model):
    """REV-<id>: one meeting of a ritual. `pack` maps the key of an item to its block, as of `built_at`; from its start on it
    never changes, which a trigger holds. `drawn` is the service that is looked at closely; `since` is where the last one ended.
    """

    ritual = models.ForeignKey(Ritual, on_delete=models.PROTECT, related_name="reviews")
    meets_at = models.DateTimeField(_("meets"))
    state = models.CharField(_("state"), max_length=8, choices=ReviewState, default=ReviewState.PLANNED)
    drawn = models.ForeignKey(Service, on_delete=models.SET_NULL, related_name="+", null=True, blank=True)
    since = models.DateTimeField(null=True, blank=True)
    built_at = models.DateTimeField(null=True, blank=True)
    pack: Any = models.JSONField(default=dict, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    skipped_because = models.CharField(_("reason"), max_length=300, blank=True)
    attended = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ("-meets_at", "-pk")
        indexes = (models.Index(fields=["state", "meets_at"], name="review_meets"),)
        constraints = (
            models.UniqueConstraint(fields=["ritual", "meets_at"], name="review_once"),
            models.CheckConstraint(
                condition=Q(state="planned", started_at__isnull=True, ended_at__isnull=True)
                | Q(state="running", started_at__isnull=False, ended_at__isnull=True)
                | Q(state="done", started_at__isnull=False, ended_at__isnull=False)
                | Q(state="skipped", started_at__isnull=True, ended_at__isnull=False),
                name="review_state_when",
            ),
        )
        triggers = (
            pgtrigger.Protect(
                name="review_pack_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__started_at__isnull=False)
                & (
                    pgtrigger.Q(old__sha256__df=pgtrigger.F("new__sha256"))
                    | pgtrigger.Q(old__pack__df=pgtrigger.F("new__pack"))
                    | pgtrigger.Q(old__built_at__df=pgtrigger.F("new__built_at"))
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.short_id} {self.ritual}"

    def get_absolute_url(self) -> str:
        return reverse("reports:review", args=[self.pk])

    @property
    def short_id(self) -> str:
        return f"REV-{self.pk}"

    @property
    def team_id(self) -> int | None:
        return self.ritual.team_id

    @property
    def is_running(self) -> bool:
        return self.state == ReviewState.RUNNING


class ReviewItem(models.Model):
    """A line of the agenda. `carried_from`: it was not reached then. `spent_s` is what the timer counted."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=32)
    title = models.CharField(_("topic"), max_length=200, blank=True)
    minutes = models.PositiveSmallIntegerField(default=5)
    state = models.CharField(
        max_length=8, choices=[(each.value, each.value) for each in rules.ItemState], default=rules.ItemState.OPEN
    )
    carried_from = models.ForeignKey(Review, on_delete=models.SET_NULL, related_name="+", null=True, blank=True)
    spent_s = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("review", "position", "pk")
        constraints = (models.UniqueConstraint(fields=["review", "position"], name="review_item_once"),)

    def __str__(self) -> str:
        return self.title or self.key


class ReviewNote(models.Model):
    """What somebody wrote down in the meeting."""

    item = models.ForeignKey(ReviewItem, on_delete=models.CASCADE, related_name="notes")
    text = models.TextField(_("note"), max_length=4000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return self.text[:60]


class ReviewDecision(models.Model):
    """A decision that was made in the meeting."""

    item = models.ForeignKey(ReviewItem, on_delete=models.CASCADE, related_name="decided")
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="in_review")

    def __str__(self) -> str:
        return str(self.decision)


class ReviewAction(models.Model):
    """Something that somebody promised in the meeting."""

    item = models.ForeignKey(ReviewItem, on_delete=models.CASCADE, related_name="promised")
    action = models.OneToOneField(ActionItem, on_delete=models.CASCADE, related_name="in_review")

    def __str__(self) -> str:
        return str(self.action)
