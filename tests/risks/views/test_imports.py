"""The import page: choose, look, confirm; and a preview that nobody else can confirm."""

from __future__ import annotations

import html
import re

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from relportal.core.models import User
from relportal.core.xlsxexport import xlsx
from risks.models import Risk

PAGE = "/risks/import/"


def sent(client: Client, content: bytes, name: str = "register.csv") -> tuple[int, str]:
    response = client.post(PAGE, {"file": SimpleUploadedFile(name, content)})
    return response.status_code, html.unescape(response.text)


def hidden(text: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(upload|digest)" value="([^"]+)"', text))


def test_a_workbook_is_shown_then_imported(client: Client, lead: User, risk: Risk) -> None:
    client.force_login(lead)
    assert "Only" in client.get(PAGE).text or "only" in client.get(PAGE).text
    rows = [[risk.short_id, "Two nodes"], ["", "=1+1"]]
    status, text = sent(client, xlsx(["id", "title"], rows, sheet="Risks"), "register.xlsx")
    assert status == 200
    assert "1 new risk, 1 changed" in text
    assert "One node holds every session" in text
    assert "taken as text" in text
    assert Risk.objects.count() == 1
    answer = client.post(reverse("risks:import-confirm"), hidden(text), follow=True)
    assert "2 risks were imported." in answer.text
    assert set(Risk.objects.values_list("title", flat=True)) == {"Two nodes", "=1+1"}


def test_what_is_wrong_keeps_the_whole_file_out(client: Client, lead: User) -> None:
    client.force_login(lead)
    status, text = sent(client, b"title,owner\nFine,\nBad,nobody@example.com\n")
    assert status == 422
    assert "1 error: nothing is imported yet" in text
    assert re.search(r'<td class="num">3</td><td class="rp-mono">owner</td>', text)
    assert hidden(text) == {}
    status, text = sent(client, "title\nAusfall f\xfcr".encode("latin-1"))
    assert (status, "Line 2 is not UTF-8" in text) == (422, True)


def test_a_preview_is_confirmed_by_who_saw_it_as_it_was_seen(client: Client, lead: User, admin: User) -> None:
    client.force_login(lead)
    fields = hidden(sent(client, b"title\nOne\n")[1])
    client.force_login(admin)
    answer = client.post(reverse("risks:import-confirm"), fields, follow=True)
    assert "The preview is older than an hour" in answer.text
    client.force_login(lead)
    answer = client.post(reverse("risks:import-confirm"), fields | {"digest": "0"})
    assert (answer.status_code, "The register changed since this preview" in answer.text) == (409, True)
    assert not Risk.objects.exists()


def test_a_file_that_the_page_could_not_send_back_is_refused_at_once(
    client: Client, lead: User, settings: LazySettings
) -> None:
    client.force_login(lead)
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10_100
    status, text = sent(client, b"title\n" + b"\n".join(b"Risk %d" % n for n in range(200)))
    assert (status, "too much text" in text) == (422, True)


@pytest.mark.parametrize(("query", "kind"), [("", "text/csv"), ("?format=xlsx", "spreadsheetml")])
def test_the_template_is_a_download(client: Client, lead: User, query: str, kind: str) -> None:
    client.force_login(lead)
    response = client.get(reverse("risks:import-template") + query)
    assert kind in response["Content-Type"]
    assert "attachment" in response["Content-Disposition"]
