"""Rows within a row that is changed in part."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework import serializers
from rest_framework.test import APIClient

from relportal.core.drf.nested import WholeRow
from relportal.core.models import User
from tests import make


class Line(WholeRow):
    name = serializers.CharField()
    note = serializers.CharField(default="none")


class Sheet(serializers.Serializer[Any]):
    title = serializers.CharField()
    lines = Line(many=True)


def test_a_row_within_a_partial_change_is_whole() -> None:
    given = Sheet(data={"lines": [{"name": "a"}]}, partial=True)
    assert given.is_valid()
    assert given.validated_data == {"lines": [{"name": "a", "note": "none"}]}
    lacking = Sheet(data={"lines": [{"name": "a"}, {"note": "b"}]}, partial=True)
    assert not lacking.is_valid()
    assert list(lacking.errors["lines"][1]) == ["name"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("services/pay/", {"links": [{"kind": "logs"}]}),
        ("services/pay/", {"dependencies": [{"hard": True}]}),
        ("objectives/{objective}/", {"rules": [{"factor": 3.0}]}),
    ],
)
def test_half_a_row_is_refused_at_its_place(admin: User, path: str, body: dict[str, Any]) -> None:
    objective = make.objective(service=make.service(slug="pay"))
    client = APIClient()
    client.force_authenticate(admin)
    answer = client.patch(
        f"/api/v1/{path.format(objective=objective.pk)}", body, format="json", headers={"If-Match": "*"}
    )
    assert answer.status_code == 422, answer.json()
    assert answer.json()["errors"][0]["field"].startswith(f"{next(iter(body))}.0.")
