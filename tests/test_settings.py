"""No variable without its documentation, and no documentation without its variable."""

from __future__ import annotations

import ast
import re
import runpy
from pathlib import Path

import pytest
from django.utils.module_loading import import_string

from relportal.env import DOCUMENTED

ROOT = Path(__file__).parents[1]


def read_by_settings() -> set[str]:
    """The first argument of every `env.<kind>("NAME", ...)` call."""
    tree = ast.parse((ROOT / "relportal" / "settings.py").read_text())
    return {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "env"
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


@pytest.mark.parametrize(
    ("issuer", "more", "allowed"),
    [
        ("", "https://elsewhere.example", []),
        ("https://id.example.com:8443/realms/rail", "", ["https://id.example.com:8443"]),
        (
            "https://id.example.com",
            "https://login.example.net",
            ["https://id.example.com", "https://login.example.net"],
        ),
    ],
)
def test_a_form_leads_to_the_portal_and_the_identity_provider_and_nowhere_else(
    monkeypatch: pytest.MonkeyPatch, issuer: str, more: str, allowed: list[str]
) -> None:
    monkeypatch.setenv("OIDC_ISSUER", issuer)
    monkeypatch.setenv("OIDC_LOGIN_ORIGINS", more)
    policy = runpy.run_path(str(ROOT / "relportal" / "settings.py"))["CONTENT_SECURITY_POLICY"]
    assert policy["DIRECTIVES"]["form-action"] == ["'self'", *allowed]


def test_every_variable_that_is_read_is_documented_and_no_other() -> None:
    assert read_by_settings() == set(DOCUMENTED)


def test_the_table_in_the_documentation_has_every_variable_with_its_meaning() -> None:
    text = (ROOT / "docs" / "settings.md").read_text()
    table = dict(re.findall(r"^\| `([A-Z_]+)` \| (.+?) \| .*\|$", text, re.MULTILINE))
    assert table == DOCUMENTED


def test_every_variable_of_the_other_modules_is_in_the_documentation() -> None:
    text = (ROOT / "docs" / "settings.md").read_text()
    found = set()
    for path in (ROOT / "relportal").glob("*.py"):
        found |= set(re.findall(r'os\.environ(?:\.get\()?\[?\(?"([A-Z_]+)"', path.read_text()))
    assert {name for name in found if f"`{name}`" not in text} <= {"DJANGO_SETTINGS_MODULE"}


def test_passwords_are_hashed_as_dearly_as_is_advised_outside_of_tests() -> None:
    """Source: OWASP Password Storage Cheat Sheet, Argon2id with at least 19 MiB and two passes."""
    names = runpy.run_path(str(ROOT / "relportal" / "settings.py"))["PASSWORD_HASHERS"]
    assert names == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    hasher = import_string(names[0])()
    parameters = hasher.params()
    assert parameters.type.name == "ID"
    assert parameters.memory_cost >= 19 * 1024
    assert parameters.time_cost >= 2
    assert hasher.encode("correct horse", hasher.salt()).startswith(f"argon2$argon2id$v=19$m={parameters.memory_cost},")
