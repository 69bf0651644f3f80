from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from reports.domain.scopes import COMPANY, Place, Scope, ScopeKind, Seen, grouped, scopes_of

SHOP, SEARCH, LONELY = 1, 2, 3
PLACES = {SHOP: Place(1, 10, (100,)), SEARCH: Place(2, 10, (100, 101)), LONELY: Place(3)}


def seen(*services: int, team: int | None = None) -> Seen[str, int]:
    return Seen(period="now", fact=1, services=services, team=team)


def tier(number: int) -> Scope:
    return Scope(ScopeKind.TIER, number)


def test_a_fact_counts_for_its_services_their_tiers_their_teams_their_journeys_and_the_company() -> None:
    assert scopes_of(seen(SHOP), PLACES) == {
        COMPANY, tier(1), Scope(ScopeKind.TEAM, 10), Scope(ScopeKind.SERVICE, SHOP), Scope(ScopeKind.JOURNEY, 100),
    }  # fmt: skip


def test_a_fact_of_a_team_alone_counts_for_the_team_and_the_company() -> None:
    assert scopes_of(seen(team=11), PLACES) == {COMPANY, Scope(ScopeKind.TEAM, 11)}


def test_a_service_that_is_placed_nowhere_counts_for_the_company() -> None:
    assert scopes_of(seen(99), PLACES) == {COMPANY}


def test_a_service_without_a_team_counts_for_no_team() -> None:
    assert scopes_of(seen(LONELY), PLACES) == {COMPANY, tier(3), Scope(ScopeKind.SERVICE, LONELY)}


def test_where_a_tier_is_asked_for_the_others_count_only_for_themselves() -> None:
    assert scopes_of(seen(SEARCH), PLACES, tiers=frozenset({1})) == {tier(2), Scope(ScopeKind.SERVICE, SEARCH)}
    assert COMPANY in scopes_of(seen(SHOP), PLACES, tiers=frozenset({1}))


@given(st.lists(st.lists(st.sampled_from([SHOP, SEARCH, LONELY]), max_size=5), max_size=20))
def test_a_fact_counts_once_in_a_scope_however_many_of_its_services_lie_there(rows: list[list[int]]) -> None:
    found = grouped(
        (Seen(period="now", fact=number, services=tuple(row)) for number, row in enumerate(rows)), {"now": PLACES}
    )
    assert all(max(Counter(facts).values()) == 1 for facts in found.get("now", {}).values())
    assert found.get("now", {}).get(COMPANY, []) == list(range(len(rows)))


def test_a_service_that_moved_counts_where_it_stood_in_each_period() -> None:
    moved = {"then": {SHOP: Place(2, 10)}, "now": {SHOP: Place(1, 11)}}
    found = grouped([Seen(period=period, fact=period, services=(SHOP,)) for period in moved], moved)
    assert found["then"][tier(2)] == ["then"]
    assert found["now"][tier(1)] == ["now"]
    assert tier(1) not in found["then"]
