"""Investments into reliability, entered by hand: what was promised, what was spent, and what was seen to come of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from relportal.core.models import Team
from relportal.core.models.history import tracked
from risks.models import Risk


class InvestmentState(models.TextChoices):
    PLANNED = "planned", _("Planned")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    STOPPED = "stopped", _("Stopped")


@tracked()
class Investment(models.Model):
    """`promised` is the effect that was promised, `observed` what was seen, in words with the interval; money in `currency`.

    The net benefit a year is a range; one that lies below zero did not pay, and is shown all the same.
    """

    title = models.CharField(_("title"), max_length=200)
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, related_name="+", null=True, blank=True)
    kpi = models.CharField(_("KPI it is to move"), max_length=32, blank=True)
    risk = models.ForeignKey(Risk, on_delete=models.SET_NULL, related_name="+", null=True, blank=True)
    promised = models.CharField(_("promised effect"), max_length=300)
    observed = models.CharField(_("observed effect"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=InvestmentState, default=InvestmentState.PLANNED)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    spent = models.FloatField(_("spent so far"), default=0)
    benefit_low = models.FloatField(_("net benefit a year, at least"), null=True, blank=True)
    benefit_high = models.FloatField(_("net benefit a year, at most"), null=True, blank=True)
    created_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ("-starts_on", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="investment_days_ordered",
                violation_error_message=_("It ends before it begins. Check both days."),
            ),
            models.CheckConstraint(
                condition=Q(benefit_low__isnull=True, benefit_high__isnull=True)
                | Q(benefit_low__isnull=False, benefit_high__isnull=False, benefit_high__gte=F("benefit_low")),
                name="investment_benefit_ordered",
                violation_error_message=_("Give both ends of the range, the lower one first."),
            ),
            models.CheckConstraint(
                condition=Q(spent__gte=0), name="investment_spent", violation_error_message=_("Spent is 0 or above.")
            ),
        )

    def __str__(self) -> str:
        return self.title
