"""What is said of a figure against the period before."""

from __future__ import annotations

from incidents.domain.statistics import Change
from reports.domain.claims import Fact
from reports.domain.payload import Source
from reports.domain.values import Unit
from reports.queries.claim_words import change_words, sentence

NOT_TESTED = "Cost: 95 to 87; no test says whether that is more than chance."


def fact(*, untested: bool, n: int = 3) -> Fact:
    return Fact(
        key="cost", now=87, before=95, change=Change.UNKNOWN, n=n, sources=(Source(label="Cost"),), untested=untested
    )


def test_what_no_sound_test_exists_for_is_never_called_too_few_to_compare() -> None:
    assert change_words(fact(untested=True), Unit.INDEX) == "95 before: not tested"
    assert sentence(fact(untested=True), "Cost", Unit.INDEX).text == NOT_TESTED


def test_a_small_sample_of_what_can_be_tested_is_too_few_to_compare() -> None:
    assert change_words(fact(untested=False), Unit.INDEX) == "95 before: too few to compare"
    assert sentence(fact(untested=False), "Cost", Unit.INDEX).text == "Cost: 95 to 87, too few to compare."
    assert change_words(fact(untested=False, n=20), Unit.INDEX) == "95 before"
