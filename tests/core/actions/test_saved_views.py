"""Who keeps a view of a list, and what of an address is kept."""

from __future__ import annotations

import datetime as dt

import pytest

from relportal.core.actions.saved_views import MOST_VIEWS, create_view, delete_view, update_view
from relportal.core.exceptions import Invalid, Missing, NotAllowed, Stale
from relportal.core.models import AuditEvent, Role, SavedView, Team, User
from tests import make

pytestmark = pytest.mark.django_db


def saved(
    actor: User, *, at: dt.datetime, team: Team | None = None, name: str = "Worst", query: str = "tier=1"
) -> SavedView:
    return create_view(actor, page="services", name=name, query=query, team=team, at=at)


def test_a_view_keeps_filters_and_order_whatever_the_order_of_the_address(bob: User, at: dt.datetime) -> None:
    view = saved(bob, query="?tier=1&page=3&sort=-burn&q=&format=csv", at=at)
    assert view.query == "sort=-burn&tier=1"
    assert AuditEvent.objects.get().changes["query"] == [None, "sort=-burn&tier=1"]


def test_a_private_view_is_seen_by_its_owner_alone_whatever_role_others_hold(
    bob: User, alice: User, admin: User, charlie: User, at: dt.datetime
) -> None:
    view = saved(bob, at=at)
    assert list(SavedView.objects.visible_to(bob)) == [view]
    for other in (alice, admin, charlie):
        assert not SavedView.objects.visible_to(other).exists()
        with pytest.raises(Missing):
            update_view(other, view, version=None, name="Mine now", at=at)
        with pytest.raises(Missing):
            delete_view(other, view, at=at)


def test_a_team_view_is_seen_by_everyone_and_kept_by_the_teams_owners_and_administrators(
    alice: User, bob: User, lead: User, admin: User, charlie: User, payments: Team, at: dt.datetime
) -> None:
    view = saved(alice, team=payments, at=at)
    assert list(SavedView.objects.visible_to(bob)) == [view]
    assert not SavedView.objects.visible_to(charlie).exists()
    responder = make.user(role=Role.RESPONDER, team=payments)
    other = make.user(role=Role.SERVICE_OWNER, team=make.team())
    for refused in (bob, lead, responder, other):
        with pytest.raises(NotAllowed):
            update_view(refused, view, version=None, name="Ours", at=at)
        with pytest.raises(NotAllowed):
            saved(refused, team=payments, name="Another", at=at)
    assert update_view(admin, view, version=1, name="Ours", at=at).name == "Ours"
    delete_view(alice, view, at=at)
    assert [event.action for event in AuditEvent.objects.order_by("pk")] == ["view.create", "view.edit", "view.delete"]


def test_an_auditor_keeps_no_view_because_they_write_nothing(at: dt.datetime) -> None:
    with pytest.raises(NotAllowed):
        saved(make.user(role=Role.AUDITOR), at=at)


def test_a_name_is_used_once_by_an_owner_on_a_list(bob: User, alice: User, payments: Team, at: dt.datetime) -> None:
    saved(bob, at=at)
    saved(alice, at=at)
    saved(alice, team=payments, at=at)
    with pytest.raises(Invalid, match="a view of this name"):
        saved(bob, at=at)


@pytest.mark.parametrize(
    ("page", "name", "query", "field"),
    [
        ("nothing", "A", "", "page"),
        ("services", "  ", "", "name"),
        ("services", "A" * 61, "", "name"),
        ("services", "A", "q=" + "x" * 1000, "query"),
        ("services", "A", "&".join(["q=x"] * 2000), "query"),
    ],
)
def test_what_cannot_be_a_view_is_refused_at_its_field(
    bob: User, at: dt.datetime, page: str, name: str, query: str, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        create_view(bob, page=page, name=name, query=query, team=None, at=at)
    assert set(refused.value.errors) == {field}
    assert not SavedView.objects.exists()


def test_a_lost_update_is_noticed_and_nothing_new_writes_nothing(bob: User, at: dt.datetime) -> None:
    view = saved(bob, at=at)
    assert update_view(bob, view, version=1, name="Worst", query="tier=1", at=at).version == 1
    update_view(bob, view, version=1, query="tier=2", at=at)
    with pytest.raises(Stale):
        update_view(bob, view, version=1, name="Other", at=at)


def test_an_owner_keeps_so_many_views_of_a_list_and_no_more(bob: User, at: dt.datetime) -> None:
    SavedView.objects.bulk_create(
        SavedView(page="services", name=f"View {n}", user=bob, created_at=at) for n in range(MOST_VIEWS)
    )
    with pytest.raises(Invalid, match="delete one"):
        saved(bob, at=at)
    assert create_view(bob, page="objectives", name="Worst", query="", team=None, at=at).pk
