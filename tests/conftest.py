"""Fixtures that every test may use: alice owns a team's services, bob is a member who reads, charlie is an outsider."""

from __future__ import annotations

import datetime as dt
import socket
from collections.abc import Iterator

import pytest
from django.conf import settings

from relportal.core.models import Role, Team, User
from tests import make

pytest_plugins = ["tests.skips", "tests.database", "tests.laws"]


def pytest_configure() -> None:
    """Pages take their static files from where they are written: a test run needs no collectstatic before it.

    Passwords are hashed cheaply: thousands of tests make users, and tests/test_settings.py holds the portal to the dear one.
    """
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    settings.SECURE_SSL_REDIRECT = False
    settings.PASSWORD_HASHERS = ["tests.hashers.CheapArgon2"]


AT = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def deaf_port() -> Iterator[int]:
    """A port of this machine that refuses every connection: it is taken, and nobody listens there."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@pytest.fixture
def at() -> dt.datetime:
    """An instant on the 5-minute grid, a Monday noon."""
    return AT


@pytest.fixture
def payments(db: None) -> Team:
    return make.team(slug="payments", name="Payments")


@pytest.fixture
def alice(payments: Team) -> User:
    return make.user("alice@example.com", role=Role.SERVICE_OWNER, team=payments)


@pytest.fixture
def bob(db: None) -> User:
    return make.user("bob@example.com", role=Role.VIEWER)


@pytest.fixture
def charlie(db: None) -> User:
    return make.user("charlie@example.com")


@pytest.fixture
def lead(db: None) -> User:
    return make.user("lead@example.com", role=Role.RELIABILITY_LEAD)


@pytest.fixture
def admin(db: None) -> User:
    return make.user("admin@example.com", role=Role.ADMIN)
