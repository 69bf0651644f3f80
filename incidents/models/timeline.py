"""What happened and what is said about it: timeline, tasks, checklists, updates, drafts."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from incidents.models.incident import Incident, IncidentRole
from incidents.models.severity import Severity
from relportal.core.models.history import tracked


class EntryKind(models.TextChoices):
    NOTE = "note", _("Note")
    STATE = "state", _("State")
    SEVERITY = "severity", _("Severity")
    ROLE = "role", _("Role")
    UPDATE = "update", _("Update")
    TASK = "task", _("Task")
    IMPACT = "impact", _("Impact")
    ALERT = "alert", _("Alert")
    BURN = "burn", _("Burn")
    DEPLOY = "deploy", _("Deploy")
    LINK = "link", _("Link")
    RUNBOOK = "runbook", _("Runbook")


@tracked()
class Entry(models.Model):
    """One line of the timeline. `at` is when it happened, `recorded_at` when it was written; `key` makes automatic entries
    come once. A struck entry stays in the history and is shown as struck."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="entries")
    kind = models.CharField(max_length=10, choices=EntryKind, default=EntryKind.NOTE)
    at = models.DateTimeField()
    text = models.TextField(_("text"), max_length=4000)
    pinned = models.BooleanField(_("pinned"), default=False)
    struck = models.BooleanField(default=False)
    key = models.CharField(max_length=120, blank=True)
    url = models.CharField(max_length=500, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    recorded_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ("at", "pk")
        indexes = (models.Index(fields=["incident", "at", "id"], name="incident_entry_at"),)
        constraints = (
            models.UniqueConstraint(
                fields=["incident", "key"], condition=~models.Q(key=""), name="incident_entry_key_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.at:%H:%M} {self.text[:60]}"


class Task(models.Model):
    """Something to do now, by one person, until a time."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="tasks")
    text = models.CharField(_("task"), max_length=300)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    due_at = models.DateTimeField(_("until"), null=True, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ("done_at", "due_at", "pk")

    def __str__(self) -> str:
        return self.text


class ChecklistStep(models.Model):
    """A step that incidents of these severities should take; `does` names what the item itself does when it is ticked."""

    class Does(models.TextChoices):
        NOTHING = "", _("Only ticked")
        TAKE_COMMAND = "take_command", _("Take command")
        SET_SEVERITY = "set_severity", _("Choose the severity")
        ADD_IMPACT = "add_impact", _("Say what is affected")
        POST_UPDATE = "post_update", _("Post an update")
        ASSIGN_ROLE = "assign_role", _("Fill a role")
        SET_TIMES = "set_times", _("Enter the times")
        OPEN_POSTMORTEM = "open_postmortem", _("Begin the postmortem")

    text = models.CharField(_("step"), max_length=200)
    levels = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    does = models.CharField(max_length=16, choices=Does, blank=True, default=Does.NOTHING)
    role = models.CharField(max_length=14, choices=IncidentRole, blank=True)

    class Meta:
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.text


class ChecklistTick(models.Model):
    """A step that was taken."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="ticks")
    step = models.ForeignKey(ChecklistStep, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["incident", "step"], name="incident_tick_once"),)

    def __str__(self) -> str:
        return f"{self.incident.short_id}: {self.step}"


class Audience(models.TextChoices):
    INTERNAL = "internal", _("Internal")
    EXECUTIVE = "executive", _("Executives")
    PUBLIC = "public", _("Public")


class Update(models.Model):
    """What was said to an audience: the condition, what is being done, what is needed, and when the next one comes."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="updates")
    audience = models.CharField(max_length=10, choices=Audience, default=Audience.INTERNAL)
    condition = models.TextField(_("condition"), max_length=4000)
    actions = models.TextField(_("actions"), max_length=4000, blank=True)
    needs = models.TextField(_("needs"), max_length=4000, blank=True)
    next_at = models.DateTimeField(_("next update"), null=True, blank=True)
    severity = models.ForeignKey(Severity, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    state = models.CharField(max_length=14, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.incident.short_id}: {self.condition[:60]}"


class Draft(models.Model):
    """What a person has typed into a field and not sent; nobody else writes it, and a reload brings it back."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="drafts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    field = models.CharField(max_length=60)
    text = models.TextField(max_length=10_000)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["incident", "user", "field"], name="incident_draft_once"),)

    def __str__(self) -> str:
        return f"{self.incident.short_id}: {self.field} of {self.user}"
