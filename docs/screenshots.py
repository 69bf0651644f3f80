"""`make screenshots`: renews the pictures of the README from a running `make demo`, in Debian's Chromium."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Error, sync_playwright

from relportal.demo.people import DOMAIN, PASSWORD

PORTAL = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"
IMAGES = Path(__file__).parent / "images"
SWITCHES = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking")


@dataclass(frozen=True, slots=True)
class Picture:
    """`follow` is a link to click on the page first: the worst row of a list leads to what is worth a picture.

    `login` is who looks, as the demo prints its logins.
    """

    name: str
    path: str
    follow: str = ""
    scheme: Literal["light", "dark"] = "light"
    width: int = 1440
    height: int = 900
    login: str = "leader"


PICTURES = (
    Picture("overview-light", "/"),
    Picture("services-light", "/services/"),
    Picture("objective-light", "/slos/?sort=remaining", follow="main table a[href^='/slos/']"),
    Picture("objectives-dark", "/slos/", scheme="dark"),
    Picture("postmortem-light", "/postmortems/?state=published", follow="main table a[href^='/incidents/']"),
    Picture("actions-board-light", "/actions/board/"),
    Picture("overview-phone", "/", width=390, height=844),
    Picture("risks-light", "/risks/"),
    Picture("risk-light", "/risks/?has=materialised", follow="main table a[href^='/risks/']"),
    Picture("heat-map-dark", "/risks/heat-map/", scheme="dark"),
    Picture("portfolio-light", "/risks/portfolio/"),
    Picture("scorecard-light", "/scorecards/"),
    Picture("report-light", "/reports/", follow="main table tr:has(.is-healthy) a[href^='/reports/']"),
    Picture("ladder-light", "/scorecards/ladder/"),
    Picture(
        "ask-phone",
        "/decisions/asks/",
        follow="main a[href^='/decisions/asks/']:not([href$='new/'])",
        width=390,
        height=844,
        login="executive",
    ),
    Picture(
        "exception-sign-phone",
        "/exceptions/?whose=waits",
        follow="main a[href$='/sign/']",
        width=390,
        height=844,
        login="executive",
    ),
)


def main() -> int:
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.stderr.write("chromium is missing: apt install chromium\n")
        return 1
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=SWITCHES)
        try:
            sessions = {login: signed_in(browser, login) for login in {each.login for each in PICTURES}}
            for picture in PICTURES:
                take(browser, picture, sessions[picture.login])
        except Error as error:
            sys.stderr.write(
                f"{PORTAL} does not show its pages ({error.message.splitlines()[0]}): is `make demo` running?\n"
            )
            return 1
        finally:
            browser.close()
    return 0


def signed_in(browser: Browser, login: str) -> Path:
    """The file of a session of a demo login."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{PORTAL}/accounts/login/")
    page.fill("input[name=login]", f"{login}@{DOMAIN}")
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{PORTAL}/")
    session = Path(__file__).parent.parent / "var" / "demo" / f"screenshots-{login}.json"
    context.storage_state(path=session)
    context.close()
    return session


def take(browser: Browser, picture: Picture, session: Path) -> None:
    context = browser.new_context(
        viewport={"width": picture.width, "height": picture.height},
        storage_state=session,
        color_scheme=picture.scheme,
        device_scale_factor=1,
    )
    page = context.new_page()
    page.goto(PORTAL + picture.path)
    if picture.follow:
        page.locator(picture.follow).first.click()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / f"{picture.name}.png")
    context.close()
    sys.stderr.write(f"docs/images/{picture.name}.png\n")


if __name__ == "__main__":
    raise SystemExit(main())
