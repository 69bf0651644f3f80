"""Being told: once each, under the bell and by e-mail."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from relportal.core.actions.notifications import MAIL, mark_seen, notify, send_mails
from relportal.core.models import Notification, Role, User, WorkItem
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def vera() -> User:
    return make.user("vera@example.com", role=Role.VIEWER)


def told(vera: User, at: dt.datetime, text: str = "An action is due", key: str = "action:1:due") -> None:
    notify([vera], text, key=key, url="/actions/1/", at=at)


def test_the_same_cause_is_told_once_and_its_mail_is_due_at_once(vera: User, at: Any) -> None:
    told(vera, at)
    told(vera, at + dt.timedelta(hours=1))

    assert Notification.objects.get().at == at
    assert WorkItem.objects.get(kind=MAIL).due_at == at


def test_one_mail_holds_all_that_waits_and_is_sent_once(vera: User, at: Any) -> None:
    told(vera, at)
    told(vera, at, "A review\nwaits: for you", "postmortem:1:review")

    assert send_mails(at=at) == 1
    assert send_mails(at=at) == 0
    assert mail.outbox[0].to == ["vera@example.com"]
    assert "/actions/1/" in mail.outbox[0].body
    assert "A review" in mail.outbox[0].body


def test_a_line_end_in_a_sentence_ends_no_header(vera: User, at: Any) -> None:
    told(vera, at, "Late\nBcc: everybody@example.com")

    send_mails(at=at)

    assert mail.outbox[0].subject == "Late Bcc: everybody@example.com"


def test_who_wants_no_mail_is_told_in_the_portal_only(vera: User, at: Any) -> None:
    vera.mail = False
    vera.save()
    told(vera, at)

    assert send_mails(at=at) == 0
    assert Notification.objects.get().mailed_at is None
    assert not WorkItem.objects.filter(kind=MAIL).exists()


def test_who_has_left_is_told_nothing(vera: User, at: Any) -> None:
    vera.is_active = False
    told(vera, at)

    assert not Notification.objects.exists()


def test_a_server_that_refuses_loses_no_mail(vera: User, at: Any, settings: Any, deaf_port: int) -> None:
    told(vera, at)
    before = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", deaf_port
    with pytest.raises(ConnectionRefusedError):
        send_mails(at=at)
    settings.EMAIL_BACKEND = before

    assert send_mails(at=at) == 1


def test_the_bell_counts_what_is_new_until_it_is_seen(vera: User, at: Any, client: Client) -> None:
    told(vera, at)
    told(vera, at, "Another", "other")
    client.force_login(vera)

    page = client.get("/notifications/")
    assert "2 new notifications" in page.content.decode()

    one = Notification.objects.get(key="other")
    assert client.get(f"/notifications/{one.pk}/")["Location"] == "/actions/1/"
    assert "1 new notification" in client.get("/notifications/").content.decode()

    client.post("/notifications/seen/")
    assert "Nothing new" in client.get("/notifications/").content.decode()
    assert mark_seen(vera, at=at) == 0


def test_nobody_follows_what_another_was_told(vera: User, at: Any, client: Client) -> None:
    told(vera, at)
    client.force_login(make.user("otto@example.com", role=Role.ADMIN))

    assert client.get(f"/notifications/{Notification.objects.get().pk}/").status_code == 404
    assert Notification.objects.get().seen_at is None
