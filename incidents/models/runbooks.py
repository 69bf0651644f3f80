"""Uses of runbooks: what was done by the book, by whom or by which tool, and whether it helped."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from incidents.models.alerts import Alert
from incidents.models.incident import Incident
from relportal.core.models import Service, ServiceLink, User


class RunOutcome(models.TextChoices):
    USED = "used", _("Used")
    HELPED = "helped", _("Helped")
    NO_HELP = "no_help", _("Did not help")
    NOT_NEEDED = "not_needed", _("Not needed")


class RunbookRunQuerySet(models.QuerySet["RunbookRun"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """All of the services that `user` sees, but those within an incident that they may not know of."""
        seen = Q(incident=None) | Q(incident__in=Incident.objects.visible_to(user))
        return self.filter(seen, service__in=Service.objects.visible_to(user))


class RunbookRun(models.Model):
    """A use of the runbook of a service. `link` None: the service links none, or that link is gone.

    `source` is the tool that ran it, empty where a person (`by`) said so; its `external_id` makes it one run however often it is
    told. The outcome "used" is that nobody has said yet whether it helped.
    """

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="runbook_runs")
    # The database empties it, by a constraint of migration 0012: Django would load all links that an import replaces, and
    # delete them by the hundred.
    link = models.ForeignKey(
        ServiceLink, on_delete=models.DO_NOTHING, db_constraint=False, related_name="runs", null=True, blank=True
    )
    alert = models.ForeignKey(Alert, on_delete=models.SET_NULL, related_name="runbook_runs", null=True, blank=True)
    incident = models.ForeignKey(
        Incident, on_delete=models.SET_NULL, related_name="runbook_runs", null=True, blank=True
    )
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=RunOutcome, default=RunOutcome.USED)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    source = models.CharField(_("tool"), max_length=60, blank=True)
    external_id = models.CharField(max_length=128, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    recorded_at = models.DateTimeField()

    objects = RunbookRunQuerySet.as_manager()

    class Meta:
        ordering = ("-started_at", "-pk")
        indexes = (
            models.Index(fields=["service", "-started_at"], name="runbook_run_of_service"),
            models.Index(fields=["started_at"], name="runbook_run_began"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["service", "source", "external_id"], condition=~Q(external_id=""), name="runbook_run_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")),
                name="runbook_run_ends_after_it_starts",
                violation_error_message=_("It ends before it starts."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.service}: {self.get_outcome_display()}"
