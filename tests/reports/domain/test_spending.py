from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from reports.domain.spending import Spell, Spender, disjoint

spells = st.lists(st.builds(Spell, st.integers(0, 30), st.integers(0, 30), st.sampled_from(Spender)), max_size=8)


def _moments(rows: list[Spell] | tuple[Spell, ...], by: Spender) -> set[int]:
    return {at for one in rows if one.by is by for at in range(one.start, one.end)}


@given(spells)
def test_each_moment_is_counted_once_and_belongs_to_the_first_that_spends_in_it(rows: list[Spell]) -> None:
    found, taken = disjoint(rows), set[int]()
    for by in Spender:
        assert _moments(found, by) == _moments(rows, by) - taken
        taken |= _moments(rows, by)
    assert sum(one.end - one.start for one in found) == len(taken)
    assert all(one.start < one.end for one in found)


@given(spells)
def test_what_touches_and_is_alike_is_one_spell(rows: list[Spell]) -> None:
    found = disjoint(rows)
    assert all(a.end < b.start or a.by is not b.by for a, b in itertools.pairwise(found))
