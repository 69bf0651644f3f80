"""Asks: decisions that somebody wants from somebody; and decisions: what was decided on which numbers, and what came of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Case, DateField, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from relportal.core.models import Team
from relportal.core.models.history import tracked
from reports.domain import asks as rules


class AskState(models.TextChoices):
    OPEN = "open", _("Wants a decision")
    DECIDED = "decided", _("Decided")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    LAPSED = "lapsed", _("Lapsed")


def references() -> ArrayField[Sequence[str], list[str]]:
    """Short ids (RISK-7) and KPIs (kpi:slo_attainment), as `reports.queries.references` reads them."""
    return ArrayField(models.CharField(max_length=80), default=list, blank=True)


class AskQuerySet(models.QuerySet["Ask"]):
    def open(self) -> AskQuerySet:
        return self.filter(state=AskState.OPEN)

    def overdue(self, today: dt.date) -> AskQuerySet:
        return self.open().filter(wanted_by__lt=today)


@tracked()
class Ask(models.Model):
    """ASK-<id>: a decision that `owner` wants from `decider` by a day (included).

    `options`: what can be decided, as `reports.domain.asks.Option`, the last is to do nothing; `recommended` is the key of one.
    `closed_at` is when it was decided, withdrawn or lapsed.
    """

    title = models.CharField(_("what is to be decided"), max_length=200)
    context = models.TextField(_("context"), max_length=20_000, blank=True)
    options = models.JSONField(default=list)
    recommended = models.CharField(_("recommendation"), max_length=8)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decider = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="asked")
    wanted_by = models.DateField(_("wanted by"))
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, related_name="+", null=True, blank=True)
    refs = references()
    state = models.CharField(_("state"), max_length=9, choices=AskState, default=AskState.OPEN)
    asked_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_because = models.CharField(_("reason"), max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = AskQuerySet.as_manager()

    class Meta:
        ordering = ("wanted_by", "pk")
        indexes = (
            models.Index(fields=["state", "wanted_by"], name="ask_wanted"),
            GinIndex(fields=["refs"], name="ask_refs"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True) | (~Q(state="open") & Q(closed_at__isnull=False)),
                name="ask_closed_when",
            ),
        )

    def __str__(self) -> str:
        return f"{self.short_id} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("reports:ask", args=[self.pk])

    @property
    def short_id(self) -> str:
        return f"ASK-{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state == AskState.OPEN

    @property
    def choices(self) -> tuple[rules.Option, ...]:
        return tuple(rules.Option(**each) for each in self.options)

    def option(self, key: str) -> rules.Option | None:
        return next((each for each in self.choices if each.key == key), None)


class Verdict(models.TextChoices):
    """Values are those of `reports.domain.asks.Verdict`."""

    WORKED = "worked", _("It worked")
    DID_NOT = "did_not", _("It did not work")
    TOO_EARLY = "too_early", _("Too early to say")


class DecisionQuerySet(models.QuerySet["Decision"]):
    def followed(self) -> models.QuerySet[Any]:
        """With `verdict` (the newest, empty: none), `superseded`, and `due_on`: when somebody looks at its outcome, None: never,
        or not any more."""
        newest = DecisionOutcome.objects.filter(decision=OuterRef("pk")).order_by("-at", "-pk")
        told = self.annotate(
            verdict=Coalesce(Subquery(newest.values("verdict")[:1]), Value("")),
            superseded=Exists(Decision.objects.filter(supersedes=OuterRef("pk"))),
        )
        settled = Q(verdict__in=(Verdict.WORKED, Verdict.DID_NOT)) | Q(superseded=True)
        due: Case = Case(
            When(settled, then=Value(None, output_field=DateField())),
            default=Coalesce(Subquery(newest.values("again_on")[:1]), F("follow_up_on")),
            output_field=DateField(),
        )
        return told.annotate(due_on=due)


class Decision(models.Model):
    """DEC-<id>: what `decided_by` decided and why. Never edited, which a trigger holds: a new one supersedes it.

    `option` is the chosen one of its ask as it read then. `figures` are the numbers that it rests on, frozen as
    `risks.queries.frozen_figures.Figure`; `follow_up_on`: when somebody looks at what came of it.
    """

    title = models.CharField(_("what was decided"), max_length=300)
    reason = models.TextField(_("why"), max_length=10_000)
    ask = models.ForeignKey(Ask, on_delete=models.PROTECT, related_name="decisions", null=True, blank=True)
    option = models.JSONField(default=dict, blank=True)
    figures = models.JSONField(default=list, blank=True)
    refs = references()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="decisions")
    decided_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    recorded_at = models.DateTimeField()
    follow_up_on = models.DateField(_("look at its outcome on"), null=True, blank=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="superseded_by", null=True, blank=True
    )

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ("-decided_at", "-pk")
        indexes = (
            models.Index(fields=["-decided_at"], name="decision_newest"),
            GinIndex(fields=["refs"], name="decision_refs"),
        )
        constraints = (
            models.UniqueConstraint(fields=["ask"], condition=Q(supersedes__isnull=True), name="decision_of_ask_once"),
            models.CheckConstraint(
                condition=Q(recorded_at__gte=F("decided_at")),
                name="decision_recorded_after",
                violation_error_message=_("A decision lies in the past."),
            ),
        )
        triggers = (pgtrigger.Protect(name="decision_stays", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"{self.short_id} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("reports:decision", args=[self.pk])

    @property
    def short_id(self) -> str:
        return f"DEC-{self.pk}"


class DecisionOutcome(models.Model):
    """What somebody saw when they looked; the newest holds. What is too early to say is looked at again on a day."""

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="outcomes")
    verdict = models.CharField(_("outcome"), max_length=9, choices=Verdict)
    words = models.TextField(_("what came of it"), max_length=4000)
    again_on = models.DateField(_("look again on"), null=True, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        ordering = ("-at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(verdict="too_early", again_on__isnull=False)
                | (~Q(verdict="too_early") & Q(again_on__isnull=True)),
                name="decision_outcome_again",
                violation_error_message=_("Say when to look again, if it is too early to say."),
            ),
        )
        triggers = (pgtrigger.Protect(name="decision_outcome_stays", operation=pgtrigger.Update),)

    def __str__(self) -> str:
        return self.get_verdict_display()
