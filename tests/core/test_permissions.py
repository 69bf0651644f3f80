from __future__ import annotations

import pytest

from relportal.core.models import Membership, Role, User
from relportal.core.models.accounts import TEAM_ROLES
from relportal.core.permissions import ABILITIES, able, allowed
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def everyone() -> list[User]:
    """Who holds each role, alone and beside the auditor's; one who left, an outsider, and a superuser."""
    team = make.team(slug="payments")
    for role in Role:
        of = team if role in TEAM_ROLES else None
        make.user(role=role, team=of)
        if role != Role.AUDITOR:
            Membership.objects.create(user=make.user(role=Role.AUDITOR), role=role, team=of)
    for fields in ({"role": Role.ADMIN, "is_active": False}, {}, {"is_superuser": True}):
        make.user(**fields)
    return list(User.objects.all())


@pytest.mark.parametrize("ability", ABILITIES)
def test_who_is_able_is_who_is_allowed(everyone: list[User], ability: str) -> None:
    assert list(able(ability)) == [each for each in everyone if allowed(each, ability)]


def test_an_ability_that_there_is_not_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        able("incident.rum")
