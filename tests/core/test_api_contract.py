"""The API keeps to its own schema, whatever is sent: the same bounded cases in every run, in process, as an admin's token.

Only operations that ask another machine are left out. Each request is undone, so that every case meets the same world.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pytest
import schemathesis
from django.core.cache import caches
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from pytest_django.fixtures import Settings
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks as openapi_checks

from relportal.core.actions.tokens import issue_token
from relportal.core.models import ApiToken
from tests.core import access

pytestmark = pytest.mark.django_db

SCHEMA: Final = "/api/v1/openapi.json"
ASKS_ELSEWHERE: Final = ("/test/",)
BOUNDED: Final = settings(
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
    verbosity=Verbosity.quiet,
)
CHECKS: Final = [
    schemathesis.checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_schema_conformance,
]


@dataclass(frozen=True, slots=True)
class Portal:
    """`arguments` of the objects that are there, by the first part of their address."""

    schema: Any
    headers: dict[str, str]
    arguments: dict[str, dict[str, Any]]

    def operations(self) -> list[Any]:
        return [found.ok() for found in self.schema.get_all_operations() if isinstance(found, Ok)]


@pytest.fixture
def one_connection(db: None) -> Iterator[None]:
    """A request does not end the connection, in which the test's transaction is open; Django's own client does the same."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def portal(one_connection: None, at: dt.datetime, settings: Settings) -> Portal:
    """One object of each kind."""
    settings.TOKEN_PEPPERS = {"1": "first"}
    world = access.world(at)
    scopes = set(ApiToken.Scope)
    token = issue_token(world.people["admin"], name="contract", scopes=scopes, expires_at=None, at=at)
    headers = {"Authorization": f"Bearer {token.plain}", "Accept-Encoding": "identity"}
    arguments = {f"{name[4:]}s": given for name, given in world.arguments.items() if name.startswith("api:")}
    arguments["deliveries"] = arguments.pop("deliverys")
    for name in ("risk-portfolio", "risk-tolerance"):
        arguments[name] = arguments.pop(f"{name}s")
    arguments["kpis"] = arguments.pop("kpi-rowss")
    arguments["maintenance"] = arguments.pop("maintenances")
    schema = schemathesis.openapi.from_wsgi(SCHEMA, app=get_wsgi_application(), headers=headers)
    return Portal(schema, headers, arguments)


def test_the_whole_api_is_asked(portal: Portal) -> None:
    """A new kind of row without an object in the world of the access matrix would only ever be missing."""
    paths = {operation.path for operation in portal.operations()}
    assert len(paths) >= 29
    assert {path.split("/")[3] for path in paths if "{" in path} <= portal.arguments.keys()


def test_requests_that_the_schema_allows_are_answered_as_it_says(portal: Portal) -> None:
    """On rows that are there, so that a change gets as far as it can."""
    broken = []
    for operation in _asked(portal):
        cases = operation.as_strategy(path_parameters=_known(portal, operation), headers={"If-Match": "*"})
        broken += _broken(portal, cases, examples=8)
    assert not broken, "\n\n".join(broken)


def test_requests_that_the_schema_forbids_are_refused_with_a_problem(portal: Portal) -> None:
    broken = []
    for operation in _asked(portal):
        broken += _broken(portal, operation.as_strategy(GenerationMode.NEGATIVE), examples=5)
    assert not broken, "\n\n".join(broken)


def _asked(portal: Portal) -> Iterator[Any]:
    return (one for one in portal.operations() if not one.path.endswith(ASKS_ELSEWHERE))


def _known(portal: Portal, operation: Any) -> dict[str, Any] | None:
    if "{" not in operation.path:
        return None
    given = portal.arguments[operation.path.split("/")[3]]
    return {("id" if name == "pk" else name): value for name, value in given.items()}


def _broken(portal: Portal, cases: st.SearchStrategy[Any], *, examples: int) -> list[str]:
    """What does not hold of one operation. Nothing where it has no case, as a list without anything that could be wrong."""

    @settings(BOUNDED, max_examples=examples)
    @given(case=cases)
    def send(case: Any) -> None:
        caches["local"].clear()
        undo = transaction.savepoint()
        try:
            response = case.call(headers=portal.headers)
        finally:
            transaction.savepoint_rollback(undo)
        case.validate_response(response, checks=CHECKS)
        if response.status_code >= 400:
            assert response.headers["content-type"] == ["application/problem+json"]

    try:
        send()
    except Unsatisfiable:
        return []
    except FailureGroup as failed:
        return [str(failed)]
    return []
