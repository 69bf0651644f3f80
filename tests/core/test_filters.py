"""What the address of any list asks for, and the controls that show it."""

from __future__ import annotations

from enum import StrEnum

import pytest
from django.http import QueryDict

from relportal.core.filters import Reader, chips, selects


class Sort(StrEnum):
    NAME = "name"
    TIER = "tier"


def test_values_are_read_whether_they_stand_with_commas_or_apart() -> None:
    assert Reader(QueryDict("tier=1,2&tier=3")).several("tier", int) == (1, 2, 3)


def test_what_means_nothing_is_left_out_and_said() -> None:
    reader = Reader(QueryDict("tier=1,x"))
    assert reader.several("tier", int) == (1,)
    assert reader.wrong == ["There is no tier “x”: it was left out."]


@pytest.mark.parametrize(
    ("query", "order"),
    [("sort=-name", (Sort.NAME, True)), ("sort=tier", (Sort.TIER, False)), ("sort=x", None), ("", None)],
)
def test_the_order_is_a_column_descending_with_a_minus(query: str, order: tuple[Sort, bool] | None) -> None:
    assert Reader(QueryDict(query)).order(Sort, lambda by, down: (by, down), default=None) == order


@pytest.mark.parametrize(("query", "page"), [("page=3", 3), ("page=0", 1), ("page=1000000", 1), ("page=x", 1), ("", 1)])
def test_a_page_that_cannot_be_is_the_first(query: str, page: int) -> None:
    assert Reader(QueryDict(query)).asked(None, None).page == page


def test_words_hold_no_nul_which_the_database_refuses() -> None:
    assert Reader(QueryDict("q=a%00b")).text == "a b"


def test_several_values_become_an_option_and_a_chip_of_their_own() -> None:
    query = QueryDict("q=pay&tier=1,2")
    controls = selects(query, [("tier", "Tier", "All tiers", [("1", "One"), ("2", "Two")])])
    assert controls[0].options == (("", "All tiers"), ("1", "One"), ("2", "Two"), ("1,2", "One, Two"))
    assert chips(query, controls) == (("q", "“pay”"), ("tier", "Tier: One, Two"))
