"""The executive report of a quarter: what it says, what people wrote in it, and who approved it."""

from __future__ import annotations

from typing import Final

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from relportal.core.models.history import tracked
from reports.domain.report_states import OUT, ReportState
from reports.domain.scopes import ScopeKind
from reports.models.figures import CUTS, SCOPES

STATES: Final = [
    (ReportState.DRAFT.value, _("Draft")),
    (ReportState.CLOSING.value, _("Closing")),
    (ReportState.FROZEN.value, _("Frozen")),
    (ReportState.APPROVED.value, _("Approved")),
    (ReportState.PUBLISHED.value, _("Published")),
    (ReportState.DISCUSSED.value, _("Discussed")),
    (ReportState.SUPERSEDED.value, _("Superseded")),
]
_OUT: Final = ", ".join(f"'{state}'" for state in sorted(OUT))
# What was told to executives stays as it was told, whatever code writes here.
_STAYS: Final = f"""
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a published report is not deleted';
    END IF;
    IF (NEW.payload, NEW.sha256, NEW.first, NEW.last, NEW.scope, NEW.number, NEW.sections, NEW.revision, NEW.published_at)
        IS DISTINCT FROM
        (OLD.payload, OLD.sha256, OLD.first, OLD.last, OLD.scope, OLD.number, OLD.sections, OLD.revision, OLD.published_at)
        OR NEW.state NOT IN ({_OUT})
    THEN
        RAISE EXCEPTION 'a published report does not change';
    END IF;
    RETURN NEW;
"""
_HASHED: Final = """
    IF NEW.payload IS NOT NULL AND encode(sha256(NEW.payload), 'hex') <> NEW.sha256 THEN
        RAISE EXCEPTION 'the hash of a report is that of its payload';
    END IF;
    RETURN NEW;
"""


@tracked(exclude=["facts", "payload"])
class Report(models.Model):
    """REP-<id>: of a scope in a period; a revision is a row of its own that names what it supersedes.

    `sections` are the keys of its pages in their order. `facts` are the canonical bytes of what the worker computed, without
    anybody's words, as of `drafted_at`; they stay from the freezing on, unless somebody has them computed
    anew. `payload` is the whole report as it was approved, with its hash. `scope_name` is what the scope was called when it was
    last drafted: a team may be renamed or deleted later. `discussion` is what was agreed where nothing was decided.
    """

    cut = models.CharField(max_length=8, choices=CUTS)
    first = models.DateField(_("first day"))
    last = models.DateField(_("last day"))
    scope = models.CharField(max_length=8, choices=SCOPES, default=ScopeKind.COMPANY)
    number = models.PositiveBigIntegerField(default=0)
    scope_name = models.CharField(max_length=200, blank=True)
    sections = ArrayField(models.CharField(max_length=32))
    state = models.CharField(_("state"), max_length=10, choices=STATES, default=ReportState.DRAFT)
    revision = models.PositiveSmallIntegerField(_("revision"), default=1)
    supersedes = models.OneToOneField("self", on_delete=models.PROTECT, related_name="revised", null=True, blank=True)
    reason = models.CharField(_("why it is revised"), max_length=500, blank=True)
    facts = models.BinaryField(null=True, editable=False)
    drafted_at = models.DateTimeField(null=True, editable=False)
    problem = models.CharField(max_length=500, blank=True, editable=False)
    payload = models.BinaryField(null=True, editable=False)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    frozen_at = models.DateTimeField(null=True, editable=False)
    published_at = models.DateTimeField(null=True, editable=False)
    discussed_at = models.DateTimeField(null=True, editable=False)
    discussion = models.CharField(_("what was agreed"), max_length=1000, blank=True, db_default="", editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ("-first", "scope", "number", "-revision")
        constraints = (
            models.UniqueConstraint(
                fields=["cut", "first", "scope", "number", "revision"],
                name="report_once",
                violation_error_message=_("There is a report of this period and scope already: open that one."),
            ),
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="report_days_ordered"),
            models.CheckConstraint(condition=~Q(sections=[]), name="report_has_pages"),
            models.CheckConstraint(
                condition=Q(revision=1, supersedes__isnull=True) | Q(revision__gt=1, supersedes__isnull=False),
                name="report_revision",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "closing", "frozen"], published_at__isnull=True)
                | Q(state="approved", payload__isnull=False, published_at__isnull=True)
                | Q(state__in=sorted(OUT), payload__isnull=False, published_at__isnull=False),
                name="report_published_when",
            ),
        )
        triggers = (
            pgtrigger.Trigger(
                name="report_hashed", when=pgtrigger.Before, operation=pgtrigger.Insert | pgtrigger.Update, func=_HASHED
            ),
            pgtrigger.Trigger(
                name="report_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__state__in=sorted(OUT)),
                func=_STAYS,
            ),
        )

    def __str__(self) -> str:
        return self.short_id

    def get_absolute_url(self) -> str:
        return reverse("reports:report", args=[self.pk])

    @property
    def short_id(self) -> str:
        return f"REP-{self.pk}"

    @property
    def life(self) -> ReportState:
        return ReportState(self.state)

    @property
    def team_id(self) -> int | None:
        """Whose it is, as abilities ask; None: the company's."""
        return self.number if self.scope == ScopeKind.TEAM else None


@tracked()
class Narrative(models.Model):
    """What people wrote on a page of a report: its message, what follows from it, and text in markdown."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="narratives")
    page = models.CharField(max_length=32)
    title = models.CharField(_("message"), max_length=300, blank=True)
    so_what = models.CharField(_("so what"), max_length=600, blank=True)
    text = models.TextField(_("text"), max_length=150_000, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["report", "page"], name="narrative_once"),)

    def __str__(self) -> str:
        return f"{self.report}: {self.page}"


class ReportComment(models.Model):
    """On a page of a report, or (empty) on all of it; never part of what is published."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="comments")
    page = models.CharField(max_length=32, blank=True)
    text = models.TextField(_("comment"), max_length=4000)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return self.text[:60]


# Four eyes hold whatever code writes here. Asked is the history of the pages, of what is revised too: a page itself knows
# only who saved it last.
_NOT_AN_AUTHOR: Final = """
    IF EXISTS (
        SELECT 1 FROM reports_report made WHERE made.id = NEW.report_id AND made.created_by_id = NEW.by_id
    ) OR EXISTS (
        WITH RECURSIVE line AS (
            SELECT id, supersedes_id FROM reports_report WHERE id = NEW.report_id
            UNION
            SELECT older.id, older.supersedes_id FROM reports_report older JOIN line ON older.id = line.supersedes_id
        )
        SELECT 1 FROM reports_narrativeevent said JOIN line ON said.report_id = line.id WHERE said.by_id = NEW.by_id
    ) THEN
        RAISE EXCEPTION 'a report is not approved by those who wrote it';
    END IF;
    RETURN NEW;
"""


class ReportApproval(models.Model):
    """Somebody approved what the report said, by its hash; of other content it has lapsed. Never edited."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="approvals")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    note = models.CharField(_("note"), max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "pk")
        constraints = (models.UniqueConstraint(fields=["report", "by", "sha256"], name="report_approval_once"),)
        triggers = (
            pgtrigger.Trigger(
                name="report_approval_of_another",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=_NOT_AN_AUTHOR,
            ),
            pgtrigger.Protect(name="report_approval_stays", operation=pgtrigger.Update),
        )

    def __str__(self) -> str:
        return f"{self.report}: {self.by}"


class ReportFile(models.Model):
    """A published report in a format, made once: slides and workbooks carry the time of their making."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="files")
    key = models.CharField(max_length=16)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["report", "key"], name="report_file_once"),)
        triggers = (pgtrigger.Protect(name="report_file_stays", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return self.name
