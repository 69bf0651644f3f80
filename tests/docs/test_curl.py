"""The calls of the API that the documentation shows are made as they stand there, and are accepted."""

from __future__ import annotations

import argparse
import datetime as dt
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client
from pytest_django.fixtures import Settings

from relportal.core.actions.tokens import issue_token
from relportal.core.models import ApiToken, Role, Service, Team
from slo.models import IndicatorKind
from tests import make
from tests.reports.views.test_sharing import published

pytestmark = pytest.mark.django_db

DOCS: Final = Path(__file__).parents[2] / "docs"
BLOCK: Final = re.compile(r"^```\w*\n(.*?)^```", re.DOTALL | re.MULTILINE)
COMMAND: Final = re.compile(r"^curl (?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)
# What a reader has in a file of that name.
FILES: Final = {
    "catalog-info.yaml": "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: cart}\nspec: {owner: payments}\n"
}


@dataclass(frozen=True, slots=True)
class Call:
    where: str
    method: str
    url: str
    headers: dict[str, str]
    body: str


def calls() -> Iterator[Call]:
    """In the order of each document; a call is made with what those before it answered."""
    for path in sorted(DOCS.rglob("*.md")):
        for block in BLOCK.findall(path.read_text()):
            for number, command in enumerate(COMMAND.findall(block), start=1):
                yield _call(f"{path.name}, {number}. of its block", command)


def _call(where: str, command: str) -> Call:
    reader = argparse.ArgumentParser(prog=where, exit_on_error=False)
    reader.add_argument("-H", action="append", default=[])
    reader.add_argument("-d", "--data-binary", default="")
    reader.add_argument("-X")
    reader.add_argument("url")
    given = reader.parse_args(shlex.split(command.replace("\\\n", " "), comments=True)[1:])
    body = FILES[given.data_binary[1:]] if given.data_binary.startswith("@") else given.data_binary
    headers = dict(header.split(": ", 1) for header in given.H)
    return Call(where, given.X or ("POST" if body else "GET"), given.url, headers, body)


@pytest.fixture
def token(settings: Settings, at: dt.datetime) -> Iterator[str]:
    """Of a reliability lead, minutes after the instants of the documents, in a portal with their names."""
    settings.TOKEN_PEPPERS = {"1": "first"}
    payments: Team = make.team(slug="payments", name="Payments")
    for slug in ("checkout", "billing"):
        make.service(slug=slug, team=payments)
    # api.md changes the version 3 that its reader has read.
    Service.objects.filter(slug="checkout").update(version=3)
    make.series(indicator=make.indicator(slug="http"), service=Service.objects.get(slug="checkout"))
    for slug in ("checkout-jobs", "nightly-batch"):
        make.indicator(slug=slug, kind=IndicatorKind.PUSHED, good="", total="")
    published(at, pk=7)
    before = {"first": dt.date(2026, 3, 1), "last": dt.date(2026, 5, 31)}
    published(at, pk=8, state="draft", payload=None, sha256="", frozen_at=None, published_at=None, **before)
    lead = make.user("docs@example.com", role=Role.RELIABILITY_LEAD)
    issued = issue_token(lead, name="docs", scopes=set(ApiToken.Scope), expires_at=None, at=at)
    with time_machine.travel(at + dt.timedelta(minutes=10), tick=False):
        yield issued.plain


def test_every_call_of_the_documents_is_found() -> None:
    written = sum(path.read_text().count("curl ") for path in DOCS.rglob("*.md"))
    assert len(list(calls())) == written >= 7


def test_every_call_of_the_documents_is_accepted(client: Client, token: str) -> None:
    digest = ""
    for call in calls():
        url = urlsplit(call.url.replace("$DIGEST", digest))
        headers = {name: text.replace("$TOKEN", token) for name, text in call.headers.items()}
        response = client.generic(
            call.method,
            url.path.removeprefix("$PORTAL"),
            call.body,
            content_type=headers.pop("Content-Type", "application/octet-stream"),
            headers=headers,
            QUERY_STRING=url.query,
        )
        assert 200 <= response.status_code < 300, f"{call.where}: {response.content.decode()}"
        digest = response.json().get("digest", digest)
    assert Service.objects.filter(slug="cart").exists()
