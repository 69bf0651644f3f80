from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from reports.domain.spending import Spell, disjoint

spells = st.lists(st.builds(Spell, st.integers(0, 30), st.integers(0, 30), st.booleans()), max_size=8)


def _moments(rows: list[Spell] | tuple[Spell, ...], *, first: bool | None = None) -> set[int]:
    return {at for one in rows if first is None or one.first is first for at in range(one.start, one.end)}


@given(spells)
def test_each_moment_is_counted_once_and_belongs_to_those_that_come_first(rows: list[Spell]) -> None:
    found = disjoint(rows)
    assert sum(one.end - one.start for one in found) == len(_moments(found))
    assert _moments(found) == _moments(rows)
    assert _moments(found, first=True) == _moments(rows, first=True)
    assert all(one.start < one.end for one in found)


@given(spells)
def test_what_touches_and_is_alike_is_one_spell(rows: list[Spell]) -> None:
    found = disjoint(rows)
    assert all(a.end < b.start or a.first is not b.first for a, b in itertools.pairwise(found))
