from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.domain.snapshot import ABSENT, Change, Plain, Unfit, canonical, changes, digest, plain

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
contents = st.recursive(
    leaves | st.fixed_dictionaries({"key": texts, "value": leaves}),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


def shuffled(content: Plain) -> Plain:
    """The same with the keys of each object the other way round."""
    if isinstance(content, dict):
        return {key: shuffled(each) for key, each in reversed(content.items())}
    return [shuffled(each) for each in content] if isinstance(content, list) else content


@given(contents)
def test_the_same_content_has_the_same_bytes_whatever_its_order(content: Plain) -> None:
    assert canonical(shuffled(content)) == canonical(content)
    assert changes(content, shuffled(content)) == ()


@given(contents)
def test_what_is_read_back_is_what_was_frozen(content: Plain) -> None:
    frozen = canonical(content)
    assert canonical(json.loads(frozen)) == frozen
    assert json.loads(frozen) == plain(content)


@given(contents, contents)
def test_changes_are_listed_exactly_where_the_bytes_differ(before: Plain, after: Plain) -> None:
    found = changes(before, after)
    assert (not found) == (canonical(before) == canonical(after))
    assert len({each.path for each in found}) == len(found)
    back = changes(after, before)
    assert [(each.path, each.after, each.before) for each in found] == [
        (each.path, each.before, each.after) for each in back
    ]


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Row:
    name: str
    colour: Colour
    tiers: frozenset[int]


def test_the_bytes_of_a_small_report() -> None:
    found = canonical(
        {
            "z": [1, 1.0, 0.1, 1e16, -0.0, True, None],
            "a": Row("Größe ☂", Colour.RED, frozenset({10, 9})),
            "money": [Decimal("1.10"), Decimal("1E+3"), Decimal("-0.0")],
            "day": dt.date(2026, 8, 31),
            "at": dt.datetime(2026, 9, 8, 9, 30, tzinfo=ZoneInfo("Europe/Berlin")),
        }
    )
    assert found.decode() == (
        '{"a":{"colour":"red","name":"Größe ☂","tiers":[10,9]},"at":"2026-09-08T07:30:00Z","day":"2026-08-31",'
        '"money":["1.1","1000","0"],"z":[1,1.0,0.1,1e+16,0.0,true,null]}'
    )


def test_the_hash_is_that_of_the_standard() -> None:
    """SHA-256 of the two bytes "{}", as any other tool finds it."""
    assert digest({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert digest([1]) == hashlib.sha256(b"[1]").hexdigest()


@pytest.mark.parametrize(
    ("content", "path"),
    [
        ({"kpis": [{"value": float("nan")}]}, "/kpis/0/value"),
        ([float("inf")], "/0"),
        ([Decimal("NaN")], "/0"),
        ({"at": dt.datetime.fromisoformat("2026-09-08T00:00")}, "/at"),
        ({"a/b~c": {1: 2}}, "/a~1b~0c"),
        (["\ud800"], "/0"),
        ({"\ud800": 1}, ""),
        (b"bytes", ""),
        ({"type": Row}, "/type"),
        (dt.timedelta(1), ""),
    ],
)
def test_what_would_not_be_read_back_is_refused_with_its_place(content: object, path: str) -> None:
    with pytest.raises(Unfit) as refused:
        canonical(content)
    assert refused.value.path == path


def test_a_row_that_came_in_between_changes_no_other() -> None:
    before = {"kpis": [{"key": "incidents", "value": 10}, {"key": "toil", "value": None}]}
    after = {
        "kpis": [
            {"key": "rollback", "value": 0.02},
            {"key": "incidents", "value": 7, "restated": True},
            {"key": "toil", "value": None},
        ]
    }
    assert changes(before, after) == (
        Change("/kpis/incidents/restated", ABSENT, True),
        Change("/kpis/incidents/value", 10, 7),
        Change("/kpis/rollback", ABSENT, {"key": "rollback", "value": 0.02}),
    )


def test_rows_that_only_moved_are_one_change() -> None:
    one, other = {"key": "a"}, {"key": "b"}
    assert changes([one, other], [other, one]) == (Change("/#order", ["a", "b"], ["b", "a"]),)


def test_rows_without_keys_are_compared_by_their_place() -> None:
    assert changes([1, 2], [1, 3, None]) == (Change("/1", 2, 3), Change("/2", ABSENT, None))
    twice = [{"key": "a"}, {"key": "a"}]
    assert changes(twice, twice[:1]) == (Change("/1", {"key": "a"}, ABSENT),)


def test_kinds_differ_where_python_calls_them_equal() -> None:
    assert changes([1, 0, 1.0], [True, False, 1]) == (
        Change("/0", 1, True),
        Change("/1", 0, False),
        Change("/2", 1.0, 1),
    )
    assert repr(ABSENT) == "ABSENT"
