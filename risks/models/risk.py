"""The register: risks, treatments with milestones, reviews, and what they are linked to."""

from __future__ import annotations

import datetime as dt
from typing import Final, Self

import pgtrigger
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from incidents.models import ActionItem, FailureMode, Incident
from relportal.core.models import Journey, Service, Team, User
from relportal.core.models.history import tracked
from risks.models.matrix import ImpactStep, LikelihoodStep, Matrix, RiskLevel
from slo.models import Objective


class RiskState(models.TextChoices):
    OPEN = "open", _("Open")
    ACCEPTED = "accepted", _("Accepted")
    CLOSED = "closed", _("Closed")


class RiskQuerySet(models.QuerySet["Risk"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The whole register for anyone with a role in the company, nothing for everyone else."""
        return self if isinstance(user, User) and user.is_active and user.roles else self.none()

    def alive(self) -> Self:
        """Those that can still happen: accepted ones, too."""
        return self.exclude(state=RiskState.CLOSED)

    def accepted(self, at: dt.datetime) -> Self:
        """Those with an acceptance that holds at `at`, by its own instants: `state` is what a job keeps."""
        begun = Q(exceptions__in_force_at__lte=at, exceptions__expires_at__gt=at)
        going_on = Q(exceptions__ended_at__isnull=True) | Q(exceptions__ended_at__gt=at)
        held = Risk.objects.filter(begun & going_on, exceptions__kind="risk")
        return self.exclude(state=RiskState.CLOSED).filter(pk__in=held.values("pk"))


# Whoever writes `current` or `money`, a bulk update too, what follows from them is right.
_AS_JUDGED: Final = """
    IF NEW.current_id IS NULL THEN
        NEW.level_id := NULL; NEW.likelihood_id := NULL; NEW.impact_id := NULL; NEW.rank := NULL;
    ELSE
        SELECT level_id, likelihood_id, impact_id, rank INTO NEW.level_id, NEW.likelihood_id, NEW.impact_id, NEW.rank
        FROM risks_riskrating WHERE id = NEW.current_id;
    END IF;
    IF NEW.money_id IS NULL THEN
        NEW.expected_loss := NULL; NEW.loss_currency := '';
    ELSE
        SELECT expected, currency INTO NEW.expected_loss, NEW.loss_currency
        FROM risks_riskestimate WHERE id = NEW.money_id;
    END IF;
    RETURN NEW;
"""

# Upper and lower case are told apart once, when it is written: in each search of thousands that would take most of the time.
_WORDS: Final = """
    INSERT INTO risks_riskwords (risk_id, text)
    VALUES (NEW.id, lower(concat_ws(E'\\n', NEW.title, NEW.cause, NEW.event, NEW.consequence)))
    ON CONFLICT (risk_id) DO UPDATE SET text = EXCLUDED.text;
    RETURN NULL;
"""


@tracked(exclude=["rated_at", "level", "likelihood", "impact", "rank", "expected_loss", "loss_currency"])
class Risk(models.Model):
    """Because of `cause`, `event` may happen, which leads to `consequence`; RISK-<id>. One person is accountable.

    `current`, `target`, `after_plan` and `inherent` are the newest ratings of their kind, `money` and `minutes` the newest
    estimates; actions keep them. `level`, `likelihood`, `impact` and `rank` are those of `current`, `expected_loss` (a year, in
    `loss_currency`) is that of `money`: a trigger keeps them, so that lists of thousands need neither. A risk is accepted while
    an exception for it is in force, and open again when that ends.
    """

    title = models.CharField(_("title"), max_length=200)
    cause = models.TextField(_("cause"), max_length=4000, blank=True)
    event = models.TextField(_("event"), max_length=4000, blank=True)
    consequence = models.TextField(_("consequence"), max_length=4000, blank=True)
    category = models.ForeignKey(
        FailureMode, on_delete=models.PROTECT, related_name="risks", null=True, blank=True, verbose_name=_("category")
    )
    state = models.CharField(_("state"), max_length=8, choices=RiskState, default=RiskState.OPEN)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="risks", null=True, blank=True
    )
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="risks", null=True, blank=True)
    services = models.ManyToManyField(Service, related_name="risks", blank=True, through="RiskService")
    journeys = models.ManyToManyField(Journey, related_name="risks", blank=True, through="RiskJourney")
    current = models.ForeignKey("RiskRating", on_delete=models.PROTECT, related_name="+", null=True, editable=False)
    target = models.ForeignKey("RiskRating", on_delete=models.PROTECT, related_name="+", null=True, editable=False)
    after_plan = models.ForeignKey("RiskRating", on_delete=models.PROTECT, related_name="+", null=True, editable=False)
    inherent = models.ForeignKey("RiskRating", on_delete=models.PROTECT, related_name="+", null=True, editable=False)
    level = models.ForeignKey(RiskLevel, on_delete=models.PROTECT, related_name="+", null=True, editable=False)
    likelihood = models.ForeignKey(
        LikelihoodStep, on_delete=models.PROTECT, related_name="+", null=True, editable=False
    )
    impact = models.ForeignKey(ImpactStep, on_delete=models.PROTECT, related_name="+", null=True, editable=False)
    rank = models.PositiveSmallIntegerField(null=True, editable=False)
    money = models.ForeignKey("RiskEstimate", on_delete=models.PROTECT, related_name="+", null=True, editable=False)
    expected_loss = models.FloatField(null=True, editable=False)
    loss_currency = models.CharField(max_length=3, blank=True, editable=False)
    minutes = models.ForeignKey("RiskEstimate", on_delete=models.PROTECT, related_name="+", null=True, editable=False)
    identified_on = models.DateField(_("identified"))
    created_at = models.DateTimeField(editable=False)
    rated_at = models.DateTimeField(null=True, editable=False)
    reviewed_at = models.DateTimeField(null=True, editable=False)
    review_due_on = models.DateField(_("next review"), null=True, blank=True)
    reopened_at = models.DateTimeField(null=True, editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)
    closed_because = models.TextField(_("closed because"), max_length=2000, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = RiskQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        indexes = (
            models.Index(fields=["state", "review_due_on"], name="risk_review"),
            models.Index(fields=["team"], name="risk_team"),
            # The order of the register as it opens.
            models.Index(
                Case(When(state="closed", then=Value(1)), default=Value(0), output_field=models.IntegerField()),
                F("rank").desc(nulls_last=True),
                F("expected_loss").desc(nulls_last=True),
                F("id").desc(),
                name="risk_worst",
            ),
            # All that the register and its map count: of rows as wide as their texts, none has to be read for it.
            models.Index(
                fields=["state"],
                include=[
                    "id",
                    "level",
                    "likelihood",
                    "impact",
                    "rank",
                    "rated_at",
                    "closed_at",
                    "review_due_on",
                    "expected_loss",
                    "loss_currency",
                ],
                name="risk_counted",
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) | ~Q(state="closed"), name="risk_closed_when"
            ),
        )
        triggers = (
            pgtrigger.Trigger(
                name="risk_as_judged",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=_AS_JUDGED,
            ),
            pgtrigger.Trigger(
                name="risk_words",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("title", "cause", "event", "consequence"),  # type: ignore[no-untyped-call]
                func=_WORDS,
            ),
        )

    def __str__(self) -> str:
        return f"{self.short_id} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("risks:detail", args=[self.pk])

    @property
    def short_id(self) -> str:
        return f"RISK-{self.pk}"

    @property
    def is_closed(self) -> bool:
        return self.state == RiskState.CLOSED


class RiskWords(models.Model):
    """The texts of a risk in lower case, for the search; a trigger keeps them."""

    risk = models.OneToOneField(Risk, on_delete=models.CASCADE, primary_key=True, related_name="words")
    text = models.TextField(editable=False)

    def __str__(self) -> str:
        return self.text


@tracked()
class RiskService(models.Model):
    risk = models.ForeignKey(Risk, on_delete=models.CASCADE)
    service = models.ForeignKey(Service, on_delete=models.CASCADE)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["risk", "service"], name="risk_service_once"),)

    def __str__(self) -> str:
        return f"{self.risk}: {self.service}"


@tracked()
class RiskJourney(models.Model):
    risk = models.ForeignKey(Risk, on_delete=models.CASCADE)
    journey = models.ForeignKey(Journey, on_delete=models.CASCADE)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["risk", "journey"], name="risk_journey_once"),)

    def __str__(self) -> str:
        return f"{self.risk}: {self.journey}"


class Strategy(models.TextChoices):
    MITIGATE = "mitigate", _("Mitigate")
    AVOID = "avoid", _("Avoid")
    TRANSFER = "transfer", _("Transfer")
    ACCEPT = "accept", _("Accept")


class TreatmentState(models.TextChoices):
    PLANNED = "planned", _("Planned")
    DOING = "doing", _("In progress")
    DONE = "done", _("In place")
    DROPPED = "dropped", _("Dropped")


@tracked()
class Treatment(models.Model):
    """What is done about a risk. Factors multiply rate and loss (0.2 to 0.5: half to four fifths stay away); None: not said.

    Costs are money: `one_off` once, `yearly` in each of `years`, in `cost_currency`, the company's when they were said; empty: no
    cost was said.
    """

    risk = models.ForeignKey(Risk, on_delete=models.CASCADE, related_name="treatments")
    strategy = models.CharField(_("strategy"), max_length=8, choices=Strategy, default=Strategy.MITIGATE)
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), max_length=10_000, blank=True)
    expected_effect = models.TextField(_("expected effect"), max_length=2000, blank=True)
    effort_days = models.FloatField(_("effort (person days)"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=TreatmentState, default=TreatmentState.PLANNED)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    due_on = models.DateField(_("due"), null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    rate_factor_low = models.FloatField(null=True, blank=True)
    rate_factor_high = models.FloatField(null=True, blank=True)
    loss_factor_low = models.FloatField(null=True, blank=True)
    loss_factor_high = models.FloatField(null=True, blank=True)
    one_off_low = models.FloatField(null=True, blank=True)
    one_off_high = models.FloatField(null=True, blank=True)
    yearly_low = models.FloatField(null=True, blank=True)
    yearly_high = models.FloatField(null=True, blank=True)
    cost_currency = models.CharField(max_length=3, blank=True, default="", db_default="", editable=False)
    years = models.PositiveSmallIntegerField(_("counted over (years)"), default=3)
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ("risk", "pk")

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"{reverse('risks:detail', args=[self.risk_id])}#treatment-{self.pk}"

    @property
    def team_id(self) -> int | None:
        return self.risk.team_id


@tracked()
class Milestone(models.Model):
    treatment = models.ForeignKey(Treatment, on_delete=models.CASCADE, related_name="milestones")
    title = models.CharField(_("title"), max_length=200)
    due_on = models.DateField(_("due"))
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("due_on", "pk")

    def __str__(self) -> str:
        return self.title


class Relation(models.TextChoices):
    MATERIALISED = "materialised", _("This is how it came true")
    EVIDENCE = "evidence", _("Evidence")
    TREATS = "treats", _("Treats it")
    RELATED = "related", _("Related")


@tracked()
class RiskLink(models.Model):
    """What of the portal a risk is measured against: exactly one of an incident, an objective or an action."""

    risk = models.ForeignKey(Risk, on_delete=models.CASCADE, related_name="links")
    relation = models.CharField(_("relation"), max_length=12, choices=Relation, default=Relation.RELATED)
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="risk_links", null=True, blank=True)
    objective = models.ForeignKey(Objective, on_delete=models.CASCADE, related_name="risk_links", null=True, blank=True)
    action = models.ForeignKey(ActionItem, on_delete=models.CASCADE, related_name="risk_links", null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        ordering = ("-at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(incident__isnull=False, objective__isnull=True, action__isnull=True)
                | Q(incident__isnull=True, objective__isnull=False, action__isnull=True)
                | Q(incident__isnull=True, objective__isnull=True, action__isnull=False),
                name="risk_link_to_one",
                violation_error_message=_("A link leads to an incident, an objective or an action."),
            ),
            models.UniqueConstraint(
                fields=["risk", "incident", "objective", "action"],
                nulls_distinct=False,
                name="risk_link_once",
                violation_error_message=_("This is linked already."),
            ),
            models.CheckConstraint(
                condition=~Q(relation="materialised") | Q(incident__isnull=False),
                name="risk_link_materialised",
                violation_error_message=_("A risk comes true in an incident."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.risk.short_id}: {self.get_relation_display()}"


class RiskReview(models.Model):
    """Someone looked at a risk again and said so."""

    risk = models.ForeignKey(Risk, on_delete=models.CASCADE, related_name="reviews")
    note = models.TextField(_("what was found"), max_length=2000)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.risk.short_id} {self.at:%Y-%m-%d}"


class RatingTask(models.Model):
    """A risk that is to be rated again, because its matrix was replaced; done by the next current rating."""

    risk = models.ForeignKey(Risk, on_delete=models.CASCADE, related_name="rating_tasks")
    matrix = models.ForeignKey(Matrix, on_delete=models.CASCADE, related_name="rating_tasks")
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("created_at", "pk")
        constraints = (models.UniqueConstraint(fields=["risk", "matrix"], name="rating_task_once"),)

    def __str__(self) -> str:
        return f"{self.risk.short_id}: {self.matrix}"
