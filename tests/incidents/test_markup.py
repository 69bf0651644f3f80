"""What somebody writes with scripts in it: shown as it was typed, wherever it is shown, and run nowhere."""

from __future__ import annotations

import datetime as dt
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains

from incidents.actions.attachments import attach
from incidents.actions.impact import SegmentFields, add_segment
from incidents.actions.incidents import Declaration, declare, move
from incidents.actions.roles import take_role
from incidents.actions.timeline import add_task, write_line
from incidents.actions.updates import post_update
from incidents.models import Alert, Deploy, Incident, IncidentRole, Integration, Severity
from relportal.core.models import Membership, Role, Service, User
from tests import make

pytestmark = pytest.mark.django_db

ATTACKS = (
    "<script>alert('pwn')</script>",
    "<img src=x onerror=alert('pwn')>",
    "<svg onload=alert('pwn')>",
    "[click](javascript:alert('pwn'))",
    "[click](&#106;avascript:alert('pwn'))",
    "[click](data:text/html;base64,PHNjcmlwdD5hbGVydCgncHduJyk8L3NjcmlwdD4=)",
    "![x](https://evil.example.com/pwn.png)",
    "<https://evil.example.com/\" onmouseover=\"alert('pwn')>",
    '[x](https://a.example.com "\' onmouseover=alert(1) x=")',
    "<a href='javascript:alert(1)'>x</a>",
    "<iframe src=https://evil.example.com></iframe>",
    "<form action=https://evil.example.com><input name=csrfmiddlewaretoken></form>",
    "</textarea><script>alert('pwn')</script>",
    '"><script>alert("pwn")</script>',
    "{{ 7|add:7 }}{% debug %}",
    "`<script>alert('pwn')</script>`",
    "```html\n<script>alert('pwn')</script>\n```",
)
EVERYTHING = "\n\n".join(ATTACKS)
SHORT = "\"><script>alert('pwn')</script><img src=x onerror=alert('pwn')>"
SAFE_SOURCE = re.compile(r"/static/|/incidents/\d+/attachments/")


class Found(HTMLParser):
    """What a browser would run or load: elements, and attributes that are scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in ("iframe", "object", "embed", "base", "style"):
            self.wrong.append(f"<{tag}>")
        if (
            tag == "script"
            and not given.get("src", "").startswith("/static/")
            and given.get("type") != "application/json"
        ):
            self.wrong.append(f"<script {given}>")
        if tag == "img" and not SAFE_SOURCE.match(given.get("src", "")):
            self.wrong.append(f"<img {given}>")
        if tag == "form" and not given.get("action", "").startswith(("/", "?")) and given.get("action"):
            self.wrong.append(f"<form {given}>")
        for name, value in given.items():
            if name.startswith("on") or (
                name in ("href", "src", "action", "formaction", "xlink:href")
                and re.match(r"\s*(javascript|data|vbscript):", value, re.IGNORECASE)
            ):
                self.wrong.append(f"{tag} {name}={value}")


def wrong_in(page: str) -> list[str]:
    found = Found()
    found.feed(page)
    return found.wrong


@pytest.fixture
def service(db: None) -> Service:
    return make.service(slug="checkout", name=f"Checkout {SHORT}")


@pytest.fixture
def attacked(rita: User, service: Service, at: dt.datetime) -> Incident:
    """Everything that takes text holds an attack."""
    rita.display_name = SHORT
    rita.save()
    incident = declare(rita, Declaration(title=SHORT, summary=EVERYTHING, services=[service]), at=at)
    take_role(rita, incident, IncidentRole.COMMANDER, at=at)
    for text in ATTACKS:
        write_line(rita, incident, f"! {text}", zone=dt.UTC, at=at)
        add_task(rita, incident, text, at=at)
    for audience in ("internal", "public"):
        post_update(
            rita, incident, audience=audience, condition=EVERYTHING, actions=EVERYTHING, needs=EVERYTHING, at=at
        )
    add_segment(rita, incident, SegmentFields(service=service, start=at), at=at)
    attach(rita, incident, name=f"{SHORT}.png", content=b"\x89PNG\r\n\x1a\n" + b"\0" * 9, at=at)
    tool = Integration.objects.create(slug="main", name=SHORT, kind="alertmanager", created_at=at)
    Alert.objects.create(
        integration=tool, fingerprint="x", name=SHORT, summary=SHORT, severity=SHORT[:40], service=service,
        incident=incident, started_at=at, first_received_at=at, last_received_at=at, url="https://a.example.com/",
    )  # fmt: skip
    Deploy.objects.create(service=service, key="x", revision=SHORT, description=SHORT, author=SHORT, started_at=at)
    Severity.objects.filter(level=2).update(name=SHORT[:40])
    return incident


def pages(incident: Incident) -> list[str]:
    own = ["detail", "live", "edit", "times", "privacy", "merge", "split", "attachments", "suspects"]
    addresses = [reverse(f"incidents:{name}", args=[incident.pk]) for name in own]
    addresses += [reverse("incidents:entry", args=[incident.pk, one.pk]) for one in incident.entries.all()[:3]]
    addresses += [reverse("incidents:segment", args=[incident.pk, one.pk]) for one in incident.segments.all()]
    addresses += [
        reverse("incidents:list"),
        f"{reverse('incidents:list')}?q=%3Cscript%3Ealert(1)%3C/script%3E",
        f"{reverse('incidents:declare')}?title=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
        reverse("incidents:alert-list"),
        reverse("incidents:deploy-list"),
        reverse("incidents:deploy-figures"),
        *(reverse("incidents:deploy-detail", args=[one.pk]) for one in Deploy.objects.all()),
        reverse("incidents:severities"),
        reverse("incidents:integration-list"),
        reverse("incidents:integration", args=["main"]),
        reverse("slo:service-detail", args=["checkout"]),
        reverse("slo:overview"),
        reverse("core:audit"),
        reverse("core:search") + "?q=script",
        reverse("core:notification-list"),
    ]
    return addresses


def test_nothing_that_was_written_runs_on_any_page(client: Client, attacked: Incident, rita: User) -> None:
    Membership.objects.create(user=rita, role=Role.RELIABILITY_LEAD)
    client.force_login(rita)
    for path in pages(attacked):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert wrong_in(answer.content.decode()) == [], path
        assert "script-src 'self'" in answer["Content-Security-Policy"], path


def test_what_was_typed_is_still_to_be_read(client: Client, attacked: Incident, rita: User) -> None:
    client.force_login(rita)
    page = client.get(attacked.get_absolute_url())

    assertContains(page, "&lt;script&gt;alert(")
    assertContains(page, "{{ 7|add:7 }}{% debug %}")
    assertContains(page, "&lt;iframe src=https://evil.example.com&gt;")


def test_a_form_that_is_refused_gives_back_what_was_typed_without_running_it(client: Client, rita: User) -> None:
    client.force_login(rita)
    answer = client.post(reverse("incidents:declare"), {"title": SHORT * 10, "summary": EVERYTHING})

    assert answer.status_code == 422
    assert wrong_in(answer.content.decode()) == []
    assertContains(answer, "&lt;/textarea&gt;&lt;script&gt;", status_code=422)


def test_a_title_that_is_a_formula_is_text_in_the_csv(client: Client, rita: User, at: dt.datetime) -> None:
    declare(rita, Declaration(title='=HYPERLINK("https://evil.example.com","x")'), at=at)
    client.force_login(rita)

    answer: Any = client.get(reverse("incidents:list"), {"format": "csv"})
    assert b"'=HYPERLINK" in b"".join(answer.streaming_content)


def test_a_link_in_the_summary_leads_out_without_telling_where_from(
    client: Client, rita: User, at: dt.datetime
) -> None:
    incident = declare(
        rita, Declaration(title="Cards fail", summary="See **[status](https://status.example.com)**"), at=at
    )
    client.force_login(rita)

    page = client.get(incident.get_absolute_url())
    assertContains(page, '<strong><a href="https://status.example.com" rel="noopener noreferrer">status</a></strong>')
    move(rita, incident, "resolved", at=at)
    assertContains(client.get(incident.get_absolute_url()), "https://status.example.com")
