"""Links that show a published report to people without an account."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from reports.models.report import Report


class ShareLinkQuerySet(models.QuerySet["ShareLink"]):
    def open(self, at: dt.datetime) -> ShareLinkQuerySet:
        return self.filter(revoked_at=None, expires_at__gt=at)


class ShareLink(models.Model):
    """Whoever has the key of a link reads this report until it expires. `lookup` stands in the address and opens nothing; of
    the key only a keyed hash is kept, as of the tokens of the API."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="links")
    name = models.CharField(_("for whom"), max_length=120)
    lookup = models.CharField(max_length=16, unique=True)
    digest = models.BinaryField(max_length=32)
    pepper = models.CharField(max_length=16)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    expires_at = models.DateTimeField(_("ends"))
    revoked_at = models.DateTimeField(null=True)

    objects = ShareLinkQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        constraints = (
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="share_link_ends_later"),
        )

    def __str__(self) -> str:
        return self.name

    def is_open(self, at: dt.datetime) -> bool:
        return self.revoked_at is None and self.expires_at > at


class ShareVisit(models.Model):
    """Somebody read by a link, or tried a wrong key (`what` "refused")."""

    link = models.ForeignKey(ShareLink, on_delete=models.CASCADE, related_name="visits")
    at = models.DateTimeField()
    what = models.CharField(max_length=8)
    address = models.GenericIPAddressField(null=True)

    class Meta:
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=["link", "-at"], name="share_visit_newest"),)

    def __str__(self) -> str:
        return f"{self.link}: {self.what}"
