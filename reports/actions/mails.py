"""The e-mail of a delivery: the headline as a picture in it, the numbers as text, the whole as a PDF beside it."""

from __future__ import annotations

from dataclasses import dataclass
from email.mime.image import MIMEImage
from typing import Final

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _

from reports.actions.schedules import unsubscribe_token
from reports.domain.payload import Page, Payload
from reports.models import Mailing

PICTURE: Final = "headline@relportal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """`picture` and `pdf` None: left out, because they were not made yet."""

    payload: Payload
    picture: bytes | None = None
    pdf: bytes | None = None

    @property
    def page(self) -> Page:
        return next((page for page in self.payload.pages if page.leading), self.payload.pages[0])


def message(delivery: Mailing, letter: Letter, *, connection: BaseEmailBackend | None = None) -> EmailMultiAlternatives:
    """Its links lead to where the reader signs in, but for the one that stops these e-mails."""
    stop = settings.BASE_URL + reverse(
        "reports:unsubscribe", args=[unsubscribe_token(delivery.schedule, delivery.user)]
    )
    context = {
        "delivery": delivery,
        "schedule": delivery.schedule,
        "payload": letter.payload,
        "page": letter.page,
        "picture": PICTURE if letter.picture else "",
        "base": settings.BASE_URL,
        "url": settings.BASE_URL + reverse("reports:delivery-open", args=[delivery.pk]),
        "stop": stop,
    }
    host = settings.BASE_URL.partition("://")[2].partition("/")[0].partition(":")[0]
    made = EmailMultiAlternatives(
        subject=delivery.subject,
        body=render_to_string("reports/mail.txt", context),
        to=[delivery.address],
        connection=connection,
        headers={
            # The same each time it is tried, so that a reader whose server took it twice sees it once.
            "Message-ID": f"<delivery-{delivery.pk}@{host}>",
            "List-Id": f"{_header(delivery.schedule.name)} <schedule-{delivery.schedule_id}.{host}>",
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    )
    made.attach_alternative(render_to_string("reports/mail.html", context), "text/html")
    if letter.picture:
        picture = MIMEImage(letter.picture, "png")
        picture.add_header("Content-ID", f"<{PICTURE}>")
        picture.add_header("Content-Disposition", "inline", filename="headline.png")
        made.attach(picture)
    if letter.pdf:
        made.attach(f"{slugify(letter.payload.title) or 'report'}.pdf", letter.pdf, "application/pdf")
    return made


def subject(payload: Payload) -> str:
    """The claim itself; a title may hold what would end a header."""
    page = next((page for page in payload.pages if page.leading), payload.pages[0])
    return _header(_("%(title)s (%(period)s)") % {"title": page.title, "period": payload.period.name})[:300]


def _header(text: str) -> str:
    return " ".join(text.split())
