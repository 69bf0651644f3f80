from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.domain.checkpoints import FORGET_AFTER_S, Checkpoint, UnreadableCheckpoint, pack, unpack


def checkpoint(
    series: dict[int, tuple[float, int]], *, groups: dict[int, tuple[int, float]] | None = None
) -> Checkpoint:
    """`series`: id -> (value, seen); `groups`: id -> (seen, rate)."""
    known = groups or {}
    return Checkpoint(
        instant=300,
        ids=np.array(list(series), np.uint64),
        values=np.array([value for value, _ in series.values()], np.float64),
        seen=np.array([seen for _, seen in series.values()], np.int64),
        group_ids=np.array(list(known), np.int64),
        group_seen=np.array([seen for seen, _ in known.values()], np.int64),
        group_rate=np.array([rate for _, rate in known.values()], np.float64),
    )


def as_dict(some: Checkpoint) -> dict[int, tuple[float, int]]:
    return {int(i): (float(v), int(s)) for i, v, s in zip(some.ids, some.values, some.seen, strict=True)}


def test_series_are_found_in_the_order_of_the_last_answer_and_in_any_other() -> None:
    known = checkpoint({5: (1, 0), 3: (2, 0), 2**64 - 1: (3, 0)}, groups={9: (0, 0.5)})
    assert known.rows(np.array([5, 3], np.uint64)).tolist() == [0, 1]
    assert known.rows(np.array([2**64 - 1, 4, 5], np.uint64)).tolist() == [2, -1, 0]
    assert known.group_rows(np.array([8, 9])).tolist() == [-1, 0]


def test_an_empty_checkpoint_knows_nothing() -> None:
    assert checkpoint({}).rows(np.array([1], np.uint64)).tolist() == [-1]


def test_a_first_checkpoint_extends_nothing() -> None:
    first = checkpoint({1: (1, 0)})
    assert first.extended(None) is first


def test_what_is_missing_from_an_answer_stays_known() -> None:
    old = checkpoint({1: (10, 300), 2: (20, 300)}, groups={7: (300, 1.0), 8: (300, 2.0)})
    new = checkpoint({1: (11, 600)}, groups={8: (600, 3.0)}).extended(old)
    assert as_dict(new) == {1: (11, 600), 2: (20, 300)}
    assert new.group_ids.tolist() == [8, 7]
    assert new.group_rate.tolist() == [3, 1]


def test_a_series_that_stays_away_while_others_are_seen_is_forgotten() -> None:
    now = 10**9
    old = checkpoint({1: (1, now - FORGET_AFTER_S), 2: (2, now - FORGET_AFTER_S - 300)})
    assert set(as_dict(checkpoint({3: (3, now)}).extended(old))) == {3, 1}


def test_an_outage_of_the_source_forgets_nothing() -> None:
    """Nothing was seen for a month; the ages are counted from the last sample, not from now."""
    old = checkpoint({1: (1, 0), 2: (2, FORGET_AFTER_S)})
    assert set(as_dict(checkpoint({}).extended(old))) == {1, 2}


ids = st.integers(0, 2**64 - 1)
seen = st.integers(0, 2**40)
checkpoints = st.builds(
    checkpoint,
    st.dictionaries(ids, st.tuples(st.floats(0, 1e300), seen), max_size=8),
    groups=st.dictionaries(st.integers(-(2**63), 2**63 - 1), st.tuples(seen, st.floats(0, 1e9)), max_size=4),
)


@given(st.dictionaries(st.text(max_size=12), checkpoints, max_size=3))
def test_law_what_is_packed_comes_back(parts: dict[str, Checkpoint]) -> None:
    again = unpack(pack(parts))
    assert list(again) == list(parts)
    for role, part in parts.items():
        assert again[role].to_bytes() == part.to_bytes()
        assert as_dict(again[role]) == as_dict(part)
        assert again[role].instant == part.instant


@given(st.binary(max_size=200))
def test_law_garbage_is_refused_and_nothing_else_happens(data: bytes) -> None:
    for read in (Checkpoint.from_bytes, unpack):
        try:
            read(data)
        except UnreadableCheckpoint:
            continue


@pytest.mark.parametrize("cut", [1, 5, 24, 60])
def test_a_checkpoint_cut_short_is_refused(cut: int) -> None:
    data = pack({"total": checkpoint({1: (1, 0), 2: (2, 0)})})
    with pytest.raises(UnreadableCheckpoint):
        unpack(data[:-cut])
    with pytest.raises(UnreadableCheckpoint):
        unpack(data + b"\0")
