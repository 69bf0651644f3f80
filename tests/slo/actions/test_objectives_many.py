"""Retiring many objectives at once: all or none."""

from __future__ import annotations

import datetime as dt

import pytest

from relportal.core.exceptions import Conflict, Invalid, NotAllowed
from relportal.core.models import Team, User
from slo.actions.objectives_many import restore_objectives, retire_objectives
from slo.models import Objective
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours(payments: Team) -> list[int]:
    return [make.objective(service=make.service(team=payments), name=f"Promise {n}").pk for n in range(3)]


def retired() -> int:
    return Objective.objects.exclude(retired_at=None).count()


def test_all_are_retired_and_all_come_back(alice: User, ours: list[int], at: dt.datetime) -> None:
    retire_objectives(alice, ours, at=at)
    assert retired() == 3
    restore_objectives(alice, ours, at=at)
    assert retired() == 0


def test_one_that_belongs_to_another_team_leaves_all_as_they_are_and_is_named(
    alice: User, ours: list[int], at: dt.datetime
) -> None:
    foreign = make.objective(name="Theirs")
    with pytest.raises(NotAllowed, match="Theirs") as refused:
        retire_objectives(alice, [*ours, foreign.pk], at=at)
    assert "Promise" not in str(refused.value)
    assert retired() == 0


def test_one_that_is_retired_already_or_gone_leaves_all_as_they_are(
    alice: User, ours: list[int], at: dt.datetime
) -> None:
    retire_objectives(alice, ours[:1], at=at)
    with pytest.raises(Conflict, match="Promise 0"):
        retire_objectives(alice, ours, at=at)
    with pytest.raises(Conflict, match="SLO-999999"):
        retire_objectives(alice, [*ours[1:], 999_999], at=at)
    with pytest.raises(Conflict, match="Promise 1"):
        restore_objectives(alice, ours, at=at)
    assert retired() == 1


def test_none_is_refused(alice: User, at: dt.datetime) -> None:
    with pytest.raises(Invalid, match="Select"):
        retire_objectives(alice, [], at=at)
