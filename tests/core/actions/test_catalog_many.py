"""Changing many services at once: all or none, and back again."""

from __future__ import annotations

import datetime as dt

import pytest

from relportal.core.actions.catalog import restore_service
from relportal.core.actions.catalog_many import Values, edit_services
from relportal.core.exceptions import Conflict, Invalid, NotAllowed
from relportal.core.models import AuditEvent, Role, Service, Team, User
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def ours(payments: Team) -> list[str]:
    for slug, tier in (("checkout", 1), ("invoices", 2), ("refunds", 3)):
        make.service(slug=slug, name=slug.title(), team=payments, tier=tier)
    return ["checkout", "invoices", "refunds"]


def each(slugs: list[str], values: Values) -> dict[str, Values]:
    return dict.fromkeys(slugs, values)


def tiers() -> dict[str, int]:
    return dict(Service.objects.order_by("slug").values_list("slug", "tier"))


def test_all_get_the_value_with_an_audit_row_each_and_what_was_before_is_told(
    alice: User, ours: list[str], at: dt.datetime
) -> None:
    before = edit_services(alice, each(ours, {"tier": "2"}), at=at)
    assert tiers() == {"checkout": 2, "invoices": 2, "refunds": 2}
    assert before == {"checkout": {"tier": "1"}, "refunds": {"tier": "3"}}
    assert set(AuditEvent.objects.values_list("object_key", "action")) == {
        ("checkout", "service.edit"),
        ("refunds", "service.edit"),
    }
    assert set(Service.objects.filter(slug__in=before).values_list("version", flat=True)) == {2}


def test_one_row_that_one_may_not_change_leaves_all_as_they_are_and_is_named(
    alice: User, ours: list[str], at: dt.datetime
) -> None:
    make.service(slug="search", name="Search")
    with pytest.raises(NotAllowed, match="Search") as refused:
        edit_services(alice, each([*ours, "search"], {"tier": "4"}), at=at)
    assert "Checkout" not in str(refused.value)
    assert 4 not in tiers().values()
    assert not AuditEvent.objects.exists()


def test_a_row_that_is_gone_leaves_all_as_they_are(alice: User, ours: list[str], at: dt.datetime) -> None:
    with pytest.raises(Conflict, match="nothing-like-it"):
        edit_services(alice, each([*ours, "nothing-like-it"], {"tier": "4"}), at=at)
    assert 4 not in tiers().values()


def test_what_was_changed_is_undone_unless_someone_has_changed_it_since(
    lead: User, ours: list[str], at: dt.datetime
) -> None:
    before = edit_services(lead, each(ours, {"tier": "4", "lifecycle": "deprecated"}), at=at)
    edit_services(lead, before, expected={"tier": "4", "lifecycle": "deprecated"}, at=at)
    assert tiers() == {"checkout": 1, "invoices": 2, "refunds": 3}
    assert set(Service.objects.values_list("lifecycle", flat=True)) == {"production"}
    before = edit_services(lead, each(ours, {"tier": "4"}), at=at)
    Service.objects.filter(slug="refunds").update(tier=2)
    with pytest.raises(Conflict, match="Refunds"):
        edit_services(lead, before, expected={"tier": "4"}, at=at)
    assert tiers() == {"checkout": 4, "invoices": 4, "refunds": 2}


def test_an_owner_gives_services_only_to_teams_of_their_own(
    alice: User, lead: User, ours: list[str], at: dt.datetime
) -> None:
    other = make.team(slug="search", name="Search")
    with pytest.raises(Invalid, match="team of yours"):
        edit_services(alice, each(ours, {"team": "search"}), at=at)
    before = edit_services(lead, each(ours, {"team": "search"}), at=at)
    assert Service.objects.filter(team=other).count() == 3
    assert AuditEvent.objects.filter(changes__team=["Payments", "Search"]).count() == 3
    edit_services(lead, before, expected={"team": "search"}, at=at)
    edit_services(lead, {"checkout": {"team": None}}, at=at)
    assert Service.objects.get(slug="checkout").team is None


def test_services_that_are_retired_together_come_back_as_what_they_were(
    lead: User, ours: list[str], at: dt.datetime
) -> None:
    Service.objects.filter(slug="refunds").update(lifecycle="deprecated")
    edit_services(lead, each(ours, {"lifecycle": "retired"}), at=at)
    assert set(AuditEvent.objects.values_list("action", flat=True)) == {"service.retire"}
    assert restore_service(lead, Service.objects.get(slug="refunds"), at=at).lifecycle == "deprecated"


@pytest.mark.parametrize("values", [{"tier": "9"}, {"tier": ""}, {"team": "nobody"}, {"lifecycle": "x"}, {"name": "A"}])
def test_a_value_that_is_not_offered_is_refused_at_its_field(
    lead: User, ours: list[str], at: dt.datetime, values: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as refused:
        edit_services(lead, each(ours, values), at=at)
    assert set(refused.value.errors) == set(values)
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("count", [0, 201])
def test_none_and_more_than_a_request_may_hold_are_refused(lead: User, at: dt.datetime, count: int) -> None:
    with pytest.raises(Invalid, match="between 1 and 200"):
        edit_services(lead, {f"service-{n}": {"tier": "1"} for n in range(count)}, at=at)


def test_an_auditor_changes_nothing(ours: list[str], payments: Team, at: dt.datetime) -> None:
    auditor = make.user(role=Role.AUDITOR)
    with pytest.raises(NotAllowed):
        edit_services(auditor, each(ours, {"tier": "4"}), at=at)
