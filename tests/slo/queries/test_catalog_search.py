from __future__ import annotations

import pytest

from relportal.core import palette
from relportal.core.models import Journey, Team, User
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def catalog(payments: Team) -> None:
    service = make.service(slug="checkout", name="Checkout", team=payments, aliases=["kasse"])
    make.status(objective=make.objective(service=service), band="breached", remaining=-1)
    make.service(slug="chat", name="Chat", team=payments, tier=4)
    Journey.objects.create(slug="buy", name="Check out and pay")


@pytest.mark.usefixtures("catalog")
def test_the_palette_finds_services_with_their_state_and_journeys(bob: User) -> None:
    services, journeys, *_more = palette.search(bob, "check")
    assert [(hit.label, hit.hint, hit.band, hit.word) for hit in services.hits] == [
        ("Checkout", "Payments", "breached", "Breached")
    ]
    assert [hit.url for hit in journeys.hits] == ["/journeys/buy/"]


@pytest.mark.usefixtures("catalog")
def test_the_palette_finds_by_alias_and_team(bob: User) -> None:
    assert [hit.label for hit in palette.search(bob, "kasse")[0].hits] == ["Checkout"]
    assert [hit.label for hit in palette.search(bob, "payments")[0].hits] == ["Checkout", "Chat"]


@pytest.mark.usefixtures("catalog")
def test_a_nul_is_searched_for_without_harm(bob: User) -> None:
    assert [hit.label for hit in palette.search(bob, "che\0")[0].hits] == ["Checkout"]


@pytest.mark.usefixtures("catalog")
def test_an_outsider_finds_nothing(charlie: User) -> None:
    assert palette.search(charlie, "check") == []
