"""The files of an incident, over its page and over the API."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects
from rest_framework.test import APIClient

from incidents.actions.attachments import attach
from incidents.actions.incidents import set_privacy
from incidents.models import Attachment, Incident
from relportal.core.models import User

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


@pytest.fixture
def page(client: Client, rita: User) -> Client:
    client.force_login(rita)
    return client


@pytest.fixture
def api(rita: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(rita)
    return client


def of(incident: Incident) -> str:
    return reverse("incidents:attachments", args=[incident.pk])


def file(content: bytes, name: str = "graph.png", media_type: str = "image/png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type=media_type)


def test_a_picture_is_attached_and_shown_in_the_page_and_in_the_room(page: Client, incident: Incident) -> None:
    assertRedirects(page.post(of(incident), {"file": file(PNG)}), of(incident))

    row = Attachment.objects.get()
    assertContains(page.get(of(incident)), f'<img src="{row.get_absolute_url()}"')
    assertContains(page.get(incident.get_absolute_url()), row.get_absolute_url())


def test_a_picture_is_given_out_inline_and_nothing_of_it_runs(page: Client, incident: Incident) -> None:
    page.post(of(incident), {"file": file(PNG + b"<script>alert(1)</script>", "graph.html", "text/html")})

    answer = page.get(Attachment.objects.get().get_absolute_url())
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Disposition"] == 'inline; filename="graph.html.png"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("default-src 'none'; ")
    assert answer["Content-Security-Policy"].endswith("; sandbox")
    assert answer["Cache-Control"] == "private, no-cache"
    assert page.get(answer.request["PATH_INFO"], headers={"If-None-Match": answer["ETag"]}).status_code == 304


def test_anything_but_a_picture_is_saved_and_never_opened(page: Client, incident: Incident) -> None:
    page.post(of(incident), {"file": file(b"see <script>alert(1)</script>", "page.html", "text/html")})

    answer = page.get(Attachment.objects.get().get_absolute_url())
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="page.html.txt"'
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "HTML, SVG and XML are not taken"),
        (b"<!doctype html><script>alert(1)</script>", "HTML, SVG and XML are not taken"),
        (b"MZ\x90\0", "none of the kinds"),
        (b"", "This file is empty"),
        (b"x" * 5_000_001, "at most 5.0"),
        (b"x" * 20_000_000, "This file has 20.0"),
    ],
    ids=["svg", "html", "program", "empty", "a byte too much", "20 MB"],
)
def test_what_is_refused_says_why_beside_the_field(
    page: Client, incident: Incident, content: bytes, reason: str
) -> None:
    answer = page.post(of(incident), {"file": file(content)})

    assertContains(answer, reason, status_code=422)
    assert not Attachment.objects.exists()


def test_a_form_without_a_file_says_so(page: Client, incident: Incident) -> None:
    assert page.post(of(incident), {}).status_code == 422


def test_removing_offers_to_take_it_back(page: Client, incident: Incident) -> None:
    page.post(of(incident), {"file": file(PNG)})
    row = Attachment.objects.get()
    removed = page.post(f"{row.get_absolute_url()}remove/", follow=True)
    assertContains(removed, "graph.png is removed")
    assert page.get(row.get_absolute_url()).status_code == 404

    token = removed.content.decode().split('name="token" value="')[1].split('"')[0]
    page.post(f"{row.get_absolute_url()}restore/", {"token": token})
    assert page.get(row.get_absolute_url()).status_code == 200


def test_who_only_reads_sees_the_files_and_no_form(
    client: Client, incident: Incident, rita: User, watcher: User, at: dt.datetime
) -> None:
    row = attach(rita, incident, name="log.txt", content=b"errors", at=at)
    client.force_login(watcher)

    shown = client.get(of(incident))
    assertContains(shown, "log.txt")
    assertNotContains(shown, 'type="file"')
    assert client.get(row.get_absolute_url()).content == b"errors"
    assert client.post(of(incident), {"file": file(PNG)}).status_code == 403


def test_the_files_of_a_private_incident_are_not_there_for_others(
    client: Client, incident: Incident, rita: User, watcher: User, lead: User, at: dt.datetime
) -> None:
    row = attach(rita, incident, name="log.txt", content=b"errors", at=at)
    set_privacy(rita, incident, is_private=True, people=[], at=at)
    for user in (watcher, lead):
        client.force_login(user)
        assert client.get(of(incident)).status_code == 404
        assert client.get(row.get_absolute_url()).status_code == 404
        others = APIClient()
        others.force_authenticate(user)
        assert others.get(f"/api/v1/incidents/{incident.pk}/attachments/").status_code == 404
        assert others.get(f"/api/v1/incidents/{incident.pk}/attachments/{row.pk}/").status_code == 404


def test_a_file_is_found_only_under_its_own_incident(
    page: Client, api: APIClient, incident: Incident, rita: User, at: dt.datetime
) -> None:
    row = attach(rita, incident, name="log.txt", content=b"errors", at=at)
    other = Incident.objects.create(title="Another", declared_at=at)

    assert page.get(reverse("incidents:attachment", args=[other.pk, row.pk])).status_code == 404
    assert api.get(f"/api/v1/incidents/{other.pk}/attachments/{row.pk}/").status_code == 404


def test_the_api_attaches_lists_gives_and_removes(api: APIClient, incident: Incident) -> None:
    path = f"/api/v1/incidents/{incident.pk}/attachments/"
    made = api.post(path, {"file": io.BytesIO(b'{"errors": 3}')}, format="multipart")

    assert made.status_code == 201, made.content
    said = made.json()
    assert (said["media_type"], said["size"], said["by"]) == ("application/json", 13, "rita@example.com")
    assert api.get(path).json() == [said]
    content = api.get(said["url"])
    assert (content.content, content["Content-Disposition"][:10]) == (b'{"errors": 3}', "attachment")
    assert api.delete(said["url"]).status_code == 204
    assert api.get(path).json() == []
    assert api.get(said["url"]).status_code == 404


@pytest.mark.parametrize(
    ("content", "status", "reason"),
    [
        (b"<svg/>", 422, "SVG"),
        (b"", 422, "empty"),
        (b"x" * 5_000_001, 422, "at most 5.0"),
        (b"x" * 20_000_000, 413, "at most 5.2"),
    ],
    ids=["svg", "empty", "a byte too much", "20 MB"],
)
def test_the_api_refuses_with_a_problem(
    api: APIClient, incident: Incident, content: bytes, status: int, reason: str
) -> None:
    path = f"/api/v1/incidents/{incident.pk}/attachments/"
    answer = api.post(path, {"file": file(content)}, format="multipart")

    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert reason in answer.content.decode()
    assert not Attachment.objects.exists()
