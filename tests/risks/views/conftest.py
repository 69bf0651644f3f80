"""A clock that stands, and an acceptance that was asked for."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine

from relportal.core.models import User
from risks.models import GovernanceException, Risk
from tests.risks.excepted import accepted, executive


@pytest.fixture
def now(at: dt.datetime) -> Any:
    with time_machine.travel(at, tick=False):
        yield


@pytest.fixture
def vera(db: None) -> User:
    return executive()


@pytest.fixture
def one(rita: User, lead: User, vera: User, risk: Risk, at: dt.datetime) -> GovernanceException:
    return accepted(rita, risk, at)
