"""Importing risks over the API: dry unless told otherwise, and then only the plan that was seen."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from relportal.core.models import User
from risks.models import Risk

pytestmark = pytest.mark.django_db
CONTENT = b"title,owner\nOne node,lead@example.com\n=Two,\n"


def post(user: User, content: bytes, query: str = "") -> Any:
    made = APIClient()
    made.force_login(user)
    return made.post(f"/api/v1/risk-import/{query}", data=content, content_type="text/csv")


def test_a_dry_run_names_the_plan_that_is_then_carried_out(lead: User) -> None:
    seen = post(lead, CONTENT).json()
    assert (seen["applied"], seen["possible"], seen["error_count"]) == (False, True, 0)
    assert [(one["line"], one["verb"], one["risk"]) for one in seen["steps"]] == [(2, "create", ""), (3, "create", "")]
    assert [(one["line"], one["column"], one["severity"]) for one in seen["problems"]] == [(3, "title", "note")]
    assert not Risk.objects.exists()
    assert post(lead, CONTENT, "?dry_run=false&digest=0").status_code == 409
    done = post(lead, CONTENT, f"?dry_run=false&digest={seen['digest']}")
    assert done.json()["applied"] is True
    assert set(Risk.objects.values_list("title", flat=True)) == {"One node", "=Two"}


@pytest.mark.parametrize(
    ("content", "query", "words"),
    [
        (CONTENT, "?dry_run=perhaps", "Say true or false"),
        (CONTENT, "?dry_run=false", "Give the digest of the dry run"),
        (b"", "", "The file is empty"),
        ("title\nf\xfcr".encode("latin-1"), "", "Line 2 is not UTF-8"),
        (b"title,owner\nA,nobody@example.com\n", "?dry_run=false&digest=0", "Line 2, owner: Nobody here"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_written(lead: User, content: bytes, query: str, words: str) -> None:
    answer = post(lead, content, query)
    assert answer.status_code == 422
    assert words in answer.text
    assert not Risk.objects.exists()


def test_another_kind_of_body_and_another_person_are_refused(lead: User, alice: User) -> None:
    made = APIClient()
    made.force_login(lead)
    assert made.post("/api/v1/risk-import/", {"title": "A"}, format="json").status_code == 415
    assert post(alice, CONTENT).status_code == 403
