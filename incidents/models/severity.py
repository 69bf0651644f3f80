"""How bad it is: the severity levels and the matrix that suggests one, both edited in the settings."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from relportal.core.models.history import tracked


class Impact(models.TextChoices):
    """How many customers notice."""

    NONE = "none", _("No customer")
    FEW = "few", _("A few customers")
    MANY = "many", _("Many customers")
    MOST = "most", _("Most or all customers")


class Condition(models.TextChoices):
    """What they notice."""

    ODD = "odd", _("Odd, but it works")
    DEGRADED = "degraded", _("Slow or partly failing")
    OUTAGE = "outage", _("Does not work")
    HARM = "harm", _("Data lost, or security at stake")


@tracked()
class Severity(models.Model):
    """A level from SEV-0 (worst) to SEV-4, with what follows from it. Minutes and days None: nothing is asked."""

    level = models.PositiveSmallIntegerField(_("level"), primary_key=True)
    name = models.CharField(_("name"), max_length=60)
    criteria = models.TextField(_("criteria"), max_length=2000, blank=True)
    first_update_min = models.PositiveIntegerField(_("first public note within (min)"), default=5)
    update_every_min = models.PositiveIntegerField(_("then every (min)"), default=20)
    executive_every_min = models.PositiveIntegerField(_("executive summary every (min)"), null=True, blank=True)
    postmortem_days = models.PositiveSmallIntegerField(_("postmortem within (business days)"), null=True, blank=True)
    action_days = models.PositiveSmallIntegerField(_("actions within (days)"), default=30)
    min_user_share = models.FloatField(_("from this share of users"), null=True, blank=True)
    min_burn = models.FloatField(_("from this burn rate"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ("level",)
        constraints = (
            models.CheckConstraint(
                condition=Q(level__lte=4), name="severity_level", violation_error_message=_("A level is 0 to 4.")
            ),
            models.CheckConstraint(
                condition=Q(min_user_share__isnull=True) | Q(min_user_share__gte=0, min_user_share__lte=1),
                name="severity_user_share",
                violation_error_message=_("A share of users is 0 to 100 %."),
            ),
        )

    def __str__(self) -> str:
        return f"SEV-{self.level}"


class SeverityCell(models.Model):
    """What the matrix suggests for an impact and a condition."""

    impact = models.CharField(max_length=8, choices=Impact)
    condition = models.CharField(max_length=10, choices=Condition)
    severity = models.ForeignKey(Severity, on_delete=models.PROTECT, related_name="cells")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["impact", "condition"], name="severity_cell_once"),)

    def __str__(self) -> str:
        return f"{self.get_impact_display()}, {self.get_condition_display()}: {self.severity}"
