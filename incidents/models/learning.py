"""What is learnt: failure modes, postmortems, and the actions that were promised."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from incidents.models.incident import Incident, IncidentService
from relportal.core.models import Service, Team, User
from relportal.core.models.history import tracked


class FailureMode(models.Model):
    """A way to fail, from a taxonomy that the organisation edits; repeats are counted by it."""

    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120, unique=True)
    description = models.TextField(_("description"), max_length=2000, blank=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class PostmortemState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    APPROVED = "approved", _("Approved")
    PUBLISHED = "published", _("Published")


class PostmortemQuerySet(models.QuerySet["Postmortem"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those of the incidents that the person sees."""
        return self.filter(incident__in=Incident.objects.visible_to(user))


@tracked(exclude=["search"])
class Postmortem(models.Model):
    """What was learnt of one incident. `search` holds the words of title, sections and tags; actions write it."""

    incident = models.OneToOneField(Incident, on_delete=models.CASCADE, related_name="postmortem")
    state = models.CharField(_("state"), max_length=10, choices=PostmortemState, default=PostmortemState.DRAFT)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    no_actions_because = models.CharField(_("no action because"), max_length=500, blank=True)
    search = SearchVectorField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = PostmortemQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        indexes = (GinIndex(fields=["search"], name="postmortem_search"),)

    def __str__(self) -> str:
        return f"Postmortem {self.incident.short_id}"

    def get_absolute_url(self) -> str:
        return reverse("incidents:postmortem", args=[self.incident_id])

    @property
    def team_id(self) -> int | None:
        return self.incident.team_id


class SectionKind(models.TextChoices):
    SUMMARY = "summary", _("Summary")
    IMPACT = "impact", _("Impact")
    DETECTION = "detection", _("Detection, and its gap")
    RESPONSE = "response", _("Response")
    CAUSES = "causes", _("Contributing factors")
    LUCKY = "lucky", _("Where we got lucky")
    SURPRISED = "surprised", _("Why we were surprised")
    WELL = "well", _("What went well")
    IMPROVE = "improve", _("What to improve")


@tracked()
class PostmortemSection(models.Model):
    """A part of a postmortem in markdown; each has a version of its own, so that several people can write at once."""

    postmortem = models.ForeignKey(Postmortem, on_delete=models.CASCADE, related_name="sections")
    kind = models.CharField(max_length=10, choices=SectionKind)
    text = models.TextField(_("text"), max_length=50_000, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ("position", "pk")
        constraints = (models.UniqueConstraint(fields=["postmortem", "kind"], name="postmortem_section_once"),)

    def __str__(self) -> str:
        return self.get_kind_display()


class PostmortemComment(models.Model):
    postmortem = models.ForeignKey(Postmortem, on_delete=models.CASCADE, related_name="comments")
    section = models.CharField(max_length=10, choices=SectionKind, blank=True)
    text = models.TextField(_("comment"), max_length=4000)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return self.text[:60]


class ActionKind(models.TextChoices):
    PREVENT = "prevent", _("Prevent")
    DETECT = "detect", _("Detect")
    MITIGATE = "mitigate", _("Mitigate")
    PROCESS = "process", _("Process")


class ActionPriority(models.IntegerChoices):
    HIGH = 1, _("High")
    NORMAL = 2, _("Normal")
    LOW = 3, _("Low")


class ActionState(models.TextChoices):
    OPEN = "open", _("Open")
    DOING = "doing", _("In progress")
    DONE = "done", _("Done")
    VERIFIED = "verified", _("Verified")
    DROPPED = "dropped", _("Dropped")


UNFINISHED = (ActionState.OPEN, ActionState.DOING)


class ActionItemQuerySet(models.QuerySet["ActionItem"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Those of incidents that the person sees or of none, and what one has promised oneself."""
        if not isinstance(user, User) or not user.is_active or not user.roles:
            return self.none()
        seen = Q(incident__isnull=True) | Q(incident__in=Incident.objects.visible_to(user))
        return self.filter(seen | Q(owner=user))

    def unfinished(self) -> Self:
        return self.filter(state__in=UNFINISHED)

    def of_tiers(self, tiers: Iterable[int]) -> Self:
        """For a service of one of them; of an incident, where they name none, that hit one."""
        hit = IncidentService.objects.filter(service__tier__in=(wanted := list(tiers))).values("incident")
        return self.filter(Q(service__tier__in=wanted) | Q(service=None, incident__in=hit))


@tracked()
class ActionItem(models.Model):
    """Something promised after an incident; ACT-<id>. Reminded until done, also when the incident is closed.

    `split_from` is the action of which it was a part once: it keeps that one's dates.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="actions", null=True, blank=True)
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), max_length=10_000, blank=True)
    kind = models.CharField(_("kind"), max_length=8, choices=ActionKind, default=ActionKind.PREVENT)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=ActionPriority, default=ActionPriority.NORMAL)
    state = models.CharField(_("state"), max_length=8, choices=ActionState, default=ActionState.OPEN)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="actions", null=True, blank=True)
    service = models.ForeignKey(Service, on_delete=models.SET_NULL, related_name="actions", null=True, blank=True)
    due_on = models.DateField(_("due"))
    first_due_on = models.DateField(editable=False)
    split_from = models.ForeignKey(
        "self", on_delete=models.SET_NULL, related_name="parts", null=True, blank=True, editable=False
    )
    ticket_url = models.URLField(_("ticket"), max_length=500, blank=True)
    verification = models.TextField(_("how it is verified"), max_length=2000, blank=True)
    outcome = models.TextField(_("what came of it"), max_length=2000, blank=True)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ActionItemQuerySet.as_manager()

    class Meta:
        ordering = ("due_on", "priority", "pk")
        indexes = (models.Index(fields=["state", "due_on"], name="action_due"),)

    def __str__(self) -> str:
        return f"{self.short_id} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("incidents:action-detail", args=[self.pk])

    @property
    def short_id(self) -> str:
        return f"ACT-{self.pk}"

    @property
    def is_unfinished(self) -> bool:
        return self.state in UNFINISHED


class Deferral(models.Model):
    """A wish to move the due date of an action; it counts when someone else has approved it."""

    action = models.ForeignKey(ActionItem, on_delete=models.CASCADE, related_name="deferrals")
    until = models.DateField(_("until"))
    reason = models.TextField(_("reason"), max_length=2000)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    approved = models.BooleanField(null=True, blank=True)

    class Meta:
        ordering = ("-asked_at", "-pk")

    def __str__(self) -> str:
        return f"{self.action.short_id} until {self.until}"
