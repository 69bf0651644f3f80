"""The files of an incident in a real browser: a picture is seen, a file that runs is refused, and what was removed comes back."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from incidents.actions.attachments import attach
from incidents.actions.incidents import Declaration, declare
from incidents.models import Incident
from relportal.core.models import User
from tests.browser.test_incidents import PHONE, seen
from tests.incidents.conftest import _settings, rita

__all__ = ["_settings", "rita"]

pytestmark = pytest.mark.django_db(transaction=True)

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def incident(rita: User, at: dt.datetime) -> Incident:
    return declare(rita, Declaration(title="Checkout fails"), at=at)


def given(page: Page, name: str, content: bytes) -> None:
    page.set_input_files("input[type=file]", {"name": name, "mimeType": "image/png", "buffer": content})
    page.get_by_role("button", name="Attach").click()


def test_a_picture_is_attached_seen_removed_and_brought_back(
    login: Callable[..., Page], told: list[str], rita: User, incident: Incident
) -> None:
    page = login(rita)
    page.goto(f"/incidents/{incident.pk}/attachments/")
    given(page, "graph.png", PNG)
    picture = page.locator(".rp-files img")
    expect(picture).to_have_count(1)
    assert picture.evaluate("each => each.decode().then(() => each.naturalWidth)") == 1
    seen(page, "attachments-1440")

    given(page, "graph.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>")
    expect(page.locator(".rp-error")).to_contain_text("HTML, SVG and XML are not taken")
    assert [words for words in told if "422" not in words] == []
    told.clear()

    page.get_by_role("button", name="Remove graph.png").click()
    expect(page.locator(".rp-files")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".rp-files img")).to_have_count(1)

    page.goto(incident.get_absolute_url())
    page.get_by_role("link", name="Attached: graph.png").click()
    assert page.evaluate("document.contentType") == "image/png"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_files_fit_a_phone(
    login: Callable[..., Page], rita: User, incident: Incident, at: dt.datetime, theme: Any
) -> None:
    attach(rita, incident, name=f"{'very-long-name-' * 9}.png", content=PNG, at=at)
    attach(rita, incident, name="log.txt", content=b"errors", at=at)
    page = login(rita, **PHONE, color_scheme=theme)
    page.goto(f"/incidents/{incident.pk}/attachments/")

    expect(page.locator(".rp-files li")).to_have_count(2)
    seen(page, f"attachments-390-{theme}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
