from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from relportal.core.models import Lifecycle
from slo.catalog_import.csv_file import COLUMNS
from slo.domain.bands import Band
from slo.domain.completeness import RULES, Fact, completeness
from slo.queries.catalog_state import BandCounts, ServiceState
from slo.queries.catalog_words import advice, journey_claim, journeys_claim, list_claim, service_claim

DOCS = Path(__file__).parents[3] / "docs" / "catalog.md"
STATE = ServiceState(
    id=1,
    slug="checkout",
    name="Checkout",
    tier=1,
    lifecycle=Lifecycle.PRODUCTION,
    team_slug=None,
    team_name=None,
    band=Band.HEALTHY,
    counts=BandCounts(0, 0, 0, 0),
    remaining=None,
    burn_1h=None,
    paging=0,
    ticketing=0,
    watermark=None,
    completeness=completeness(set(), tier=1),
)


@pytest.mark.parametrize(
    ("counts", "claim"),
    [
        ((1, 1, 1, 1), "Checkout: 1 of 4 objectives breached"),
        ((0, 2, 1, 0), "Checkout: 2 of 3 objectives at risk"),
        ((0, 0, 2, 1), "Checkout: 1 of 3 objectives without data"),
        ((0, 0, 2, 0), "Checkout: all 2 objectives are kept"),
        ((0, 0, 1, 0), "Checkout: its objective is kept"),
        ((1, 0, 0, 0), "Checkout: 1 of 1 objective breached"),
        ((0, 0, 0, 0), "Checkout: no objective yet"),
    ],
)
def test_the_claim_of_a_service_names_its_worst(counts: tuple[int, int, int, int], claim: str) -> None:
    assert service_claim(replace(STATE, counts=BandCounts(*counts))) == claim


def test_a_retired_service_is_called_so_whatever_its_objectives() -> None:
    retired = replace(STATE, lifecycle=Lifecycle.RETIRED, counts=BandCounts(1, 0, 0, 0))
    assert service_claim(retired) == "Checkout: retired"


@pytest.mark.parametrize(
    ("counts", "claim"),
    [
        ((2, 3, 5, 0), "2 breached, 3 at risk of 10 services"),
        ((0, 1, 0, 0), "1 at risk of 1 service"),
        ((0, 0, 4, 0), "All 4 services are healthy"),
        ((0, 0, 4, 1), "1 of 5 services without data"),
        ((0, 0, 0, 0), "No services yet"),
    ],
)
def test_the_claim_of_the_list_never_calls_missing_data_healthy(counts: tuple[int, int, int, int], claim: str) -> None:
    assert list_claim(BandCounts(*counts)) == claim


def test_the_claim_of_a_journey_names_two_steps_and_counts_the_rest() -> None:
    steps = [replace(STATE, name=name, band=Band.BREACHED) for name in "ABCD"]
    assert journey_claim("Buy", band=Band.BREACHED, steps=steps) == "Buy: A, B and 2 more breached"
    assert journey_claim("Buy", band=Band.NO_DATA, steps=[]) == "Buy: no services yet"
    assert journeys_claim([Band.BREACHED, Band.HEALTHY]) == "1 of 2 journeys are broken"


def test_each_missing_thing_says_what_to_do_and_where() -> None:
    todos = advice(STATE)
    assert {one.fact for one in todos} == set(Fact) - {Fact.OBJECTIVE}
    assert all(one.label and one.todo for one in todos)
    by_fact = {one.fact: one.url for one in todos}
    assert by_fact[Fact.RUNBOOK] == "/services/checkout/edit/#links"
    assert by_fact[Fact.OWNER] == "/services/checkout/edit/#id_team"
    assert "service=checkout" in by_fact[Fact.LATENCY] or by_fact[Fact.LATENCY].startswith("/slos/")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.fact)
def test_each_rule_is_documented_with_its_weight(rule: object) -> None:
    text = DOCS.read_text()
    assert re.search(rf"\| `{rule.fact}` \| {rule.weight} \|", text)  # type: ignore[attr-defined]


@pytest.mark.parametrize("column", COLUMNS)
def test_each_column_of_the_import_is_documented(column: str) -> None:
    assert re.search(rf"^\| .*`{column}`", DOCS.read_text(), re.MULTILINE)
