"""What the portal tells a person: shown under the bell, and sent by e-mail to who wants that."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from relportal.core.models.accounts import User


class Notification(models.Model):
    """One sentence and where it leads; `body` is what an e-mail says below it. `key` makes it come once to each person, however
    often its cause is looked at.

    `mailed_at` None: not sent yet, or not wanted (`wants_mail` False when it was written).
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notifications")
    key = models.CharField(max_length=120)
    text = models.CharField(max_length=500)
    body = models.TextField(blank=True, default="", db_default="")
    url = models.CharField(max_length=300)
    at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)
    wants_mail = models.BooleanField(default=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-at", "-pk")
        constraints = (models.UniqueConstraint(fields=["user", "key"], name="notification_once"),)
        indexes = (
            models.Index(fields=["user", "-at"], name="notification_newest"),
            models.Index(fields=["user"], condition=Q(seen_at__isnull=True), name="notification_unseen"),
            models.Index(
                fields=["at"], condition=Q(mailed_at__isnull=True, wants_mail=True), name="notification_unsent"
            ),
        )

    def __str__(self) -> str:
        return self.text
