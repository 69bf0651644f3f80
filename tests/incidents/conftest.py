"""An incident room: someone who responds, someone who watches, and the portal's own severities."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from django.apps import apps

from incidents.actions.incidents import Declaration, declare
from incidents.models import Incident, Severity
from relportal.core.models import Role, User
from tests import make


@pytest.fixture(autouse=True)
def _settings(request: pytest.FixtureRequest) -> None:
    """Severities and checklists are rows of a migration, which a test that empties the database takes away."""
    if "db" in request.fixturenames or request.node.get_closest_marker("django_db"):
        request.getfixturevalue("db")
        if not Severity.objects.exists():
            importlib.import_module("incidents.migrations.0002_defaults").fill(apps, None)


@pytest.fixture
def rita(db: None) -> User:
    """Responds for the team payments."""
    return make.user("rita@example.com", role=Role.RESPONDER, team=make.team(slug="payments"))


@pytest.fixture
def watcher(db: None) -> User:
    return make.user("vera@example.com", role=Role.VIEWER)


@pytest.fixture
def incident(rita: User, at: Any) -> Incident:
    return declare(rita, Declaration(title="Checkout fails"), at=at)
