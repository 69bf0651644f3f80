from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relportal.core.models import Lifecycle, LinkKind
from relportal.core.reading.problems import Severity, Unreadable
from slo.catalog_import.backstage import kind_of, looks_like_backstage, parse_backstage
from slo.catalog_import.entries import DependencyEntry, LinkEntry

CHECKOUT = """\
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: Checkout.API
  title: Checkout
  description: Takes the money.
  annotations:
    relportal.io/tier: "1"
    backstage.io/source-location: url:https://git.example/shop/checkout/
  links:
    - url: https://wiki.example/checkout
      title: On-call runbook
    - url: https://grafana.example/d/1
      icon: dashboard
    - url: https://example.com/
      title: Home
spec:
  type: service
  lifecycle: production
  owner: group:default/payments
  system: shop
  dependsOn:
    - component:default/stock
    - resource:default/checkout-db
    - search
"""


def test_a_component_becomes_a_service() -> None:
    found = parse_backstage(CHECKOUT.encode())
    (entry,) = found.entries
    assert (entry.slug, entry.name, entry.tier, entry.team) == ("checkout-api", "Checkout", 1, "payments")
    assert entry.lifecycle is Lifecycle.PRODUCTION
    assert entry.description == "Takes the money."
    assert entry.aliases == ("Checkout.API",)
    assert entry.links == (
        LinkEntry(LinkKind.RUNBOOK, "https://wiki.example/checkout", "On-call runbook"),
        LinkEntry(LinkKind.DASHBOARD, "https://grafana.example/d/1"),
        LinkEntry(LinkKind.OTHER, "https://example.com/", "Home"),
        LinkEntry(LinkKind.REPO, "https://git.example/shop/checkout/"),
    )
    assert entry.dependencies == (
        DependencyEntry("stock", optional=True),
        DependencyEntry("search", optional=True),
    )
    assert [one.severity for one in found.problems] == [Severity.NOTE]
    assert "checkout-db" in found.problems[0].text


def test_other_kinds_are_noted_with_their_line_and_passed_over() -> None:
    text = (
        CHECKOUT
        + "---\nkind: System\nmetadata:\n  name: shop\n---\nkind: Group\nmetadata: {name: payments}\n---\n---\n"
    )
    found = parse_backstage(text.encode())
    assert len(found.entries) == 1
    notes = [one for one in found.problems if one.column == "kind"]
    assert [(one.line, one.text.split()[0]) for one in notes] == [(27, "System"), (31, "Group")]
    assert found.errors == ()


def test_a_file_without_a_component_is_refused() -> None:
    with pytest.raises(Unreadable, match="no Component"):
        parse_backstage(b"kind: API\nmetadata: {name: x}\n")


def test_what_the_file_does_not_speak_of_stays() -> None:
    (entry,) = parse_backstage(b"kind: Component\nmetadata: {name: stock}\n").entries
    assert (entry.tier, entry.team, entry.lifecycle, entry.links, entry.dependencies, entry.description) == (None,) * 6
    assert entry.name == "stock"


def test_the_annotation_of_the_tier_can_be_another() -> None:
    text = "kind: Component\nmetadata:\n  name: a\n  annotations: {example.com/criticality: tier-2}\n"
    (entry,) = parse_backstage(text.encode(), tier_annotation="example.com/criticality").entries
    assert entry.tier == 2


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("kind: Component\nmetadata: {name: a b}\n", "metadata.name"),
        ("kind: Component\nmetadata: {name: [a]}\n", "name"),
        ("kind: Component\nmetadata: x\n", "metadata"),
        ("kind: Component\nmetadata: {name: a, annotations: {relportal.io/tier: gold}}\n", "relportal.io/tier"),
        ("kind: Component\nmetadata: {name: a, links: [{url: 'javascript:x'}]}\n", "metadata.links"),
        ("kind: Component\nmetadata: {name: a, links: [x]}\n", "metadata.links"),
        ("kind: Component\nmetadata: {name: a}\nspec: {dependsOn: x}\n", "dependsOn"),
        ('kind: Component\nmetadata: {name: a, title: "x\\0"}\n', "title"),
        ("just text", ""),
        ("[1, 2]", ""),
    ],
)
def test_what_cannot_be_understood_is_an_error_at_its_place(text: str, column: str) -> None:
    errors = parse_backstage(text.encode()).errors
    assert column in [one.column for one in errors]


def test_an_unknown_lifecycle_is_a_note_because_it_is_free_text_there() -> None:
    found = parse_backstage(b"kind: Component\nmetadata: {name: a}\nspec: {lifecycle: beta}\n")
    assert found.errors == ()
    assert any("beta" in one.text for one in found.problems)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: &x [1]\nb: *x\n", "Line 2 has an alias"),
        ("a: &x {k: v}\nb: {<<: *x}\n", "Line 2 has an alias"),
        ("[" * 5000, "nested too deeply"),
        ("a: [\n", "not YAML"),
        ("a: \x07\n", "not YAML"),
        ("? [a]\n: b\n", "not YAML"),
        ("", "empty"),
        ("- a\n" * 250_000, "too large"),
    ],
)
def test_a_file_that_is_no_catalog_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        parse_backstage(text.encode())


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Runbook for traces", LinkKind.RUNBOOK),
        ("Grafana", LinkKind.DASHBOARD),
        ("Grafana: logs", LinkKind.LOGS),
        ("Kibana", LinkKind.LOGS),
        ("Grafana Tempo", LinkKind.TRACES),
        ("Distributed tracing", LinkKind.TRACES),
        ("Login docs", LinkKind.DOCS),
        ("Change log", LinkKind.OTHER),
        ("Temporary page", LinkKind.OTHER),
    ],
)
def test_the_kind_of_a_link_is_told_from_its_words(words: str, kind: LinkKind) -> None:
    assert kind_of(words) is kind


def test_a_repeated_component_is_told() -> None:
    text = "kind: Component\nmetadata: {name: A}\n---\nkind: Component\nmetadata: {name: a}\n"
    assert "already" in parse_backstage(text.encode()).errors[0].text


def test_backstage_is_told_from_csv_by_its_first_key() -> None:
    assert looks_like_backstage(CHECKOUT.encode())
    assert not looks_like_backstage(b"slug,name\na,A\n")


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(Unreadable):
        parse_backstage(text.encode("utf-8", "replace"))
