"""A real Chromium beside a live server. A message of the page's console, or an error in it, fails the test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from django.conf import settings
from django.core.cache import caches
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from relportal.core.models import User
from tests.skips import require_tool

HERE = Path(__file__).parent
AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
# Chromium in a container has no user namespaces and no GPU, and shall call nobody.
SWITCHES = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking")
# For what comes in the end, on a machine that does much else: what comes at once is not waited for.
PATIENCE_MS = 30_000
SERIOUS = ("serious", "critical")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker drives all browser tests: two Chromiums on two cores only wait for each other."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    require_tool("chromium")
    # Playwright's event loop runs in this thread, and the tests still speak to the database from it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=SWITCHES)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def told() -> Iterator[list[str]]:
    """What the consoles of the test's pages complained of; anything that is left at the end fails the test."""
    complaints: list[str] = []
    yield complaints
    assert complaints == []


@pytest.fixture
def login(chromium: Browser, live_server: LiveServer, told: list[str]) -> Iterator[Callable[..., Page]]:
    """`login(user)` gives a page of a browser in which the user is signed in; None leaves them signed out."""
    caches["local"].clear()
    opened = []

    def open_page(user: User | None, *, javascript: bool = True, **options: Any) -> Page:
        context = chromium.new_context(base_url=live_server.url, java_script_enabled=javascript, **options)
        opened.append(context)
        if user is not None:
            client = Client()
            client.force_login(user)
            name = settings.SESSION_COOKIE_NAME
            context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", lambda message: told.extend(_complaints(message)))
        page.on("pageerror", lambda error: told.append(str(error)))
        return page

    yield open_page
    for context in opened:
        context.close()


def _complaints(message: ConsoleMessage) -> list[str]:
    return [f"{message.type}: {message.text}"] if message.type in ("error", "warning") else []


@pytest.fixture(scope="session")
def axe_script() -> str:
    return AXE.read_text(encoding="utf-8")


@pytest.fixture
def axe(axe_script: str, told: list[str]) -> Callable[[Page], None]:
    """`axe(page)` fails with each serious or critical violation of the page, and where it is."""

    def check(page: Page) -> None:
        page.wait_for_load_state("networkidle")
        assert told == []
        # Evaluated, not added as an element: the content security policy lets no script in. What axe tries for its
        # measurements the policy refuses, and the console says so: that is not the page's fault.
        page.evaluate(axe_script)
        found = page.evaluate("() => axe.run(document, {resultTypes: ['violations'], preload: false})")
        page.evaluate("0")
        told.clear()
        bad = [
            f"{one['id']}: {node['html'][:200]} {node['failureSummary'][:200]}"
            for one in found["violations"]
            if one["impact"] in SERIOUS
            for node in one["nodes"]
        ]
        assert bad == []

    return check
