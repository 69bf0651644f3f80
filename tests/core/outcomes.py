"""What an answer says of whoever asked: admitted, refused, or to sign in first."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from django.http import HttpResponse
from django.test import Client


class Outcome(StrEnum):
    SIGN_IN = "sign in"
    REFUSED = "refused"
    NO_METHOD = "no such method"
    ADMITTED = "admitted"


def outcome(client: Client, method: str, path: str) -> Outcome:
    body: dict[str, Any] = {"content_type": "application/json"} if path.startswith("/api/") and method != "get" else {}
    response: HttpResponse = getattr(client, method)(path, {} if method in {"get", "post"} else "{}", **body)
    if response.status_code == 401 or (response.status_code == 302 and "/accounts/login/" in response["Location"]):
        return Outcome.SIGN_IN
    return {403: Outcome.REFUSED, 405: Outcome.NO_METHOD}.get(response.status_code, Outcome.ADMITTED)
