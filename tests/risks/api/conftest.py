"""The API reads the clock itself: it stands at the instant of the fixtures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine

from relportal.core.models import User
from risks.models import GovernanceException, Risk
from tests.risks.excepted import accepted, executive


@pytest.fixture(autouse=True)
def _now(at: dt.datetime) -> Iterator[None]:
    with time_machine.travel(at, tick=False):
        yield


@pytest.fixture
def vera(db: None) -> User:
    return executive()


@pytest.fixture
def one(rita: User, lead: User, vera: User, risk: Risk, at: dt.datetime) -> GovernanceException:
    """An acceptance for 30 days: the head signs first, then an executive."""
    return accepted(rita, risk, at)
