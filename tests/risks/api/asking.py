"""Asking the API as a person who is signed in."""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient

from relportal.core.models import User

ROOT = "/api/v1/"


def client(user: User) -> APIClient:
    made = APIClient()
    made.force_login(user)
    return made


def get(user: User, path: str) -> Any:
    return client(user).get(ROOT + path)


def post(user: User, path: str, **data: Any) -> Any:
    return client(user).post(ROOT + path, data, format="json")


def patch(user: User, path: str, *, etag: str = "*", **data: Any) -> Any:
    return client(user).patch(ROOT + path, data, format="json", headers={"If-Match": etag})


def delete(user: User, path: str) -> Any:
    return client(user).delete(ROOT + path)


def said(answer: Any, status: int = 422) -> dict[str, str]:
    """The sentences of a refusal by field."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    return {each["field"]: each["message"] for each in answer.json().get("errors", ())}


def sign(user: User, number: int, *, verb: str = "sign", **data: Any) -> Any:
    """Decides the next step over what stands there now, as far as the caller gives nothing else."""
    sheet = get(user, f"exceptions/{number}/to-sign/").json()
    seen = {name: sheet[name] for name in ("step", "sha256") if name in sheet}
    return post(user, f"exceptions/{number}/{verb}/", **seen | data)
