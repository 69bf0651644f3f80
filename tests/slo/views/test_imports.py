from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from relportal.core.csvexport import armed
from relportal.core.models import Role, Service, Team, User
from slo.catalog_import.csv_file import parse_csv
from tests import make

pytestmark = pytest.mark.django_db
CSV = b"slug,name,team\ncheckout,Checkout,payments\n"


def upload(client: Client, content: bytes, name: str = "services.csv", **fields: str) -> Any:
    return client.post("/services/import/", {"file": SimpleUploadedFile(name, content), **fields})


def sealed(response: Any) -> dict[str, str]:
    text = response.content.decode()
    return {name: re.search(f'name="{name}" value="([^"]+)"', text)[1] for name in ("upload", "digest")}  # type: ignore[index]


def test_an_import_shows_what_would_change_and_then_does_it(client: Client, lead: User, payments: Team) -> None:
    client.force_login(lead)
    preview = upload(client, CSV)
    assertContains(preview, "1 service would change")
    assert not Service.objects.exists()
    response = client.post("/services/import/confirm/", sealed(preview), follow=True)
    assertContains(response, "1 service was imported")
    assert Service.objects.get(slug="checkout").team == payments


def test_a_file_with_errors_shows_them_by_line_and_offers_no_confirmation(client: Client, lead: User) -> None:
    client.force_login(lead)
    response = upload(client, b"slug,name,tier\na,A,7\n")
    assertContains(response, "is not a tier", status_code=422)
    assertNotContains(response, 'name="digest"', status_code=422)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        ("slug,name\na,Ä\n".encode("utf-16"), "UTF-16"),
        ("slug,name\na,Ä\n".encode("latin-1"), "is not UTF-8"),
        (b"name\nA\n", "at least slug and name"),
        (b"apiVersion: x\na: &x 1\nb: *x\n", "alias"),
    ],
)
def test_an_unreadable_file_is_refused_at_its_field(client: Client, lead: User, content: bytes, words: str) -> None:
    client.force_login(lead)
    assertContains(upload(client, content), words, status_code=422)


def test_a_file_of_50_mb_is_refused_with_both_sizes(client: Client, lead: User) -> None:
    client.force_login(lead)
    response = upload(client, b"x" * 50_000_000)
    assertContains(response, "50.0", status_code=422)
    assertContains(response, "at most 5.2", status_code=422)


def test_a_forged_or_foreign_preview_writes_nothing(client: Client, lead: User, payments: Team) -> None:
    client.force_login(lead)
    fields = sealed(upload(client, CSV))
    client.force_login(make.user("other@example.com", role=Role.ADMIN))
    for values in (fields, {**fields, "upload": "forged"}, {}):
        assertContains(client.post("/services/import/confirm/", values, follow=True), "Choose the file again")
    assert not Service.objects.exists()


def test_a_catalog_that_changed_since_the_preview_shows_the_new_one(client: Client, lead: User, payments: Team) -> None:
    client.force_login(lead)
    fields = sealed(upload(client, CSV))
    make.service(slug="checkout", name="Checkout", team=payments, description="New here.")
    response = client.post("/services/import/confirm/", fields)
    assertContains(response, "The catalog changed since this preview", status_code=409)


def test_the_template_imports(client: Client, lead: User, payments: Team) -> None:
    client.force_login(lead)
    content = b"".join(client.get("/services/import/template.csv"))
    assert parse_csv(content).problems == ()
    assertContains(upload(client, content), "3 services would change")


def test_the_exported_catalog_changes_nothing(client: Client, lead: User, payments: Team) -> None:
    make.service(team=payments, name="=1+1", aliases=["'x", "@y"])
    client.force_login(lead)
    content = b"".join(client.get("/services/catalog.csv"))
    assert armed(parse_csv(content).entries[0].name or "") == "=1+1"
    assertContains(upload(client, content), "Nothing to do")


@pytest.mark.parametrize("path", ["/services/import/", "/services/import/confirm/"])
def test_importing_belongs_to_stewards(client: Client, alice: User, path: str) -> None:
    client.force_login(alice)
    assert client.post(path).status_code == 403
    assert client.get(path).status_code in (403, 405)
