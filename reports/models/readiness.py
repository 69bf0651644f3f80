"""The versions of the readiness template, reviews of launches, and what was answered in them."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final, Self

import pgtrigger
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from relportal.core.models import Service, User
from relportal.core.models.catalog import Tier
from relportal.core.models.history import tracked
from reports.domain.readiness import Result
from reports.domain.readiness import Verdict as Rules


@tracked()
class ReadinessTemplate(models.Model):
    """`content` is a template as `reports.domain.readiness_text` writes it. The highest number is in force; none is edited."""

    number = models.PositiveIntegerField(_("version"), unique=True)
    note = models.TextField(_("what changed"), max_length=2000, blank=True)
    content = models.JSONField()
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        ordering = ("-number",)
        triggers = (pgtrigger.Protect(name="readiness_template_stays", operation=pgtrigger.Update),)

    def __str__(self) -> str:
        return f"v{self.number}"


class ReviewKind(models.TextChoices):
    LAUNCH = "launch", _("Launch")
    CHANGE = "change", _("Major change")
    PERIODIC = "periodic", _("Periodic")


class ReadinessState(models.TextChoices):
    OPEN = "open", _("Open")
    DECIDED = "decided", _("Decided")
    LAUNCHED = "launched", _("Launched")
    WITHDRAWN = "withdrawn", _("Withdrawn")


WAITING: Final = (ReadinessState.OPEN, ReadinessState.DECIDED)


class ReadinessVerdict(models.TextChoices):
    """Values are those of `reports.domain.readiness.Verdict`."""

    READY = Rules.READY.value, _("Ready")
    CONDITIONS = Rules.CONDITIONS.value, _("Ready with conditions")
    NOT_READY = Rules.NOT_READY.value, _("Not ready")


class ReadinessQuerySet(models.QuerySet["ReadinessReview"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(service__in=Service.objects.visible_to(user))

    def open(self) -> Self:
        return self.filter(state=ReadinessState.OPEN)

    def decided_by_then(self, at: dt.datetime) -> Self:
        """Those decided at `at`, whatever came of them later; the newest first."""
        return self.filter(decided_at__lte=at).order_by("-decided_at", "-pk")

    def waiting(self) -> Self:
        """Whose launch is still to come; of one that was reviewed again, the newest review."""
        return self.filter(state__in=WAITING, followed_by__isnull=True)

    def told(self, at: dt.datetime) -> models.QuerySet[Any]:
        """With `now`: the verdict as `shown_at` has it."""
        lapsed = When(covered_until__lte=at, state__in=WAITING, then=Value(ReadinessVerdict.NOT_READY.value))
        return self.annotate(now=Case(lapsed, default=F("verdict"), output_field=models.CharField()))


FROZEN: Final = ("verdict", "results", "tier", "template", "decided_at", "decided_by")
"""What nobody changes once it is decided."""


def _frozen() -> pgtrigger.Q:
    changed = pgtrigger.Q()
    for name in FROZEN:
        changed |= pgtrigger.Q(**{f"old__{name}__df": pgtrigger.F(f"new__{name}")})
    return pgtrigger.Q(old__decided_at__isnull=False) & changed


@tracked(exclude=("results", "judged_at"))
class ReadinessReview(models.Model):
    """PRR-<id>. While it is open, `verdict`, `results`, `tier` and `template` are those of the last look, taken after each change
    and once an hour; with the decision they freeze, which a trigger holds.

    `results`: every item as `reports.queries.readiness.results.ItemLine`. `blocking` and `covered` count its open blockers,
    without and with an exception; `covered_until` is when the first of these exceptions ends. `planned_on` is the day of the
    launch. One that comes without a decision, or with a verdict of Not ready, is `against` it: then `launched_because` says why.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="readiness_reviews")
    title = models.CharField(_("what is launched"), max_length=200)
    kind = models.CharField(_("kind"), max_length=8, choices=ReviewKind, default=ReviewKind.LAUNCH)
    planned_on = models.DateField(_("planned on"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="readiness_reviews", verbose_name=_("author")
    )
    state = models.CharField(_("state"), max_length=9, choices=ReadinessState, default=ReadinessState.OPEN)
    opened_at = models.DateTimeField()
    template = models.ForeignKey(ReadinessTemplate, on_delete=models.PROTECT, related_name="+")
    tier = models.PositiveSmallIntegerField(_("tier"), choices=Tier)
    verdict = models.CharField(_("verdict"), max_length=10, choices=ReadinessVerdict)
    results = models.JSONField(default=list, blank=True)
    blocking = models.PositiveSmallIntegerField(default=0)
    covered = models.PositiveSmallIntegerField(default=0)
    covered_until = models.DateTimeField(null=True, blank=True)
    judged_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    decided_because = models.TextField(_("what the reviewer says"), max_length=2000, blank=True)
    launched_at = models.DateTimeField(null=True, blank=True)
    against = models.BooleanField(default=False, editable=False)
    launched_because = models.CharField(_("why it was launched all the same"), max_length=500, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_because = models.CharField(_("why"), max_length=500, blank=True)
    follows = models.OneToOneField("self", on_delete=models.PROTECT, related_name="followed_by", null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ReadinessQuerySet.as_manager()

    class Meta:
        ordering = ("-planned_on", "-pk")
        indexes = (
            models.Index(fields=["state", "planned_on"], name="readiness_planned"),
            models.Index(fields=["service", "-decided_at"], name="readiness_newest"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="readiness_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("author")),
                name="readiness_four_eyes",
                violation_error_message=_("Whoever wrote the review does not decide on it."),
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_at__isnull=True, launched_at__isnull=True, withdrawn_at__isnull=True)
                | Q(state="decided", decided_at__isnull=False, launched_at__isnull=True, withdrawn_at__isnull=True)
                | Q(state="launched", launched_at__isnull=False, withdrawn_at__isnull=True)
                | Q(state="withdrawn", withdrawn_at__isnull=False, launched_at__isnull=True),
                name="readiness_state_when",
            ),
        )
        triggers = (pgtrigger.Protect(name="readiness_frozen", operation=pgtrigger.Update, condition=_frozen()),)

    def __str__(self) -> str:
        return f"{self.short_id} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("reports:readiness", args=[self.pk])

    @property
    def short_id(self) -> str:
        return f"PRR-{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state == ReadinessState.OPEN

    @property
    def covered_last(self) -> dt.datetime | None:
        """The last moment of the conditions: what ends at midnight is told by the day that was its last."""
        return self.covered_until - dt.timedelta(seconds=1) if self.covered_until is not None else None

    def shown_at(self, at: dt.datetime) -> ReadinessVerdict:
        """As `verdict_at` while the launch is still to come; what is launched or withdrawn keeps its last verdict."""
        return self.verdict_at(at) if self.state in WAITING else ReadinessVerdict(self.verdict)

    @property
    def is_decided(self) -> bool:
        return self.decided_at is not None

    def verdict_at(self, at: dt.datetime) -> ReadinessVerdict:
        """Conditions end with the first exception that they rest on."""
        lapsed = self.covered_until is not None and self.covered_until <= at
        return ReadinessVerdict.NOT_READY if lapsed else ReadinessVerdict(self.verdict)


@tracked()
class ReadinessAnswer(models.Model):
    """What was said of an item last. `seen_on` is the day of the evidence."""

    review = models.ForeignKey(ReadinessReview, on_delete=models.CASCADE, related_name="answers")
    item = models.SlugField(max_length=40)
    result = models.CharField(
        _("result"), max_length=14,
        choices=[
            (Result.PASSED.value, _("Pass")), (Result.FAILED.value, _("Fail")),
            (Result.NOT_APPLICABLE.value, _("Does not apply")),
        ],
    )  # fmt: skip
    reason = models.CharField(_("what was seen, or why"), max_length=1000, blank=True)
    link = models.URLField(_("link"), max_length=500, blank=True)
    seen_on = models.DateField(_("seen on"), null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ("review", "item")
        constraints = (
            models.UniqueConstraint(fields=["review", "item"], name="readiness_answer_once"),
            models.CheckConstraint(
                condition=~Q(result="not_applicable") | ~Q(reason=""),
                name="readiness_answer_reason",
                violation_error_message=_("Say why it does not apply."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.review.short_id}: {self.item}"
