from __future__ import annotations

import datetime as dt
from typing import Any

import pghistory.models
import pytest
from django.db import IntegrityError, transaction

from relportal.core import audit_chain
from relportal.core.actions.catalog import ServiceFields, create_service, update_service
from relportal.core.actions.catalog_bulk import Draft, write_services
from relportal.core.actions.catalog_parts import Edge, Link
from relportal.core.exceptions import Conflict, Invalid, Missing, NotAllowed
from relportal.core.models import AuditEvent, Dependency, Lifecycle, LinkKind, Service, ServiceLink, Team, User
from tests import make

pytestmark = pytest.mark.django_db
KEPT: Any = pghistory.models.Events.objects
LINKS = (Link(LinkKind.RUNBOOK, "https://wiki.example/1", "On call"), Link(LinkKind.REPO, "https://git.example/1"))


def fields(name: str, *, tier: int = 2, team: Team | None = None) -> ServiceFields:
    return ServiceFields(name=name, tier=tier, team=team, lifecycle=Lifecycle.PRODUCTION, aliases=("x", "x", "y"))


def draft(slug: str, name: str = "", **more: Any) -> Draft:
    return Draft(slug=slug, place=f"Line 9, {slug}", fields=fields(name or slug.upper(), **more.pop("of", {})), **more)


def audited(slug: str) -> list[Any]:
    rows = AuditEvent.objects.filter(object_key=slug).order_by("pk")
    return list(rows.values("action", "object_label", "team", "reason", "changes", "actor_label", "actor", "at"))


def history(slug: str) -> list[tuple[str, Any]]:
    """What the triggers kept of the service, its links and its dependencies, without ids and instants."""
    service = Service.objects.get(slug=slug)
    found = []
    for row in (service, *service.links.order_by("kind"), *service.dependencies.order_by("depends_on")):
        for event in KEPT.tracks(row).order_by("pgh_id"):
            data = {
                k: v for k, v in event.pgh_data.items() if k not in {"id", "slug", "name", "service_id", "created_at"}
            }
            found.append((event.pgh_label, data))
    return found


def test_many_services_leave_the_same_rows_audit_and_history_as_one(
    lead: User, payments: Team, at: dt.datetime
) -> None:
    stock, mail = make.service(slug="stock"), make.service(slug="mail")
    one = create_service(
        lead,
        slug="one",
        fields=fields("Same", team=payments),
        links=LINKS,
        dependencies=[Edge(stock), Edge(mail, hard=False)],
        at=at,
        reason="Import",
    )
    update_service(
        lead,
        one,
        version=None,
        fields=fields("Same", tier=4),
        links=LINKS[:1],
        dependencies=[Edge(stock, hard=False)],
        at=at,
        reason="Import",
    )
    expected = audited("one"), history("one")
    Service.objects.filter(slug="one").update(name="Another")
    new = draft("two", "Same", of={"team": payments}, links=LINKS, dependencies=(("stock", True), ("mail", False)))
    write_services(lead, created=[new], updated=[], at=at, reason="Import")
    now = draft("two", "Same", of={"tier": 4}, links=LINKS[:1], dependencies=(("stock", False),))
    write_services(lead, created=[], updated=[now], at=at, reason="Import")
    assert (audited("two"), history("two")) == expected
    assert Service.objects.get(slug="two").version == 2


def test_what_changes_nothing_writes_nothing(lead: User, at: dt.datetime) -> None:
    write_services(lead, created=[draft("a", links=LINKS)], updated=[], at=at)
    write_services(
        lead,
        created=[],
        updated=[
            draft("a", links=LINKS),
        ],
        at=at,
    )
    assert Service.objects.get(slug="a").version == 1
    assert AuditEvent.objects.count() == 1


def test_links_and_dependencies_that_are_not_named_stay(lead: User, at: dt.datetime) -> None:
    new = [draft("b"), draft("a", links=LINKS, dependencies=(("b", True),))]
    write_services(lead, created=new, updated=[], at=at)
    write_services(lead, created=[], updated=[draft("a", "Renamed")], at=at)
    assert (ServiceLink.objects.count(), Dependency.objects.count()) == (2, 1)
    assert audited("a")[1]["changes"] == {"name": ["A", "Renamed"]}


def test_a_name_may_be_taken_once_it_is_free(lead: User, at: dt.datetime) -> None:
    write_services(lead, created=[draft("a"), draft("b")], updated=[], at=at)
    write_services(lead, created=[], updated=[draft("b", "C"), draft("a", "B")], at=at)
    assert dict(Service.objects.values_list("slug", "name")) == {"a": "B", "b": "C"}


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (draft("new"), "address of the portal"),
        (draft("a b"), "valid “slug”"),
        (draft("taken"), "exists"),
        (draft("c", "Taken"), "exists"),
        (draft("c", "GOOD"), "exists"),
        (draft("c", "C" * 200), "at most 120"),
        (draft("c", of={"tier": 7}), "not a valid choice"),
        (draft("c", dependencies=(("nowhere", True),)), "no service “nowhere”"),
        (draft("c", dependencies=(("c", True),)), "itself"),
        (draft("c", dependencies=(("good", True), ("good", False))), "twice"),
        (draft("c", links=(Link(LinkKind.DOCS, "javascript:alert(1)"),)), "valid URL"),
        (draft("c", links=(LINKS[0], LINKS[0])), "twice"),
    ],
)
def test_one_that_is_refused_undoes_all_and_says_where_it_stands(
    lead: User, at: dt.datetime, bad: Draft, words: str
) -> None:
    make.service(slug="taken", name="Taken")
    with pytest.raises(Invalid, match=f"Line 9, {bad.slug}: .*{words}"):
        write_services(lead, created=[draft("good"), bad], updated=[], at=at)
    assert list(Service.objects.values_list("slug", flat=True)) == ["taken"]
    assert not AuditEvent.objects.exists()


def test_a_name_that_someone_takes_in_between_is_a_conflict(
    lead: User, at: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def collide(*_args: object, **_kwargs: object) -> None:
        raise IntegrityError

    monkeypatch.setattr(Service.objects, "bulk_create", collide)
    with pytest.raises(Conflict):
        write_services(lead, created=[draft("a")], updated=[], at=at)


def test_a_service_that_is_gone_is_missing(lead: User, at: dt.datetime) -> None:
    with pytest.raises(Missing):
        write_services(lead, created=[draft("a")], updated=[draft("b")], at=at)
    assert not Service.objects.exists()


def test_an_owner_writes_services_of_their_own_team_only(
    alice: User, bob: User, payments: Team, at: dt.datetime
) -> None:
    write_services(alice, created=[draft("a", of={"team": payments})], updated=[], at=at)
    with pytest.raises(Invalid, match="own services of your own teams"):
        write_services(alice, created=[draft("b")], updated=[], at=at)
    with pytest.raises(Invalid, match="own services of your own teams"):
        write_services(alice, created=[], updated=[draft("a")], at=at)
    with pytest.raises(NotAllowed):
        write_services(bob, created=[draft("c")], updated=[], at=at)
    with pytest.raises(NotAllowed):
        write_services(bob, created=[], updated=[draft("a", of={"team": payments})], at=at)


def test_the_chain_of_the_audit_holds_over_many_rows_of_one_statement(lead: User, at: dt.datetime) -> None:
    day = at - dt.timedelta(days=2)
    write_services(lead, created=[draft(f"s{n}") for n in range(50)], updated=[], at=day)
    assert len(audit_chain.close_days(at=at)) == 2
    assert audit_chain.verify() is None
    with transaction.atomic():
        write_services(lead, created=[draft("late")], updated=[], at=day)
    broken = audit_chain.verify()
    assert broken is not None
    assert (broken.recorded_rows, broken.rows) == (50, 51)
