from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from relportal.core.actions.catalog import (
    JourneyFields,
    ServiceFields,
    confirm_links,
    create_journey,
    create_service,
    delete_journey,
    restore_service,
    retire_service,
    update_journey,
    update_service,
)
from relportal.core.actions.catalog_parts import Edge, Link
from relportal.core.exceptions import Conflict, Invalid, Missing, NotAllowed, Stale
from relportal.core.models import AuditEvent, Journey, Lifecycle, LinkKind, Role, Service, Team, User
from tests import make

FIELDS = ServiceFields(name="Checkout", tier=1, team=None, lifecycle=Lifecycle.PRODUCTION, description="Takes money.")
RUNBOOK = Link(LinkKind.RUNBOOK, "https://wiki.example/checkout", "On call")


def last_event() -> AuditEvent:
    event = AuditEvent.objects.first()
    assert event is not None
    return event


@pytest.fixture
def checkout(payments: Team) -> Service:
    return make.service(slug="checkout", name="Checkout", team=payments, description="Takes money.")


def as_it_is(service: Service, **changes: object) -> ServiceFields:
    fields = ServiceFields(
        name=service.name,
        tier=service.tier,
        team=service.team,
        lifecycle=Lifecycle(service.lifecycle),
        description=service.description,
        aliases=tuple(service.aliases),
    )
    return replace(fields, **changes)  # type: ignore[arg-type]


def test_a_service_is_created_with_its_links_and_dependencies_in_one_audit_row(
    alice: User, payments: Team, at: dt.datetime
) -> None:
    stock = make.service(slug="stock")
    service = create_service(
        alice,
        slug="checkout",
        fields=replace(FIELDS, team=payments, aliases=("chk", "chk")),
        links=[RUNBOOK],
        dependencies=[Edge(stock, hard=False)],
        at=at,
    )
    assert service.aliases == ["chk"]
    assert [str(link) for link in service.links.all()] == ["On call"]
    assert [(edge.depends_on, edge.hard) for edge in service.dependencies.all()] == [(stock, False)]
    event = last_event()
    assert (event.action, event.object_key, event.team, event.actor) == (
        "service.create",
        "checkout",
        "payments",
        alice,
    )
    assert event.changes["dependencies"] == ["", "stock (soft)"]
    assert event.changes["tier"] == [None, "1"]


def test_an_owner_creates_for_their_own_team_only(alice: User, at: dt.datetime) -> None:
    with pytest.raises(Invalid) as caught:
        create_service(alice, slug="x", fields=replace(FIELDS, team=make.team()), at=at)
    assert "team" in caught.value.errors
    assert not Service.objects.exists()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EXECUTIVE, Role.AUDITOR])
def test_who_only_reads_creates_nothing(role: Role, payments: Team, at: dt.datetime) -> None:
    with pytest.raises(NotAllowed):
        create_service(make.user(role=role), slug="x", fields=replace(FIELDS, team=payments), at=at)


@pytest.mark.parametrize(
    ("slug", "changes", "field"),
    [
        ("a b", {}, "slug"),
        ("x", {"name": ""}, "name"),
        ("x", {"name": "n" * 121}, "name"),
        ("x", {"tier": 5}, "tier"),
    ],
)
def test_what_cannot_be_is_told_at_its_field(
    lead: User, at: dt.datetime, slug: str, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        create_service(lead, slug=slug, fields=replace(FIELDS, **changes), at=at)  # type: ignore[arg-type]
    assert field in caught.value.errors


def test_a_name_that_is_taken_is_told_at_its_field(lead: User, checkout: Service, at: dt.datetime) -> None:
    with pytest.raises(Invalid) as caught:
        create_service(lead, slug="checkout", fields=FIELDS, at=at)
    assert set(caught.value.errors) == {"slug", "name"}


def test_a_bad_link_undoes_the_whole_service(lead: User, at: dt.datetime) -> None:
    with pytest.raises(Invalid) as caught:
        create_service(lead, slug="x", fields=FIELDS, links=[Link(LinkKind.REPO, "javascript:alert(1)")], at=at)
    assert "javascript:alert(1)" in caught.value.errors["links"][0]
    assert not Service.objects.exists()
    assert not AuditEvent.objects.exists()


def test_an_edit_writes_the_difference_and_the_next_version(alice: User, checkout: Service, at: dt.datetime) -> None:
    update_service(alice, checkout, version=1, fields=as_it_is(checkout, tier=2), at=at, reason="smaller now")
    checkout.refresh_from_db()
    assert (checkout.tier, checkout.version) == (2, 2)
    assert last_event().changes == {"tier": ["1", "2"]}
    assert last_event().reason == "smaller now"


def test_an_edit_that_changes_nothing_writes_nothing(alice: User, checkout: Service, at: dt.datetime) -> None:
    update_service(alice, checkout, version=1, fields=as_it_is(checkout), links=[], dependencies=[], at=at)
    checkout.refresh_from_db()
    assert checkout.version == 1
    assert not AuditEvent.objects.exists()


def test_an_edit_of_an_older_version_is_refused_with_the_newer_row(
    alice: User, checkout: Service, at: dt.datetime
) -> None:
    update_service(alice, checkout, version=1, fields=as_it_is(checkout, tier=2), at=at)
    with pytest.raises(Stale) as caught:
        update_service(alice, checkout, version=1, fields=as_it_is(checkout, tier=3), at=at)
    assert caught.value.current.tier == 2
    checkout.refresh_from_db()
    assert checkout.tier == 2


def test_links_are_replaced_as_a_whole_and_kept_rows_keep_their_identity(
    alice: User, checkout: Service, at: dt.datetime
) -> None:
    repo = Link(LinkKind.REPO, "https://git.example/c")
    update_service(alice, checkout, version=1, fields=as_it_is(checkout), links=[RUNBOOK, repo], at=at)
    kept = checkout.links.get(kind="repo").pk
    update_service(
        alice, checkout, version=2, fields=as_it_is(checkout), links=[repo, replace(RUNBOOK, label="")], at=at
    )
    assert checkout.links.get(kind="repo").pk == kept
    assert checkout.links.get(kind="runbook").label == ""
    update_service(alice, checkout, version=3, fields=as_it_is(checkout), links=None, at=at)
    assert checkout.links.count() == 2
    update_service(alice, checkout, version=3, fields=as_it_is(checkout), links=[], at=at)
    assert checkout.links.count() == 0


def test_a_link_counts_as_seen_to_work_since_its_address_was_entered_or_somebody_confirmed_it(
    alice: User, bob: User, checkout: Service, at: dt.datetime
) -> None:
    def seen() -> dict[str, tuple[dt.datetime | None, User | None]]:
        return {link.kind: (link.verified_at, link.verified_by) for link in checkout.links.all()}

    fields, day = as_it_is(checkout), dt.timedelta(days=1)
    logs = Link(LinkKind.LOGS, "https://logs.example/c")
    update_service(alice, checkout, version=1, fields=fields, links=[RUNBOOK, logs], at=at)
    assert seen() == {"runbook": (at, None), "logs": (at, None)}
    assert confirm_links(alice, checkout, url=logs.url, at=at + day) == 1
    told = last_event()
    assert (told.action, told.changes) == (
        "service.confirm_links", {"links_confirmed": [None, "logs  <https://logs.example/c>"]},
    )  # fmt: skip
    # The same address with other words, or as another kind, is not entered anew.
    update_service(
        alice, checkout, version=2, fields=fields, links=[replace(RUNBOOK, label=""), replace(logs, kind=LinkKind.DOCS)],
        at=at + 2 * day,
    )  # fmt: skip
    assert seen() == {"runbook": (at, None), "docs": (at + day, alice)}
    new = replace(RUNBOOK, url="https://wiki.example/new")
    update_service(alice, checkout, version=3, fields=fields, links=[new], at=at + 3 * day)
    assert seen() == {"runbook": (at + 3 * day, None)}
    confirm_links(alice, checkout, at=at + 4 * day)
    assert seen() == {"runbook": (at + 4 * day, alice)}
    checkout.refresh_from_db()
    assert checkout.version == 4
    with pytest.raises(Missing):
        confirm_links(alice, checkout, url=logs.url, at=at)
    with pytest.raises(NotAllowed):
        confirm_links(bob, checkout, at=at)


def test_a_dependency_can_turn_soft_and_go(alice: User, checkout: Service, at: dt.datetime) -> None:
    stock = make.service(slug="stock")
    fields = as_it_is(checkout)
    update_service(alice, checkout, version=1, fields=fields, dependencies=[Edge(stock)], at=at)
    update_service(alice, checkout, version=2, fields=fields, dependencies=[Edge(stock, hard=False)], at=at)
    assert [edge.hard for edge in checkout.dependencies.all()] == [False]
    update_service(alice, checkout, version=3, fields=fields, dependencies=[], at=at)
    assert not checkout.dependencies.exists()
    assert last_event().changes == {"dependencies": ["stock (soft)", ""]}


@pytest.mark.parametrize("twice", [True, False])
def test_a_dependency_on_itself_or_listed_twice_is_refused(
    alice: User, checkout: Service, at: dt.datetime, twice: bool
) -> None:
    stock = make.service()
    edges = [Edge(stock), Edge(stock, hard=False)] if twice else [Edge(checkout)]
    with pytest.raises(Invalid) as caught:
        update_service(alice, checkout, version=1, fields=as_it_is(checkout), dependencies=edges, at=at)
    assert set(caught.value.errors) == {"dependencies"}


def test_an_owner_does_not_edit_what_belongs_to_another_team(alice: User, at: dt.datetime) -> None:
    other = make.service()
    with pytest.raises(NotAllowed):
        update_service(alice, other, version=1, fields=as_it_is(other, tier=4), at=at)


def test_an_owner_does_not_give_a_service_to_another_team(alice: User, checkout: Service, at: dt.datetime) -> None:
    with pytest.raises(Invalid) as caught:
        update_service(alice, checkout, version=1, fields=as_it_is(checkout, team=make.team()), at=at)
    assert "team" in caught.value.errors


def test_a_retirement_is_undone_to_what_it_was_before(alice: User, checkout: Service, at: dt.datetime) -> None:
    update_service(alice, checkout, version=1, fields=as_it_is(checkout, lifecycle=Lifecycle.DEPRECATED), at=at)
    retire_service(alice, checkout, at=at)
    checkout.refresh_from_db()
    assert checkout.lifecycle == Lifecycle.RETIRED
    with pytest.raises(Conflict):
        retire_service(alice, checkout, at=at)
    restore_service(alice, checkout, at=at)
    checkout.refresh_from_db()
    assert checkout.lifecycle == Lifecycle.DEPRECATED
    with pytest.raises(Conflict):
        restore_service(alice, checkout, at=at)


def test_retiring_belongs_to_the_owner(bob: User, checkout: Service, at: dt.datetime) -> None:
    with pytest.raises(NotAllowed):
        retire_service(bob, checkout, at=at)


def test_a_journey_keeps_the_order_of_its_services(lead: User, at: dt.datetime) -> None:
    a, b, c = (make.service(slug=slug) for slug in "abc")
    fields = JourneyFields(name="Buy", services=(c, a))
    journey = create_journey(lead, slug="buy", fields=fields, at=at)
    update_journey(lead, journey, version=1, fields=replace(fields, services=(b, c, a)), at=at)
    assert [step.service for step in journey.steps.all()] == [b, c, a]
    assert last_event().changes == {"services": ["c, a", "b, c, a"]}
    with pytest.raises(Stale):
        update_journey(lead, journey, version=1, fields=fields, at=at)


def test_a_journey_holds_a_service_once(lead: User, at: dt.datetime) -> None:
    a = make.service()
    with pytest.raises(Invalid) as caught:
        create_journey(lead, slug="buy", fields=JourneyFields(name="Buy", services=(a, a)), at=at)
    assert "services" in caught.value.errors
    assert not Journey.objects.exists()


def test_a_deleted_journey_leaves_its_services_in_the_audit(lead: User, at: dt.datetime) -> None:
    a = make.service(slug="a")
    journey = create_journey(lead, slug="buy", fields=JourneyFields(name="Buy", services=(a,)), at=at)
    delete_journey(lead, journey, at=at)
    assert not Journey.objects.exists()
    assert last_event().changes["services"] == ["a", None]


def test_journeys_are_written_by_stewards_only(alice: User, at: dt.datetime) -> None:
    with pytest.raises(NotAllowed):
        create_journey(alice, slug="buy", fields=JourneyFields(name="Buy"), at=at)
