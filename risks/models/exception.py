"""Governance exceptions: a rule that is not kept until a day, with who asked, who signed, and what happened when it ended."""

from __future__ import annotations

import datetime as dt
from typing import Final, Self

import pgtrigger
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, Value
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from incidents.models import ActionItem
from relportal.core.models import Service, Team, User
from relportal.core.models.history import tracked
from risks.models.risk import Risk
from slo.models import Objective


class ExceptionKind(models.TextChoices):
    RISK = "risk", _("Risk acceptance")
    READINESS = "readiness", _("Readiness item")
    POLICY = "policy", _("Policy override")
    SLO = "slo", _("SLO deviation")
    ACTION = "action", _("Late action")
    STANDARD = "standard", _("Standard")
    DR = "dr", _("Disaster recovery")


class ExceptionState(models.TextChoices):
    REQUESTED = "requested", _("Waits for signatures")
    IN_FORCE = "in_force", _("In force")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")
    ENDED = "ended", _("Ended early")


class ExceptionQuerySet(models.QuerySet["GovernanceException"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """All but those about an action that the person may not see."""
        if not isinstance(user, User) or not user.is_active or not user.roles:
            return self.none()
        return self.filter(Q(action__isnull=True) | Q(action__in=ActionItem.objects.visible_to(user)))

    def in_force(self, at: dt.datetime) -> Self:
        """Those that held at `at`, by their own instants: no state that a job keeps is believed."""
        held = Q(in_force_at__lte=at, expires_at__gt=at)
        return self.filter(held & (Q(ended_at__isnull=True) | Q(ended_at__gt=at)))

    def waiting(self, at: dt.datetime) -> Self:
        """Those that can still be signed."""
        return self.filter(state=ExceptionState.REQUESTED, expires_at__gt=at)

    def overdue(self, at: dt.datetime) -> Self:
        """Those whose end has come and on which the portal has not acted."""
        return self.filter(state__in=(ExceptionState.REQUESTED, ExceptionState.IN_FORCE), expires_at__lte=at)


@tracked()
class GovernanceException(models.Model):
    """EXC-<id>. It is about a risk, an objective, an action, or about what `subject_key` names in a later app.

    `expires_at` never changes, which a trigger holds: an extension is a new request that names this one in `renews`;
    `expired_at` says when the portal acted on it. `tier` and `level` (key of a risk level, empty: none) are those at the
    request and decide the path. `ended_at` is when it was refused, withdrawn or ended early.
    """

    kind = models.CharField(_("kind"), max_length=9, choices=ExceptionKind)
    title = models.CharField(_("what is excepted"), max_length=200)
    scope = models.TextField(_("scope"), max_length=4000, blank=True)
    reason = models.TextField(_("reason"), max_length=4000)
    controls = models.TextField(_("compensating controls"), max_length=4000, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=ExceptionState, default=ExceptionState.REQUESTED)
    risk = models.ForeignKey(Risk, on_delete=models.PROTECT, related_name="exceptions", null=True, blank=True)
    objective = models.ForeignKey(Objective, on_delete=models.PROTECT, related_name="exceptions", null=True, blank=True)
    action = models.ForeignKey(ActionItem, on_delete=models.PROTECT, related_name="exceptions", null=True, blank=True)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="exceptions", null=True, blank=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="exceptions", null=True, blank=True)
    subject_key = models.CharField(max_length=120, blank=True)
    subject_url = models.CharField(max_length=300, blank=True)
    tier = models.PositiveSmallIntegerField(_("tier"), null=True, blank=True)
    level = models.SlugField(_("risk level"), max_length=40, blank=True)
    requester = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    in_force_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(_("ends"))
    expired_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.CharField(_("ended because"), max_length=500, blank=True)
    renews = models.ForeignKey("self", on_delete=models.PROTECT, related_name="renewals", null=True, blank=True)
    renewal = models.PositiveSmallIntegerField(_("renewal"), default=0)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ExceptionQuerySet.as_manager()

    class Meta:
        ordering = ("-requested_at", "-pk")
        indexes = (models.Index(fields=["state", "expires_at"], name="exception_ends"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("requested_at")),
                name="exception_ends_after_request",
                violation_error_message=_("An exception ends in the future."),
            ),
            models.CheckConstraint(
                condition=(~Q(kind="risk") | Q(risk__isnull=False))
                & (~Q(kind="slo") | Q(objective__isnull=False))
                & (~Q(kind="action") | Q(action__isnull=False)),
                name="exception_names_its_subject",
                violation_error_message=_("Say what it is about: the risk, the objective or the action."),
            ),
            models.CheckConstraint(
                condition=Q(state="expired", expired_at__isnull=False)
                | (~Q(state="expired") & Q(expired_at__isnull=True)),
                name="exception_expired_when",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["in_force", "ended"], in_force_at__isnull=False)
                | Q(state__in=["requested", "refused", "withdrawn"], in_force_at__isnull=True)
                | Q(state="expired"),
                name="exception_in_force_when",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["refused", "withdrawn", "ended"], ended_at__isnull=False)
                | (~Q(state__in=["refused", "withdrawn", "ended"]) & Q(ended_at__isnull=True)),
                name="exception_ended_when",
            ),
            # What was refused or withdrawn may be asked for again.
            models.UniqueConstraint(
                fields=["renews"],
                condition=Q(state="requested") | Q(in_force_at__isnull=False),
                name="exception_renewed_once",
                violation_error_message=_("It is being renewed already, or has been."),
            ),
        )
        triggers = (
            pgtrigger.Protect(
                name="exception_terms_stay",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "kind", "reason", "controls", "scope", "requester", "requested_at", "expires_at", "renews"
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.short_id} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("risks:exception-detail", args=[self.pk])

    @property
    def short_id(self) -> str:
        return f"EXC-{self.pk}"

    @property
    def last_moment(self) -> dt.datetime:
        """The moment before its end: one that ends at midnight is told by the day that was its last."""
        return self.expires_at - dt.timedelta(seconds=1)


class Approver(models.TextChoices):
    """Whose signature a step asks for; those of a team are of the team that the exception belongs to."""

    SERVICE_OWNER = "service_owner", _("Service owner")
    DIRECTOR = "director", _("Engineering director")
    HEAD = "reliability_lead", _("Head of Reliability")
    EXECUTIVE = "executive", _("VP or CTO")


@tracked()
class PolicyRow(models.Model):
    """Who signs which exception: the first row by `position` that fits decides. Empty fields fit everything.

    `approvers` sign in this order. `max_days` is the longest that such an exception may be in force.
    """

    position = models.PositiveSmallIntegerField(unique=True)
    kind = models.CharField(_("kind"), max_length=9, choices=ExceptionKind, blank=True)
    tiers = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    levels = ArrayField(models.SlugField(max_length=40), default=list, blank=True)
    approvers = ArrayField(models.CharField(max_length=20, choices=Approver))
    max_days = models.PositiveSmallIntegerField(_("at most (days)"))
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ("position",)
        constraints = (
            models.CheckConstraint(
                condition=Q(max_days__gte=1, max_days__lte=1096),
                name="policy_row_days",
                violation_error_message=_("An exception lasts 1 to 1,096 days."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.position}"


class Verdict(models.TextChoices):
    APPROVED = "approved", _("Signed")
    REFUSED = "refused", _("Refused")


# Four eyes hold whatever code writes here.
_NOT_THE_REQUESTER: Final = """
    IF EXISTS (
        SELECT 1 FROM risks_governanceexception asked
        WHERE asked.id = NEW.exception_id AND asked.requester_id IN (NEW.by_id, NEW.on_behalf_of_id)
    ) THEN
        RAISE EXCEPTION 'an exception is not signed by or for its requester';
    END IF;
    RETURN NEW;
"""


class Signature(models.Model):
    """A step of the path of an exception: who must sign, and who did, maybe for somebody else.

    `seen` is what the person had before them: level, money and minutes of the risk, and the text of the request, hashed in
    `sha256`; `figures` are the numbers at that instant, as `risks.queries.frozen_figures.Figure`. They move by the minute, and
    so are not part of what is hashed. A decided signature is never edited: a trigger refuses it.
    """

    exception = models.ForeignKey(GovernanceException, on_delete=models.CASCADE, related_name="signatures")
    position = models.PositiveSmallIntegerField()
    approver = models.CharField(max_length=20, choices=Approver)
    verdict = models.CharField(max_length=8, choices=Verdict, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="signed", null=True)
    on_behalf_of = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField(null=True)
    comment = models.TextField(_("comment"), max_length=2000, blank=True)
    seen = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64, blank=True)
    figures = models.JSONField(default=list, db_default=Value([], output_field=models.JSONField()), blank=True)

    class Meta:
        ordering = ("exception", "position")
        constraints = (
            models.UniqueConstraint(fields=["exception", "position"], name="signature_once"),
            models.CheckConstraint(
                condition=Q(verdict="", at__isnull=True, by__isnull=True)
                | (~Q(verdict="") & Q(at__isnull=False, by__isnull=False)),
                name="signature_by_someone",
            ),
            models.UniqueConstraint(
                fields=["exception", "by"], condition=Q(by__isnull=False), name="signature_one_a_person"
            ),
            models.UniqueConstraint(
                fields=["exception", "on_behalf_of"],
                condition=Q(on_behalf_of__isnull=False),
                name="signature_one_for_a_person",
            ),
        )
        triggers = (
            pgtrigger.Trigger(
                name="signature_of_another",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=_NOT_THE_REQUESTER,
            ),
            pgtrigger.Protect(
                name="signature_stays",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__verdict__gt=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.exception.short_id}: {self.get_approver_display()}"


@tracked()
class Delegation(models.Model):
    """`delegate` may sign for `person` from one day to another, both included."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="delegations")
    delegate = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="delegated")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    reason = models.CharField(_("reason"), max_length=300)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-starts_on", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="delegation_days",
                violation_error_message=_("It ends on the day on which it begins, or later."),
            ),
            models.CheckConstraint(
                condition=~Q(person=F("delegate")),
                name="delegation_to_another",
                violation_error_message=_("Choose somebody else."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.person} → {self.delegate}"


class Evidence(models.Model):
    """A file that shows something of a risk or an exception; `media_type` was told from its content.

    A removed one can be brought back for a day.
    """

    risk = models.ForeignKey(Risk, on_delete=models.CASCADE, related_name="evidence", null=True, blank=True)
    exception = models.ForeignKey(
        GovernanceException, on_delete=models.CASCADE, related_name="evidence", null=True, blank=True
    )
    name = models.CharField(_("name"), max_length=150)
    media_type = models.CharField(max_length=20)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("at", "pk")
        verbose_name_plural = _("evidence")
        constraints = (
            models.CheckConstraint(
                condition=Q(risk__isnull=False, exception__isnull=True) | Q(risk__isnull=True, exception__isnull=False),
                name="evidence_of_one",
            ),
            models.UniqueConstraint(
                fields=["risk", "sha256"],
                condition=Q(removed_at__isnull=True, risk__isnull=False),
                name="evidence_once_a_risk",
            ),
            models.UniqueConstraint(
                fields=["exception", "sha256"],
                condition=Q(removed_at__isnull=True, exception__isnull=False),
                name="evidence_once_an_exception",
            ),
        )
        indexes = (models.Index(fields=["removed_at"], condition=Q(removed_at__isnull=False), name="evidence_removed"),)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        if self.risk_id is not None:
            return reverse("risks:risk-evidence", args=[self.risk_id, self.pk])
        return reverse("risks:exception-evidence", args=[self.exception_id, self.pk])

    @property
    def is_picture(self) -> bool:
        return self.media_type.startswith("image/")
