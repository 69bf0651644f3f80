from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from slo.domain.attention import (
    Burning,
    ExhaustsSoon,
    LittleLeft,
    Overspent,
    Standing,
    Unknown,
    attention,
)
from slo.domain.budget import NoDataReason
from slo.domain.burn import Severity

AT = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)
TOMORROW = AT + dt.timedelta(days=1)


def keys(*standings: Standing[str]) -> list[str]:
    return [each.standing.key for each in attention(standings, at=AT)]


def test_who_is_in_the_worst_shape_stands_first() -> None:
    order = keys(
        Standing(key="healthy", tier=1, remaining=0.9),
        Standing(key="unknown", tier=1, reason=NoDataReason.LOW_COVERAGE),
        Standing(key="little", tier=1, remaining=0.1),
        Standing(key="soon", tier=1, remaining=0.5, exhausted_at=TOMORROW),
        Standing(key="ticket", tier=1, remaining=0.5, firing=Severity.TICKET, burn=2),
        Standing(key="overspent", tier=4, remaining=-0.2),
        Standing(key="page", tier=4, remaining=0.8, firing=Severity.PAGE, burn=20),
    )
    assert order == ["page", "overspent", "ticket", "soon", "little", "unknown"]


def test_the_more_important_tier_and_then_the_smaller_budget_stand_first() -> None:
    order = keys(
        Standing(key="tier 2", tier=2, remaining=-9.0),
        Standing(key="tier 1", tier=1, remaining=-0.1),
        Standing(key="tier 1, worse", tier=1, remaining=-0.5),
    )
    assert order == ["tier 1, worse", "tier 1", "tier 2"]


def test_each_reason_carries_its_number() -> None:
    (one,) = attention(
        [Standing(key="x", tier=1, remaining=0.1, firing=Severity.PAGE, burn=15, exhausted_at=TOMORROW)], at=AT
    )
    assert one.reasons == (
        Burning(severity=Severity.PAGE, burn=15),
        ExhaustsSoon(exhausted_at=TOMORROW),
        LittleLeft(remaining=0.1),
    )


def test_an_overspent_budget_is_not_also_about_to_be() -> None:
    (one,) = attention(
        [Standing(key="x", tier=1, remaining=-0.1, firing=Severity.TICKET, burn=2, exhausted_at=TOMORROW)], at=AT
    )
    assert one.reasons == (Overspent(remaining=-0.1), Burning(severity=Severity.TICKET, burn=2))


def test_a_frozen_alert_still_shows_beside_the_missing_data() -> None:
    (one,) = attention([Standing(key="x", tier=1, firing=Severity.PAGE, reason=NoDataReason.SOURCE_UNAVAILABLE)], at=AT)
    assert one.reasons == (
        Burning(severity=Severity.PAGE, burn=None),
        Unknown(reason=NoDataReason.SOURCE_UNAVAILABLE),
    )


def test_a_number_that_was_never_there_is_unknown() -> None:
    (one,) = attention([Standing(key="x", tier=1)], at=AT)
    assert one.reasons == (Unknown(reason=NoDataReason.NEVER_COLLECTED),)


def test_exhaustion_beyond_three_days_is_not_soon() -> None:
    assert keys(Standing(key="x", tier=1, remaining=0.5, exhausted_at=AT + dt.timedelta(days=4))) == []


standings = st.builds(
    Standing,
    key=st.integers(),
    tier=st.integers(1, 4),
    remaining=st.one_of(st.none(), st.floats(-2, 1)),
    firing=st.one_of(st.none(), st.sampled_from(Severity)),
    exhausted_at=st.one_of(st.none(), st.just(TOMORROW)),
)


@given(st.lists(standings, max_size=12))
def test_law_the_order_does_not_depend_on_the_order_of_asking(some: list[Standing[int]]) -> None:
    def ranks(given_order: list[Standing[int]]) -> list[tuple[str, int, float | None]]:
        return [
            (type(each.reasons[0]).__name__, each.standing.tier, each.standing.remaining)
            for each in attention(given_order, at=AT)
        ]

    assert ranks(some) == ranks(some[::-1])
