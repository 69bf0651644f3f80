from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from relportal.core.actions.catalog import ServiceFields, create_service
from relportal.core.actions.catalog_parts import Edge, Link
from relportal.core.csvexport import csv_lines
from relportal.core.exceptions import Conflict, Invalid, NotAllowed
from relportal.core.models import AuditEvent, Dependency, Lifecycle, LinkKind, Service, ServiceLink, Team, User
from relportal.core.reading.problems import Unreadable
from slo.actions.imports import Format, Plan, Verb, apply_import, plan_import
from slo.catalog_import.csv_file import COLUMNS
from slo.queries.catalog_export import catalog_rows
from tests import make


def plan(actor: User, *lines: str) -> Plan:
    return plan_import(actor, "\n".join(lines).encode(), filename="services.csv")


def carry_out(actor: User, made: Plan, at: dt.datetime) -> int:
    return apply_import(actor, made, digest=made.digest, at=at)


def everything() -> list[tuple[object, ...]]:
    """Every row of the catalog that a file can speak of."""
    services = Service.objects.values_list(
        "slug", "name", "tier", "team__slug", "lifecycle", "description", "aliases"
    ).order_by("slug")
    links = ServiceLink.objects.values_list("service__slug", "kind", "url", "label").order_by(
        "service__slug", "kind", "url"
    )
    edges = Dependency.objects.values_list("service__slug", "depends_on__slug", "hard").order_by(
        "service__slug", "depends_on__slug"
    )
    return [*services, *links, *edges]


def test_a_plan_writes_nothing(lead: User, payments: Team) -> None:
    made = plan(lead, "slug,name,team,depends_on", "checkout,Checkout,payments,stock", "stock,Stock,Payments,")
    assert [step.verb for step in made.steps] == [Verb.CREATE, Verb.CREATE]
    assert made.possible
    assert not Service.objects.exists()
    assert not AuditEvent.objects.exists()


def test_a_plan_is_carried_out_with_its_links_and_dependencies(lead: User, payments: Team, at: dt.datetime) -> None:
    made = plan(
        lead,
        "slug,name,tier,team,runbook,depends_on,soft_depends_on",
        "checkout,Checkout,1,payments,On call <https://wiki.example/c>,stock,mail",
        "stock,Stock,2,,,,",
        "mail,Mail,,,,,",
    )
    assert carry_out(lead, made, at) == 3
    checkout = Service.objects.get(slug="checkout")
    assert (checkout.tier, checkout.team) == (1, payments)
    assert [(link.kind, link.label) for link in checkout.links.all()] == [("runbook", "On call")]
    edges = checkout.dependencies.order_by("depends_on__slug").values_list("depends_on__slug", "hard")
    assert list(edges) == [("mail", False), ("stock", True)]
    assert set(AuditEvent.objects.values_list("reason", flat=True)) == {"Import of services.csv"}


def test_links_of_kinds_without_a_column_stay(lead: User, payments: Team, at: dt.datetime) -> None:
    """As in a file that was exported before the portal knew of them."""
    carry_out(lead, plan(lead, "slug,name,runbook,logs", "a,A,https://w.example/,https://l.example/"), at)
    made = plan(lead, "slug,name,runbook", "a,A,https://w.example/2")
    assert carry_out(lead, made, at + dt.timedelta(days=1)) == 1
    assert dict(ServiceLink.objects.values_list("url", "verified_at")) == {
        "https://w.example/2": at + dt.timedelta(days=1),
        "https://l.example/": at,
    }


def test_a_service_that_is_there_is_updated_by_its_short_name(lead: User, payments: Team, at: dt.datetime) -> None:
    make.service(slug="checkout", name="Checkout", tier=3, team=payments, description="Old.")
    make.service(slug="stock", name="Stock", team=payments, tier=2)
    made = plan(lead, "slug,name,tier", "checkout,Checkout,1", "stock,Stock,2")
    assert [step.verb for step in made.steps] == [Verb.UPDATE, Verb.KEEP]
    (change,) = made.steps[0].changes
    assert (change.field, change.before, change.after) == ("tier", "3", "1")
    assert carry_out(lead, made, at) == 1
    checkout = Service.objects.get(slug="checkout")
    assert (checkout.tier, checkout.description, checkout.team) == (1, "Old.", payments)


def test_the_export_imports_again_as_it_was(lead: User, payments: Team, at: dt.datetime) -> None:
    """Through deletion: what is read back is what was there, with formulas, quotes, line ends and several links."""
    mail = make.service(slug="mail", name="Mail", team=None, lifecycle=Lifecycle.RETIRED)
    fields = ServiceFields(
        name='Check, "out"',
        tier=1,
        team=payments,
        lifecycle=Lifecycle.PRODUCTION,
        description="=SUM(A1)\r\nsecond line | with a bar",
        aliases=("a|b", "'=c", "+d", "x\\"),
    )
    links = [
        Link(LinkKind.DASHBOARD, "https://g.example/1?a=1|2", "Error <rate> | all"),
        Link(LinkKind.DASHBOARD, "https://g.example/2"),
        Link(LinkKind.OTHER, "https://o.example/", "-1"),
    ]
    create_service(lead, slug="checkout", fields=fields, links=links, dependencies=[Edge(mail, hard=False)], at=at)
    before = everything()
    content = "".join(csv_lines(COLUMNS, catalog_rows(lead), bom=True)).encode()

    unchanged = plan_import(lead, content, filename="x.csv")
    assert [step.verb for step in unchanged.steps] == [Verb.KEEP, Verb.KEEP]
    assert not unchanged.possible

    Service.objects.all().delete()
    made = plan_import(lead, content, filename="x.csv")
    carry_out(lead, made, at)
    assert everything() == before


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        ("a,A,paymens,", "team", "did you mean payments?"),
        ("a,A,nobody at all,", "team", "There is no team"),
        ("a,A,,stoc", "depends_on", "did you mean stock?"),
        ("a,A,,a", "depends_on", "itself"),
        ("a,Stock,,", "name", "used by stock"),
        ("new,A,,", "slug", "an address of the portal"),
    ],
)
def test_what_the_catalog_does_not_know_is_told_by_line_and_column(
    lead: User, payments: Team, line: str, column: str, words: str
) -> None:
    make.service(slug="stock", name="Stock", team=payments)
    made = plan(lead, "slug,name,team,depends_on", line)
    (problem,) = made.errors
    assert (problem.line, problem.column) == (2, column)
    assert words in problem.text
    assert not made.possible


def test_one_bad_line_keeps_the_whole_file_out(lead: User, at: dt.datetime) -> None:
    made = plan(lead, "slug,name,tier", "a,A,1", "b,B,9")
    with pytest.raises(Unreadable):
        carry_out(lead, made, at)
    assert not Service.objects.exists()


def test_a_catalog_that_changed_since_the_preview_refuses_the_plan(lead: User, payments: Team, at: dt.datetime) -> None:
    service = make.service(slug="checkout", name="Checkout", tier=3, team=payments)
    shown = plan(lead, "slug,name,tier", "checkout,Checkout,1")
    Service.objects.filter(pk=service.pk).update(tier=2)
    now = plan(lead, "slug,name,tier", "checkout,Checkout,1")
    with pytest.raises(Conflict):
        apply_import(lead, now, digest=shown.digest, at=at)
    service.refresh_from_db()
    assert service.tier == 2


def test_what_an_action_refuses_undoes_everything_and_names_the_line(lead: User, at: dt.datetime) -> None:
    """Two services change names with each other: allowed in the end, but not on the way."""
    make.service(slug="a", name="A")
    make.service(slug="b", name="B")
    made = plan(lead, "slug,name,tier", "c,C,1", "a,B,1", "b,A,1")
    assert made.errors == ()
    with pytest.raises(Invalid, match="Line 3, a"):
        carry_out(lead, made, at)
    assert not Service.objects.filter(slug="c").exists()


def test_an_empty_dependency_cell_takes_dependencies_away(lead: User, payments: Team, at: dt.datetime) -> None:
    stock = make.service(slug="stock", team=payments)
    checkout = make.service(slug="checkout", name="Checkout", team=payments)
    Dependency.objects.create(service=checkout, depends_on=stock)
    carry_out(lead, plan(lead, "slug,name,depends_on", "checkout,Checkout,"), at)
    assert not Dependency.objects.exists()


BACKSTAGE = b"""\
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: Checkout, annotations: {relportal.io/tier: "1"}}
spec: {owner: payments, lifecycle: production, dependsOn: [component:stock, component:elsewhere]}
---
kind: Component
metadata: {name: stock}
"""


def test_a_backstage_file_is_told_from_its_content(lead: User, payments: Team, at: dt.datetime) -> None:
    made = plan_import(lead, BACKSTAGE, filename="catalog-info.yaml")
    assert made.format is Format.BACKSTAGE
    assert [one.text for one in made.notes if "elsewhere" in one.text]
    carry_out(lead, made, at)
    checkout = Service.objects.get(slug="checkout")
    assert (checkout.team, checkout.tier, checkout.aliases) == (payments, 1, ["Checkout"])
    assert [edge.depends_on.slug for edge in checkout.dependencies.all()] == ["stock"]


def test_aliases_that_were_there_stay_beside_those_of_backstage(lead: User, payments: Team, at: dt.datetime) -> None:
    make.service(slug="checkout", name="Checkout", team=payments, aliases=["chk"])
    carry_out(lead, plan_import(lead, BACKSTAGE, filename="x.yaml"), at)
    assert Service.objects.get(slug="checkout").aliases == ["chk", "Checkout"]


def test_an_unknown_owner_in_backstage_is_an_error(lead: User) -> None:
    made = plan_import(lead, BACKSTAGE, filename="x.yaml")
    assert [one.column for one in made.errors] == ["team"]


def test_importing_belongs_to_stewards(alice: User, bob: User) -> None:
    for user in (alice, bob):
        with pytest.raises(NotAllowed):
            plan(user, "slug,name", "a,A")


def test_services_that_call_each_other_in_a_circle_are_imported(lead: User, at: dt.datetime) -> None:
    lines = ["slug,name,depends_on", "a,A,b", "b,B,c | d", "c,C,a", "d,D,", "e,E,a | b"]
    assert carry_out(lead, plan(lead, *lines), at) == 5
    edges = Dependency.objects.order_by("service__slug", "depends_on__slug")
    assert [f"{one.service.slug}{one.depends_on.slug}" for one in edges.select_related("service", "depends_on")] == [
        "ab",
        "bc",
        "bd",
        "ca",
        "ea",
        "eb",
    ]
    assert not plan(lead, *lines).possible
    created = AuditEvent.objects.filter(action="service.create").count()
    assert (created, AuditEvent.objects.count()) == (5, 5)


def many(tier: int, count: int) -> list[str]:
    """Every service with links and with dependencies on the next ones, in a circle."""
    lines = ["slug,name,tier,team,aliases,runbook,depends_on,soft_depends_on"]
    lines += [
        f"s{n},S {n},{tier},payments,a{n},https://wiki.example/{tier}/{n},s{(n + tier) % count},s{(n + 7) % count}"
        for n in range(count)
    ]
    return lines


@pytest.mark.parametrize("tier", [1, 2])
def test_the_number_of_statements_does_not_grow_with_the_file(
    lead: User, payments: Team, at: dt.datetime, tier: int
) -> None:
    """300 new services, then each of them changed in its tier, its link and a dependency."""
    for before in range(1, tier):
        carry_out(lead, plan(lead, *many(before, 300)), at)
    made = plan(lead, *many(tier, 300))
    with CaptureQueriesContext(connection) as statements:
        assert carry_out(lead, made, at) == 300
    assert len(statements) <= 20
    assert AuditEvent.objects.count() == 300 * tier
    assert not plan(lead, *many(tier, 300)).possible
