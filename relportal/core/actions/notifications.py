"""Telling people: once each, in the portal at once, by e-mail from the queue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from itertools import groupby
from typing import Final

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.utils.translation import gettext as _

from relportal.core import work
from relportal.core.models import Notification, User

logger = structlog.get_logger(__name__)

MAIL: Final = "core.mail"
MAILED_AT_ONCE: Final = 200


def notify(people: Iterable[User], text: str, *, key: str, url: str, at: dt.datetime, body: str = "") -> None:
    """Tells each active person once for each `key`; belongs into the transaction of what it tells of.

    The caller sees to it that they may know: `text` is shown as it is, and `body` below it in an e-mail.
    """
    wanted = {each.pk: each for each in people if each.is_active}
    if not wanted:
        return
    Notification.objects.bulk_create(
        (
            Notification(
                user=each, key=key[:120], text=text[:500], body=body, url=url[:300], at=at, wants_mail=each.mail
            )
            for each in wanted.values()
        ),
        ignore_conflicts=True,
    )
    if any(each.mail for each in wanted.values()):
        work.enqueue(MAIL, MAIL, at=at)


def mark_seen(user: User, *, at: dt.datetime, notification: Notification | None = None) -> int:
    """One, or all that the person has not seen; how many."""
    unseen = Notification.objects.filter(user=user, seen_at=None)
    if notification is not None:
        unseen = unseen.filter(pk=notification.pk)
    return unseen.update(seen_at=at)


def send_mails(*, at: dt.datetime) -> int:
    """One e-mail to each person with what is not sent yet; how many went out. A server that refuses raises, and is tried
    again by the queue; whoever was written to before that is not written to twice."""
    waiting = Notification.objects.filter(mailed_at=None, wants_mail=True).select_related("user")
    rows = list(waiting.order_by("user_id", "at", "pk")[:MAILED_AT_ONCE])
    sent = 0
    if not rows:
        return sent
    with get_connection() as connection:
        for user, theirs in groupby(rows, key=lambda row: row.user):
            batch = list(theirs)
            with transaction.atomic():
                Notification.objects.filter(pk__in=[each.pk for each in batch]).update(mailed_at=at)
                if user.is_active and user.mail:
                    sent += connection.send_messages([_mail(user, batch)]) or 0
    return sent


def _mail(user: User, batch: list[Notification]) -> EmailMessage:
    """Plain text; the subject is the sentence itself, or how many there are."""
    one = batch[0]
    subject = one.text if len(batch) == 1 else _("%(n)d messages from relportal") % {"n": len(batch)}
    lines = [
        "\n".join(part for part in (each.text, each.body, f"{settings.BASE_URL}{each.url}") if part) for each in batch
    ]
    foot = _("Change what you are sent in your profile: %(url)s") % {"url": f"{settings.BASE_URL}/profile/"}
    # A title may hold what would end a header.
    subject = " ".join(subject.split())[:150]
    return EmailMessage(subject=subject, body="\n\n".join([*lines, foot]), to=[user.email])
