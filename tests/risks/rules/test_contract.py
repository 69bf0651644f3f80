"""Every rule, whoever wrote it: named as its file, explained, and without a word of what is private."""

from __future__ import annotations

import datetime as dt
import importlib

import pytest

from risks.rules import RULES

KEYS = sorted(RULES)


def test_the_rules_of_the_portal_are_found() -> None:
    assert set(KEYS) >= {
        "budgets", "expiring", "lower_promise", "no_objective", "no_owner", "no_runbook", "overdue_actions", "repeats",
        "single_points",
    }  # fmt: skip


@pytest.mark.parametrize("key", KEYS)
def test_a_rule_has_the_name_of_its_file_and_says_what_it_looks_for(key: str) -> None:
    rule = RULES[key]
    assert importlib.import_module(f"risks.rules.{key}").PLUGIN is rule
    assert rule.key == key
    assert len(str(rule.title)) <= 60
    assert len(str(rule.about)) > 60


@pytest.mark.django_db
@pytest.mark.parametrize("key", KEYS)
def test_an_empty_portal_has_no_risks(key: str, at: dt.datetime) -> None:
    assert list(RULES[key].found(at)) == []


@pytest.mark.parametrize("key", KEYS)
def test_facts_of_another_release_are_refused_in_one_way(key: str) -> None:
    with pytest.raises(KeyError):
        RULES[key].sentence({})
