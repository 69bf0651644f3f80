from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.domain.ladder import Compare, Comparison, FactKind, Measure
from reports.domain.readiness import (
    SETTLED,
    Answer,
    Item,
    Known,
    Proof,
    Result,
    Standing,
    Template,
    Verdict,
    Waiver,
    Weight,
    standing,
)
from reports.domain.readiness_lint import MOST_ITEMS, Flaw, FlawKind, flaws
from reports.domain.readiness_text import as_json, from_json
from reports.domain.readiness_v1 import SHIPPED
from reports.facts import MEASURES

AT = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
TODAY = AT.date()
OWNER = Comparison(fact="owner")
SLOS = Comparison(fact="slos", compare=Compare.AT_LEAST, threshold=2)
PASS, FAIL, NOT_APPLICABLE = Result.PASSED, Result.FAILED, Result.NOT_APPLICABLE
KNOWN = {"owner": Measure("owner", FactKind.FLAG), "slos": Measure("slos", FactKind.COUNT, most=4)}


def item(key: str = "x", **fields: Any) -> Item:
    given = {"area": "Data", "text": "It is so.", "weights": {1: Weight.BLOCKER}, "born_from": "INC-1"}
    return Item(**{"key": key} | given | fields)


def judged(one: Item, answer: Answer | None = None, *waivers: Waiver, **readings: float | None) -> Standing:
    answers = {one.key: answer} if answer else {}
    known = Known(readings=readings, answers=answers, waivers=waivers)
    return standing(Template((one,)), known, tier=1, at=AT, today=TODAY)


def result(one: Item, answer: Answer | None = None, **readings: float | None) -> Result:
    return judged(one, answer, **readings).results[0].result


# Worked examples.


def test_an_automatic_item_passes_with_all_of_its_facts_and_nobody_can_answer_it() -> None:
    auto = item(proof=Proof.FACT, checks=(OWNER, SLOS))
    assert result(auto, owner=1, slos=2) is PASS
    assert result(auto, owner=1, slos=1) is FAIL
    assert result(auto, owner=1) is Result.UNKNOWN
    assert result(auto, owner=None, slos=0) is FAIL
    assert result(auto, Answer(result=PASS)) is Result.UNKNOWN
    assert result(item(proof=Proof.FACT)) is Result.UNKNOWN


def test_an_answer_counts_besides_the_facts_of_its_item() -> None:
    both = item(checks=(OWNER,))
    assert result(both, Answer(result=PASS), owner=1) is PASS
    assert result(both, Answer(result=PASS), owner=0) is FAIL
    assert result(both, Answer(result=FAIL), owner=1) is FAIL
    assert result(both, owner=1) is Result.UNKNOWN
    assert result(item(), Answer(result=Result.EXEMPT)) is Result.UNKNOWN


def test_what_does_not_apply_needs_a_reason() -> None:
    assert result(item(), Answer(result=NOT_APPLICABLE, reason="It keeps nothing")) is NOT_APPLICABLE
    assert result(item(), Answer(result=NOT_APPLICABLE, reason=" ")) is Result.UNKNOWN
    auto = item(proof=Proof.FACT, checks=(OWNER,))
    assert judged(auto, Answer(result=NOT_APPLICABLE, reason="x"), owner=0).verdict is Verdict.READY


@pytest.mark.parametrize(("back", "found"), [(0, PASS), (90, PASS), (91, Result.UNKNOWN), (-1, Result.UNKNOWN)])
def test_evidence_is_worth_something_for_its_days(back: int, found: Result) -> None:
    evidence = item(proof=Proof.EVIDENCE, days=90)
    assert result(evidence, Answer(result=PASS, seen_on=TODAY - back * DAY)) is found
    assert result(evidence, Answer(result=PASS)) is Result.UNKNOWN


def test_an_exception_makes_conditions_until_its_end_and_the_longest_is_told() -> None:
    short = Waiver(name="EXC-1", since=AT - DAY, until=AT + DAY)
    found = judged(item(), None, short)
    assert (found.results[0].result, found.verdict, found.blocking) == (Result.EXEMPT, Verdict.CONDITIONS, ())
    for other in (
        replace(short, until=AT),
        replace(short, since=AT + DAY, until=AT + 2 * DAY),
        replace(short, item="y"),
    ):
        assert judged(item(), None, other).verdict is Verdict.NOT_READY
        assert judged(item(), None, other).blocking[0].item.key == "x"
    longer = Waiver(name="EXC-2", since=AT - DAY, until=AT + 9 * DAY, item="x")
    known = Known(readings={}, answers={}, waivers=[short, longer])
    one = standing(Template((item(),)), known, tier=1, at=AT, today=TODAY).results[0]
    assert one.waiver == longer
    assert one.blocks
    assert judged(item(), Answer(result=PASS), short).results[0].waiver is None


def test_a_tier_takes_the_weight_of_the_nearest_more_critical_one() -> None:
    one = item(weights={2: Weight.BLOCKER, 3: Weight.SHOULD})
    assert [one.weight(tier) for tier in (1, 2, 3, 4)] == [Weight.INFO, Weight.BLOCKER, Weight.SHOULD, Weight.SHOULD]
    found = standing(Template((one,)), Known(readings={}, answers={}), tier=3, at=AT, today=TODAY)
    assert found.verdict is Verdict.READY
    assert found.results[0].open
    assert Template((one,)).item("x") == one
    assert Template((one,)).item("z") is None


# Laws.

RESULTS = st.sampled_from(list(Result))
ANSWERS = st.builds(
    Answer,
    result=RESULTS,
    reason=st.sampled_from(["", "because"]),
    seen_on=st.none() | st.integers(-5, 500).map(lambda back: TODAY - back * DAY),
)
CHECKS = st.lists(st.sampled_from([OWNER, SLOS]), max_size=2, unique=True).map(tuple)
ITEMS = st.builds(
    item,
    key=st.sampled_from("abcd"),
    weights=st.dictionaries(st.integers(1, 3), st.sampled_from(list(Weight)), max_size=3),
    proof=st.sampled_from(list(Proof)),
    checks=CHECKS,
    days=st.none() | st.integers(1, 400),
)
TEMPLATES = st.lists(ITEMS, max_size=4, unique_by=lambda one: one.key).map(lambda found: Template(tuple(found)))
WAIVERS = st.builds(
    Waiver,
    name=st.just("EXC-1"),
    since=st.integers(-9, 9).map(lambda n: AT + n * DAY),
    until=st.integers(-9, 9).map(lambda n: AT + n * DAY),
    item=st.sampled_from(["", "a", "b", "c"]),
)
READINGS = st.dictionaries(st.sampled_from(["owner", "slos"]), st.none() | st.integers(0, 4).map(float))
WORLDS = st.builds(
    Known,
    readings=READINGS,
    answers=st.dictionaries(st.sampled_from("abcd"), ANSWERS),
    waivers=st.lists(WAIVERS, max_size=3),
)
TIERS = st.integers(1, 4)


def at(template: Template, known: Known, tier: int, when: dt.datetime = AT) -> Standing:
    return standing(template, known, tier=tier, at=when, today=when.date())


@given(TEMPLATES, WORLDS, TIERS)
def test_ready_is_said_only_where_every_blocker_passes_or_does_not_apply(
    template: Template, known: Known, tier: int
) -> None:
    found = at(template, known, tier)
    blockers = [one for one in found.results if one.weight is Weight.BLOCKER]
    assert (found.verdict is Verdict.READY) == all(one.result in SETTLED for one in blockers)
    assert (found.verdict is Verdict.NOT_READY) == bool(found.blocking)


@given(TEMPLATES, TIERS)
def test_what_nobody_knows_never_passes(template: Template, tier: int) -> None:
    found = at(template, Known(readings={}, answers={}), tier)
    assert not any(one.result in SETTLED for one in found.results)


@given(TEMPLATES, WORLDS, TIERS)
def test_an_exception_never_makes_ready_and_never_makes_worse(template: Template, known: Known, tier: int) -> None:
    without = at(template, replace(known, waivers=()), tier)
    found = at(template, known, tier)
    assert (found.verdict is Verdict.READY) == (without.verdict is Verdict.READY)
    order = [Verdict.NOT_READY, Verdict.CONDITIONS, Verdict.READY]
    assert order.index(found.verdict) >= order.index(without.verdict)
    assert [one.bare for one in found.results] == [one.bare for one in without.results]


@given(TEMPLATES, WORLDS, TIERS, st.integers(9, 99))
def test_what_was_exempt_is_open_again_after_the_end(template: Template, known: Known, tier: int, later: int) -> None:
    then = AT + later * DAY
    assert at(template, known, tier, then) == at(template, replace(known, waivers=()), tier, then)


@given(ITEMS, ANSWERS, st.integers(0, 500))
def test_evidence_only_ever_loses_its_worth(one: Item, answer: Answer, later: int) -> None:
    old = Known(readings={"owner": 1, "slos": 4}, answers={one.key: answer})
    if answer.seen_on is not None and answer.seen_on > TODAY:
        return
    now, then = at(Template((one,)), old, 1), at(Template((one,)), old, 1, AT + later * DAY)
    if now.results[0].bare is Result.UNKNOWN:
        assert then.results[0].bare is Result.UNKNOWN


@given(TEMPLATES)
def test_a_template_survives_its_json(template: Template) -> None:
    assert from_json(as_json(template)) == template


# What ships, and what is wrong with a template.


def test_what_ships_has_eighteen_items_and_no_flaw() -> None:
    assert len(SHIPPED.items) == 18
    assert flaws(SHIPPED, MEASURES) == ()
    weights = [Counter(one.weight(tier) for one in SHIPPED.items) for tier in (1, 2, 3)]
    assert [[found[each] for each in Weight] for found in weights] == [[14, 3, 1], [2, 11, 5], [2, 11, 5]]


@pytest.mark.parametrize(
    ("one", "kind"),
    [
        (item(text=" "), FlawKind.NO_TEXT),
        (item(area=""), FlawKind.NO_TEXT),
        (item(weights={}), FlawKind.NO_WEIGHT),
        (item(weights={1: Weight.INFO, 2: Weight.SHOULD}), FlawKind.WEIGHT_ORDER),
        (item(born_from=""), FlawKind.NO_ORIGIN),
        (item(proof=Proof.FACT), FlawKind.NO_CHECK),
        (item(proof=Proof.EVIDENCE), FlawKind.NO_DAYS),
        (item(checks=(Comparison(fact="moon"),)), FlawKind.FACT_UNKNOWN),
        (item(checks=(Comparison(fact="slos", compare=Compare.AT_LEAST, threshold=9),)), FlawKind.CHECK_EMPTY),
    ],
)
def test_an_item_that_says_nothing_is_named(one: Item, kind: FlawKind) -> None:
    assert flaws(Template((one,)), KNOWN) == (Flaw(kind, "x"),)
    assert flaws(Template((item(checks=(OWNER, SLOS)),)), KNOWN) == ()


def test_a_template_has_items_not_too_many_and_each_once() -> None:
    assert flaws(Template(()), KNOWN) == (Flaw(FlawKind.NO_ITEM),)
    assert flaws(Template((item(), item())), KNOWN) == (Flaw(FlawKind.TWICE, "x"),)
    many = Template(tuple(item(str(n)) for n in range(MOST_ITEMS + 1)))
    assert flaws(many, KNOWN) == (Flaw(FlawKind.MANY),)
