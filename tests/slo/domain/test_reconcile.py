from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.domain.reconcile import Agreement, drift


@pytest.mark.parametrize(
    ("ours", "theirs", "ratio", "agreement"),
    [
        (10_000, 10_000, 0, Agreement.AGREES),
        (0, 0, 0, Agreement.AGREES),
        (10_010, 10_000, 0.001, Agreement.AGREES),
        (9_900, 10_000, -0.01, Agreement.DRIFTS),
        (10_000, 9_900, 0.01, Agreement.DRIFTS),
        (1, 0, 1, Agreement.AGREES),
        (0, 2, -1, Agreement.DRIFTS),
    ],
)
def test_the_drift_is_a_signed_share_of_the_larger(
    ours: float, theirs: float, ratio: float, agreement: Agreement
) -> None:
    result = drift(ours, theirs)
    assert result.ratio == pytest.approx(ratio, rel=2e-3)
    assert result.agreement is agreement


def test_nothing_to_compare_with_is_neither() -> None:
    result = drift(5, None)
    assert (result.ratio, result.agreement) == (None, Agreement.NOT_COMPARED)


amounts = st.floats(0, 1e12)


@given(amounts, amounts)
def test_law_drift_is_symmetric_and_at_most_one(ours: float, theirs: float) -> None:
    one, other = drift(ours, theirs), drift(theirs, ours)
    assert one.ratio is not None
    assert other.ratio is not None
    assert one.ratio == -other.ratio
    assert abs(one.ratio) <= 1
    assert one.agreement is other.agreement
