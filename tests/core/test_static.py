"""What templates and static files promise: nothing inline, only known icons, a light page, and files that collectstatic takes."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import django_htmx
import pytest
from django.conf import settings
from django.core.management import call_command
from django.template.loader import get_template
from django.test import override_settings

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
NAMES = set((ROOT / "static" / "icons" / "names.txt").read_text().split())
INLINE = re.compile(r"""\sstyle\s*=|\son\w+\s*=\s*["']|<style\b|javascript:""")
SCRIPT = re.compile(r"<script\b(?P<attributes>[^>]*)>")
ICON = re.compile(r"""\{% icon "(?P<name>[\w-]+)"|<c-(?:icon|empty|notice)[^>]*?\s(?:icon|name)="(?P<other>[\w-]+)\"""")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT / "templates"))


MAILS = {"reports/mail.html"}
"""Programs that read mail take no stylesheet."""


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_a_template_has_no_inline_style_and_no_inline_script(path: Path) -> None:
    text = path.read_text()
    assert {each.strip() for each in INLINE.findall(text)} <= ({"style="} if name_of(path) in MAILS else set())
    for script in SCRIPT.finditer(text):
        assert "src=" in script["attributes"] or 'type="application/json"' in script["attributes"]


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_a_template_draws_only_icons_of_the_sprite(path: Path) -> None:
    used = {match["name"] or match["other"] for match in ICON.finditer(path.read_text())}
    assert used <= NAMES


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_a_template_compiles(path: Path) -> None:
    assert get_template(name_of(path))


def test_the_sprite_holds_the_named_icons_and_no_others() -> None:
    sprite = (ROOT / "static" / "icons" / "sprite.svg").read_text()
    assert set(re.findall(r'<symbol id="([\w-]+)"', sprite)) == NAMES


def test_the_scripts_of_a_page_stay_below_40_kilobytes() -> None:
    htmx = Path(django_htmx.__file__).parent / "static" / "django_htmx" / "htmx-2.min.js"
    scripts = [htmx, *sorted((ROOT / "static" / "js").glob("*.js"))]
    assert sum(len(gzip.compress(path.read_bytes())) for path in scripts) <= 40_000


def test_collectstatic_finds_every_file_that_a_stylesheet_names(tmp_path: Path) -> None:
    hashed = {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    with override_settings(STATIC_ROOT=tmp_path, STORAGES={**settings.STORAGES, "staticfiles": hashed}):
        call_command("collectstatic", interactive=False, verbosity=0)
    portal = next(tmp_path.glob("css/portal.*.css")).read_text()
    imported = re.search(r'@import url\("\.\./(vendor/[^"]+)"\) layer\(tabler\)', portal)
    assert imported
    assert (tmp_path / imported[1]).is_file()
