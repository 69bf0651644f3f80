"""The service that the deliveries of these tests name."""

from __future__ import annotations

import pytest

from relportal.core.models import Service, User
from tests import make


@pytest.fixture
def checkout(rita: User) -> Service:
    team = rita.memberships.get().team
    return make.service(slug="checkout", name="Checkout", aliases=["acme/checkout-api"], team=team)
