"""The scale that ships, and a risk of payments."""

from __future__ import annotations

import datetime as dt

import pytest

from relportal.core.models import Role, Service, Team, User
from risks.actions.ratings import Rated
from risks.actions.risks import Given, create
from risks.models import Risk
from tests import make
from tests.risks.defaults import fill_defaults


@pytest.fixture(autouse=True)
def _scale(request: pytest.FixtureRequest) -> None:
    if "db" in request.fixturenames or request.node.get_closest_marker("django_db"):
        request.getfixturevalue("db")
        fill_defaults()


@pytest.fixture
def rita(payments: Team) -> User:
    """Responds for the team payments."""
    return make.user("rita@example.com", role=Role.RESPONDER, team=payments)


@pytest.fixture
def checkout(payments: Team) -> Service:
    return make.service(slug="checkout", name="Checkout", team=payments)


@pytest.fixture
def rated() -> Rated:
    """Possible and serious: medium by the scale that ships."""
    return Rated(likelihood="possible", columns={"minutes": "serious"}, reason="Two near misses a year")


@pytest.fixture
def risk(alice: User, checkout: Service, rated: Rated, at: dt.datetime) -> Risk:
    given = Given(title="One node holds every session", owner=alice, services=[checkout], rated=rated)
    return create(alice, given, at=at)
