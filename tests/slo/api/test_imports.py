from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from relportal.core.models import AuditEvent, Service, Team, User

pytestmark = pytest.mark.django_db
URL = "/api/v1/services/import/"
CSV = b"slug,name,team\ncheckout,Checkout,payments\n"
YAML = b"apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: checkout}\nspec: {owner: payments}\n"


@pytest.fixture
def api(lead: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(lead)
    return client


@pytest.mark.parametrize(
    ("content", "media_type"), [(CSV, "text/csv"), (YAML, "application/yaml"), (YAML, "text/yaml")]
)
def test_a_dry_run_names_its_plan_which_is_then_carried_out(
    api: APIClient, payments: Team, content: bytes, media_type: str
) -> None:
    shown = api.post(URL, content, content_type=media_type).json()
    assert (shown["applied"], shown["possible"], shown["steps"][0]["verb"]) == (False, True, "create")
    assert not Service.objects.exists()
    done = api.post(f"{URL}?digest={shown['digest']}&filename=ci.csv", content, content_type=media_type).json()
    assert done["applied"]
    assert Service.objects.get().team == payments
    assert AuditEvent.objects.get().reason == "Import of ci.csv"


def test_a_plan_that_no_longer_holds_is_refused(api: APIClient, payments: Team) -> None:
    assert api.post(f"{URL}?digest=other", CSV, content_type="text/csv").status_code == 409
    assert not Service.objects.exists()


def test_problems_come_with_line_and_column(api: APIClient) -> None:
    shown = api.post(URL, CSV, content_type="text/csv").json()
    assert [(one["line"], one["column"]) for one in shown["problems"]] == [(2, "team")]
    assert not shown["possible"]
    refused = api.post(f"{URL}?digest={shown['digest']}", CSV, content_type="text/csv")
    assert refused.status_code == 422
    assert b"Line 2, team" in refused.content


@pytest.mark.parametrize("content", [b"", b"\xff\xfes\x00l\x00", b"PK\x03\x04"])
def test_what_is_no_catalog_is_refused(api: APIClient, content: bytes) -> None:
    assert api.post(URL, content, content_type="text/csv").status_code == 422


def test_a_file_above_the_limit_is_refused_with_both_sizes(api: APIClient) -> None:
    refused = api.post(URL, b"x" * 6_000_000, content_type="text/csv")
    assert (refused.status_code, refused["Content-Type"]) == (413, "application/problem+json")
    assert "6.0" in refused.json()["detail"]


def test_another_media_type_is_refused(api: APIClient) -> None:
    assert api.post(URL, {"a": 1}, format="json").status_code == 415


def test_importing_belongs_to_stewards(api: APIClient, alice: User) -> None:
    api.force_authenticate(alice)
    assert api.post(URL, CSV, content_type="text/csv").status_code == 403
